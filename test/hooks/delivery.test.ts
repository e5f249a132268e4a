import { randomBytes } from 'node:crypto';
import { type Test, test } from 'tap';
import { startDelivery } from '../../hooks/delivery-loop.ts';
import { openWebhook } from '../../hooks/webhook.ts';
import { readWebhookSecrets } from '../../hooks/webhook-secret.ts';
import { listDeliveries, replayEvents } from '../../storage/delivery-list.ts';
import { searchEvents } from '../../storage/event-search.ts';
import { disableHook, enableHook, findHook } from '../../storage/hook-store.ts';
import { type Received, startReceiver, verified } from '../support/receiver.ts';
import { openTestStorage, partnerId, type TestStorage, testClock } from '../support/storage.ts';
import { until } from '../support/until.ts';

const newSecret = () => `whsec_${randomBytes(32).toString('base64')}`;
const secret = newSecret();
const administrator = { kind: 'administrator', name: 'test' } as const;

interface Options {
  readonly url: string;
  readonly secrets?: string;
  readonly events?: readonly string[];
  readonly partners?: readonly string[];
  readonly timeoutMs?: number;
  readonly maxAttempts?: number;
  readonly concurrency?: number;
  readonly retryMaxMs?: number;
  readonly allowPrivateAddresses?: boolean;
}

const openStorage = (t: Test) => openTestStorage(t, t.testdir(), testClock(Date.now()));

/** Starts the hook `pipeline` and waits until it has its place in the outbox: events from then on are its. */
async function start(
  t: Test,
  storage: TestStorage,
  options: Options,
): Promise<{ close: () => Promise<void> }> {
  const { database, observations } = storage;
  const target = {
    url: options.url,
    secrets: () => readWebhookSecrets('pipeline', options.secrets ?? secret),
    allowPrivateAddresses: options.allowPrivateAddresses ?? true,
    ca: undefined,
    timeoutMs: options.timeoutMs ?? 5000,
    maxResponseBytes: 1000,
    concurrency: options.concurrency ?? 4,
  };
  const telling = startDelivery(
    {
      database,
      observe: (observation) => observations.push(observation),
      settings: {
        retryFirstMs: 2,
        retryMaxMs: options.retryMaxMs ?? 20,
        pauseMaxMs: 4,
        maxAttempts: options.maxAttempts ?? 50,
        drainMs: 200,
        besideTransfersPerSecond: 1000,
      },
      random: () => 1,
      isTransferring: () => false,
    },
    [
      {
        name: 'pipeline',
        events: options.events ?? ['*'],
        partners: options.partners ?? [],
        concurrency: options.concurrency ?? 4,
        open: () => openWebhook(target, database.now),
      },
    ],
  );
  t.teardown(() => telling.close());
  await until('the hook has its place', () => findHook(database, 'pipeline'));
  return telling;
}

const announce = ({ database }: TestStorage, partner = 'acme') =>
  database.transaction((transaction) =>
    transaction.event({ kind: 'partner.created', partnerId: partnerId(partner) }),
  );

const deliveries = ({ database }: TestStorage) => listDeliveries(database, { limit: 1000 });
const settled = (storage: TestStorage, state: 'delivered' | 'dead', count = 1) =>
  until(`${count} ${state}`, async () => {
    const found = (await deliveries(storage)).filter((delivery) => delivery.state === state);
    return found.length === count ? found : undefined;
  });
const sequences = (received: readonly Received[]) =>
  received.map(({ body }) => (JSON.parse(body) as { sequence: number }).sequence);

test('an event is posted once, and the published library takes its signature', async (t) => {
  const storage = openStorage(t);
  const receiver = await startReceiver(t);
  await start(t, storage, receiver);
  await announce(storage);
  const [received] = await receiver.count(1);
  if (received === undefined) throw new Error('unreachable');
  const [event] = await searchEvents(storage.database, { limit: 1, order: 'newest-first' });
  t.match(verified(secret, received), {
    id: event?.id,
    type: 'partner.created',
    version: 1,
    sequence: 1,
    data: { partnerId: 'acme' },
  });
  t.equal(received.id, event?.id);
  t.throws(() => verified(newSecret(), received), 'another secret does not verify');
  await settled(storage, 'delivered');
  t.equal(receiver.received.length, 1);
});

test('while a secret is replaced, a receiver that knows either takes the message, and later only the new one', async (t) => {
  const storage = openStorage(t);
  const receiver = await startReceiver(t);
  const [fresh, old, over] = [newSecret(), newSecret(), newSecret()];
  const soon = new Date(Date.now() + 60_000).toISOString();
  await start(t, storage, {
    ...receiver,
    secrets: `${fresh}\n${old} until ${soon}\n${over} until 2020-01-01T00:00:00Z\n`,
  });
  await announce(storage);
  const [received] = await receiver.count(1);
  if (received === undefined) throw new Error('unreachable');
  t.equal(String(received.headers['webhook-signature']).split(' ').length, 2);
  t.ok(verified(fresh, received));
  t.ok(verified(old, received));
  t.throws(() => verified(over, received));
});

test('a receiver that is down is tried again with the same id and body, and then told', async (t) => {
  const storage = openStorage(t);
  const receiver = await startReceiver(t, (request) => [500, 503][request] ?? 200);
  await start(t, storage, receiver);
  await announce(storage);
  const tries = await receiver.count(3);
  t.equal(new Set(tries.map(({ id }) => id)).size, 1);
  t.equal(new Set(tries.map(({ body }) => body)).size, 1);
  t.match(await settled(storage, 'delivered'), [{ attempts: 3 }]);
});

test('after an outage a receiver gets everything, in order per transmission, and nothing twice that it took', async (t) => {
  const storage = openStorage(t);
  let isDown = true;
  const taken: Received[] = [];
  const receiver = await startReceiver(t, (_, received) => {
    if (isDown) return 503;
    taken.push(received);
    return 204;
  });
  await start(t, storage, receiver);
  const partners = ['one', 'two', 'three'];
  for (let round = 0; round < 40; round += 1)
    for (const partner of partners) await announce(storage, partner);
  await receiver.count(8);
  isDown = false;
  await settled(storage, 'delivered', 120);
  t.equal(new Set(taken.map(({ id }) => id)).size, 120);
  t.equal(taken.length, 120, 'none twice');
  for (const partner of partners) {
    const own = sequences(taken.filter(({ body }) => body.includes(`"${partner}"`)));
    t.same(
      own,
      own.toSorted((one, other) => one - other),
      partner,
    );
  }
});

test('an event that is never taken ends among the dead letters, visibly, and the others pass it', async (t) => {
  const storage = openStorage(t);
  const receiver = await startReceiver(t, (_, { body }) => (body.includes('poison') ? 400 : 204));
  await start(t, storage, { ...receiver, maxAttempts: 3 });
  await announce(storage, 'poison');
  for (const partner of ['one', 'two', 'three']) await announce(storage, partner);
  t.match(await settled(storage, 'dead'), [{ attempts: 3, lastError: 'HTTP 400', sequence: 1 }]);
  await settled(storage, 'delivered', 3);
  t.match(
    storage.observations.filter(({ kind }) => kind === 'hook.given-up'),
    [{ hook: 'pipeline', attempt: 3, reason: 'HTTP 400', retryInMs: undefined }],
  );
});

test('only the kinds and trading partners that were asked for are sent', async (t) => {
  const storage = openStorage(t);
  const receiver = await startReceiver(t);
  await start(t, storage, { ...receiver, events: ['partner.*'], partners: ['two'] });
  for (const partner of ['one', 'two', 'three']) await announce(storage, partner);
  await storage.database.transaction((transaction) =>
    transaction.event({ kind: 'hook.enabled', partnerId: undefined, hook: 'other' }),
  );
  await until('all were looked at', async () => (await findHook(storage.database, 'pipeline'))?.cursor === 4);
  await settled(storage, 'delivered');
  t.same(
    (await deliveries(storage)).map(({ sequence }) => sequence),
    [2],
  );
});

test('Retry-After is honoured: nothing is sent to the receiver before', async (t) => {
  const storage = openStorage(t);
  const receiver = await startReceiver(t, () => (response) => {
    response.writeHead(429, { 'retry-after': '3600' }).end();
  });
  await start(t, storage, { ...receiver, retryMaxMs: 24 * 3_600_000 });
  await announce(storage);
  await until('the first try failed', async () => (await deliveries(storage))[0]?.attempts === 1);
  await announce(storage, 'two');
  await until('both wait', async () => (await deliveries(storage)).length === 2);
  t.equal(receiver.received.length, 1);
  const hourOn = storage.database.now() + 3_500_000;
  t.ok(((await findHook(storage.database, 'pipeline'))?.pausedUntilMs ?? 0) > hourOn);
  const [other, first] = await deliveries(storage);
  t.match(first, { attempts: 1, lastError: 'HTTP 429' });
  t.ok((first?.nextAttemptAtMs ?? 0) > hourOn);
  t.match(other, { attempts: 0 });
});

test('410 disables the hook, visibly; enabled again, it is told of what it has missed', async (t) => {
  const storage = openStorage(t);
  const { database } = storage;
  const receiver = await startReceiver(t, (request) => (request === 0 ? 410 : 204));
  await start(t, storage, { ...receiver, events: ['partner.*'] });
  await announce(storage);
  await until('it is disabled', async () => (await findHook(database, 'pipeline'))?.state === 'disabled');
  await announce(storage, 'two');
  t.match(await findHook(database, 'pipeline'), { cause: 'gone' });
  t.match(
    storage.observations.filter(({ kind }) => kind === 'hook.disabled'),
    [{ hook: 'pipeline' }],
  );
  const [event] = await searchEvents(database, { kind: 'hook.disabled', limit: 1, order: 'newest-first' });
  t.match(JSON.parse(event?.payload ?? ''), { hook: 'pipeline', cause: 'gone' });
  t.equal(receiver.received.length, 1);
  t.equal(await enableHook(database, { name: 'pipeline', skip: false, actor: administrator }), true);
  await settled(storage, 'delivered', 2);
  t.equal(await enableHook(database, { name: 'pipeline', skip: false, actor: administrator }), false);
});

test('a hook that is enabled with --skip is not told of what it has missed', async (t) => {
  const storage = openStorage(t);
  const { database } = storage;
  const receiver = await startReceiver(t);
  await start(t, storage, { ...receiver, events: ['partner.*'] });
  await disableHook(database, { name: 'pipeline', cause: 'administrator', actor: administrator });
  await announce(storage, 'missed');
  await enableHook(database, { name: 'pipeline', skip: true, actor: administrator });
  await announce(storage, 'two');
  await settled(storage, 'delivered');
  t.match(
    receiver.received.map(({ body }) => JSON.parse(body)),
    [{ data: { partnerId: 'two' } }],
  );
});

test('a replay tells again under the same ids, in order, and of dead letters alone when asked', async (t) => {
  const storage = openStorage(t);
  const { database } = storage;
  let refuses = true;
  const receiver = await startReceiver(t, (_, { body }) => (refuses && body.includes('poison') ? 400 : 204));
  await start(t, storage, { ...receiver, maxAttempts: 1, concurrency: 1 });
  for (const partner of ['one', 'poison', 'three']) await announce(storage, partner);
  await settled(storage, 'dead');
  await settled(storage, 'delivered', 2);
  refuses = false;
  const hook = { name: 'pipeline', events: ['*'], partners: [] };
  const replay = { hook, fromSequence: 1, dryRun: false, deadOnly: true, actor: administrator };
  t.equal(await replayEvents(database, { ...replay, dryRun: true }), 1);
  t.equal(receiver.received.length, 3, 'a dry run changes nothing');
  t.equal(await replayEvents(database, replay), 1);
  await settled(storage, 'delivered', 3);
  t.equal(await replayEvents(database, { ...replay, deadOnly: false, fromSequence: 2 }), 2);
  const all = await receiver.count(6);
  t.same(sequences(all.slice(4)), [2, 3]);
  t.equal(new Set(all.map(({ id }) => id)).size, 3);
  t.equal(all[1]?.id, all[4]?.id);
});

test('redirects are not followed, slow receivers are left, and long answers are not read to their end', async (t) => {
  const storage = openStorage(t);
  const other = await startReceiver(t);
  let sent = 0;
  const answers: Parameters<typeof startReceiver>[1] = (request) =>
    [
      (response: Parameters<Exclude<ReturnType<NonNullable<typeof answers>>, number>>[0]) =>
        response.writeHead(302, { location: other.url }).end(),
      () => undefined,
      (response: Parameters<Exclude<ReturnType<NonNullable<typeof answers>>, number>>[0]) => {
        response.writeHead(200);
        const more = (): void => {
          sent += 1;
          if (!response.destroyed) response.write('x'.repeat(1000), () => setImmediate(more));
        };
        more();
      },
    ][request] ?? 204;
  const receiver = await startReceiver(t, answers);
  await start(t, storage, { ...receiver, timeoutMs: 300 });
  await announce(storage);
  const [done] = await settled(storage, 'delivered');
  t.equal(done?.attempts, 3);
  t.ok(sent > 0 && sent < 10_000, 'the endless answer was cut off');
  t.equal(other.received.length, 0);
  const reasons = storage.observations.flatMap((observation) =>
    observation.kind === 'hook.failed' ? [observation.reason] : [],
  );
  t.same(reasons, ['HTTP 302 (redirects are not followed)', 'no answer within 300 ms']);
});

test('an address that was not allowed is not connected to, by name or by number', async (t) => {
  const storage = openStorage(t);
  const receiver = await startReceiver(t);
  for (const host of ['localhost', '2130706433', '0x7f.1', '017700000001', '[::ffff:127.0.0.1]']) {
    const url = receiver.url.replace('127.0.0.1', host);
    const telling = await start(t, storage, { url, allowPrivateAddresses: false, maxAttempts: 1 });
    await announce(storage);
    await until(`${host} is refused`, async () => {
      const [last] = await deliveries(storage);
      return last?.state === 'dead' && last.lastError === 'private address';
    });
    await telling.close();
  }
  t.equal(receiver.received.length, 0);
});

test('what is being sent when the gateway closes is sent again at the next start', async (t) => {
  const storage = openStorage(t);
  let hangs = true;
  const receiver = await startReceiver(t, () => (response) => {
    if (!hangs) response.writeHead(204).end();
  });
  const first = await start(t, storage, receiver);
  await announce(storage);
  await receiver.count(1);
  await first.close();
  t.match(await deliveries(storage), [{ state: 'waiting', attempts: 0 }]);
  hangs = false;
  await start(t, storage, receiver);
  await settled(storage, 'delivered');
  t.equal(new Set(receiver.received.map(({ id }) => id)).size, 1);
});

test('a hook that is new begins with the events to come, and one that was there goes on where it was', async (t) => {
  const storage = openStorage(t);
  await announce(storage, 'before');
  const receiver = await startReceiver(t);
  const first = await start(t, storage, receiver);
  await announce(storage, 'one');
  await settled(storage, 'delivered');
  await first.close();
  await announce(storage, 'while-away');
  await start(t, storage, receiver);
  await settled(storage, 'delivered', 2);
  t.same(sequences(receiver.received), [2, 3]);
});
