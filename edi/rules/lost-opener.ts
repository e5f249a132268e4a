/** What rules must know of a loop whose first segment is missing: that is reported, and nothing else may follow from it. */
import type { GuideLoop } from '../compiled-guide.ts';
import type { RuleScope } from '../rule.ts';

/** A loop has been opened without its first segment, which should have stood at `position`. */
export function openLost({ claim, guide }: RuleScope, loop: GuideLoop, position: number): void {
  const { payers, subscriber } = claim;
  switch (guide.nodes[loop.opener]?.segmentId) {
    case 'HL':
      claim.hierarchyCount += 1;
      claim.hierarchyNumber += 1;
      claim.hierarchyIds[loop.index] = claim.hierarchyNumber;
      claim.hierarchyAt[loop.index] = 0;
      claim.hierarchyHasChild[loop.parent] = 1;
      if (loop.id === '2000C') subscriber.patients += 1;
      break;
    case 'CLM':
      // Position 0: nothing is asked of a claim that has no CLM.
      claim.begin(0, loop.index);
      subscriber.claims += 1;
      break;
    case 'LX':
      claim.beginLine(position);
      claim.lineNumber += 1;
      break;
    case 'SBR':
      claim.endProviders(position);
      payers.open();
      break;
    default:
  }
}
