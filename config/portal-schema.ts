// The settings of the web pages.

import { z } from 'zod';
import { bytes, day, hour, mebibyte, milliseconds, minute, port } from './measures.ts';

export const portal = z
  .strictObject({
    host: z.string().min(1).default('127.0.0.1').describe('Address to listen on.'),
    port: port.default(8080).describe('TCP port to listen on; 0 takes a free one.'),
    tlsCertificateFile: z
      .string()
      .min(1)
      .optional()
      .describe('PEM file with the certificate chain; with the key it turns HTTPS on.'),
    tlsKeyFile: z.string().min(1).optional().describe('PEM file with the private key.'),
    behindHttps: z
      .boolean()
      .default(false)
      .describe('A reverse proxy in front speaks HTTPS: cookies are marked secure.'),
    trustedProxies: z
      .array(z.string())
      .default([])
      .describe('Addresses of reverse proxies whose X-Forwarded-For is believed.'),
    publicUrl: z
      .url({ protocol: /^https?$/ })
      .optional()
      .describe('How browsers reach the portal, when a proxy in front changes it.'),
    timeZone: z.string().default('UTC').describe('The time zone that times are shown in, as IANA names it.'),
    siteName: z.string().min(1).default('Claimgate').describe('Name of the site.'),
    agencyName: z
      .string()
      .min(1)
      .default('Medicaid EDI Gateway')
      .describe('Name of the agency that runs it.'),
    idIssuer: z.string().min(1).default('NCID').describe('What the user id is called.'),
    tradingPartnerInformationUrl: z
      .string()
      .default('/help#trading-partners')
      .describe('Where the link to the Trading Partner Information Page leads.'),
    externalAccountUrl: z
      .string()
      .default('/help#accounts')
      .describe('Where external users (providers) manage their identity.'),
    governmentAccountUrl: z
      .string()
      .default('/help#accounts')
      .describe('Where state and local government employees manage their identity.'),
    supportText: z
      .string()
      .default('Contact the EDI support desk of your agency.')
      .describe('Whom to ask for help, as every page shows it.'),
    warningHeading: z
      .string()
      .max(200)
      .default('')
      .describe('Heading of the warning box on the public home page; empty: no box.'),
    warningItems: z
      .array(z.string().min(1).max(500))
      .default([])
      .describe('What the warning box says, one sentence an item.'),
    quickLinks: z
      .array(
        z.strictObject({
          text: z.string().min(1).max(100).describe('What the link says.'),
          url: z
            .string()
            .regex(/^(?:https:\/\/|\/(?!\/))/)
            .describe('https address, or a path of the portal.'),
        }),
      )
      .default([])
      .describe('Links of the box Quick Links on the public home page (text, url).'),
    maintenance: z
      .array(
        z.strictObject({
          text: z.string().min(1).max(500).describe('What will not work.'),
          from: z.iso.datetime({ offset: true }).describe('When it begins.'),
          until: z.iso.datetime({ offset: true }).describe('When it ends.'),
        }),
      )
      .default([])
      .describe('Planned downtimes (text, from, until): every page tells of them.'),
    maintenanceAheadMs: milliseconds
      .default(7 * day)
      .describe('How long before a planned downtime the pages begin to tell of it.'),
    sessionIdleMs: milliseconds
      .default(15 * minute)
      .describe('A session without a request for so long ends.'),
    secondFactor: z
      .enum(['required', 'optional', 'off'])
      .default('required')
      .describe(
        'Whether users prove more than their password: `required` has each make a second factor at the first sign-in, `optional` asks those who have one.',
      ),
    emailCode: z
      .boolean()
      .default(false)
      .describe(
        'Whether users without a second factor may have a code mailed at each sign-in instead of making one. Weaker: who reads the mailbox can choose a new password too.',
      ),
    confirmMs: milliseconds
      .default(10 * minute)
      .describe(
        'How long after a second factor sensitive acts (keys, factors, rights of users) ask for no new one.',
      ),
    bodyLimitBytes: bytes.default(mebibyte).describe('Largest form that the portal takes.'),
    sessionAbsoluteMs: milliseconds.default(12 * hour).describe('A session ends after so long, used or not.'),
  })
  .prefault({});
