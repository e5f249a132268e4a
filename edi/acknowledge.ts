/** The one acknowledgement interchange for one inbound interchange: TA1 and 999s, as X12.5 and X231A1 lay them out. */
import { DEFAULT_DELIMITERS, type Delimiters } from './delimiters.ts';
import { mayDelimit } from './interchange-header.ts';
import type { GroupResult, InterchangeResult } from './interchange-result.ts';
import { refuseGroup } from './refuse.ts';
import { SegmentWriter } from './segment-writer.ts';
import { VERSION_999, write999 } from './write-999.ts';

/** Control numbers that the caller has allocated; groups and sets count on from the first. */
export type AcknowledgementControls = {
  readonly interchangeControlNumber: number;
  readonly groupControlNumber: number;
  readonly firstSetControlNumber: number;
};

/** How many control numbers an acknowledgement uses. */
export type ControlsNeeded = { readonly interchanges: 0 | 1; readonly groups: number; readonly sets: number };

/** Who we are, when not simply the inbound receiver. */
export type AcknowledgementIdentity = {
  readonly qualifier: string;
  readonly id: string;
  /** GS02 of the acknowledgement; the inbound GS03 when absent. */
  readonly applicationId?: string;
};

export type AcknowledgeInput = {
  readonly interchange: InterchangeResult;
  readonly controls: AcknowledgementControls;
  /** Written as UTC into ISA09/10 and GS04/05. */
  readonly now: Date;
  readonly identity?: AcknowledgementIdentity;
  /** The inbound ones when absent, so that every value echoed is free of them. */
  readonly delimiters?: Delimiters;
  /** What follows each segment; nothing when absent. */
  readonly lineBreak?: '' | '\n' | '\r\n';
};

/** Groups that are answered together: one GS FA for each pair of application ids. */
type Answer = { readonly us: string; readonly them: string; readonly groups: readonly GroupResult[] };

type Clock = { readonly date: string; readonly time: string };

const QUALIFIERS = new Set(['01', '14', '20', '27', '28', '29', '30', '33', 'ZZ']);

/** How many control numbers `acknowledge` will use for this interchange; all zero when nothing is due. */
export function controlsNeeded(interchange: InterchangeResult): ControlsNeeded {
  const answers = answersFor(interchange);
  const due = interchange.ta1.due || answers.length > 0;
  const sets = answers.reduce((total, answer) => total + answer.groups.length, 0);
  return { interchanges: due ? 1 : 0, groups: answers.length, sets };
}

/**
 * Writes the one acknowledgement interchange for one inbound interchange.
 * @returns its bytes, the same for the same input; undefined when no TA1 and no 999 is due.
 */
export function acknowledge(input: AcknowledgeInput): Uint8Array | undefined {
  const { interchange, controls } = input;
  const answers = answersFor(interchange);
  if (!interchange.ta1.due && answers.length === 0) return undefined;
  const delimiters = input.delimiters ?? mirrored(interchange.delimiters);
  const writer = new SegmentWriter(delimiters, input.lineBreak);
  const clock = clockOf(input.now);
  const control = String(controls.interchangeControlNumber % 1_000_000_000).padStart(9, '0');
  writeHeader(writer, input, delimiters, clock, control);
  if (interchange.ta1.due) writeTa1(writer, interchange, clock);
  let set = controls.firstSetControlNumber;
  answers.forEach((answer, i) => {
    const group = String(controls.groupControlNumber + i);
    const us = input.identity?.applicationId ?? answer.us;
    writer.write('GS', 'FA', us, answer.them, `20${clock.date}`, clock.time, group, 'X', VERSION_999);
    for (const inbound of answer.groups) {
      write999(writer, inbound, String(set).padStart(4, '0'));
      set += 1;
    }
    writer.write('GE', String(answer.groups.length), group);
  });
  // X12.5: IEA01 counts groups; a TA1 is none.
  writer.write('IEA', String(answers.length), control);
  return writer.toBytes();
}

/**
 * Turns a result into the rejection of the whole interchange, answered by a TA1 alone.
 * @param interchange what the engine found.
 * @param ta105 the TA1 note, such as `025` for a duplicate control number.
 */
export function rejectInterchange(interchange: InterchangeResult, ta105: string): InterchangeResult {
  const { ta1 } = interchange;
  const due = ta1.dueIfRejected;
  return {
    ...interchange,
    ta1: { ...ta1, code: 'R', note: ta105, due },
    verdict: 'rejected',
    groups: interchange.groups.map(refuseGroup),
    needsAcknowledgement: due,
  };
}

/** An interchange that is rejected gets its TA1 and no 999. */
function answersFor(interchange: InterchangeResult): Answer[] {
  if (interchange.ta1.code === 'R') return [];
  const answers = new Map<string, { us: string; them: string; groups: GroupResult[] }>();
  for (const group of interchange.groups) {
    if (!group.needsAcknowledgement) continue;
    const [us, them] = [group.applicationReceiver, group.applicationSender];
    const key = `${us}\n${them}`;
    const answer = answers.get(key) ?? { us, them, groups: [] };
    answer.groups.push(group);
    answers.set(key, answer);
  }
  return [...answers.values()];
}

/** The inbound delimiters where they can be used, so that nothing echoed can hold one of them. */
function mirrored(inbound: Delimiters): Delimiters {
  const { element, component, segment } = inbound;
  const fits = [element, component, segment].every((d) => d.length === 1 && mayDelimit(d.charCodeAt(0)));
  if (!fits || new Set([element, component, segment]).size < 3) return DEFAULT_DELIMITERS;
  const free = (d: string): boolean => d !== '' && ![element, component, segment].includes(d);
  const repetition = [inbound.repetition, '^', '|', '!'].find(free) ?? '^';
  return { element, component, segment, repetition };
}

function clockOf(now: Date): Clock {
  const iso = now.toISOString();
  return { date: iso.slice(2, 10).replaceAll('-', ''), time: iso.slice(11, 16).replace(':', '') };
}

function writeHeader(
  writer: SegmentWriter,
  { interchange, identity }: AcknowledgeInput,
  delimiters: Delimiters,
  clock: Clock,
  control: string,
): void {
  const us = identity ?? { qualifier: interchange.receiverQualifier, id: interchange.receiverId };
  const blank = ' '.repeat(10);
  writer.write(
    'ISA',
    '00',
    blank,
    '00',
    blank,
    qualifier(us.qualifier),
    interchangeId(writer, us.id),
    qualifier(interchange.senderQualifier),
    interchangeId(writer, interchange.senderId),
    clock.date,
    clock.time,
    delimiters.repetition,
    '00501',
    control,
    '0',
    interchange.usage === 'T' ? 'T' : 'P',
    delimiters.component,
  );
}

/** An inbound qualifier may be what is wrong; ours must be right. */
function qualifier(value: string): string {
  return QUALIFIERS.has(value) ? value : 'ZZ';
}

function interchangeId(writer: SegmentWriter, value: string): string {
  const id = writer.canWrite(value) ? value : 'UNKNOWN';
  return id.slice(0, 15).padEnd(15);
}

/** X12.5 TA1: ISA13, ISA09 and ISA10 of the inbound interchange, then the verdict on it. */
function writeTa1(writer: SegmentWriter, interchange: InterchangeResult, clock: Clock): void {
  const control = interchange.controlNumber.replace(/\D/g, '').slice(-9).padStart(9, '0');
  const date = /^\d{6}$/.test(interchange.date) ? interchange.date : clock.date;
  const time = /^\d{4}$/.test(interchange.time) ? interchange.time : clock.time;
  writer.write('TA1', control, date, time, interchange.ta1.code, interchange.ta1.note);
}
