// What a file holds, in the words in which rights are given, from what the engine read of it.

import { type ContentKind, kindOfGroup, kindOfSet } from '../domain/content-kind.ts';
import type { GroupResult, InterchangeResult } from '../edi/interchange-result.ts';

/** @returns each kind once; none where no group could be read */
export function contentKinds(interchanges: readonly InterchangeResult[]): readonly ContentKind[] {
  return [...new Set(interchanges.flatMap(({ groups }) => groups.flatMap(kindsOfGroup)))];
}

/** A group's own word and each of its sets' words: what one of them claims does not get past what the other one is. */
function kindsOfGroup(group: GroupResult): readonly ContentKind[] {
  const sets = group.sets.map((set) =>
    kindOfSet(set.setId, set.version === '' ? group.version : set.version),
  );
  const kinds = [kindOfGroup(group.functionalId, group.version), ...sets];
  // What the engine cannot name is rejected by it. Should a guide come that accepts it, nobody has the right to it yet.
  return group.acceptedSets > 0 ? kinds.map((kind) => (kind === 'unknown' ? 'unlisted' : kind)) : kinds;
}
