// SIGKILL at any moment of a dispatch: each file that the back end dropped is in `outbound` exactly once, or among the
// refused with its report, and nothing of it is left in `outgoing`. CRASH_KILLS and CRASH_SEED as in crash.test.ts.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { openCore } from '../../core.ts';
import { verifyAuditTrail } from '../../storage/audit-trail.ts';
import { listDispatches } from '../../storage/dispatch-store.ts';
import { addReadyUserByHand, testConfig } from '../support/gateway.ts';
import { dropOutgoing, outgoingFile } from '../support/outgoing.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { readLog, startServe, whyNotBuilt } from '../support/serve-process.ts';
import { makeTestFolder } from '../support/test-folder.ts';
import { until } from '../support/until.ts';

const partner = 'acme-dental';
const kills = Math.ceil(Number(process.env['CRASH_KILLS'] ?? 10) / 2);
const perKillMs = 60_000;
/** After that a file that was dropped has been taken: 200 ms of standing still, and the steps. */
const latestKillMs = 900;
t.setTimeout(60_000 + kills * perKillMs);

t.test(
  `killed ${kills} times while it dispatches: each file is out once, or refused once`,
  { skip: whyNotBuilt() },
  async (t) => {
    const root = makeTestFolder(t);
    const random = seededRandom(process.env['CRASH_SEED']);
    t.comment(`CRASH_SEED=${random.seed}`);
    const dataDirectory = join(root, 'data');
    const core = openCore({ config: testConfig(dataDirectory), observe: () => undefined });
    t.teardown(() => core.close());
    await addReadyUserByHand(core, { partner, user: 'mfranklin' });
    const good = new Map<string, string>();
    const bad = new Map<string, string>();
    const logs: string[] = [];
    const start = async () => {
      const serve = await startServe(t, { root, name: `serve-${logs.length + 1}` });
      logs.push(serve.logFile);
      return serve;
    };
    for (let kill = 1; kill <= kills; kill += 1) {
      const serve = await start();
      for (let more = 0; more < 3; more += 1) {
        const control = good.size + bad.size + 1;
        const name = `${String(control).padStart(4, '0')}.x12`;
        const isBad = random.below(3) === 0;
        const content = isBad ? `no X12 ${control}` : outgoingFile('835', { control });
        (isBad ? bad : good).set(name, content);
        dropOutgoing(dataDirectory, partner, name, content);
      }
      const delayMs = random.below(latestKillMs);
      await new Promise((resolve) => setTimeout(resolve, delayMs));
      await serve.kill();
      t.comment(`kill ${kill}: after ${delayMs} ms`);
    }
    const serve = await start();
    const outgoing = join(dataDirectory, 'backend', 'outgoing', partner);
    await until('nothing is left in outgoing', () => readdirSync(outgoing).length === 0);
    t.equal(await serve.stop(), 0, 'the last one stops as it should');

    const outbound = join(dataDirectory, 'mailboxes', partner, 'outbound');
    t.strictSame(readdirSync(outbound).sort(), [...good.keys()].sort(), 'each good one once in outbound');
    for (const [name, content] of good)
      if (readFileSync(join(outbound, name), 'latin1') !== content) t.fail(`${name} is not what was dropped`);
    const refused = join(dataDirectory, 'backend', 'refused', partner);
    const expected = [...bad.keys()].flatMap((name) => [name, `${name}.refused.txt`]).sort();
    t.strictSame(
      bad.size === 0 ? [] : readdirSync(refused).sort(),
      expected,
      'each bad one once, with its report',
    );
    const rows = await listDispatches(core.database, { limit: 1000 });
    t.equal(rows.length, good.size + bad.size, 'one row a file: none is a duplicate of itself');
    t.equal(rows.filter(({ state }) => state === 'published').length, good.size);
    const events = await core.database.sql
      .selectFrom('events')
      .select('payload')
      .where('kind', '=', 'dispatch.published')
      .execute();
    t.equal(events.length, good.size, 'one event a file');
    t.match(await verifyAuditTrail(core.database), { kind: 'intact' });
    t.strictSame(readdirSync(join(dataDirectory, 'staging')), [], 'nothing is left in staging');
    t.strictSame(
      logs.flatMap(readLog).filter(({ event }) => event === 'fault'),
      [],
      'no start logged a fault',
    );
  },
);
