// How a mail leaves: to a mail server by SMTP, or, where the operator has named none, into a folder as an .eml file,
// so that everything works on a machine without one.

import { createTransport, type SendMailOptions } from 'nodemailer';
import type { DataDirectory } from '../storage/data-directory.ts';
import { replaceDurably } from '../storage/durable-file.ts';

export interface SmtpSettings {
  readonly host: string;
  readonly port: number;
  /** `implicit`: TLS from the first byte; `starttls`: plain, then TLS or nothing; `none`: in the clear. */
  readonly tls: 'implicit' | 'starttls' | 'none';
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  /** Certificates to trust beside the machine's, as PEM. */
  readonly ca?: string | undefined;
  /** How long the server may take over any one step, in milliseconds. */
  readonly timeoutMs: number;
}

/** A mail, ready to go. */
export interface MailMessage {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  /** Milliseconds since 1970. */
  readonly atMs: number;
}

export type SendOutcome =
  | { readonly kind: 'sent' }
  /** Trying again may help, unless it is `final`. The reason names codes alone: a server's words may repeat the mail. */
  | { readonly kind: 'failed'; readonly reason: string; readonly final: boolean };

export interface MailTransport {
  /** Never throws. */
  send(message: MailMessage): Promise<SendOutcome>;
  close(): void;
}

/** A mail as nodemailer wants it. It may read no file and fetch no URL, whatever stands in it. */
function optionsOf(message: MailMessage): SendMailOptions {
  return {
    // The same at every try, so that a receiver can tell a mail that came twice.
    messageId: `<${message.id}@claimgate>`,
    date: new Date(message.atMs),
    from: message.from,
    // An object: text would be parsed as a list of addresses.
    to: { name: '', address: message.to },
    subject: message.subject,
    text: message.text,
    html: message.html,
    // RFC 3834 section 5: so that no vacation notice answers it.
    headers: { 'Auto-Submitted': 'auto-generated' },
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}

export function createSmtpTransport(settings: SmtpSettings): MailTransport {
  const { host, port, tls, user, password, ca, timeoutMs } = settings;
  const transport = createTransport({
    host,
    port,
    secure: tls === 'implicit',
    requireTLS: tls === 'starttls',
    ignoreTLS: tls === 'none',
    tls: { minVersion: 'TLSv1.2', ...(ca === undefined ? {} : { ca }) },
    ...(user === undefined ? {} : { auth: { user, pass: password ?? '' } }),
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    dnsTimeout: timeoutMs,
    logger: false,
    debug: false,
  });
  return {
    async send(message) {
      try {
        await transport.sendMail(optionsOf(message));
        return { kind: 'sent' };
      } catch (thrown) {
        return { kind: 'failed', ...describe(thrown) };
      }
    },
    close: () => transport.close(),
  };
}

/** Codes of nodemailer and of the server (RFC 5321 section 4.2.1: 5xx to the envelope or content is for good). */
function describe(thrown: unknown): { readonly reason: string; readonly final: boolean } {
  const facts = typeof thrown === 'object' && thrown !== null ? (thrown as Record<string, unknown>) : {};
  const { code, responseCode } = facts;
  const words = [typeof code === 'string' ? code : 'error'];
  if (typeof responseCode === 'number') words.push(String(responseCode));
  const refused = typeof responseCode === 'number' && responseCode >= 500;
  return { reason: words.join(' '), final: refused && (code === 'EENVELOPE' || code === 'EMESSAGE') };
}

/** Writes each mail as a file of its own into `data/mail`, for its owner alone, whole or not at all. */
export function createFolderTransport(directory: DataDirectory): MailTransport {
  const composer = createTransport({ streamTransport: true, buffer: true, newline: 'unix' });
  return {
    async send(message) {
      const composed = await composer.sendMail(optionsOf(message));
      try {
        await replaceDurably(directory.mail(message.id), composed.message.toString());
        return { kind: 'sent' };
      } catch (thrown) {
        return { kind: 'failed', ...describe(thrown) };
      }
    },
    close: () => undefined,
  };
}
