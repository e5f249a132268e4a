// API keys: made, and known again. A key is `cgk_` and 64 characters: its row's id (a UUID, 16 bytes) and 32 random bytes.
// These cannot be guessed, so that one SHA-256 is enough to keep them by (no password is; auth/password-hasher.ts), and a
// wrong one is counted against its address alone.

import { createHash } from 'node:crypto';
import { uuidV7 } from '../domain/ids.ts';
import {
  type ApiKey,
  addApiKey,
  findApiKey,
  type NewApiKey,
  noteApiKeyUse,
  recordRefusedKey,
} from '../storage/api-key-store.ts';
import type { Database } from '../storage/transaction.ts';
import { sameText } from './password-hasher.ts';
import type { SignInThrottle } from './throttle.ts';

/** Marks a key as one of Claimgate's, for programs that look for secrets in places where none should be. */
const prefix = 'cgk_';
const keyForm = /^cgk_[A-Za-z0-9_-]{64}$/;
const idBytes = 16;
/** Bytes of the secret half: 256 bits (rule R18). */
const secretBytes = 32;
/** A key's use is written down at most so often, in milliseconds: not each request shall write a row. */
const noteEveryMs = 60_000;
const recordEveryMs = 3_600_000;

export type CreateKeyOutcome =
  | { readonly kind: 'added'; readonly key: ApiKey; readonly text: string }
  | { readonly kind: 'no-such-partner' };

/**
 * Makes a key.
 * @returns its text, which is nowhere else and is never shown again
 */
export async function createApiKey(
  database: Database,
  input: Omit<NewApiKey, 'id' | 'secretHash'>,
): Promise<CreateKeyOutcome> {
  const id = uuidV7(database.now(), database.randomBytes(10));
  const secret = database.randomBytes(secretBytes);
  const outcome = await addApiKey(database, { ...input, id, secretHash: hashOf(secret) });
  if (outcome.kind !== 'added') return outcome;
  const text = `${prefix}${Buffer.concat([Buffer.from(id.replaceAll('-', ''), 'hex'), secret]).toString('base64url')}`;
  return { ...outcome, text };
}

export type KeyRefusal =
  | { readonly kind: 'malformed' | 'unknown' }
  | { readonly kind: 'expired' | 'revoked'; readonly key: ApiKey }
  | { readonly kind: 'blocked'; readonly untilMs: number };

export interface ApiKeys {
  /**
   * Knows a key again.
   * @param input.text as the program has sent it
   */
  authenticate(input: {
    readonly text: string;
    readonly address: string;
  }): Promise<{ readonly kind: 'known'; readonly key: ApiKey } | KeyRefusal>;
  /** Whether a key that was known is still good: for what goes on for long. */
  isStillGood(id: string): Promise<boolean>;
}

export interface ApiKeyDeps {
  readonly database: Database;
  readonly throttle: Pick<SignInThrottle, 'blockedUntil' | 'fail'>;
}

export function createApiKeys(deps: ApiKeyDeps): ApiKeys {
  const { database, throttle } = deps;
  const recorded = new Map<string, number>();
  /** A program that goes on with a key that has ended writes one audit record an hour, not one a request. */
  const recordRefusal = async (
    key: ApiKey,
    reason: 'expired' | 'revoked',
    address: string,
  ): Promise<void> => {
    const nowMs = database.now();
    if ((recorded.get(key.id) ?? 0) > nowMs - recordEveryMs) return;
    recorded.set(key.id, nowMs);
    await recordRefusedKey(database, { key, reason, address });
  };
  return {
    async authenticate({ text, address }) {
      const who = { user: undefined, address };
      const untilMs = await throttle.blockedUntil('api', who);
      if (untilMs > 0) return { kind: 'blocked', untilMs };
      const shown = await recognize(database, text);
      if (shown.kind !== 'recognized') {
        await throttle.fail('api', who);
        return shown;
      }
      const { key } = shown;
      const reason = whyNotGood(key, database.now());
      if (reason !== undefined) {
        await recordRefusal(key, reason, address);
        return { kind: reason, key };
      }
      if ((key.lastUsedAtMs ?? 0) < database.now() - noteEveryMs)
        await noteApiKeyUse(database, { id: key.id, address });
      return { kind: 'known', key };
    },
    async isStillGood(id) {
      const key = await findApiKey(database, id);
      return key !== undefined && whyNotGood(key, database.now()) === undefined;
    },
  };
}

async function recognize(
  database: Database,
  text: string,
): Promise<
  { readonly kind: 'recognized'; readonly key: ApiKey } | { readonly kind: 'malformed' | 'unknown' }
> {
  const parsed = parseKey(text);
  if (parsed === undefined) return { kind: 'malformed' };
  const key = await findApiKey(database, parsed.id);
  // Compared even when there is no such key, so that the time tells nothing.
  const isRight = sameText(key?.secretHash ?? noHash, parsed.secretHash);
  return key === undefined || !isRight ? { kind: 'unknown' } : { kind: 'recognized', key };
}

/** @returns why a key is good no more; undefined when it is good */
export function whyNotGood(
  key: Pick<ApiKey, 'expiresAtMs' | 'revokedAtMs'>,
  nowMs: number,
): 'expired' | 'revoked' | undefined {
  if (key.revokedAtMs !== undefined) return 'revoked';
  return key.expiresAtMs <= nowMs ? 'expired' : undefined;
}

/** No SHA-256 in hexadecimal is as short. */
const noHash = '-';

const hashOf = (secret: Uint8Array): string => createHash('sha256').update(secret).digest('hex');

function parseKey(text: string): { readonly id: string; readonly secretHash: string } | undefined {
  if (!keyForm.test(text)) return undefined;
  const bytes = Buffer.from(text.slice(prefix.length), 'base64url');
  const hex = bytes.subarray(0, idBytes).toString('hex');
  const id = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  return { id, secretHash: hashOf(bytes.subarray(idBytes)) };
}
