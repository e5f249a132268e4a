/** Writes one 999 (005010X231A1) for one functional group: AK1, one AK2 loop for each set, AK9. */
import type { Finding } from './finding.ts';
import type { GroupResult, SetResult } from './interchange-result.ts';
import type { SegmentWriter } from './segment-writer.ts';

export const VERSION_999 = '005010X231A1';

/** IK303 and CTX04 are data element 447, AN 1/4: 2010AA is written 2010. */
const LOOP_CHARACTERS = 4;

/** AK102 is data element 28, N0 1/9. */
const AK1_CONTROL_MAX = 9;

/** AK103 is data element 480, AN 1/12: an echo that is longer would make our own 999 invalid. */
const AK1_VERSION_MAX = 12;

/** AK203 is data element 1705, AN 1/35, and situational: a longer ST03 is left out. */
const AK2_VERSION_MAX = 35;

/**
 * Writes the transaction set from ST to SE.
 * @param writer where to.
 * @param group what the group came to.
 * @param controlNumber ST02.
 */
export function write999(writer: SegmentWriter, group: GroupResult, controlNumber: string): void {
  writer.write('ST', '999', controlNumber, VERSION_999);
  writer.write(
    'AK1',
    group.functionalId,
    writableNumber(group.controlNumber),
    writable(writer, group.version, AK1_VERSION_MAX),
  );
  // A group rejected as a whole has no AK2: its sets were not judged one by one.
  if (group.codes.length === 0) for (const set of group.sets) writeSet(writer, set);
  const counts = [group.declaredSets, group.receivedSets, group.acceptedSets].map(String);
  writer.write('AK9', group.code, ...counts, ...group.codes);
  writer.write('SE', String(writer.segmentsInSet + 1), controlNumber);
}

function writeSet(writer: SegmentWriter, set: SetResult): void {
  const version = set.version.length > AK2_VERSION_MAX ? '' : writable(writer, set.version, AK2_VERSION_MAX);
  writer.write('AK2', set.setId, set.controlNumber, version);
  if (set.code !== 'A') writeFindings(writer, set.findings.filter(isTold));
  writer.write('IK5', set.code, ...set.codes);
}

/** Whether a finding stands in the 999: reports are for people, and an unknown segment id may not be named. */
function isTold(finding: Finding): boolean {
  return finding.severity !== 'report' && finding.segmentId !== '';
}

/** One IK3 for each segment and code; findings come in order of position. */
function writeFindings(writer: SegmentWriter, findings: readonly Finding[]): void {
  for (let from = 0, to = 1; from < findings.length; from = to, to += 1) {
    while (findings[to]?.position === findings[from]?.position) to += 1;
    if (isOneError(findings, from, to)) {
      writeSegmentErrors(writer, findings, from, to);
      continue;
    }
    let rest = findings.slice(from, to);
    while (rest.length > 0) {
      const first = rest[0] as Finding;
      const alike = rest.filter((finding) => isAlike(first, finding)).sort(byPlace);
      writeSegmentErrors(writer, alike, 0, alike.length);
      rest = rest.filter((finding) => !isAlike(first, finding));
    }
  }
}

/** Whether some findings of one position are told by one IK3 and in order of place already, as they nearly always are. */
function isOneError(findings: readonly Finding[], from: number, to: number): boolean {
  const first = findings[from] as Finding;
  for (let i = from + 1; i < to; i += 1) {
    const finding = findings[i] as Finding;
    if (!isAlike(first, finding) || byPlace(findings[i - 1] as Finding, finding) > 0) return false;
  }
  return true;
}

/** Whether two findings of one position are told by one IK3. */
function isAlike(one: Finding, other: Finding): boolean {
  return (
    one.segmentId === other.segmentId && one.loop === other.loop && one.segmentCode === other.segmentCode
  );
}

function byPlace(a: Finding, b: Finding): number {
  const [x, y] = [a.element, b.element];
  if (x === undefined || y === undefined) return 0;
  return (
    x.element - y.element ||
    (x.component ?? 0) - (y.component ?? 0) ||
    (x.repetition ?? 0) - (y.repetition ?? 0)
  );
}

function writeSegmentErrors(
  writer: SegmentWriter,
  findings: readonly Finding[],
  from: number,
  to: number,
): void {
  const { segmentId, position, loop, segmentCode, businessUnit: unit } = findings[from] as Finding;
  writer.write('IK3', segmentId, String(position), loopShort(loop), segmentCode);
  for (let i = from; i < to; i += 1) {
    const finding = findings[i] as Finding;
    if (finding.element === undefined) writeTrigger(writer, finding);
  }
  if (unit !== undefined && writer.canWrite(unit.value)) writer.write('CTX', [unit.name, unit.value]);
  for (let i = from; i < to; i += 1) writeElementError(writer, findings[i] as Finding);
}

function writeElementError(writer: SegmentWriter, finding: Finding): void {
  const { element } = finding;
  if (element === undefined) return;
  const { component, repetition } = element;
  const whole = String(element.element);
  const place =
    component === undefined && repetition === undefined
      ? whole
      : [whole, String(component ?? ''), String(repetition ?? '')];
  const value = element.value?.trimEnd() ?? '';
  writer.write('IK4', place, element.dataElement ?? '', element.code, writer.canWrite(value) ? value : '');
  writeTrigger(writer, finding);
}

function writeTrigger(writer: SegmentWriter, { trigger }: Finding): void {
  if (trigger === undefined) return;
  const { segmentId, position, loop, element, component } = trigger;
  const place = element === undefined ? '' : [String(element), String(component ?? '')];
  writer.write('CTX', 'SITUATIONAL TRIGGER', segmentId, String(position), loopShort(loop), place);
}

function loopShort(loop: string): string {
  return loop.slice(0, LOOP_CHARACTERS);
}

/** AK102 is N0 1/9. A GS06 that is none has got the group rejected (AK905 6); its digits are the best echo there is. */
function writableNumber(value: string): string {
  const digits = value.replace(/\D/g, '').slice(0, AK1_CONTROL_MAX);
  return digits === '' ? '0' : digits;
}

function writable(writer: SegmentWriter, value: string, charactersMax: number): string {
  return writer.canWrite(value) ? value.slice(0, charactersMax).trimEnd() : '';
}
