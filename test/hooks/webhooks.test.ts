import { randomBytes } from 'node:crypto';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { type Test, test } from 'tap';
import { isPrivateAddress, readWebhookSecret } from '../../hooks/webhook-request.ts';
import { startWebhooks, type WebhookDeps } from '../../hooks/webhooks.ts';
import { openTestStorage, partnerId, type TestStorage, testClock } from '../support/storage.ts';

const secretBytes = randomBytes(32);
const secret = `whsec_${secretBytes.toString('base64')}`;
const acme = partnerId('acme');

interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A receiver that answers with the given statuses, one after the other, and then with 204. */
async function receiver(
  t: Test,
  statuses: number[] = [],
): Promise<{ url: string; received: Received[]; next: () => Promise<Received> }> {
  const received: Received[] = [];
  let tell: () => void = () => undefined;
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      received.push({ headers: request.headers, body });
      response.writeHead(statuses.shift() ?? 204).end();
      tell();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => new Promise((resolve) => server.close(resolve)));
  let seen = 0;
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    received,
    async next() {
      while (received.length <= seen)
        await new Promise<void>((resolve) => {
          tell = resolve;
        });
      const found = received[seen];
      seen += 1;
      if (found === undefined) throw new Error('unreachable');
      return found;
    },
  };
}

function start(
  t: Test,
  storage: TestStorage,
  webhook: Partial<WebhookDeps['webhooks'][number]> & { url: string },
): void {
  const hooks = startWebhooks({
    database: storage.database,
    observe: (observation) => storage.observations.push(observation),
    settings: { timeoutMs: 2000, retryFirstMs: 1, retryMaxMs: 2, maxAttempts: 3 },
    webhooks: [{ name: 'pipeline', secret, events: ['*'], allowPrivateAddresses: true, ...webhook }],
    random: () => 1,
  });
  t.teardown(() => hooks.close());
}

/** The first look makes a new hook's place in the outbox: events from then on are its. */
async function placed({ database }: TestStorage): Promise<void> {
  for (;;) {
    const found = await database.sql
      .selectFrom('counters')
      .selectAll()
      .where('name', '=', 'hook-cursor:pipeline')
      .executeTakeFirst();
    if (found !== undefined) return;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

async function until(check: () => Promise<boolean>): Promise<void> {
  while (!(await check())) await new Promise((resolve) => setImmediate(resolve));
}

const announce = ({ database }: TestStorage) =>
  database.transaction((transaction) => transaction.event({ kind: 'partner.created', partnerId: acme }));

test('an event is posted once, signed in the Standard Webhooks form', async (t) => {
  const storage = openTestStorage(t, t.testdir(), testClock(Date.now()));
  const { url, next } = await receiver(t);
  start(t, storage, { url });
  await placed(storage);
  await announce(storage);
  const { headers, body } = await next();
  t.same(new Webhook(secret).verify(body, headers as Record<string, string>), JSON.parse(body));
  t.match(JSON.parse(body), { type: 'partner.created', data: { partnerId: 'acme' } });
});

test('a receiver that is down is tried again with the same id and body, and then told', async (t) => {
  const storage = openTestStorage(t);
  const { url, next } = await receiver(t, [500, 503]);
  start(t, storage, { url });
  await placed(storage);
  await announce(storage);
  const tries = [await next(), await next(), await next()];
  t.equal(new Set(tries.map(({ headers }) => headers['webhook-id'])).size, 1);
  t.equal(new Set(tries.map(({ body }) => body)).size, 1);
});

test('what is never taken ends among the dead letters, visibly', async (t) => {
  const storage = openTestStorage(t);
  const { url } = await receiver(t, [500, 500, 500, 500]);
  start(t, storage, { url });
  await placed(storage);
  await announce(storage);
  await until(
    async () =>
      (await storage.database.sql.selectFrom('deliveries').selectAll().execute())[0]?.state === 'dead',
  );
  t.match(await storage.database.sql.selectFrom('deliveries').selectAll().execute(), [
    { attempts: 3, last_error: 'HTTP 500' },
  ]);
  t.match(storage.observations.at(-1), { kind: 'hook.failed', attempt: 3, retryInMs: undefined });
});

test('only the kinds that were asked for are sent', async (t) => {
  const storage = openTestStorage(t);
  const { url } = await receiver(t);
  start(t, storage, { url, events: ['transmission.answered'] });
  await placed(storage);
  await announce(storage);
  await until(async () => {
    const cursor = await storage.database.sql
      .selectFrom('counters')
      .selectAll()
      .where('name', '=', 'hook-cursor:pipeline')
      .executeTakeFirst();
    return Number(cursor?.value) === 1;
  });
  t.same(await storage.database.sql.selectFrom('deliveries').selectAll().execute(), []);
});

test('a private address is not posted to unless the operator allows it', async (t) => {
  const storage = openTestStorage(t);
  const { url, received } = await receiver(t);
  start(t, storage, { url: url.replace('127.0.0.1', 'localhost'), allowPrivateAddresses: false });
  await placed(storage);
  await announce(storage);
  await until(
    async () =>
      (await storage.database.sql.selectFrom('deliveries').selectAll().execute())[0]?.state === 'dead',
  );
  t.match(await storage.database.sql.selectFrom('deliveries').selectAll().execute(), [
    { last_error: 'private address' },
  ]);
  t.same(received, []);
  for (const address of [
    '127.0.0.1',
    '10.1.2.3',
    '169.254.169.254',
    '::1',
    'fd00::1',
    '::ffff:192.168.0.1',
    'fe80::1',
  ]) {
    t.equal(isPrivateAddress(address), true, address);
  }
  for (const address of ['8.8.8.8', '2606:4700::1111']) t.equal(isPrivateAddress(address), false, address);
});

test('a secret in another form is refused at start, by name and without being shown', (t) => {
  t.throws(() => readWebhookSecret('pipeline', 'hunter2'), /webhook pipeline/);
  t.end();
});
