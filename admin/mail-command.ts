// `claimgate mail`: what people were sent, what waits and what was given up. Without a mail server it is also how an
// administrator reads a mail to someone: its file is shown, link and all.

import type { CommandModule } from 'yargs';
import { readMailFile } from '../storage/mail-file.ts';
import { findMail, listMails, retryMail, type StoredMail } from '../storage/mail-store.ts';
import { CommandFailure } from './command-failure.ts';
import type { GlobalOptions } from './global-options.ts';
import { printFacts, printTable, printTime } from './output.ts';
import { withCore } from './with-core.ts';

const shown = (mail: StoredMail) => ({
  id: mail.id,
  kind: mail.content.kind,
  user: mail.userId === '' ? undefined : mail.userId,
  to: mail.recipient === '' ? undefined : mail.recipient,
  state: mail.state,
  attempts: mail.attempts,
  created: printTime(mail.createdAtMs),
  sent: printTime(mail.sentAtMs),
  nextTry: mail.state === 'waiting' ? printTime(mail.nextAttemptAtMs) : undefined,
  lastError: mail.lastError,
});

const states = ['waiting', 'sent', 'dead'] as const;

interface ListOptions extends GlobalOptions {
  readonly state?: StoredMail['state'] | undefined;
  readonly limit: number;
}

const list: CommandModule<GlobalOptions, ListOptions> = {
  command: 'list',
  describe: 'List mails, the newest first',
  builder: (yargs) =>
    yargs
      .option('state', { choices: states, describe: 'Only those; dead ones were given up' })
      .option('limit', { type: 'number', default: 50, describe: 'At most so many' })
      .example('$0 mail list --state dead', 'what could not be sent'),
  handler: (options) =>
    withCore(options, async ({ core, output }) => {
      const mails = (await listMails(core.database, options)).map(shown);
      const columns = {
        id: 'MAIL',
        kind: 'KIND',
        user: 'USER',
        to: 'TO',
        state: 'STATE',
        created: 'CREATED',
        lastError: 'LAST ERROR',
      };
      output.result(mails, () => printTable(mails, columns, 'There are no mails.'));
    }),
};

type OneMail = GlobalOptions & { readonly id: string };

const show: CommandModule<GlobalOptions, OneMail> = {
  command: 'show <id>',
  describe: 'Show one mail; with its text where it was written into data/mail',
  builder: (yargs) =>
    yargs
      .positional('id', { type: 'string', demandOption: true })
      .example('$0 mail show 018f2d3c-0000-7000-8000-000000000000', ''),
  handler: (options) =>
    withCore(options, async ({ core, output }) => {
      const mail = await findMail(core.database, options.id);
      if (mail === undefined) throw new CommandFailure(`There is no mail ${options.id}.`, 1);
      const file = await readMailFile(core.directory, mail.id);
      const text = file === undefined ? undefined : plainTextOf(file);
      const facts = shown(mail);
      output.result({ ...facts, text }, () =>
        text === undefined ? printFacts(facts) : `${printFacts(facts)}\n${text}`,
      );
    }),
};

/** The plain text of a mail that we wrote ourselves (RFC 2045 section 6.7: its quoted-printable lines). */
function plainTextOf(file: string): string {
  const part = /\nContent-Type: text\/plain[^\n]*\n(?<head>(?:[^\n]+\n)*)\n(?<body>.*?)\n----/s.exec(
    file,
  )?.groups;
  if (part === undefined) return file;
  const { head = '', body = '' } = part;
  if (!/quoted-printable/i.test(head)) return body;
  const bytes = body
    .replace(/=\n/g, '')
    .replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

const retry: CommandModule<GlobalOptions, OneMail> = {
  command: 'retry <id>',
  describe: 'Try a mail that was given up once more',
  builder: (yargs) =>
    yargs
      .positional('id', { type: 'string', demandOption: true })
      .example('$0 mail retry 018f2d3c-0000-7000-8000-000000000000', ''),
  handler: (options) =>
    withCore(options, async ({ core, output, actor }) => {
      if (!(await retryMail(core.database, { id: options.id, actor })))
        throw new CommandFailure(`There is no mail ${options.id} that was given up.`, 1);
      output.result({ id: options.id, state: 'waiting' }, () => `Mail ${options.id} is tried again.`);
    }),
};

export const mailCommand: CommandModule<GlobalOptions, GlobalOptions> = {
  command: 'mail',
  describe: 'Mails: list, show, retry',
  builder: (yargs) =>
    yargs.command(list).command(show).command(retry).demandCommand(1, 'Say what to do: list, show or retry.'),
  handler: () => undefined,
};
