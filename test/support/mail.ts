// A real mail server on loopback, and the mails that a folder or a server was given, read as a mail program reads them.

import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import PostalMime, { type Email } from 'postal-mime';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { createFolderTransport } from '../../hooks/mail-transport.ts';
import { startMailer } from '../../hooks/mailer.ts';
import type { PortalUnderTest } from './portal.ts';
import { until } from './until.ts';

interface TestScope {
  teardown(work: () => Promise<void> | void): void;
}

export interface ReceivedMail {
  readonly to: string;
  readonly raw: string;
  readonly mail: Email;
  /** Whether it came through TLS. */
  readonly secure: boolean;
  readonly user: string | undefined;
}

export interface TestMailServer {
  readonly port: number;
  readonly received: ReceivedMail[];
}

/** Starts a mail server; it ends with the test. */
export async function startMailServer(
  t: TestScope,
  options: SMTPServerOptions = {},
): Promise<TestMailServer> {
  const received: ReceivedMail[] = [];
  const server = new SMTPServer({
    disableReverseLookup: true,
    authOptional: true,
    logger: false,
    ...options,
    onData(stream, session, callback) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const raw = Buffer.concat(chunks).toString();
        PostalMime.parse(raw).then((mail) => {
          received.push({
            to: session.envelope.rcptTo.map(({ address }) => address).join(' '),
            raw,
            mail,
            secure: session.secure,
            user: session.user,
          });
          callback();
        }, callback);
      });
    },
  });
  // A client that hangs up on a bad certificate is the test's doing.
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => new Promise((resolve) => server.close(resolve)));
  const address = server.server.address();
  if (address === null || typeof address === 'string') throw new Error('The mail server has no port.');
  return { port: address.port, received };
}

/** A certificate for 127.0.0.1 that nobody knows, and its key, as PEM. */
export function makeCertificate(directory: string): { readonly cert: string; readonly key: string } {
  const file = (name: string) => join(directory, name);
  execFileSync(
    'openssl',
    [
      ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'],
      ['-keyout', file('key.pem'), '-out', file('cert.pem'), '-subj', '/CN=127.0.0.1'],
      ['-addext', 'subjectAltName=IP:127.0.0.1'],
    ].flat(),
    { stdio: 'ignore' },
  );
  return { cert: readFileSync(file('cert.pem'), 'utf8'), key: readFileSync(file('key.pem'), 'utf8') };
}

/** Every mail in a folder of .eml files, the oldest first. */
export async function readMailFolder(folder: string): Promise<readonly Email[]> {
  const names = readdirSync(folder)
    .filter((name) => name.endsWith('.eml'))
    .sort();
  return Promise.all(names.map((name) => PostalMime.parse(readFileSync(join(folder, name)))));
}

/** Waits until a folder has a mail about something, and gives the newest such. */
export function waitForMail(folder: string, input: { subject: RegExp; to?: string }): Promise<Email> {
  return until(`a mail about ${input.subject}`, async () => {
    const mails = (await readMailFolder(folder)).filter(
      ({ subject, to }) =>
        input.subject.test(subject ?? '') && (input.to === undefined || to?.[0]?.address === input.to),
    );
    return mails.at(-1) ?? false;
  });
}

/** The link's path and query, of the kind that carries a token. */
export function linkIn(mail: Email): string {
  const url = /https?:\/\/\S+\/link\?token=[A-Za-z0-9_-]{64}/.exec(mail.text ?? '')?.[0];
  if (url === undefined) throw new Error(`The mail has no link: ${mail.text}`);
  const { pathname, search } = new URL(url);
  return `${pathname}${search}`;
}

/** The six digits in a mail. */
export function codeIn(mail: Email): string {
  const code = /^ {4}(\d{6})$/m.exec(mail.text ?? '')?.[1];
  if (code === undefined) throw new Error(`The mail has no code: ${mail.text}`);
  return code;
}

/** Has the mails of a portal under test written into files; returns their folder. */
export function startPortalMailer(running: PortalUnderTest): string {
  const mailer = startMailer({
    database: running.database,
    observe: running.observe,
    settings: { from: 'Claimgate <no-reply@agency.example>', retryFirstMs: 1, retryMaxMs: 2, maxAttempts: 3 },
    transport: createFolderTransport(running.data),
    place: () => ({
      siteName: 'Claimgate',
      agencyName: 'Example State Medicaid',
      idIssuer: 'NCID',
      supportText: 'Call EDI support at 800-555-0100.',
      portalUrl: running.url,
      timeZone: 'UTC',
    }),
    secrets: running.secrets,
    random: Math.random,
  });
  running.closeFirst.push(() => mailer.close());
  return join(running.data.root, 'mail');
}
