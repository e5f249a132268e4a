import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { type Test, test } from 'tap';
import type { Mailbox } from '../../domain/mailbox.ts';
import { createDigestThreads } from '../../storage/digest-threads.ts';
import { claimTransmission, nextDueAt } from '../../storage/intake-queue.ts';
import { type LateDigests, startLateDigests } from '../../storage/late-digests.ts';
import { createMailboxes } from '../../storage/mailbox.ts';
import { recoverUploads } from '../../storage/recovery.ts';
import { createTransmissionFiles } from '../../storage/transmission-files.ts';
import {
  at,
  openAlice,
  opened,
  openTestStorage,
  partnerId,
  type TestStorage,
  userId,
} from '../support/storage.ts';
import { until } from '../support/until.ts';

const mib = 1024 * 1024;
const large = Buffer.alloc(9 * mib, 'a large file. ');
const ofLarge = createHash('sha256').update(large).digest('hex');

interface House extends TestStorage {
  readonly alice: Mailbox;
}

const openHouse = (t: Test, source: 'sftp' | 'portal' = 'sftp'): Promise<House> =>
  openAlice(openTestStorage(t), source);

async function put(mailbox: Mailbox, path: string, bytes: Buffer): Promise<void> {
  const file = await opened(mailbox, path);
  for (let from = 0; from < bytes.length; from += mib)
    await file.write(bytes.subarray(from, from + mib), from);
  const refused = await file.close();
  if (refused !== undefined) throw new Error(refused.why);
}

/** Hashes what is late from now on, by a real thread, until the test ends. */
function digest(t: Test, { database, directory, observations }: House): LateDigests {
  const thread = createDigestThreads();
  const observe = (one: (typeof observations)[number]) => void observations.push(one);
  const digests = startLateDigests({ database, directory, observe, hash: thread.hash });
  t.teardown(async () => {
    const closed = digests.close();
    await thread.close();
    await closed;
  });
  return digests;
}

const rowsOf = ({ database }: House) =>
  database.sql
    .selectFrom('transmissions')
    .select(['id', 'name', 'state', 'sha256', 'original_path'])
    .orderBy('id')
    .execute();

const digestsOf = async (house: House) => (await rowsOf(house)).map(({ sha256 }) => sha256);

/** What was told of receiving: each event's SHA-256, and each audit record's. */
async function toldOf({ database }: House) {
  const events = await database.sql
    .selectFrom('events')
    .select('payload')
    .where('kind', '=', 'transmission.received')
    .execute();
  const records = await database.sql
    .selectFrom('audit_records')
    .select('detail')
    .where('action', '=', 'transmission.receive')
    .execute();
  return {
    events: events.map(({ payload }) => JSON.parse(payload).sha256),
    records: records.map(({ detail }) => JSON.parse(detail).sha256),
  };
}

const claim = ({ database }: House) => claimTransmission(database, { worker: 'w', leaseMs: 60_000 });

test('a large upload is received at CLOSE, and hashed behind it: then it is told of once, and intake may have it', async (t) => {
  const house = await openHouse(t);
  await put(house.alice, '/inbound/large.x12', large);
  t.match(await rowsOf(house), [{ state: 'received', sha256: null }]);
  t.strictSame(await toldOf(house), { events: [], records: [] });
  t.equal(await claim(house), undefined, 'nobody reads what it cannot compare');
  t.equal(await nextDueAt(house.database), undefined, 'nor waits for it by the clock');
  t.match(house.observations, [{ kind: 'transmission.received', sizeBytes: large.length }]);

  digest(t, house);
  await until('it is hashed', async () => (await digestsOf(house))[0] !== null);
  t.strictSame(await digestsOf(house), [ofLarge]);
  t.strictSame(await toldOf(house), { events: [ofLarge], records: [ofLarge] });
  t.match(await claim(house), { name: 'large.x12', sha256: ofLarge, sizeBytes: large.length });

  await put(house.alice, '/inbound/next.x12', large);
  await until('the next one is hashed too', async () => !(await digestsOf(house)).includes(null));
  t.strictSame(await toldOf(house), { events: [ofLarge, ofLarge], records: [ofLarge, ofLarge] });
});

test('what was not hashed when the gateway ended is hashed after its next start, once, however often it starts', async (t) => {
  const house = await openHouse(t);
  await put(house.alice, '/inbound/large.x12', large);
  const { database, directory } = house;
  for (let start = 0; start < 3; start += 1) {
    t.match(await recoverUploads({ database, directory, interruptedExpiryMs: 60_000 }), { rolledBack: 0 });
    const digests = digest(t, house);
    await until('it is hashed', async () => (await digestsOf(house))[0] !== null);
    await digests.close();
  }
  t.strictSame(await toldOf(house), { events: [ofLarge], records: [ofLarge] });
});

test('a large upload that was resumed, or sent under a temporary name, is hashed behind its CLOSE too', async (t) => {
  const house = await openHouse(t);
  const { alice } = house;
  const cut = await opened(alice, '/inbound/resumed.x12');
  await cut.write(large.subarray(0, 8 * mib), 0);
  await cut.abandon();
  const rest = await opened(alice, '/inbound/resumed.x12', {
    create: true,
    truncate: false,
    exclusive: false,
  });
  await rest.write(large.subarray(8 * mib), 8 * mib);
  t.equal(await rest.close(), undefined);
  await put(alice, '/inbound/held.x12.filepart', large);
  t.equal(await claim(house), undefined);
  const from = at('/inbound/held.x12.filepart');
  t.equal(await alice.rename(from, at('/inbound/held.x12'), { overwrite: false }), undefined);
  t.match(await rowsOf(house), [
    { name: 'resumed.x12', state: 'received', sha256: null },
    { name: 'held.x12', state: 'received', sha256: null },
  ]);
  digest(t, house);
  await until('both are hashed', async () => !(await digestsOf(house)).includes(null));
  t.strictSame(await digestsOf(house), [ofLarge, ofLarge]);
  t.strictSame(await toldOf(house), { events: [ofLarge, ofLarge], records: [ofLarge, ofLarge] });
});

test('a gate is told the SHA-256 before it decides, and whoever else takes uploads computes it at once', async (t) => {
  const house = await openHouse(t, 'portal');
  await put(house.alice, '/inbound/portal.x12', large);
  const { database, directory } = house;
  const asked: string[] = [];
  const gated = createMailboxes({
    database,
    directory,
    observe: () => undefined,
    settings: { maxFileBytes: 100 * mib, minFreeBytes: 0 },
    gate: {
      decide: async ({ sha256 }) => {
        asked.push(sha256);
        return { kind: 'passed' };
      },
    },
  });
  const owner = { partnerId: partnerId('acme'), userId: userId('alice'), source: 'sftp' } as const;
  await put(await gated.open(owner), '/inbound/gated.x12', large);
  t.strictSame(asked, [ofLarge]);
  t.strictSame(await digestsOf(house), [ofLarge, ofLarge]);
  t.strictSame(await toldOf(house), { events: [ofLarge, ofLarge], records: [ofLarge, ofLarge] });
});

test('a file that cannot be read is told of once, keeps nobody else waiting, and is there for whoever looks', async (t) => {
  const house = await openHouse(t);
  await put(house.alice, '/inbound/gone.x12', large);
  await put(house.alice, '/inbound/there.x12', large);
  const [gone, there] = await rowsOf(house);
  const files = createTransmissionFiles(house);
  const read = await files.openFile({ transmission: there?.id as never });
  t.match(read, { kind: 'open', sha256: ofLarge }, 'what nobody has hashed yet is not called altered');
  if (read.kind === 'open') read.stream.destroy();

  rmSync(house.directory.stored(gone?.original_path ?? ''));
  digest(t, house);
  await until('the other one is hashed', async () => (await digestsOf(house))[1] === ofLarge);
  await put(house.alice, '/inbound/third.x12', large);
  await until('and one after it', async () => (await digestsOf(house))[2] === ofLarge);
  const faults = house.observations.filter(({ kind }) => kind === 'fault');
  t.match(faults, [{ where: `sftp digest of ${gone?.id}`, fault: { message: /ENOENT/ } }]);
  t.equal(faults.length, 1);
  t.strictSame((await digestsOf(house))[0], null);
});

test('a file that takes long to read keeps no other one waiting, and the small ones come first', async (t) => {
  const house = await openHouse(t);
  const sizes = { huge: 12, larger: 10, large: 9 };
  for (const [name, size] of Object.entries(sizes))
    await put(house.alice, `/inbound/${name}.x12`, Buffer.alloc(size * mib));
  const { database, directory } = house;
  const hashing: ((sha256: string) => void)[] = [];
  const digests = startLateDigests({
    database,
    directory,
    observe: (one) => void house.observations.push(one),
    hash: () => new Promise((resolve) => hashing.push(resolve)),
  });
  const hashed = async () =>
    (await rowsOf(house)).filter(({ sha256 }) => sha256 !== null).map(({ name }) => name);
  await put(house.alice, '/inbound/last.x12', Buffer.alloc(11 * mib));
  await until('two are read', () => hashing.length === 2);
  hashing[1]?.('b'.repeat(64));
  await until('the next one is read', () => hashing.length === 3);
  t.strictSame(await hashed(), ['larger.x12']);
  hashing[2]?.('c'.repeat(64));
  await until('and the last', () => hashing.length === 4);
  t.strictSame(await hashed(), ['larger.x12', 'last.x12']);
  for (const end of hashing) end('a'.repeat(64));
  await until('all are done', async () => (await hashed()).length === 4);
  await digests.close();
});
