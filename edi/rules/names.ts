/** Names of persons: X12 RFI 2502 has NM104 missing for a person as IK403 I9. */
import { USAGE_SITUATIONAL } from '../compiled-guide.ts';
import { type Rule, specOf } from '../rule.ts';

export const nameRules: readonly Rule[] = [
  {
    kind: 'segment',
    segment: 'NM1',
    check: ({ cursor, guide, maker }, node) => {
      const spec = specOf(node, 4);
      if (spec?.usage !== USAGE_SITUATIONAL || !cursor.equals(2, 1, '1') || !cursor.isEmpty(4)) return;
      const loop = guide.loops[node.loop]?.id ?? '';
      const trigger = { segmentId: 'NM1', position: maker.position, loop, element: 2 };
      maker.element('name.first-required', { code: 'I9', node, element: 4, spec, trigger });
    },
  },
];
