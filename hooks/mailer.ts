// Sends the mails in the queue: finds out whom each goes to, writes its words, computes its link and code, hands it to
// the transport, and tries again with growing pauses. A mail whose link has meanwhile run out is not sent any more.

import { parseUserId } from '../domain/ids.ts';
import type { MailContent, MailReader } from '../domain/mail.ts';
import { describeFault, type Observe } from '../domain/observation.ts';
import { listDueMails, recordMail, type StoredMail } from '../storage/mail-store.ts';
import { findOneTimeSecret, type OneTimeSecret } from '../storage/one-time-secret-store.ts';
import type { Database } from '../storage/transaction.ts';
import { findUser, findUsersByPerson } from '../storage/user-store.ts';
import { layMailOut } from './mail-layout.ts';
import type { MailTransport } from './mail-transport.ts';
import { type MailPlace, writeMail } from './mail-words.ts';

export interface MailerSettings {
  readonly from: string;
  readonly retryFirstMs: number;
  readonly retryMaxMs: number;
  readonly maxAttempts: number;
}

export interface MailerDeps {
  readonly database: Database;
  readonly observe: Observe;
  readonly settings: MailerSettings;
  readonly transport: MailTransport;
  /** A function, because the portal's port is known only after listening. */
  readonly place: () => MailPlace;
  /** Computes what a link or code is (auth/one-time-secret.ts). */
  readonly secrets: {
    tokenOf(name: { readonly id: string; readonly purpose: string }): string;
    codeOf(name: { readonly id: string; readonly purpose: string }): string;
  };
  /** A number from 0 to 1, for the spread of pauses. */
  readonly random: () => number;
}

/** How often retries are looked for when nothing wakes us, in milliseconds. */
const pauseMs = 1_000;
const batch = 20;

/** Starts sending. */
export function startMailer(deps: MailerDeps): { readonly close: () => Promise<void> } {
  let closing = false;
  let running: Promise<void> | undefined;
  let again = false;
  const round = async (): Promise<void> => {
    do {
      again = false;
      for (const mail of await listDueMails(deps.database, batch)) {
        if (closing) return;
        await attempt(deps, mail);
        again = true;
      }
    } while (again && !closing);
  };
  const wake = (): void => {
    again = true;
    if (closing || running !== undefined) return;
    running = round()
      .catch((thrown: unknown) =>
        deps.observe({ kind: 'fault', where: 'hooks.mailer', fault: describeFault(thrown) }),
      )
      .finally(() => {
        running = undefined;
      });
  };
  const timer = setInterval(wake, pauseMs);
  const unsubscribe = deps.database.changes.subscribe(wake);
  wake();
  return {
    async close() {
      closing = true;
      clearInterval(timer);
      unsubscribe();
      await running;
      deps.transport.close();
    },
  };
}

/** A mail that cannot be written at all does not hold up those behind it. */
async function attempt(deps: MailerDeps, mail: StoredMail): Promise<void> {
  try {
    await deliver(deps, mail);
  } catch (thrown) {
    deps.observe({ kind: 'fault', where: 'hooks.mailer', fault: describeFault(thrown) });
    await fail(deps, mail, { attempt: mail.attempts + 1, reason: 'fault', final: false });
  }
}

async function deliver(deps: MailerDeps, mail: StoredMail): Promise<void> {
  const { database, observe, transport } = deps;
  const startedAtMs = database.now();
  const attempt = mail.attempts + 1;
  const { id, content } = mail;
  const goesTo = await findReaders(database, mail);
  if (goesTo === undefined) {
    await recordMail(database, { id, attempt, outcome: { kind: 'nobody' } });
    return;
  }
  const secret = mail.secretId === undefined ? undefined : await findOneTimeSecret(database, mail.secretId);
  if (mail.secretId !== undefined && !isStillGood(secret, database.now()))
    return giveUp(deps, mail, { attempt, reason: 'its link has run out' });
  const message = compose(deps, { mail, secret, ...goesTo });
  const outcome = await transport.send(message);
  if (outcome.kind === 'sent') {
    await recordMail(database, { id, attempt, outcome: { kind: 'sent', recipient: message.to } });
    const durationMs = database.now() - startedAtMs;
    observe({ kind: 'mail.sent', mailId: id, mailKind: content.kind, attempt, durationMs });
    return;
  }
  await fail(deps, mail, { attempt, ...outcome });
}

async function fail(
  deps: MailerDeps,
  mail: StoredMail,
  failure: { readonly attempt: number; readonly reason: string; readonly final: boolean },
): Promise<void> {
  const { attempt, reason, final } = failure;
  const { retryFirstMs, retryMaxMs, maxAttempts } = deps.settings;
  if (final || attempt >= maxAttempts) return giveUp(deps, mail, { attempt, reason });
  // Between half and all of the pause, so that many mails do not come back at the same moment.
  const pause = Math.min(retryFirstMs * 2 ** (attempt - 1), retryMaxMs);
  const delayMs = Math.round(pause * (0.5 + deps.random() / 2));
  const outcome = { kind: 'retry', delayMs, error: reason } as const;
  await recordMail(deps.database, { id: mail.id, attempt, outcome });
  const { kind: mailKind } = mail.content;
  deps.observe({ kind: 'mail.failed', mailId: mail.id, mailKind, attempt, retryInMs: delayMs, reason });
}

async function giveUp(
  deps: MailerDeps,
  mail: StoredMail,
  failure: { readonly attempt: number; readonly reason: string },
): Promise<void> {
  const { attempt, reason } = failure;
  await recordMail(deps.database, { id: mail.id, attempt, outcome: { kind: 'dead', error: reason } });
  const { kind: mailKind } = mail.content;
  deps.observe({ kind: 'mail.failed', mailId: mail.id, mailKind, attempt, retryInMs: undefined, reason });
}

function isStillGood(secret: OneTimeSecret | undefined, nowMs: number): boolean {
  return secret !== undefined && !secret.used && secret.expiresAtMs > nowMs;
}

interface GoesTo {
  readonly to: string;
  readonly readers: readonly MailReader[];
}

/** @returns undefined when there is no one: who asked for a mail may have made the user up */
async function findReaders(database: Database, mail: StoredMail): Promise<GoesTo | undefined> {
  const { content, recipient } = mail;
  if (content.kind === 'forgot-username') {
    const readers = await findUsersByPerson(database, { ...content, email: recipient });
    const known = readers.filter(({ status }) => status !== 'disabled');
    return known.length === 0 ? undefined : { to: recipient, readers: readersOf(known) };
  }
  if (content.kind === 'partner-invitation') return { to: recipient, readers: [] };
  const parsed = parseUserId(mail.userId);
  const user = parsed.kind === 'ok' ? await findUser(database, parsed.id) : undefined;
  if (user === undefined) return undefined;
  // Whoever asks for the confirmation once more may have made up the address, or confirmed long ago.
  const unasked = user.status !== 'unconfirmed' || (recipient !== '' && recipient !== user.email);
  if (content.kind === 'confirm-email' && unasked) return undefined;
  return { to: recipient === '' ? user.email : recipient, readers: readersOf([user]) };
}

function readersOf(
  users: readonly (Omit<MailReader, 'userId'> & { readonly id: string })[],
): readonly MailReader[] {
  return users.map(({ id, firstName, lastName, status }) => ({ userId: id, firstName, lastName, status }));
}

/** Where the link of a mail without a secret leads. */
const plainLinks: Partial<Readonly<Record<MailContent['kind'], string>>> = {
  locked: '/recover/unlock',
  'content-opened': '/trading-partner/transmissions',
  'grants-changed': '/trading-partner/manage-transaction',
};

function compose(
  deps: MailerDeps,
  input: GoesTo & { readonly mail: StoredMail; readonly secret: OneTimeSecret | undefined },
) {
  const { mail, secret, to, readers } = input;
  const { content } = mail;
  const place = deps.place();
  const path =
    secret === undefined
      ? (plainLinks[content.kind] ?? '/sign-in')
      : `/link?token=${deps.secrets.tokenOf(secret)}`;
  const code = secret === undefined ? '' : deps.secrets.codeOf(secret);
  const words = writeMail({ content, place, readers, link: `${place.portalUrl}${path}`, code });
  const { from } = deps.settings;
  const { subject } = words;
  return { id: mail.id, from, to, subject, ...layMailOut(words, place), atMs: deps.database.now() };
}
