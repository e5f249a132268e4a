// What `claimgate init` asks: each question a row, with its explanation, its default and what it takes.

import { statSync } from 'node:fs';
import { hostname, userInfo } from 'node:os';
import { resolve } from 'node:path';
import { parseUserId } from '../domain/ids.ts';
import { parseEmail } from '../domain/person.ts';

/** Answers by the name of the question; one that was not asked is not there. */
export type Answers = Readonly<Partial<Record<QuestionName, string>>>;

export type QuestionName =
  | 'data'
  | 'public-host'
  | 'listen'
  | 'sftp-port'
  | 'https'
  | 'certificate'
  | 'certificate-key'
  | 'portal-port'
  | 'portal-url'
  | 'agency'
  | 'support'
  | 'time-zone'
  | 'mail-host'
  | 'mail-from'
  | 'administrator';

export interface Question {
  readonly name: QuestionName;
  readonly asks: string;
  /** Why it is asked, in a sentence or two. */
  readonly explains: string;
  /** Whether it matters, after the answers so far; always when left out. */
  readonly when?: (answers: Answers) => boolean;
  readonly standard: (answers: Answers) => string;
  /** @returns why the answer cannot be taken, or undefined when it can */
  readonly refuses: (answer: string) => string | undefined;
}

const anything = (): undefined => undefined;
const something = (answer: string) => (answer === '' ? 'Something must be said here.' : undefined);
const port = (answer: string) =>
  /^\d{1,5}$/.test(answer) && Number(answer) >= 1 && Number(answer) <= 65535
    ? undefined
    : 'A port is a number from 1 to 65535.';
const file = (answer: string) =>
  answer !== '' && statSync(resolve(answer), { throwIfNoEntry: false })?.isFile() === true
    ? undefined
    : `There is no certificate or key file "${answer}".`;
const host = (answer: string) =>
  /^[a-z0-9:]([a-z0-9.:-]{0,251}[a-z0-9:])?$/i.test(answer)
    ? undefined
    : 'A host is a name such as sftp.example.org, or an address.';
const withFiles = (answers: Answers) => answers.https === 'files';
const withMail = (answers: Answers) => (answers['mail-host'] ?? '') !== '';

export const questions: readonly Question[] = [
  {
    name: 'data',
    asks: 'Data directory',
    explains:
      'Everything is kept in this one directory: database, keys, mailboxes. Put it on a local disk with room for your files.',
    standard: () => (userInfo().uid === 0 ? '/var/lib/claimgate' : resolve('data')),
    refuses: something,
  },
  {
    name: 'public-host',
    asks: 'Public host name',
    explains: 'The name that partners connect to. The portal shows it with ready command lines.',
    standard: () => hostname(),
    refuses: host,
  },
  {
    name: 'listen',
    asks: 'Address to listen on for SFTP',
    explains: '0.0.0.0 is every address of this machine; 127.0.0.1 is this machine alone, to try things out.',
    standard: () => '0.0.0.0',
    refuses: host,
  },
  {
    name: 'sftp-port',
    asks: 'SFTP port',
    explains:
      'Partners often expect 22, which needs a permission (the systemd unit has it) and a machine whose own sshd is elsewhere.',
    standard: () => '2022',
    refuses: port,
  },
  {
    name: 'https',
    asks: 'HTTPS for the portal: files, proxy or none',
    explains:
      'files: the portal has a certificate and speaks HTTPS itself. proxy: nginx or the like on this machine does. none: only browsers on this machine reach the portal.',
    standard: () => 'proxy',
    refuses: (answer) =>
      ['files', 'proxy', 'none'].includes(answer) ? undefined : 'Answer files, proxy or none.',
  },
  {
    name: 'certificate',
    asks: 'Certificate file (PEM, with its chain)',
    explains: 'It is read again within half a minute when it is renewed.',
    when: withFiles,
    standard: () => '',
    refuses: file,
  },
  {
    name: 'certificate-key',
    asks: 'Private key file (PEM)',
    explains: 'It must be readable by the user that Claimgate runs as, and by nobody else.',
    when: withFiles,
    standard: () => '',
    refuses: file,
  },
  {
    name: 'portal-port',
    asks: 'Portal port',
    explains: 'With a proxy: where the proxy finds the portal on this machine.',
    standard: (answers) => (withFiles(answers) ? '8443' : '8080'),
    refuses: port,
  },
  {
    name: 'portal-url',
    asks: 'Address of the portal, as browsers have it',
    explains: 'Links in mails begin with it, and passkeys are bound to it.',
    when: ({ https }) => https !== 'none',
    standard: (answers) => {
      const address = `https://${answers['public-host'] ?? 'localhost'}`;
      return withFiles(answers) && answers['portal-port'] !== '443'
        ? `${address}:${answers['portal-port']}`
        : address;
    },
    refuses: (answer) =>
      /^https:\/\/[^\s/]+/.test(answer) && URL.canParse(answer) ? undefined : 'It begins with https://.',
  },
  {
    name: 'agency',
    asks: 'Name of the agency',
    explains: 'Every page and every mail says it.',
    standard: () => 'Medicaid EDI Gateway',
    refuses: something,
  },
  {
    name: 'support',
    asks: 'Whom partners ask for help',
    explains: 'A sentence with a phone number or an address, as every page shows it.',
    standard: (answers) => `Contact the EDI support desk of ${answers.agency ?? 'your agency'}.`,
    refuses: something,
  },
  {
    name: 'time-zone',
    asks: 'Time zone that people are shown times in',
    explains: 'As IANA names it. Files, logs and tables are in UTC whatever this says.',
    standard: () => new Intl.DateTimeFormat().resolvedOptions().timeZone,
    refuses: (answer) => (isTimeZone(answer) ? undefined : 'Use a name such as America/New_York or UTC.'),
  },
  {
    name: 'mail-host',
    asks: 'Mail server (empty: none yet)',
    explains:
      'Invitations and codes go by mail. Without a server they are written into files, which is enough to try things out.',
    standard: () => '',
    refuses: (answer) => (answer === '' ? undefined : host(answer)),
  },
  {
    name: 'mail-from',
    asks: 'Whom mails come from',
    explains: 'An address that your mail server sends for.',
    when: withMail,
    standard: (answers) => `no-reply@${answers['public-host'] ?? 'localhost'}`,
    refuses: (answer) =>
      parseEmail(answer) === undefined ? 'An address such as edi@example.org.' : undefined,
  },
  {
    name: 'administrator',
    asks: 'User id of the first administrator in the portal (empty: none)',
    explains: 'Nothing is made now: the commands at the end say how.',
    standard: () => '',
    refuses: (answer) => {
      if (answer === '') return undefined;
      const parsed = parseUserId(answer);
      return parsed.kind === 'invalid' ? `It cannot be one: ${parsed.why}.` : anything();
    },
  },
];

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }) !== undefined;
  } catch {
    return false;
  }
}
