// How long what the gateway keeps is kept. Days, since no one reckons legal periods in milliseconds.

import { z } from 'zod';

const days = z.int().min(1).max(36_500);

export const retention = z
  .strictObject({
    originalsDays: days
      .default(3650)
      .describe(
        'Originals and the durable copies of their answers, from the day of receipt. The default is the longest that we know of: 10 years for records of Medicaid managed care (42 CFR 438.3(u)); HIPAA asks for 6 years of documentation (45 CFR 164.316(b)(2)(i)).',
      ),
    inboundDays: days
      .default(30)
      .describe('Names in inbound of files that were answered; the originals stay.'),
    outboundCollectedDays: days
      .default(90)
      .describe('Files in outbound, from when they were first fetched whole.'),
    outboundUncollectedDays: days
      .default(365)
      .describe('Files in outbound that nobody has fetched; the trading partner is warned first.'),
    quarantineDays: days
      .default(365)
      .describe('Files in quarantine, with their originals, once their reports are gone from outbound.'),
    eventsDays: days
      .default(400)
      .describe('Events and their deliveries; none that a webhook still waits for.'),
    journalDays: days
      .default(3650)
      .describe('Rows of transmissions whose originals are gone. The audit trail is never purged.'),
    graceDays: days
      .default(30)
      .describe('How long after its warning something that nobody has fetched is kept.'),
    intervalMinutes: z.int().min(1).default(60).describe('How often it is looked for what has had its time.'),
  })
  .prefault({});
