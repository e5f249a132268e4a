// The settings of passwords and of what wrong ones lead to.

import { z } from 'zod';
import { count, hour, milliseconds, minute, second } from './measures.ts';

export const auth = z
  .strictObject({
    passwordPolicy: z
      .enum(['myncid', 'ncid-classic', 'nist'])
      .default('myncid')
      .describe('Which identity passwords are taken.'),
    bcryptCost: z.int().min(10).max(16).default(12).describe('Cost of a password hash: 2^cost rounds.'),
    maxConcurrentHashes: count.default(2).describe('Password hashes computed at once.'),
    maxQueuedHashes: count
      .default(64)
      .describe('Sign-ins that may wait for their hash; further ones are refused.'),
    verifiedPasswordCacheMs: milliseconds
      .default(60 * second)
      .describe('How long an SFTP password once verified is not hashed again; 0 always hashes.'),
    freeFailures: count.default(5).describe('Wrong passwords in a row before there is any delay.'),
    firstDelayMs: milliseconds
      .default(30 * second)
      .describe('The first delay; it doubles with each further wrong password.'),
    maxDelayMs: milliseconds.default(hour).describe('The longest delay.'),
    lockFailures: z
      .int()
      .min(2)
      .max(100)
      .default(10)
      .describe('Wrong passwords in a row that lock the account.'),
    lockMs: milliseconds.default(2 * hour).describe('How long the lock lasts.'),
    addressFailures: count.default(50).describe('Wrong passwords from one address that block it.'),
    networkFailures: count
      .default(200)
      .describe('Wrong passwords from one network (/24, for IPv6 /56) that block it.'),
    addressBlockMs: milliseconds
      .default(15 * minute)
      .describe('How long a block of an address or network lasts.'),
  })
  .prefault({});
