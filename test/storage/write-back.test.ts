import { randomBytes } from 'node:crypto';
import { readdirSync, readlinkSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { type Test, test } from 'tap';
import type { Mailbox, WritableFile } from '../../domain/mailbox.ts';
import { at, openAlice, opened, openTestStorage, type TestStorage } from '../support/storage.ts';

const mib = 1024 * 1024;
const block = randomBytes(mib);

async function begin(mailbox: Mailbox, path: string, blocks: number): Promise<WritableFile> {
  const file = await opened(mailbox, path);
  await append(file, { from: 0, blocks });
  return file;
}

async function append(file: WritableFile, { from, blocks }: { from: number; blocks: number }): Promise<void> {
  for (let at = from; at < from + blocks; at += 1) await file.write(block, at * mib);
}

/** Every upload's sync by one of Node's calls is this one from now on; the journal keeps its own. */
async function syncBy(
  t: Test,
  { directory }: TestStorage,
  sync: () => Promise<void>,
  call: 'datasync' | 'sync' = 'datasync',
): Promise<void> {
  const probe = await open(directory.database, 'r');
  const handles = Object.getPrototypeOf(probe) as Record<typeof call, () => Promise<void>>;
  await probe.close();
  const really = handles[call];
  t.intercept(handles, call, {
    async value(this: FileHandle) {
      const isUpload = readlinkSync(`/proc/self/fd/${this.fd}`).includes('/staging/');
      return isUpload ? sync() : Reflect.apply(really, this, []);
    },
  });
}

test('what a large upload has sent so far goes to the disk while the rest arrives, of one upload at a time', async (t) => {
  const storage = await openAlice(openTestStorage(t));
  const { alice } = storage;
  const waiting: (() => void)[] = [];
  await syncBy(t, storage, () => new Promise((resolve) => waiting.push(resolve)));

  const first = await begin(alice, '/inbound/first.edi', 20);
  const second = await begin(alice, '/inbound/second.edi', 20);
  t.equal(waiting.length, 1, 'the writes of both are done, and the disk is asked once');
  let closed = false;
  const closing = first.close().then((refused) => {
    closed = true;
    return refused;
  });
  const other = await begin(alice, '/inbound/other.edi', 7);
  t.equal(await other.close(), undefined);
  t.notOk(closed, 'CLOSE waits for it, while one that has nothing to wait for comes to its end');
  waiting.shift()?.();
  t.equal(await closing, undefined);

  await append(second, { from: 20, blocks: 1 });
  t.equal(waiting.length, 1, 'then it is the turn of the other one');
  waiting.shift()?.();
  t.equal(await second.close(), undefined);
});

test('an upload whose last sync fails is refused, not there to be resumed, and told of to whoever operates the gateway', async (t) => {
  const storage = await openAlice(openTestStorage(t));
  const { alice, directory, observations } = storage;
  const fails = async () => {
    throw Object.assign(new Error('ENOSPC: no space left on device, fsync'), { code: 'ENOSPC' });
  };
  await syncBy(t, storage, fails, 'sync');
  const file = await begin(alice, '/inbound/last.edi', 1);
  t.match(await file.close(), { kind: 'refused', reason: 'failure', why: /Send the file again/ });
  t.strictSame(readdirSync(join(directory.root, 'staging')), []);
  t.match(observations, [{ kind: 'fault', where: /^sync of upload /, fault: { message: /ENOSPC/ } }]);
});

test('an upload of which the disk may have lost bytes is refused at CLOSE, and not there to be resumed', async (t) => {
  const storage = await openAlice(openTestStorage(t));
  const { alice, database, directory, observations } = storage;
  await syncBy(t, storage, async () => {
    throw Object.assign(new Error('EIO: i/o error, fdatasync'), { code: 'EIO' });
  });

  const closed = await begin(alice, '/inbound/closed.edi', 9);
  t.match(await closed.close(), { kind: 'refused', reason: 'failure', why: /Send the file again/ });
  const cut = await begin(alice, '/inbound/cut.edi', 30);
  await cut.abandon();
  const synced = await begin(alice, '/inbound/synced.edi', 1);
  await t.rejects(synced.sync(), { code: 'EIO' });
  t.match(await synced.close(), { kind: 'refused', reason: 'failure', why: /Send the file again/ });
  const taken = await begin(alice, '/inbound/taken.edi', 9);
  const again = await begin(alice, '/inbound/taken.edi', 1);
  t.match(await taken.close(), { kind: 'refused' });
  t.equal(await again.close(), undefined, 'whoever begins again is not hindered by it');

  const faults = observations.filter(({ kind }) => kind === 'fault');
  t.equal(faults.length, 4, 'each is told of once, however much is sent after it');
  const rows = await database.sql
    .selectFrom('transmissions')
    .select(['name', 'state'])
    .orderBy('id')
    .execute();
  t.strictSame(
    rows.map(({ name, state }) => `${name} ${state}`),
    [
      'closed.edi discarded',
      'cut.edi discarded',
      'synced.edi discarded',
      'taken.edi discarded',
      'taken.edi received',
    ],
  );
  t.strictSame(readdirSync(join(directory.root, 'staging')), []);
  for (const name of ['closed', 'cut', 'synced'])
    t.match(await alice.stat(at(`/inbound/${name}.edi`)), { kind: 'refused', reason: 'no-such-file' });
});
