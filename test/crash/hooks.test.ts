// Ten thousand events for a hook whose gateway is killed again and again while it tells them: none is lost, what is about
// one thing keeps its order, and twice comes only what was on its way at a kill.

import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import t from 'tap';
import { openCore } from '../../core.ts';
import { countDeliveries } from '../../storage/delivery-list.ts';
import { findHook } from '../../storage/hook-store.ts';
import { testConfig } from '../support/gateway.ts';
import { startReceiver } from '../support/receiver.ts';
import { startServe, whyNotBuilt } from '../support/serve-process.ts';
import { partnerId as partnerOf } from '../support/storage.ts';
import { makeTestFolder } from '../support/test-folder.ts';
import { until } from '../support/until.ts';

const eventCount = 10_000;
const partnerCount = 200;
const kills = 4;
const concurrency = 4;
const waitMs = 240_000;

t.setTimeout(600_000);

t.test('a queue of ten thousand survives kills', { skip: whyNotBuilt() }, async (t) => {
  const root = makeTestFolder(t);
  const dataDirectory = join(root, 'data');
  const core = openCore({ config: testConfig(dataDirectory), observe: () => undefined });
  t.teardown(() => core.close());
  const { database } = core;
  let isDown = true;
  const receiver = await startReceiver(t, () => (isDown ? 503 : 204));
  const webhook = {
    name: 'pipeline',
    url: receiver.url,
    allowPrivateAddresses: true,
    allowPlainHttp: true,
    concurrency,
  };
  const hooks = {
    webhooks: [webhook],
    retryFirstMs: 50,
    retryMaxMs: 200,
    pauseMaxMs: 200,
    maxAttempts: 1000,
  };
  const config = { roles: ['hooks'], hooks };
  let starts = 0;
  const start = () => {
    starts += 1;
    return startServe(t, { root, name: `serve-${starts}`, config });
  };
  let serve = await start();
  await until('the hook has its place', () => findHook(database, 'pipeline'));
  for (let made = 0; made < eventCount; made += 500) {
    await database.transaction(async (transaction) => {
      for (let index = made; index < made + 500; index += 1) {
        const partnerId = partnerOf(`p${index % partnerCount}`);
        await transaction.event({ kind: 'partner.created', partnerId });
      }
    });
  }
  await until('it fails', () => receiver.received.length > 3);
  isDown = false;
  const refused = receiver.received.length;
  for (let kill = 1; kill <= kills; kill += 1) {
    const mark = Math.floor((eventCount * kill) / (kills + 2)) + (randomBytes(1)[0] ?? 0);
    await until(`${mark} were told`, () => receiver.received.length >= mark, waitMs);
    await serve.kill();
    serve = await start();
  }
  await until(
    'nothing waits',
    async () =>
      (await findHook(database, 'pipeline'))?.cursor === eventCount &&
      (await countDeliveries(database, 'pipeline')).waiting === 0,
    waitMs,
  );
  t.equal((await countDeliveries(database, 'pipeline')).dead, 0);
  const told = receiver.received.slice(refused);
  const first = new Map<string, { readonly sequence: number; readonly partner: string }>();
  for (const { id, body } of told) {
    const { sequence, data } = JSON.parse(body) as { sequence: number; data: { partnerId: string } };
    if (!first.has(id)) first.set(id, { sequence, partner: data.partnerId });
  }
  t.equal(first.size, eventCount, 'none is lost');
  const twice = told.length - first.size;
  t.comment(`told twice: ${twice} of ${eventCount}, at ${kills} kills`);
  t.ok(twice <= kills * concurrency, `${twice} came twice, at most what was on its way at a kill`);
  const last = new Map<string, number>();
  let disorder = 0;
  for (const { sequence, partner } of first.values()) {
    if (sequence < (last.get(partner) ?? 0)) disorder += 1;
    last.set(partner, sequence);
  }
  t.equal(disorder, 0, 'what is about one thing is in its order');
  await serve.stop();
});
