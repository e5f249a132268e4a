// Every kind of event that there is: what it tells, its version, and the shape of its facts. This table is the one source
// of the event's type in code (event.ts), of the published schemas (docs/schemas/events) and of docs/events.md.
//
// A version is a promise to receivers: within it facts are added and never taken away, renamed or given another meaning.
// What breaks that promise raises the version. No patient data is in an event: ids, names, counts, codes.

import {
  integer,
  maybe,
  oneOf,
  type Shape,
  sha256,
  source,
  text,
  texts,
  transmissionId,
  userId,
  verdict,
} from './event-shape.ts';

export interface EventDefinition {
  readonly version: number;
  /** What has happened, in a sentence for who reads the catalogue. */
  readonly tells: string;
  /** Whether every such event is about a trading partner, only some are, or none is. */
  readonly partner: 'always' | 'maybe' | 'never';
  readonly facts: Readonly<Record<string, Shape<unknown>>>;
}

const ofPartner = { version: 1, partner: 'always' } as const;
const ofPerson = { version: 1, partner: 'maybe', facts: { userId } } as const;
const ofAccount = { version: 1, partner: 'always', facts: { userId } } as const;
const ofInvitation = {
  version: 1,
  partner: 'always',
  facts: { invitationId: text('The invitation’s id.') },
} as const;
const ofGateway = { version: 1, partner: 'never' } as const;
const dispatchId = text('The dispatch’s id.');
const dispatched = {
  dispatchId,
  name: text('Its name in `outbound`.'),
  transactions: texts('What it holds, such as `835`; `message` for one of the gateway’s own.'),
  controlNumber: text('The interchange control number of its first interchange.'),
  sizeBytes: integer('Its size in bytes.'),
  sha256,
};
const apiKey = {
  keyId: text('The API key’s id; never the key.'),
  name: text('What the key is called.'),
};
const hook = text('The hook’s name in the configuration.');

export const eventCatalogue = {
  'partner.created': { ...ofPartner, tells: 'A trading partner was added.', facts: {} },
  'partner.changed': { ...ofPartner, tells: 'A trading partner’s name or numbers were changed.', facts: {} },
  'partner.profile-changed': {
    ...ofPartner,
    tells: 'How a trading partner exchanges files was changed.',
    facts: { keys: texts('Which keys of its profile.') },
  },
  'partner.transactions-changed': {
    ...ofPartner,
    tells: 'What a trading partner has agreed on was changed; no user has a right beyond it.',
    facts: {},
  },
  'user.created': { ...ofPerson, tells: 'A user was made.' },
  'user.changed': { ...ofPerson, tells: 'A user’s name or addresses were changed.' },
  'user.confirmed': { ...ofPerson, tells: 'Who registered has confirmed the e-mail address.' },
  'user.expired': { ...ofPerson, tells: 'A user was absent for too long and may not sign in any more.' },
  'user.reactivated': { ...ofPerson, tells: 'An expired user may sign in again.' },
  'user.disabled': { ...ofPerson, tells: 'An administrator has disabled a user.' },
  'user.enabled': { ...ofPerson, tells: 'An administrator has enabled a user again.' },
  'user.password-changed': {
    ...ofPerson,
    tells: 'A user has a new identity password.',
    facts: { userId, passwordVersion: integer('Goes up by one with each new password.') },
  },
  'user.grants-changed': {
    ...ofPartner,
    tells: 'What a user may send and receive was changed.',
    facts: {
      userId,
      grantVersion: integer('Goes up by one with each change of this user’s grants.'),
      added: texts('Rights that the user has now, such as `send 837P`.'),
      removed: texts('Rights that the user has no more.'),
    },
  },
  'user.role-changed': {
    ...ofPartner,
    tells: 'A user has another role in the trading partner’s office.',
    facts: { userId, role: text('The new role.') },
  },
  'user.joined-partner': { ...ofAccount, tells: 'A user now belongs to a trading partner.' },
  'user.left-partner': { ...ofAccount, tells: 'A user was removed from a trading partner.' },
  'invitation.sent': { ...ofInvitation, tells: 'Someone was invited to a trading partner.' },
  'invitation.revoked': { ...ofInvitation, tells: 'An invitation was taken back.' },
  'account.set-up': { ...ofAccount, tells: 'A user has done SFTP Account Setup.' },
  'account.updated': { ...ofAccount, tells: 'A user has done SFTP Account Update.' },
  'account.update-required': {
    ...ofAccount,
    tells: 'The identity password was changed: the SFTP account is refused until its update.',
  },
  'account.disabled': { ...ofAccount, tells: 'An SFTP account was disabled.' },
  'account.enabled': { ...ofAccount, tells: 'An SFTP account was enabled again.' },
  'transmission.received': {
    ...ofPartner,
    tells: 'A file has arrived whole; its bytes are durable and will not change.',
    facts: {
      transmissionId,
      userId: maybe(userId),
      source,
      name: text('The file’s name in `inbound`.'),
      sizeBytes: integer('Its size in bytes.'),
      sha256,
    },
  },
  'transmission.refused': {
    ...ofPartner,
    tells: 'A gate has refused a file at its CLOSE; its sender was told, and the file is quarantined.',
    facts: {
      transmissionId,
      userId: maybe(userId),
      source,
      name: text('The name that the file would have had in `inbound`.'),
      sizeBytes: integer('Its size in bytes.'),
      sha256,
      gate: text('The gate’s name in the configuration.'),
      why: text('The sentence that its sender was shown.'),
    },
  },
  'transmission.answered': {
    ...ofPartner,
    tells: 'A file was read; its acknowledgements are on their way into `outbound`.',
    facts: {
      transmissionId,
      verdict: maybe(verdict),
      acknowledgements: texts('The names of the acknowledgement files in `outbound`.'),
    },
  },
  'transmission.quarantined': {
    ...ofPartner,
    tells: 'A file may not be used until an administrator decides.',
    facts: { transmissionId, reason: text('Why, for the operator.') },
  },
  'transmission.failed': {
    ...ofPartner,
    tells: 'A file could not be processed however often it was tried; an administrator must look.',
    facts: { transmissionId, reason: text('The code of the last fault (docs/errors.md).') },
  },
  'transmission.reopened': {
    ...ofPartner,
    tells: 'A file is read again: an administrator decided so, or its answer was lost before anyone had it.',
    facts: { transmissionId, reason: text('Why, for the operator.') },
  },
  'transmission.discarded': {
    ...ofPartner,
    tells: 'An administrator decided that a file will not be processed.',
    facts: { transmissionId, reason: text('Why, for the operator.') },
  },
  'transmission.released': {
    ...ofPartner,
    tells: 'An accepted original and its manifest are with the back end.',
    facts: { transmissionId, manifest: text('The manifest’s path below the data directory.') },
  },
  'content.opened': {
    ...ofPartner,
    tells: 'An administrator of the gateway has opened a file’s content, for a time and a reason.',
    facts: {
      transmissionId,
      userId,
      reason: text('Why, as the administrator wrote it.'),
      untilMs: integer('Until when it is open, in milliseconds since 1970.'),
    },
  },
  'dispatch.accepted': {
    ...ofPartner,
    tells: 'A file of the back end has passed, and will be in `outbound` shortly.',
    facts: dispatched,
  },
  'dispatch.published': {
    ...ofPartner,
    tells: 'A file of the back end is in `outbound`.',
    facts: dispatched,
  },
  'dispatch.refused': {
    ...ofPartner,
    tells: 'A file of the back end would not pass, and is not put into `outbound`.',
    facts: {
      dispatchId,
      originalName: text('The name that the back end gave it.'),
      reason: text('Why, for the operator.'),
    },
  },
  'dispatch.collected': {
    ...ofPartner,
    tells: 'Someone has taken the whole of a file of the back end for the first time.',
    facts: { dispatchId, name: text('Its name in `outbound`.'), userId },
  },
  'retention.purged': {
    ...ofPartner,
    tells: 'Something has had its time and was removed.',
    facts: { what: text('What kind of thing.'), name: text('Which.') },
  },
  'retention.warned': {
    ...ofPartner,
    tells: 'Nobody has fetched something, and it will be removed.',
    facts: {
      what: text('What kind of thing.'),
      name: text('Which.'),
      dueAtMs: integer('When, in milliseconds since 1970.'),
    },
  },
  'api-key.created': {
    version: 1,
    partner: 'maybe',
    tells: 'An API key was made.',
    facts: {
      ...apiKey,
      scopes: texts('What it may do.'),
      expiresAtMs: integer('Its end, in milliseconds since 1970.'),
    },
  },
  'api-key.revoked': {
    version: 1,
    partner: 'maybe',
    tells: 'An API key was revoked: it opens nothing any more.',
    facts: apiKey,
  },
  'hook.disabled': {
    ...ofGateway,
    tells: 'A hook is not told of anything any more until it is enabled.',
    facts: {
      hook,
      cause: oneOf(
        ['gone', 'administrator'],
        'Whether its receiver has answered 410 or an administrator did it.',
      ),
    },
  },
  'hook.enabled': { ...ofGateway, tells: 'A hook is told of events again.', facts: { hook } },
  'hook.test': {
    ...ofGateway,
    tells: 'An administrator tries a hook (`claimgate hook test`). It is in no outbox and means nothing.',
    facts: { hook },
  },
} as const satisfies Readonly<Record<string, EventDefinition>>;
