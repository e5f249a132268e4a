/**
 * What is refused as a whole takes its parts with it: nothing below a rejected interchange or group may be read as
 * accepted by anyone who looks at the parts alone (a manifest, a back end).
 */
import type { GroupResult, SetResult } from './interchange-result.ts';

/** A set of a group that was rejected as a whole: AK904 does not count it. */
export function refuseSet(set: SetResult): SetResult {
  return { ...set, code: 'R', verdict: 'rejected' };
}

/** A group of an interchange that was rejected as a whole. */
export function refuseGroup(group: GroupResult): GroupResult {
  return { ...group, code: 'R', verdict: 'rejected', acceptedSets: 0, sets: group.sets.map(refuseSet) };
}
