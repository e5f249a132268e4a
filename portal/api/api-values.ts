// Values that many requests and answers have: ids as they come in, times as they go out.

import { createHash } from 'node:crypto';
import { z } from 'zod';
import {
  type IdOutcome,
  type PartnerId,
  parsePartnerId,
  parseTransmissionId,
  parseUserId,
} from '../../domain/ids.ts';
import type { Caller } from './endpoint.ts';

/** Longer than any id, in characters. */
const maxIdCharacters = 100;

function idOf<Id>(parse: (text: string) => IdOutcome<Id>) {
  return z
    .string()
    .max(maxIdCharacters)
    .transform((text, context): Id => {
      const parsed = parse(text);
      if (parsed.kind === 'ok') return parsed.id;
      context.addIssue({ code: 'custom', message: `This is no id: ${parsed.why}.` });
      return z.NEVER;
    });
}

export const partnerIdIn = idOf(parsePartnerId).describe('A trading partner’s id.');
export const userIdIn = idOf(parseUserId).describe('A user’s id (NCID).');
export const transmissionIdIn = idOf(parseTransmissionId).describe('A transmission’s id.');

/** An id of ours that has no type of its own. */
export const plainIdIn = z.string().min(1).max(maxIdCharacters);

/** A time as callers give it, in milliseconds since 1970 from here on. */
export const timeIn = z.iso
  .datetime({ offset: true })
  .transform((text) => Date.parse(text))
  .describe('A time with its zone (RFC 3339).');

/** A name of a person or an organisation: nothing in it acts on a terminal, and every character is a whole one. */
export const nameIn = z
  .string()
  .trim()
  .min(1)
  .max(200)
  .refine((text) => !/[\p{Cc}\p{Cs}]/u.test(text), 'A name has no control characters.');

export const flagIn = z.enum(['true', 'false']).transform((text) => text === 'true');

export const noParameters = z.strictObject({});

/** UTC with milliseconds (RFC 3339). */
export const timeOut = z.iso.datetime();
export const maybeTimeOut = timeOut.nullable();

export const printTime = (atMs: number): string => new Date(atMs).toISOString();
export const printMaybeTime = (atMs: number | undefined): string | null =>
  atMs === undefined ? null : printTime(atMs);

/** Whether a key may know of a trading partner. */
export const maySee = ({ key }: Caller, partnerId: string | undefined): boolean =>
  key.partnerId === undefined || key.partnerId === partnerId;

/**
 * Of whose things a list may tell.
 * @param asked the trading partner that the caller has named, if any
 * @returns the partner; undefined: of all. `none`: of none, since the key is for another one
 */
export function partnerToSee({ key }: Caller, asked: PartnerId | undefined): PartnerId | undefined | 'none' {
  if (key.partnerId === undefined || key.partnerId === asked) return asked;
  return asked === undefined ? key.partnerId : 'none';
}

/** A strong entity tag (RFC 9110 section 8.8.3) of what a thing is shown as. */
export const etagOf = (shown: unknown): string => etagOfText(JSON.stringify(shown));

/** The same of the answer's body. */
export const etagOfText = (body: string): string =>
  `"${createHash('sha256').update(body).digest('base64url').slice(0, 27)}"`;

/**
 * Whether If-Match lets a change be made (RFC 9110 section 13.1.1).
 * @param etag of the thing as it is now
 */
export function isMatch(ifMatch: string | undefined, etag: string): boolean {
  if (ifMatch === undefined || ifMatch.trim() === '*') return true;
  return ifMatch.split(',').some((one) => one.trim() === etag);
}
