// Passwords at rest: bcrypt over the base64 of HMAC-SHA-256(pepper, NFC(password)). bcrypt alone reads 72 bytes and
// stops at a NUL; the HMAC makes every password 44 plain characters, and without the pepper, which is not in the
// database, a stolen database alone cannot be guessed against.

import { createHmac, timingSafeEqual } from 'node:crypto';
import bcrypt from 'bcrypt';
import { createHashLimiter } from './hash-limiter.ts';

export interface PasswordHasher {
  /** @throws TooManyHashesError */
  hash(password: string): Promise<string>;
  /**
   * @returns whether the password is the one that was hashed
   * @throws TooManyHashesError
   */
  verify(password: string, hash: string): Promise<boolean>;
  /**
   * As verify, remembering a success for a short while: clients that sign in for every file are not slowed down by
   * bcrypt each time. What is remembered is a keyed hash that dies with the process, never the password.
   * @throws TooManyHashesError
   */
  verifyCached(password: string, hash: string, owner: string): Promise<boolean>;
  /**
   * Costs what verify costs, and is always false: for users that do not exist.
   * @throws TooManyHashesError
   */
  verifyNothing(password: string): Promise<false>;
}

export interface PasswordHasherOptions {
  readonly pepper: Uint8Array;
  /** bcrypt cost: 2^cost rounds. */
  readonly cost: number;
  readonly maxConcurrentHashes: number;
  readonly maxQueuedHashes: number;
  /** How long a verified password is remembered, in milliseconds; 0 never. */
  readonly verifiedCacheMs: number;
  readonly now: () => number;
  readonly randomBytes: (count: number) => Uint8Array;
}

/** The cache's bound: beyond it the oldest entries go. */
const maxCached = 10_000;

export function createPasswordHasher(options: PasswordHasherOptions): PasswordHasher {
  const limiter = createHashLimiter({
    concurrent: options.maxConcurrentHashes,
    queued: options.maxQueuedHashes,
  });
  const cacheKey = options.randomBytes(32);
  /** Keyed hash of owner, stored hash and password -> until when it holds. */
  const verified = new Map<string, number>();
  const prepare = (password: string): string =>
    createHmac('sha256', options.pepper).update(password.normalize('NFC'), 'utf8').digest('base64');
  // A hash of nothing that anyone knows, made once: unknown users are compared with it.
  let decoy: Promise<string> | undefined;
  const verify = (password: string, hash: string) =>
    limiter.run(() => bcrypt.compare(prepare(password), hash));
  const fingerprintOf = (password: string, hash: string, owner: string): string =>
    createHmac('sha256', cacheKey)
      .update(JSON.stringify([owner, hash, password.normalize('NFC')]))
      .digest('base64');
  return {
    hash: (password) => limiter.run(() => bcrypt.hash(prepare(password), options.cost)),
    verify,
    async verifyCached(password, hash, owner) {
      if (options.verifiedCacheMs === 0) return verify(password, hash);
      const fingerprint = fingerprintOf(password, hash, owner);
      if ((verified.get(fingerprint) ?? 0) > options.now()) return true;
      verified.delete(fingerprint);
      if (!(await verify(password, hash))) return false;
      for (const oldest of verified.keys()) {
        if (verified.size < maxCached) break;
        verified.delete(oldest);
      }
      verified.set(fingerprint, options.now() + options.verifiedCacheMs);
      return true;
    },
    async verifyNothing(password) {
      decoy ??= bcrypt.hash(Buffer.from(options.randomBytes(32)).toString('base64'), options.cost);
      await verify(password, await decoy);
      return false;
    },
  };
}

/**
 * Compares two texts without telling by time where they differ.
 */
export function sameText(one: string, other: string): boolean {
  const key = 'claimgate';
  const digest = (text: string) => createHmac('sha256', key).update(text).digest();
  return timingSafeEqual(digest(one), digest(other));
}
