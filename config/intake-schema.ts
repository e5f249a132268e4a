// The settings of what happens to a file that arrived.

import { z } from 'zod';
import { bytes, count, day, mebibyte, milliseconds, minute, second } from './measures.ts';

export const intake = z
  .strictObject({
    workers: count
      .default(1)
      .describe(
        'Threads that validate large files; small ones have one more thread that large ones never have.',
      ),
    largeFileBytes: bytes.default(4 * mebibyte).describe('From this size on a file is a large one.'),
    leaseMs: z
      .int()
      .min(1000)
      .default(5 * minute)
      .describe('How long one attempt at a file may take before it counts as lost.'),
    maxAttempts: count.default(5).describe('Attempts before a transmission is marked failed.'),
    retryFirstMs: milliseconds
      .default(5 * second)
      .describe('Delay before the second attempt; it doubles with each further one.'),
    retryMaxMs: milliseconds.default(10 * minute).describe('The longest delay between attempts.'),
    adoptStabilityMs: z
      .int()
      .min(100)
      .default(2000)
      .describe(
        'A file that another program put into inbound is taken up when it has not changed for so long.',
      ),
    watch: z
      .enum(['inotify', 'polling'])
      .default('inotify')
      .describe(
        'How files that other programs put into inbound are noticed. Use polling when the data directory is on a network file system.',
      ),
    watchPollMs: z.int().min(100).default(2000).describe('How often polling looks at inbound.'),
    ta1Policy: z
      .enum(['never', 'requested', 'requested-and-errors', 'always'])
      .default('requested-and-errors')
      .describe('When a TA1 is sent.'),
    validation: z.enum(['default', 'strict']).default('default').describe('How severe findings are judged.'),
    duplicateWindowMs: milliseconds
      .default(365 * day)
      .describe('An interchange control number used again within this time is a duplicate (TA1 025).'),
    guideAliases: z
      .boolean()
      .default(false)
      .describe(
        'Whether earlier and later addenda of a guide (X222, X222A2, X223A1, X223A3, X224, X224A1, X224A3) are read by the guide in force, rather than refused (AK905 2).',
      ),
    checkSenderId: z
      .boolean()
      .default(true)
      .describe("Whether ISA06 must be the trading partner's own submitter id (TA1 006)."),
    receiverIds: z
      .array(z.string().min(1).max(15))
      .default([])
      .describe('Our own ids in ISA08; an interchange to another id is rejected (TA1 009). Empty: any.'),
  })
  .prefault({});
