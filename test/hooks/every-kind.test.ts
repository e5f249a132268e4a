import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { test } from 'tap';
import {
  type ClaimgateEvent,
  type EventKind,
  type EventOf,
  eventDefinition,
  eventKinds,
} from '../../domain/event.ts';
import { newTransmissionId } from '../../domain/ids.ts';
import { startDelivery } from '../../hooks/delivery-loop.ts';
import { openWebhook } from '../../hooks/webhook.ts';
import { newWebhookSecret, readWebhookSecrets } from '../../hooks/webhook-secret.ts';
import { findHook } from '../../storage/hook-store.ts';
import { startReceiver, verified } from '../support/receiver.ts';
import { openTestStorage, partnerId, testClock, userId } from '../support/storage.ts';
import { until } from '../support/until.ts';

const acme = partnerId('acme');
const alice = userId('alice');
const transmission = newTransmissionId(0, randomBytes(10));
const sha256 = 'a'.repeat(64);
const file = { source: 'sftp', name: 'claims.x12', sizeBytes: 10, sha256 } as const;
const person = { partnerId: acme, userId: alice };
const ofTransmission = { partnerId: acme, transmissionId: transmission };
const ofDispatch = { partnerId: acme, dispatchId: 'one' };
const dispatched = {
  ...ofDispatch,
  name: 'remit.835',
  transactions: ['835'],
  controlNumber: '000000001',
  sizeBytes: 10,
  sha256,
};
const ofHook = { partnerId: undefined, hook: 'pipeline' };

/** One of every kind: a kind that is new does not compile until it has its row here. */
const samples: { readonly [Kind in EventKind]: Omit<EventOf<Kind>, 'kind'> } = {
  'partner.created': { partnerId: acme },
  'partner.changed': { partnerId: acme },
  'partner.profile-changed': { partnerId: acme, keys: ['timeZone'] },
  'partner.transactions-changed': { partnerId: acme },
  'user.created': { ...person, partnerId: undefined },
  'user.changed': person,
  'user.confirmed': person,
  'user.expired': person,
  'user.reactivated': person,
  'user.disabled': person,
  'user.enabled': person,
  'user.password-changed': { ...person, passwordVersion: 2 },
  'user.grants-changed': { ...person, grantVersion: 3, added: ['send 837P'], removed: [] },
  'user.role-changed': { ...person, role: 'user-administrator' },
  'user.joined-partner': person,
  'user.left-partner': person,
  'invitation.sent': { partnerId: acme, invitationId: 'one' },
  'invitation.revoked': { partnerId: acme, invitationId: 'one' },
  'account.set-up': person,
  'account.updated': person,
  'account.update-required': person,
  'account.disabled': person,
  'account.enabled': person,
  'transmission.received': { ...ofTransmission, ...file, userId: alice },
  'transmission.refused': {
    ...ofTransmission,
    ...file,
    userId: undefined,
    gate: 'virus-scan',
    why: 'Virus found.',
  },
  'transmission.answered': { ...ofTransmission, verdict: 'accepted', acknowledgements: ['claims.999'] },
  'transmission.quarantined': { ...ofTransmission, reason: 'no-isa' },
  'transmission.failed': { ...ofTransmission, reason: 'intake.altered-original' },
  'transmission.reopened': { ...ofTransmission, reason: 'decided' },
  'transmission.discarded': { ...ofTransmission, reason: 'decided' },
  'transmission.released': { ...ofTransmission, manifest: 'backend/accepted/acme/one.json' },
  'content.opened': { ...ofTransmission, userId: alice, reason: 'The partner asked for help.', untilMs: 1 },
  'dispatch.accepted': dispatched,
  'dispatch.published': dispatched,
  'dispatch.refused': { ...ofDispatch, originalName: 'remit.835', reason: 'rejected' },
  'dispatch.collected': { ...ofDispatch, name: 'remit.835', userId: alice },
  'retention.purged': { partnerId: acme, what: 'original', name: 'claims.x12' },
  'retention.warned': { partnerId: acme, what: 'answer', name: 'claims.999', dueAtMs: 1 },
  'api-key.created': {
    partnerId: acme,
    keyId: 'one',
    name: 'pipeline',
    scopes: ['events:read'],
    expiresAtMs: 1,
  },
  'api-key.revoked': { partnerId: undefined, keyId: 'one', name: 'pipeline' },
  'hook.disabled': { ...ofHook, cause: 'gone' },
  'hook.enabled': ofHook,
  'hook.test': ofHook,
};

const published = (kind: EventKind): object =>
  JSON.parse(readFileSync(new URL(`../../docs/schemas/events/${kind}.json`, import.meta.url), 'utf8'));

test('every kind of event reaches a real receiver, signed, and as its published schema says', async (t) => {
  const { database } = openTestStorage(t, t.testdir(), testClock(Date.now()));
  const secret = newWebhookSecret(randomBytes(32));
  const receiver = await startReceiver(t);
  const target = {
    url: receiver.url,
    allowPrivateAddresses: true,
    ca: undefined,
    timeoutMs: 5000,
    maxResponseBytes: 1000,
    concurrency: 4,
    secrets: () => readWebhookSecrets('pipeline', secret),
  };
  const pauses = { retryFirstMs: 1, retryMaxMs: 1, pauseMaxMs: 1, maxAttempts: 1, drainMs: 100 };
  const settings = { ...pauses, besideTransfersPerSecond: 1000 };
  const isTransferring = () => false;
  const deps = { database, observe: () => undefined, settings, random: Math.random, isTransferring };
  const telling = startDelivery(deps, [
    {
      name: 'pipeline',
      events: ['*'],
      partners: [],
      concurrency: 4,
      open: () => openWebhook(target, database.now),
    },
  ]);
  t.teardown(() => telling.close());
  await until('the hook has its place', () => findHook(database, 'pipeline'));
  for (const kind of eventKinds()) {
    const event = { kind, ...samples[kind] } as ClaimgateEvent;
    await database.transaction((transaction) => transaction.event(event));
  }
  const received = await receiver.count(eventKinds().length);
  const ajv = new Ajv2020({ strict: true, allowUnionTypes: true });
  for (const kind of eventKinds()) {
    const one = received.find(({ body }) => (JSON.parse(body) as { type: string }).type === kind);
    if (one === undefined) throw new Error(`${kind} was not received.`);
    const message = verified(secret, one) as { readonly data: Record<string, unknown> };
    const validate = ajv.compile(published(kind));
    t.ok(validate(message), `${kind}: ${ajv.errorsText(validate.errors)}`);
    const known = ['partnerId', ...Object.keys(eventDefinition(kind).facts)];
    t.same(
      Object.keys(message.data).filter((name) => !known.includes(name)),
      [],
      `${kind}: nothing that the schema does not name`,
    );
  }
});
