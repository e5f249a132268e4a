/** Attachments: PWK announces papers that come another way. */
import type { GuideNode } from '../compiled-guide.ts';
import type { Rule, RuleScope } from '../rule.ts';
import { wrong } from './reading.ts';

/** By mail, e-mail, file transfer, fax, electronically: all but on request at the provider (AA). */
const SENT = ['BM', 'EL', 'EM', 'FT', 'FX'];

/** TR3 PWK05 and PWK06: required when PWK02 is one of these. One without the other is P0506 already. */
function checkControlNumber(scope: RuleScope, node: GuideNode): void {
  const { cursor, guide, maker } = scope;
  if (!cursor.isEmpty(5) || !cursor.isEmpty(6) || node.elements.length < 6) return;
  if (!SENT.some((how) => cursor.equals(2, 1, how))) return;
  const loop = guide.loops[node.loop]?.id ?? '';
  const trigger = { segmentId: 'PWK', position: maker.position, loop, element: 2 };
  wrong(scope, 'attachment.control-number', node, 6, 'I9', { trigger });
}

export const attachmentRules: readonly Rule[] = [
  { kind: 'segment', segment: 'PWK', loops: ['2300', '2400'], unless: [5, 6], check: checkControlNumber },
];
