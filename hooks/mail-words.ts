// The words of each mail, one row a kind. Plain sentences, nothing that a person could not read out; the facts come from
// the queue and the user's row, the link and the code from whoever computes them.

import type { FactorChange, MailContent, MailKind, MailReader, SftpAccountChange } from '../domain/mail.ts';

/** What the words are about beside the mail's own facts. */
export interface MailPlace {
  /** The product's name: `Claimgate`. */
  readonly siteName: string;
  readonly agencyName: string;
  /** What people call their user id: `NCID`. */
  readonly idIssuer: string;
  readonly supportText: string;
  /** How browsers reach the portal, without a slash at the end. */
  readonly portalUrl: string;
  /** The time zone that times are shown in. */
  readonly timeZone: string;
}

interface MailFacts<Content extends MailContent> {
  readonly content: Content;
  readonly place: MailPlace;
  /** Whom it goes to; several for a forgotten user id that several people of one address have. */
  readonly readers: readonly MailReader[];
  /** The page that the mail's link leads to; the sign-in page where it has none. */
  readonly link: string;
  /** Six digits, where the mail has a code. */
  readonly code: string;
}

/** A part of a mail: words, a link on a line of its own, or a code. */
export type MailPart =
  | { readonly kind: 'words'; readonly text: string }
  | { readonly kind: 'link'; readonly text: string; readonly url: string }
  | { readonly kind: 'code'; readonly code: string };

export interface MailWords {
  readonly subject: string;
  readonly parts: readonly MailPart[];
}

const words = (text: string): MailPart => ({ kind: 'words', text });
const minuteMs = 60_000;
const minutes = (durationMs: number): string => `${Math.round(durationMs / minuteMs)} minutes`;

function printTime(atMs: number, { timeZone }: MailPlace): string {
  const format = new Intl.DateTimeFormat('en-US', {
    dateStyle: 'long',
    timeStyle: 'long',
    timeZone,
  });
  return format.format(atMs).replaceAll('\u202f', ' ');
}

const idOf = ({ readers }: MailFacts<MailContent>): string => readers[0]?.userId ?? '';
const notYou = words(
  'If you did not ask for this, do nothing: without this mail nobody can go on. Do not pass it on to anyone.',
);

/** When, and from where, something was done that its owner is told of. */
function printDone({
  content,
  place,
}: MailFacts<Extract<MailContent, { readonly kind: 'factors-changed' | 'sftp-account-changed' }>>): string {
  const { atMs, address } = content;
  return `${printTime(atMs, place)}${address === '' ? ', by an administrator' : `, from the network address ${address}`}`;
}

const notByYou = ({ place, link }: MailFacts<MailContent>): readonly MailPart[] => [
  words(
    `If it was not you, change your password and look at your second factors and keys at once, and say so: ${place.supportText}`,
  ),
  { kind: 'link', text: 'Sign in', url: link },
];

interface ChangeWords {
  readonly subject: string;
  readonly sentence: string;
}

const factorChanges: Readonly<Record<FactorChange, ChangeWords>> = {
  'totp-added': { subject: 'an authenticator app was added', sentence: 'An authenticator app was added.' },
  'passkey-added': { subject: 'a passkey was added', sentence: 'A passkey was added.' },
  'totp-removed': {
    subject: 'an authenticator app was removed',
    sentence: 'An authenticator app was removed.',
  },
  'passkey-removed': { subject: 'a passkey was removed', sentence: 'A passkey was removed.' },
  'recovery-codes-made': {
    subject: 'new recovery codes were made',
    sentence: 'New recovery codes were made; the ones before them are worth nothing any more.',
  },
  'recovery-code-used': {
    subject: 'a recovery code was used',
    sentence: 'A recovery code was used in the place of a second factor. It cannot be used again.',
  },
  reset: {
    subject: 'it was reset',
    sentence:
      'An administrator took all your second factors and recovery codes away and ended your sessions. You make a new factor at your next sign-in.',
  },
};

const sftpChanges: Readonly<Record<SftpAccountChange, ChangeWords>> = {
  'set-up': {
    subject: 'it was set up',
    sentence: 'SFTP Account Setup was done: SFTP takes your User ID now.',
  },
  updated: {
    subject: 'it was updated',
    sentence: 'SFTP Account Update was done: SFTP takes the password that was given there.',
  },
  'key-added': {
    subject: 'a public key was added',
    sentence: 'A public key was added to your SFTP account.',
  },
  'key-revoked': {
    subject: 'a public key was revoked',
    sentence: 'A public key of your SFTP account was revoked. It opens nothing any more.',
  },
  'key-last-day-changed': {
    subject: 'the last day of a public key was changed',
    sentence: 'The last day of a public key of your SFTP account was changed.',
  },
};

type Writer<Kind extends MailKind> = (
  facts: MailFacts<Extract<MailContent, { readonly kind: Kind }>>,
) => MailWords;

const writers: { readonly [Kind in MailKind]: Writer<Kind> } = {
  'confirm-email': (facts) => ({
    subject: `Confirm your e-mail address for ${facts.place.siteName}`,
    parts: [
      words(
        `Someone, we hope you, has registered the User ID (${facts.place.idIssuer}) ${idOf(facts)} with this e-mail address. Confirm the address to begin to use it:`,
      ),
      { kind: 'link', text: 'Confirm my e-mail address', url: facts.link },
      words(
        `The link can be used once, until ${printTime(facts.content.confirmByMs, facts.place)}. After that the registration is forgotten and the User ID is free again.`,
      ),
      words('If it was not you, do nothing.'),
    ],
  }),
  invitation: (facts) => ({
    subject: `Your ${facts.place.idIssuer} for ${facts.place.siteName}`,
    parts: [
      words(
        `An administrator of ${facts.place.agencyName} has made an account for you. Your User ID (${facts.place.idIssuer}) is ${idOf(facts)}. Choose a password to begin:`,
      ),
      { kind: 'link', text: 'Choose my password', url: facts.link },
      words(`The link can be used once, until ${printTime(facts.content.expiresAtMs, facts.place)}.`),
    ],
  }),
  'reset-password': (facts) => recovery(facts, 'password'),
  unlock: (facts) => recovery(facts, 'unlock'),
  'email-code': (facts) => ({
    subject: `Your ${facts.place.siteName} sign-in code`,
    parts: [
      words(
        `The password of your User ID (${facts.place.idIssuer}) ${idOf(facts)} was given. To go on, enter this code on the page that asks for it:`,
      ),
      { kind: 'code', code: facts.code },
      words(`The code is good for ${minutes(facts.content.codeMs)}, and once. Do not pass it on to anyone.`),
      words(
        `If it was not you, someone knows your password: change it at once, and say so: ${facts.place.supportText}`,
      ),
    ],
  }),
  'forgot-username': (facts) => ({
    subject: `Your User ID for ${facts.place.siteName}`,
    parts: [
      words(
        facts.readers.length === 1
          ? `Your User ID (${facts.place.idIssuer}) is: ${idOf(facts)}`
          : `You have these User IDs (${facts.place.idIssuer}) with this e-mail address: ${facts.readers.map((reader) => reader.userId).join(', ')}`,
      ),
      { kind: 'link', text: 'Sign in', url: facts.link },
      words('If you did not ask for this, do nothing. Do not pass this mail on to anyone.'),
    ],
  }),
  'password-changed': (facts) => ({
    subject: `Your ${facts.place.siteName} password was changed`,
    parts: [
      words(
        `The password of your User ID (${facts.place.idIssuer}) ${idOf(facts)} was changed on ${printTime(facts.content.atMs, facts.place)}. You were signed out everywhere.`,
      ),
      ...(facts.content.sftpUpdateRequired
        ? [
            words(
              'SFTP takes neither the old password nor the new one until you do SFTP Account Update: sign in to the portal and choose SFTP Account Setup/Update.',
            ),
          ]
        : []),
      { kind: 'link', text: 'Sign in', url: facts.link },
      words(`If it was not you, say so at once: ${facts.place.supportText}`),
    ],
  }),
  'factors-changed': (facts) => ({
    subject: `Your ${facts.place.siteName} second factor: ${factorChanges[facts.content.change].subject}`,
    parts: [
      words(
        `${factorChanges[facts.content.change].sentence} This was done for your User ID (${facts.place.idIssuer}) ${idOf(facts)} on ${printDone(facts)}.`,
      ),
      ...notByYou(facts),
    ],
  }),
  'sftp-account-changed': (facts) => ({
    subject: `Your ${facts.place.siteName} SFTP account: ${sftpChanges[facts.content.change].subject}`,
    parts: [
      words(
        `${sftpChanges[facts.content.change].sentence} This was done for your User ID (${facts.place.idIssuer}) ${idOf(facts)} on ${printDone(facts)}.`,
      ),
      ...(facts.content.fingerprint === '' ? [] : [words(`The key is ${facts.content.fingerprint}`)]),
      ...notByYou(facts),
    ],
  }),
  locked: (facts) => ({
    subject: `Your ${facts.place.siteName} account is locked`,
    parts: [
      words(
        `There were too many wrong passwords for your User ID (${facts.place.idIssuer}) ${idOf(facts)}. It is locked until ${printTime(facts.content.untilMs, facts.place)}; then the lock ends by itself.`,
      ),
      words('If you do not want to wait, unlock it yourself:'),
      { kind: 'link', text: 'Unlock my account', url: facts.link },
      words(`If it was not you who tried, tell us: ${facts.place.supportText}`),
    ],
  }),
  'expiry-warning': (facts) => ({
    subject: `Your ${facts.place.siteName} account expires in ${facts.content.days} days`,
    parts: [
      words(
        `You have not used your User ID (${facts.place.idIssuer}) ${idOf(facts)} for a long time. It expires on ${printTime(facts.content.expiresAtMs, facts.place)}. To keep it, sign in once before then:`,
      ),
      { kind: 'link', text: 'Sign in', url: facts.link },
    ],
  }),
  expired: (facts) => ({
    subject: `Your ${facts.place.siteName} account has expired`,
    parts: [
      words(
        `Your User ID (${facts.place.idIssuer}) ${idOf(facts)} has expired because it was not used for a long time. Neither the portal nor SFTP lets it in any more.`,
      ),
      words(`To use it again, ask for it: ${facts.place.supportText}`),
    ],
  }),
  'partner-invitation': (facts) => ({
    subject: `${facts.content.inviterName} invites you to ${facts.content.partnerName} on ${facts.place.siteName}`,
    parts: [
      words(
        `${facts.content.inviterName} invites you to work for the trading partner ${facts.content.partnerName} as ${facts.content.role}. Sign in with the ${facts.place.idIssuer} of this e-mail address, or register one with it, and join:`,
      ),
      { kind: 'link', text: `Join ${facts.content.partnerName}`, url: facts.link },
      words(
        `The link can be used once, until ${printTime(facts.content.expiresAtMs, facts.place)}, and only with this e-mail address.`,
      ),
      words('If you do not know the sender, do nothing. Do not pass this mail on to anyone.'),
    ],
  }),
  'uncollected-files': ({ content, place, link }) => ({
    subject: `Files for your trading partner on ${place.siteName} have not been fetched`,
    parts: [
      words(
        `${content.files === 1 ? 'One file' : `${content.files} files`} in the outbound folder of your trading partner ${content.files === 1 ? 'has' : 'have'} not been fetched by anyone for a long time, and will be removed after ${printTime(content.dueAtMs, place)}.`,
      ),
      words('Fetch what you need before then, by SFTP or under Batch Transfer in the portal:'),
      { kind: 'link', text: 'Sign in', url: link },
    ],
  }),
  'content-opened': ({ content, place, link }) => ({
    subject: `A file of your trading partner was opened by ${place.siteName}`,
    parts: [
      words(
        `The administrator ${content.by} of ${place.siteName} has opened the content of the file with the tracking ID ${content.transmissionId}, and can see it until ${printTime(content.untilMs, place)}.`,
      ),
      words(`The reason given: ${content.reason}`),
      { kind: 'link', text: 'See the transmissions', url: link },
      words(`If you did not expect this, ask: ${place.supportText}`),
    ],
  }),
  'grants-changed': (facts) => ({
    subject: `Your ${facts.place.siteName} transactions were changed`,
    parts: [
      words(
        `What your User ID (${facts.place.idIssuer}) ${idOf(facts)} may send and receive was changed by an administrator of your trading partner.`,
      ),
      words(`Given: ${facts.content.added.join(', ') || 'nothing'}.`),
      words(`Taken away: ${facts.content.removed.join(', ') || 'nothing'}.`),
      { kind: 'link', text: 'See my transactions', url: facts.link },
    ],
  }),
};

function recovery(
  facts: MailFacts<Extract<MailContent, { readonly kind: 'reset-password' | 'unlock' }>>,
  what: 'password' | 'unlock',
): MailWords {
  const { content, place, readers } = facts;
  const subject =
    what === 'password' ? `Choose a new ${place.siteName} password` : `Unlock your ${place.siteName} account`;
  const status = readers[0]?.status;
  if (status === 'expired' || status === 'disabled') {
    const why = status === 'expired' ? 'has expired' : 'was disabled by an administrator';
    return {
      subject,
      parts: [
        words(
          `Someone asked to get back into your User ID (${place.idIssuer}) ${idOf(facts)}. It ${why}, so this cannot be done by mail.`,
        ),
        words(`To use it again, ask for it: ${place.supportText}`),
      ],
    };
  }
  const wish = what === 'password' ? 'choose a new password for' : 'unlock';
  return {
    subject,
    parts: [
      words(
        `To ${wish} your User ID (${place.idIssuer}) ${idOf(facts)}, enter this code on the page where you asked for it:`,
      ),
      { kind: 'code', code: facts.code },
      words(
        `The code is good for ${minutes(content.codeMs)}. Or use this link, which is good for ${minutes(content.linkMs)}:`,
      ),
      {
        kind: 'link',
        text: what === 'password' ? 'Choose a new password' : 'Unlock my account',
        url: facts.link,
      },
      notYou,
    ],
  };
}

/** Writes a mail. */
export function writeMail(facts: MailFacts<MailContent>): MailWords {
  // The row of the content's kind takes content of that kind; the compiler cannot see that the two go together.
  const write = writers[facts.content.kind] as Writer<MailKind>;
  return write(facts as MailFacts<never>);
}
