// Ids as rows hold them.

import { type PartnerId, parseUserId, type UserId } from '../domain/ids.ts';
import { storedPartnerId } from './partner-store.ts';

/**
 * Reads back an id that a row holds.
 * @throws Error when the row was not written by Claimgate
 */
export function storedUserId(text: string): UserId {
  const parsed = parseUserId(text);
  if (parsed.kind === 'invalid') throw new Error(`The database holds ${JSON.stringify(text)} as a user id.`);
  return parsed.id;
}

/** @returns undefined for a user of no trading partner */
export function maybePartnerId(text: string | null): PartnerId | undefined {
  return text === null ? undefined : storedPartnerId(text);
}
