// The settings of the database and the disk.

import { z } from 'zod';
import { bytes, day, gibibyte, mebibyte, milliseconds, second } from './measures.ts';

export const storage = z
  .strictObject({
    busyTimeoutMs: milliseconds
      .default(10 * second)
      .describe('How long to wait for another process to finish writing.'),
    changePollMs: z
      .int()
      .min(10)
      .default(250)
      .describe('How often to look whether another process has changed something.'),
    maxFileBytes: bytes.default(2 * gibibyte).describe('Largest file that a partner may send.'),
    minFreeBytes: z
      .int()
      .min(0)
      .default(256 * mebibyte)
      .describe('Uploads are refused when less than this is free on the disk.'),
    receiveLogFiles: z
      .int()
      .min(0)
      .max(1000)
      .default(4)
      .describe(
        'From so many small files (64 KiB each) within a tenth of a second on they are written into a log first, so that their senders wait less, and taken into the journal together two seconds later at most; 0: never. It is for sftp.workers: 1.',
      ),
    interruptedExpiryMs: milliseconds
      .default(7 * day)
      .describe('An interrupted upload that no one resumes is removed after so long.'),
  })
  .prefault({});
