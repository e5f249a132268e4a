// The settings of people's own dealings with their identity (registering, recovering, expiring) and of the mails that
// go with them.

import { z } from 'zod';
import { count, day, hour, milliseconds, minute } from './measures.ts';
import { oidc } from './provider-schema.ts';

export const identity = z
  .strictObject({
    oidc,
    selfRegistration: z
      .boolean()
      .default(true)
      .describe('Whether individual and business users may register themselves in the portal.'),
    confirmationMs: milliseconds
      .default(3 * day)
      .describe(
        'How long the link that confirms an e-mail address is good; then the registration is forgotten.',
      ),
    invitationMs: milliseconds
      .default(14 * day)
      .describe('How long someone whom an administrator invited may take to choose a password.'),
    codeMs: milliseconds.default(10 * minute).describe('How long a mailed six-digit code is good.'),
    linkMs: milliseconds
      .default(hour)
      .describe('How long a mailed link to a new password or an unlock is good.'),
    codeTries: count.default(5).describe('Wrong codes before a code is worth nothing.'),
    requestsPerUser: count
      .default(5)
      .describe('Mails of one kind that may be asked for one user or address within requestWindowMs.'),
    requestsPerAddress: count
      .default(20)
      .describe('Such requests and registrations that one network address may make within requestWindowMs.'),
    requestWindowMs: milliseconds.default(hour).describe('The time that requests are counted in.'),
    expiryMs: milliseconds
      .default(456 * day)
      .describe('A user who has not signed in for so long (15 months) expires; 0: never.'),
    expiryWarningDays: z
      .array(count)
      .default([21, 7])
      .describe('How many days ahead of that a mail warns, once each.'),
    sftpUseCounts: z
      .boolean()
      .default(true)
      .describe('Whether a sign-in by SFTP counts as use, beside one in the portal.'),
  })
  .prefault({});

export const mail = z
  .strictObject({
    from: z
      .string()
      .regex(/^[^\r\n]+@[^\r\n]+$/, { error: 'It must be an e-mail address, or a name and <address>' })
      .default('Claimgate <no-reply@localhost>')
      .describe('Whom mails come from: an address, or a name and <address>.'),
    smtp: z
      .strictObject({
        host: z
          .string()
          .min(1)
          .optional()
          .describe('The mail server. Without it mails are written into data/mail as .eml files.'),
        port: z.int().min(1).max(65535).default(587).describe('TCP port of the mail server.'),
        tls: z
          .enum(['starttls', 'implicit', 'none'])
          .default('starttls')
          .describe(
            '`starttls` refuses to go on without TLS; `implicit` is for port 465; `none` is for a server on this machine.',
          ),
        user: z.string().min(1).optional().describe('User name at the mail server, where it asks for one.'),
        passwordFile: z.string().min(1).optional().describe('File that holds the password for it.'),
        caFile: z
          .string()
          .min(1)
          .optional()
          .describe(
            "PEM file with the certificate of the mail server's issuer, where the machine does not know it.",
          ),
      })
      .prefault({}),
    timeoutMs: milliseconds.default(30_000).describe('How long the mail server may take over any one step.'),
    retryFirstMs: milliseconds
      .default(minute)
      .describe('Delay before the second try; it doubles with each further one.'),
    retryMaxMs: milliseconds.default(hour).describe('The longest delay between tries.'),
    maxAttempts: count
      .default(20)
      .describe('Tries before a mail is given up; `claimgate mail` shows and retries it.'),
    keepMs: milliseconds
      .default(30 * day)
      .describe('How long mails that were sent or given up can be looked at.'),
  })
  .prefault({});

/** Combinations of these settings that cannot be, each with the fix. */
export function impossibleMail(
  settings: z.infer<typeof mail>,
): readonly (readonly [readonly string[], string])[] {
  const { host, tls, user, passwordFile } = settings.smtp;
  const found: (readonly [readonly string[], string])[] = [];
  if ((user === undefined) !== (passwordFile === undefined)) {
    found.push([
      ['mail', 'smtp', 'passwordFile'],
      'Signing in to the mail server needs both. Set mail.smtp.user and mail.smtp.passwordFile, or neither.',
    ]);
  }
  if (host !== undefined && tls === 'none' && !/^(?:localhost|::1|127\.[\d.]+)$/.test(host)) {
    found.push([
      ['mail', 'smtp', 'tls'],
      'Links and codes would cross the network in the clear. Use starttls or implicit; none is for a mail server on this machine.',
    ]);
  }
  return found;
}
