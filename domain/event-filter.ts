// Which events a hook is told of: kinds by name or with `*` for what follows the dot, and trading partners.

import { eventKinds } from './event.ts';

export interface EventFilter {
  /** `*` for all, `transmission.*`, or a kind. */
  readonly events: readonly string[];
  /** Ids of trading partners; empty: of all, and of what is about none. */
  readonly partners: readonly string[];
}

/** Whether a hook wants to know. */
export function wantsEvent(
  filter: EventFilter,
  event: { readonly kind: string; readonly partnerId: string },
): boolean {
  return (
    filter.events.some((pattern) => matches(pattern, event.kind)) &&
    (filter.partners.length === 0 || filter.partners.includes(event.partnerId))
  );
}

/** @returns the first pattern that no kind of the catalogue fits, so that a slip of the pen is told and not waited on */
export function patternOfNothing(patterns: readonly string[]): string | undefined {
  return patterns.find((pattern) => !eventKinds().some((kind) => matches(pattern, kind)));
}

function matches(pattern: string, kind: string): boolean {
  if (pattern === '*') return true;
  return pattern.endsWith('.*') ? kind.startsWith(pattern.slice(0, -1)) : pattern === kind;
}
