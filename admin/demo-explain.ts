// A 999 in plain words, for the end of the demo.

import type { AcknowledgementView } from '../edi/explain.ts';

/** @returns lines for people, indented under the file's name */
export function explainAcknowledgement(view: AcknowledgementView): readonly string[] {
  const lines: string[] = [];
  if (view.ta1 !== undefined) lines.push(`TA1 ${view.ta1.code} ${view.ta1.note}: ${view.ta1.plain}`);
  for (const group of view.groups) {
    lines.push(`999 ${group.code}: ${group.plain}`);
    for (const set of group.sets) {
      for (const error of set.errors) lines.push(`  set ${set.controlNumber}: ${error.plain}`);
    }
  }
  return lines;
}
