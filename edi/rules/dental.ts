/** 837D: when a service was done, or that it is not done yet. */
import { MARK_LINE_DATE, MARK_LINE_DATES, MARK_SERVICE_DATE } from '../mark.ts';
import type { Rule, RuleScope } from '../rule.ts';
import { claimTrigger, loopOfClaim, wrongSegment } from './reading.ts';

const GUIDES = ['837D'];

function endLine(scope: RuleScope): void {
  const { claim } = scope;
  if (claim.line === 0) return;
  if (claim.has(MARK_LINE_DATE)) claim.datedLines += 1;
  else if (claim.undatedLine === 0) claim.undatedLine = claim.afterLineDates;
  claim.line = 0;
}

/**
 * TR3 2300 and 2400 DTP*472: services that were performed have their date at the claim, or at each line. A request for
 * predetermination (CLM19 PB) has none. When no line has one it is the claim's that is missing.
 */
function endClaim(scope: RuleScope): void {
  const { claim, guide } = scope;
  if (
    claim.position === 0 ||
    claim.isPredetermination ||
    claim.has(MARK_SERVICE_DATE) ||
    claim.undatedLine === 0
  )
    return;
  const own = claim.datedLines === 0;
  const line = guide.loops.find(({ id, parent }) => id === '2400' && parent === claim.loop);
  wrongSegment(scope, 'dental.service-date', {
    segmentId: 'DTP',
    name: 'Date - Service Date',
    code: 'I6',
    loop: own ? loopOfClaim(scope, '2300') : line,
    position: own ? claim.afterDates : claim.undatedLine,
    trigger: claimTrigger(scope),
  });
}

export const dentalRules: readonly Rule[] = [
  {
    kind: 'segment',
    segment: 'CLM',
    loops: ['2300'],
    guides: GUIDES,
    given: [19],
    check: ({ claim, cursor }) => {
      claim.isPredetermination = cursor.equals(19, 1, 'PB');
    },
  },
  { kind: 'mark', segment: 'DTP', loops: ['2300'], guides: GUIDES, codes: ['472'], mark: MARK_SERVICE_DATE },
  { kind: 'mark', segment: 'DTP', loops: ['2400'], guides: GUIDES, codes: ['472'], mark: MARK_LINE_DATE },
  ...['SV3', 'TOO', 'DTP'].map(
    (segment): Rule => ({ kind: 'mark', segment, loops: ['2400'], guides: GUIDES, mark: MARK_LINE_DATES }),
  ),
  { kind: 'loop-end', loops: ['2400'], guides: GUIDES, check: endLine },
  { kind: 'loop-end', loops: ['2300'], guides: GUIDES, check: endClaim },
];
