// Ids as an administrator types them.

import {
  type PartnerId,
  parsePartnerId,
  parseTransmissionId,
  parseUserId,
  type TransmissionId,
  type UserId,
} from '../domain/ids.ts';
import { CommandFailure } from './command-failure.ts';

/** @throws CommandFailure (2) */
export function partnerIdOf(text: string): PartnerId {
  const parsed = parsePartnerId(text);
  if (parsed.kind === 'invalid')
    throw new CommandFailure(`"${text}" is not a trading partner id: ${parsed.why}.`, 2);
  return parsed.id;
}

/** @throws CommandFailure (2) */
export function userIdOf(text: string): UserId {
  const parsed = parseUserId(text);
  if (parsed.kind === 'invalid') throw new CommandFailure(`"${text}" is not a user id: ${parsed.why}.`, 2);
  return parsed.id;
}

/** @throws CommandFailure (2) */
export function transmissionIdOf(text: string): TransmissionId {
  const parsed = parseTransmissionId(text);
  if (parsed.kind === 'invalid')
    throw new CommandFailure(`"${text}" is not a transmission id: ${parsed.why}.`, 2);
  return parsed.id;
}
