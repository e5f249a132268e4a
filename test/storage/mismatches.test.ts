// Each way in which journal and disk can differ is found, repaired and told of; and a sound data directory has none.

import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { type Test, test } from 'tap';
import { newTransmissionId } from '../../domain/ids.ts';
import { adoptFile } from '../../storage/adopt.ts';
import { writeAnswer } from '../../storage/answer-store.ts';
import { writeDurably } from '../../storage/durable-file.ts';
import { findMismatches } from '../../storage/find-mismatches.ts';
import { claimTransmission } from '../../storage/intake-queue.ts';
import { publishAnswers, quarantineOriginal, releaseOriginals } from '../../storage/outbound.ts';
import { reconcile } from '../../storage/reconcile.ts';
import { recoverUploads } from '../../storage/recovery.ts';
import { settleOriginals } from '../../storage/small-originals.ts';
import {
  addTestPartners,
  at,
  openTestStorage,
  partnerId,
  type TestStorage,
  userId,
} from '../support/storage.ts';

const acme = partnerId('acme');
const owner = { partnerId: acme, userId: userId('alice'), source: 'sftp' } as const;

type House = TestStorage & { readonly path: (...names: readonly string[]) => string };

async function open(t: Test): Promise<House> {
  const storage = openTestStorage(t);
  await addTestPartners(storage);
  return { ...storage, path: (...names) => join(storage.directory.root, ...names) };
}

async function upload(house: House, name: string, content = 'ISA*1~'): Promise<void> {
  const mailbox = await house.mailboxes.open(owner);
  const opened = await mailbox.openForWrite(at(`/inbound/${name}`), {
    create: true,
    truncate: true,
    exclusive: false,
  });
  if (opened.kind === 'refused') throw new Error(opened.why);
  await opened.file.write(Buffer.from(content), 0);
  await opened.file.close();
  await settleOriginals(house);
}

/** Claims the file that is due and answers it, as intake does; up to, and without, publishing. */
async function answer(house: House, outcome: 'answered' | 'quarantined' = 'answered') {
  const { database, directory } = house;
  const claimed = await claimTransmission(database, { worker: 'w', leaseMs: 60_000 });
  if (claimed === undefined) throw new Error('Nothing is due.');
  const id = newTransmissionId(database.now(), randomBytes(10));
  const path = directory.acknowledgementPath(id, database.now());
  await writeDurably(directory, { id, to: directory.stored(path), content: Buffer.from('TA1') });
  if (outcome === 'quarantined') await quarantineOriginal(directory, claimed);
  await writeAnswer(database, {
    id: claimed.id,
    partnerId: acme,
    worker: 'w',
    outcome:
      outcome === 'answered' ? { state: outcome, verdict: 'accepted' } : { state: outcome, reason: 'no-isa' },
    files: [
      {
        id,
        interchangeOrdinal: outcome === 'answered' ? 1 : 0,
        kinds: outcome === 'answered' ? 'TA1' : 'report',
        name: `${claimed.name}.answer`,
        path,
        sizeBytes: 3,
        sha256: 'x',
        controlNumber: '1',
      },
    ],
    kinds: [],
    interchanges: [],
    manifest: outcome === 'answered' ? '{}' : undefined,
  });
  return { id: claimed.id, original: claimed.originalPath, copy: path, name: `${claimed.name}.answer` };
}

const find = (house: House) => findMismatches({ ...house, settleMs: 0 });

/** What is found is of this kind alone; the start tells of it and repairs it, and then nothing is found any more. */
async function repairs(t: Test, house: House, mismatch: string, repair: string): Promise<void> {
  t.match(await find(house), [{ kind: mismatch }], 'it is found');
  await restart(house);
  const told = house.observations.filter(({ kind }) => kind === 'storage.mismatch');
  t.match(told, [{ mismatch, repair }], 'the log tells of it');
  t.same(await find(house), [], 'nothing is found afterwards');
}

async function restart(house: House): Promise<void> {
  await recoverUploads({ ...house, interruptedExpiryMs: 7 * 24 * 3_600_000 });
  await reconcile({ ...house, observe: (observation) => house.observations.push(observation) });
}

const stateOf = async ({ database }: House, name: string) =>
  (
    await database.sql
      .selectFrom('transmissions')
      .select(['state', 'reason'])
      .where('name', '=', name)
      .execute()
  ).at(-1);

test('a data directory that is worked on has no mismatch', async (t) => {
  const house = await open(t);
  const mailbox = await house.mailboxes.open(owner);
  const options = { create: true, truncate: true, exclusive: false };
  const opened = await mailbox.openForWrite(at('/inbound/arriving.x12'), options);
  if (opened.kind === 'refused') throw new Error(opened.why);
  await opened.file.write(Buffer.from('ISA'), 0);
  await upload(house, 'held.x12.part');
  await upload(house, 'a.x12');
  await answer(house);
  await publishAnswers(house);
  await releaseOriginals(house);
  await upload(house, 'b.x12');
  await answer(house, 'quarantined');
  await publishAnswers(house);
  await upload(house, 'c.x12');
  t.same(await findMismatches(house), [], 'an upload that has just begun is looked at once more');
  await opened.file.abandon();
  await mailbox.remove(at('/outbound/a.x12.answer'));
  await mailbox.remove(at('/inbound/a.x12'));
  rmSync(house.path('backend/accepted/acme'), { recursive: true });
  mkdirSync(house.path('backend/accepted/acme'));
  t.same(await find(house), [], 'partner and back end may take away what is theirs');
});

test('a lost original is linked back from its name in inbound', async (t) => {
  const house = await open(t);
  await upload(house, 'a.x12');
  const { original } = await answer(house);
  unlinkSync(house.path(original));
  await repairs(t, house, 'original-missing', 'put-back');
  t.equal(readFileSync(house.path(original), 'latin1'), 'ISA*1~');
});

test('a lost original that is nowhere fails its transmission, visibly', async (t) => {
  const house = await open(t);
  await upload(house, 'a.x12');
  const [row] = await house.database.sql.selectFrom('transmissions').select('original_path').execute();
  rmSync(house.path(row?.original_path ?? ''));
  rmSync(house.path('mailboxes/acme/inbound/a.x12'));
  await repairs(t, house, 'original-missing', 'failed');
  t.match(await stateOf(house, 'a.x12'), { state: 'failed', reason: 'storage.original-missing' });
  t.equal(await claimTransmission(house.database, { worker: 'w', leaseMs: 1 }), undefined);
});

test('an upload whose bytes are gone is given up', async (t) => {
  const house = await open(t);
  await upload(house, 'held.x12.part');
  const [staged = ''] = readdirSync(house.directory.staging);
  rmSync(house.path('staging', staged));
  await repairs(t, house, 'upload-missing', 'given-up');
  t.match(await stateOf(house, 'held.x12.part'), { state: 'discarded', reason: 'its bytes are gone' });
});

test('a lost answer that was never published is made again', async (t) => {
  const house = await open(t);
  await upload(house, 'a.x12');
  const { copy } = await answer(house);
  rmSync(house.path(copy));
  await repairs(t, house, 'answer-missing', 'answered-again');
  t.match(await stateOf(house, 'a.x12'), { state: 'received' });
  await answer(house);
  t.equal((await publishAnswers(house)).length, 1);
});

test('a lost copy of a published answer is linked back from outbound, or noted as gone: nothing is answered twice', async (t) => {
  const house = await open(t);
  await upload(house, 'a.x12');
  const { copy } = await answer(house);
  await publishAnswers(house);
  rmSync(house.path(copy));
  await repairs(t, house, 'answer-missing', 'put-back');
  t.ok(existsSync(house.path(copy)));

  house.observations.length = 0;
  rmSync(house.path(copy));
  const mailbox = await house.mailboxes.open(owner);
  await mailbox.remove(at('/outbound/a.x12.answer'));
  await repairs(t, house, 'answer-missing', 'given-up');
  t.match(await stateOf(house, 'a.x12'), { state: 'answered' });
});

test('an answer that vanished from outbound without its partner removing it is put there again', async (t) => {
  const house = await open(t);
  await upload(house, 'a.x12');
  await answer(house);
  await publishAnswers(house);
  rmSync(house.path('mailboxes/acme/outbound/a.x12.answer'));
  await repairs(t, house, 'outbound-missing', 'put-back');
  t.equal(readFileSync(house.path('mailboxes/acme/outbound/a.x12.answer'), 'latin1'), 'TA1');
});

test('a quarantined file that is not in quarantine is put there', async (t) => {
  const house = await open(t);
  await upload(house, 'a.x12');
  const { id } = await answer(house, 'quarantined');
  rmSync(house.path('quarantine', id));
  await repairs(t, house, 'quarantine-missing', 'put-back');
  t.ok(existsSync(house.path('quarantine', id)));
});

test('a file in quarantine that no row tells of is moved to unclaimed, one whose row says otherwise is taken out', async (t) => {
  const house = await open(t);
  writeFileSync(house.path('quarantine/stray'), 'whose?');
  await repairs(t, house, 'quarantine-unknown', 'moved-to-unclaimed');
  t.equal(readFileSync(house.path('unclaimed/quarantine-stray'), 'latin1'), 'whose?');

  house.observations.length = 0;
  await upload(house, 'a.x12');
  const { id, original } = await answer(house);
  linkSync(house.path(original), house.path('quarantine', id));
  await repairs(t, house, 'quarantine-unknown', 'removed');
  t.ok(existsSync(house.path(original)));
});

test('the folders of a partner are made again', async (t) => {
  const house = await open(t);
  rmSync(house.path('mailboxes/acme'), { recursive: true });
  await repairs(t, house, 'mailbox-missing', 'made');
  t.ok(statSync(house.path('mailboxes/acme/inbound')).isDirectory());
});

test('a folder of no trading partner is moved to unclaimed with what is in it; an empty one is removed', async (t) => {
  const house = await open(t);
  mkdirSync(house.path('mailboxes/nobody/inbound'), { recursive: true });
  writeFileSync(house.path('mailboxes/nobody/inbound/a.x12'), 'ISA');
  await repairs(t, house, 'mailbox-unknown', 'moved-to-unclaimed');
  t.equal(readFileSync(house.path('unclaimed/mailboxes-nobody/inbound/a.x12'), 'latin1'), 'ISA');

  house.observations.length = 0;
  mkdirSync(house.path('mailboxes/nobody/inbound'), { recursive: true });
  mkdirSync(house.path('mailboxes/nobody/outbound'));
  await repairs(t, house, 'mailbox-unknown', 'removed');
});

test('an original that no row tells of goes to unclaimed, or is adopted where its partner has a name for it', async (t) => {
  const house = await open(t);
  mkdirSync(house.path('originals/2026/11/21'), { recursive: true });
  const stray = newTransmissionId(house.clock.now(), randomBytes(10));
  writeFileSync(house.path('originals/2026/11/21', stray), 'ISA');
  await repairs(t, house, 'original-unknown', 'moved-to-unclaimed');
  t.equal(readFileSync(house.path(`unclaimed/originals-2026-11-21-${stray}`), 'latin1'), 'ISA');

  house.observations.length = 0;
  await upload(house, 'a.x12');
  await house.database.sql.deleteFrom('transmissions').execute();
  const found = await find(house);
  t.same(found.map(({ kind }) => kind).sort(), ['inbound-unknown', 'original-unknown']);
  await restart(house);
  t.same(await find(house), []);
  const inbound = { partnerId: acme, name: 'a.x12' as never };
  t.ok(await adoptFile({ ...house, observe: () => undefined, maxFileBytes: 1e6 }, inbound), 'it is adopted');
  t.equal(
    await adoptFile({ ...house, observe: () => undefined, maxFileBytes: 1e6 }, inbound),
    undefined,
    'once',
  );
});

test('an original that was purged, and an answer without a row, are removed', async (t) => {
  const house = await open(t);
  await upload(house, 'a.x12');
  const { original } = await answer(house);
  await house.database.sql
    .updateTable('transmissions')
    .set({ original_path: null, original_purged_at_ms: 1 })
    .execute();
  rmSync(house.path('mailboxes/acme/inbound/a.x12'));
  await repairs(t, house, 'original-purged', 'removed');
  t.notOk(existsSync(house.path(original)));

  house.observations.length = 0;
  const stray = newTransmissionId(house.clock.now(), randomBytes(10));
  const copy = house.directory.acknowledgementPath(stray, house.clock.now());
  await writeDurably(house.directory, {
    id: stray,
    to: house.directory.stored(copy),
    content: Buffer.from('x'),
  });
  await repairs(t, house, 'answer-unknown', 'removed');
});

test('a file that was hard-linked into inbound gets bytes of its own, and so will be adopted', async (t) => {
  const house = await open(t);
  writeFileSync(house.path('program-file'), 'ISA');
  linkSync(house.path('program-file'), house.path('mailboxes/acme/inbound/linked.x12'));
  chmodSync(house.path('program-file'), 0o400);
  await repairs(t, house, 'inbound-unknown', 'left-to-adoption');
  t.equal(statSync(house.path('mailboxes/acme/inbound/linked.x12')).nlink, 1);
  t.equal(readFileSync(house.path('mailboxes/acme/inbound/linked.x12'), 'latin1'), 'ISA');
});

test('what the back end was never given is taken from it, and half a manifest is removed', async (t) => {
  const house = await open(t);
  const stray = newTransmissionId(house.clock.now(), randomBytes(10));
  writeFileSync(house.path('backend/accepted/acme', stray), 'ISA');
  writeFileSync(house.path('backend/accepted/acme/notes-of-the-back-end'), 'theirs');
  await repairs(t, house, 'release-unknown', 'moved-to-unclaimed');
  t.ok(existsSync(house.path('backend/accepted/acme/notes-of-the-back-end')));
});

test('staging: what belongs to no upload is swept by the SFTP role, and a received file gets its name in inbound', async (t) => {
  const house = await open(t);
  writeFileSync(house.path('staging/stray'), 'x');
  t.match(await find(house), [{ kind: 'staging-unknown' }]);
  await restart(house);
  t.same(await find(house), []);

  await upload(house, 'a.x12');
  const [row] = await house.database.sql
    .selectFrom('transmissions')
    .select(['id', 'original_path'])
    .execute();
  linkSync(house.path(row?.original_path ?? ''), house.path('staging', row?.id ?? ''));
  rmSync(house.path('mailboxes/acme/inbound/a.x12'));
  t.match(await find(house), [{ kind: 'staging-finished' }]);
  await restart(house);
  t.same(await find(house), []);
  t.ok(existsSync(house.path('mailboxes/acme/inbound/a.x12')));
});

test('what is only under way at the first look is no mismatch', async (t) => {
  const house = await open(t);
  writeFileSync(house.path('staging/passing'), 'x');
  const looking = findMismatches({ ...house, settleMs: 50 });
  setTimeout(() => unlinkSync(house.path('staging/passing')), 5);
  t.same(await looking, []);
});
