// What the engine found in a file, for people: the segment with a caret under what is wrong, what it is, why, and how
// to fix it.

import type { Delimiters } from '../edi/delimiters.ts';
import { stretchOf } from '../edi/element-stretch.ts';
import type { FileResult } from '../edi/file-result.ts';
import type { Finding } from '../edi/finding.ts';
import type { GroupResult, InterchangeResult, SetResult, Verdict } from '../edi/interchange-result.ts';
import type { SetPlace } from '../edi/segment-walk.ts';
import { type Colour, type Painter, plainPainter } from './colour.ts';
import { caretLines } from './edi-caret.ts';
import type { Excerpts } from './edi-excerpts.ts';
import { printable } from './output.ts';

export interface ReportDeps {
  readonly paint: Painter;
  /** The segments that findings point at. */
  readonly excerpts: Excerpts;
}

const bare: ReportDeps = { paint: plainPainter, excerpts: { at: () => undefined } };

const verdictColours: Readonly<Record<Verdict, Colour>> = {
  accepted: 'green',
  'accepted-with-errors': 'yellow',
  'partially-accepted': 'red',
  rejected: 'red',
};

/** How severities are told. */
const severityWords: Readonly<Record<Finding['severity'], readonly [word: string, colour: Colour]>> = {
  reject: ['error', 'red'],
  'accept-with-error': ['error, accepted', 'yellow'],
  report: ['note', 'cyan'],
};

/** IK304: what is missing has no segment of its own; what is shown is the one before which it belongs. */
const missingCodes = ['3', 'I6', 'I7', 'I8'];

/** @returns the report, ended by a line break */
export function printFileReport(file: string, result: FileResult, deps: ReportDeps = bare): string {
  const { paint } = deps;
  if (result.kind === 'unreadable')
    return `${printable(file)}: ${paint('red', 'not readable as X12')}\n  ${result.plain}\n`;
  const lines = [
    `${paint('bold', printable(file))}: ${count(result.interchanges.length, 'interchange')}, ${count(result.claimCount, 'claim')}`,
  ];
  for (const warning of result.warnings) lines.push(`  Note: ${printable(warning.plain)}`);
  for (const [at, interchange] of result.interchanges.entries())
    lines.push(...interchangeLines(interchange, at, deps));
  return `${lines.join('\n')}\n`;
}

function interchangeLines(interchange: InterchangeResult, at: number, deps: ReportDeps): readonly string[] {
  const { senderId, receiverId, controlNumber, ta1, verdict, delimiters } = interchange;
  const names = printable(`${controlNumber} from ${senderId} to ${receiverId}`);
  return [
    `  Interchange ${names}: ${painted(verdict, deps)} (TA1 ${ta1.code} ${ta1.note})`,
    ...interchange.groups.flatMap((group, index) => groupLines(group, [at, index], { ...deps, delimiters })),
  ];
}

type InsideDeps = ReportDeps & { readonly delimiters: Delimiters };

function groupLines(
  group: GroupResult,
  [interchange, at]: readonly [number, number],
  deps: InsideDeps,
): readonly string[] {
  const codes = group.codes.length === 0 ? '' : `, AK905 ${group.codes.join(' ')}`;
  const name = printable(`${group.controlNumber} (${group.functionalId} ${group.version})`);
  return [
    `    Group ${name}: ${painted(group.verdict, deps)}, AK9 ${group.code}${codes}, ${group.acceptedSets} of ${group.receivedSets} sets accepted`,
    ...group.sets.flatMap((set, index) => setLines(set, [interchange, at, index], deps)),
  ];
}

function setLines(set: SetResult, place: SetPlace, deps: InsideDeps): readonly string[] {
  const codes = set.codes.length === 0 ? '' : ` ${set.codes.join(' ')}`;
  const name = printable(`${set.controlNumber} (${set.name})`);
  const lines = [
    `      Set ${name}: ${painted(set.verdict, deps)}, IK5 ${set.code}${codes}, ${count(set.claimCount, 'claim')}`,
    ...set.findings.flatMap((finding) => findingLines(finding, place, deps)),
  ];
  if (set.findingsOmitted > 0) lines.push(`        ... and ${count(set.findingsOmitted, 'further finding')}`);
  return lines;
}

function findingLines(finding: Finding, place: SetPlace, deps: InsideDeps): readonly string[] {
  const { paint } = deps;
  const loop = finding.loop === '' ? '' : `, loop ${finding.loop}`;
  const unit =
    finding.businessUnit === undefined ? '' : `, ${finding.businessUnit.name} ${finding.businessUnit.value}`;
  const [word, colour] = severityWords[finding.severity];
  const where = printable(`${finding.segmentId || 'Segment'} at ${finding.position}${loop}${unit}`);
  return [
    `        ${paint(colour, word)} ${where} ${paint('dim', `[${finding.ruleId}, SNIP ${finding.snip}]`)}`,
    ...excerptLines(finding, place, deps).map((line) => `          ${line}`),
    `          ${printable(finding.plain)}`,
    `          ${printable(finding.hint)}`,
  ];
}

function excerptLines(finding: Finding, place: SetPlace, deps: InsideDeps): readonly string[] {
  const { excerpts, paint, delimiters } = deps;
  const segment = excerpts.at(place, finding.position);
  if (segment === undefined) return [];
  const missing = finding.element === undefined && missingCodes.includes(finding.segmentCode);
  if (missing) return caretLines(segment, undefined).map((line) => paint('dim', `before ${line}`));
  // The engine and the second reading may count a broken envelope differently: then nothing is better than a wrong line.
  if (!segment.trim().startsWith(finding.segmentId)) return [];
  const { element } = finding;
  const stretch = element && stretchOf(segment, element, delimiters);
  const [text = '', carets] = caretLines(segment, stretch);
  return carets === undefined ? [text] : [text, paint(severityWords[finding.severity][1], carets)];
}

function painted(verdict: Verdict, { paint }: ReportDeps): string {
  return paint(verdictColours[verdict], verdict);
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
