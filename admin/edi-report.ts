// What the engine found in a file, for people.

import type { FileResult } from '../edi/file-result.ts';
import type { Finding } from '../edi/finding.ts';
import type { GroupResult, InterchangeResult, SetResult } from '../edi/interchange-result.ts';
import { printable } from './output.ts';

/** @returns the report, ended by a line break */
export function printFileReport(file: string, result: FileResult): string {
  if (result.kind === 'unreadable') return `${printable(file)}: not readable as X12\n  ${result.plain}\n`;
  const lines = [
    `${printable(file)}: ${count(result.interchanges.length, 'interchange')}, ${count(result.claimCount, 'claim')}`,
  ];
  for (const warning of result.warnings) lines.push(`  Note: ${warning.plain}`);
  for (const interchange of result.interchanges) lines.push(...interchangeLines(interchange));
  return `${lines.map(printable).join('\n')}\n`;
}

function interchangeLines(interchange: InterchangeResult): readonly string[] {
  const { senderId, receiverId, controlNumber, ta1, verdict } = interchange;
  return [
    `  Interchange ${controlNumber} from ${senderId} to ${receiverId}: ${verdict} (TA1 ${ta1.code} ${ta1.note})`,
    ...interchange.groups.flatMap(groupLines),
  ];
}

function groupLines(group: GroupResult): readonly string[] {
  const codes = group.codes.length === 0 ? '' : `, AK905 ${group.codes.join(' ')}`;
  return [
    `    Group ${group.controlNumber} (${group.functionalId} ${group.version}): ${group.verdict}, AK9 ${group.code}${codes}, ${group.acceptedSets} of ${group.receivedSets} sets accepted`,
    ...group.sets.flatMap(setLines),
  ];
}

function setLines(set: SetResult): readonly string[] {
  const codes = set.codes.length === 0 ? '' : ` ${set.codes.join(' ')}`;
  const lines = [
    `      Set ${set.controlNumber} (${set.name}): ${set.verdict}, IK5 ${set.code}${codes}, ${count(set.claimCount, 'claim')}`,
    ...set.findings.flatMap(findingLines),
  ];
  if (set.findingsOmitted > 0) lines.push(`        ... and ${count(set.findingsOmitted, 'further finding')}`);
  return lines;
}

function findingLines(finding: Finding): readonly string[] {
  const loop = finding.loop === '' ? '' : `, loop ${finding.loop}`;
  const unit =
    finding.businessUnit === undefined ? '' : `, ${finding.businessUnit.name} ${finding.businessUnit.value}`;
  return [
    `        ${finding.segmentId || 'Segment'} at ${finding.position}${loop}${unit} [${finding.severity}, ${finding.ruleId}]`,
    `          ${finding.plain}`,
    `          ${finding.hint}`,
  ];
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
