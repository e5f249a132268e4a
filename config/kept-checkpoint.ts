// A checkpoint of the audit trail as it is kept elsewhere: what `claimgate audit checkpoint --json` printed.

import { z } from 'zod';

const keptCheckpoint = z.strictObject({
  records: z.int().min(1),
  hash: z.string().max(200),
  atMs: z.int(),
  publicKey: z.string().max(1000),
  signature: z.string().max(1000),
});

/**
 * @param text what the file holds
 * @returns undefined when that is no checkpoint; whether it was signed, and fits the trail, is not looked at
 */
export function parseKeptCheckpoint(text: string): z.infer<typeof keptCheckpoint> | undefined {
  try {
    return keptCheckpoint.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
