/** What payers ask of billing providers beyond the guide. Off by default: a partner's profile turns it on. */
import type { Rule, RuleScope } from '../rule.ts';
import { nodeIn, wrongSegment } from './reading.ts';

/**
 * NCTracks and most Medicaid agencies match the NPI with the taxonomy; the TR3 says no more than "required when the
 * payer's adjudication is known to be impacted by it". PRV comes right after HL.
 */
function checkTaxonomy(scope: RuleScope): void {
  const { claim, guide, maker } = scope;
  if (claim.billingTaxonomy) return;
  const loop = guide.loops.find(({ id }) => id === '2000A');
  if (loop === undefined || nodeIn(scope, loop.index, 'PRV') === undefined) return;
  wrongSegment(scope, 'provider.billing-taxonomy', {
    segmentId: 'PRV',
    name: 'Billing Provider Specialty Information',
    code: 'I6',
    loop,
    position: maker.position,
  });
}

const GUIDES = ['837P', '837I', '837D'];

export const providerRules: readonly Rule[] = [
  {
    kind: 'segment',
    segment: 'HL',
    loops: ['2000A'],
    guides: GUIDES,
    check: ({ claim }) => {
      claim.billingTaxonomy = false;
    },
  },
  {
    kind: 'segment',
    segment: 'PRV',
    loops: ['2000A'],
    guides: GUIDES,
    check: ({ claim, cursor }) => {
      if (!cursor.isEmpty(3)) claim.billingTaxonomy = true;
    },
  },
  { kind: 'segment', segment: 'NM1', loops: ['2010AA'], guides: GUIDES, check: checkTaxonomy },
];
