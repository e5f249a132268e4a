import { chmodSync, readFileSync, rmSync, statSync, truncateSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Test, test } from 'tap';
import { recoverUploads } from '../../storage/recovery.ts';
import { settleOriginals } from '../../storage/small-originals.ts';
import { addTestPartners, at, openTestStorage, partnerId, userId } from '../support/storage.ts';

const content = 'ISA*00*small~';

/** One small file, uploaded and closed; what the journal says of it. */
async function uploaded(t: Test, input: { readonly source: 'sftp' | 'portal'; readonly bytes: Buffer }) {
  const storage = openTestStorage(t);
  await addTestPartners(storage);
  const { database, directory, mailboxes } = storage;
  const owner = { partnerId: partnerId('acme'), userId: userId('alice'), source: input.source };
  const mailbox = await mailboxes.open(owner);
  const options = { create: true, truncate: true, exclusive: false };
  const outcome = await mailbox.openForWrite(at('/inbound/claim.edi'), options);
  if (outcome.kind === 'refused') throw new Error(outcome.why);
  await outcome.file.write(input.bytes, 0);
  t.equal(await outcome.file.close(), undefined);
  const row = () => database.sql.selectFrom('transmissions').selectAll().executeTakeFirstOrThrow();
  const riding = async () => (await database.sql.selectFrom('small_originals').selectAll().execute()).length;
  const { original_path: path } = await row();
  if (path === null) throw new Error('It has no original.');
  const original = directory.stored(path);
  const inbound = directory.entry(owner.partnerId, 'inbound', 'claim.edi' as never);
  return { ...storage, row, riding, original, inbound };
}

const inodeOf = (path: string) => {
  const stats = statSync(path, { bigint: true });
  return `${stats.dev}:${stats.ino}`;
};

test('the bytes of a small upload ride in the journal until the file is durable by itself', async (t) => {
  const { riding, database, directory, original } = await uploaded(t, {
    source: 'sftp',
    bytes: Buffer.from(content),
  });
  t.equal(await riding(), 1);
  t.equal(await settleOriginals({ database, directory }), 1);
  t.equal(await riding(), 0);
  t.equal(await settleOriginals({ database, directory }), 0);
  t.equal(readFileSync(original, 'utf8'), content);
});

test('a large upload, and one of the portal, do not ride', async (t) => {
  const large = await uploaded(t, { source: 'sftp', bytes: Buffer.alloc(64 * 1024 + 1) });
  t.equal(await large.riding(), 0);
  const portal = await uploaded(t, { source: 'portal', bytes: Buffer.from(content) });
  t.equal(await portal.riding(), 0);
});

for (const [what, lose] of [
  [
    'bytes that never reached the disk',
    (original: string) => {
      chmodSync(original, 0o600);
      truncateSync(original);
      chmodSync(original, 0o400);
    },
  ],
  [
    'the file and its folder',
    (original: string, inbound: string) => {
      rmSync(dirname(original), { recursive: true });
      rmSync(inbound);
    },
  ],
] as const) {
  test(`after power loss has taken ${what}, the next start writes the file anew`, async (t) => {
    const { database, directory, original, inbound, row, riding } = await uploaded(t, {
      source: 'sftp',
      bytes: Buffer.from(content),
    });
    lose(original, inbound);
    const report = await recoverUploads({ database, directory, interruptedExpiryMs: 60_000 });
    t.match(report, { restored: 1, rolledBack: 0, interrupted: 0 });
    t.equal(readFileSync(original, 'utf8'), content);
    t.equal(statSync(original).mode & 0o777, 0o400);
    t.equal(inodeOf(inbound), inodeOf(original), 'its name in inbound is the same file');
    t.equal((await row()).inode, inodeOf(original));
    t.equal((await row()).state, 'received');
    t.equal(await riding(), 0);
    t.match(await recoverUploads({ database, directory, interruptedExpiryMs: 60_000 }), { restored: 0 });
  });
}

test('what is whole at the next start is left as it is', async (t) => {
  const { database, directory, original, riding } = await uploaded(t, {
    source: 'sftp',
    bytes: Buffer.from(content),
  });
  const before = inodeOf(original);
  t.match(await recoverUploads({ database, directory, interruptedExpiryMs: 60_000 }), { restored: 0 });
  t.equal(inodeOf(original), before);
  t.equal(await riding(), 0);
});
