// Who may send and receive what, as rows; and what a user sees of the mailbox by them.

import { lstatSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Test, test } from 'tap';
import type { Mailbox } from '../../domain/mailbox.ts';
import { everyRight, printRight, type Right } from '../../domain/right.ts';
import { countAccountChanges } from '../../storage/account-changes.ts';
import { readAuditRecords } from '../../storage/audit-trail.ts';
import {
  changeGrants,
  listGrantChanges,
  readGrants,
  readRights,
  setPartnerRights,
} from '../../storage/grant-store.ts';
import { noteOutboundFile } from '../../storage/outbound-file-store.ts';
import { changeOfficeRole, readOfficeRole, switchAdministrator } from '../../storage/role-store.ts';
import { noteContent } from '../../storage/transmission-content.ts';
import {
  addTestPartners,
  at,
  openTestStorage,
  partnerId,
  type TestStorage,
  userId,
} from '../support/storage.ts';

const acme = partnerId('acme');
const alice = userId('alice');
const bob = userId('bob');
const actor = { kind: 'administrator', name: 'test' } as const;
const named = (...words: readonly string[]): readonly Right[] =>
  everyRight.filter((right) => words.includes(printRight(right)));

async function open(t: Test): Promise<TestStorage> {
  const storage = openTestStorage(t);
  await addTestPartners(storage);
  return storage;
}

const give = ({ database }: TestStorage, user: typeof alice, ...words: readonly string[]) =>
  database.transaction((transaction) =>
    changeGrants(transaction, {
      partnerId: acme,
      userId: user,
      rights: named(...words),
      expectedVersion: undefined,
      actor,
    }),
  );

test('a change of grants is a version with its history, event and audit record; the same again is none', async (t) => {
  const storage = await open(t);
  const { database } = storage;
  const changes = await countAccountChanges(database);
  t.match(await give(storage, alice, 'send 837P', 'receive 999'), { kind: 'changed', version: 2 });
  t.equal(await countAccountChanges(database), changes + 1, 'live sessions are told');
  t.match(await give(storage, alice, 'send 837P', 'receive 999'), { kind: 'unchanged', version: 2 });
  t.match(await give(storage, alice, 'send 837I', 'receive 999'), { kind: 'changed', version: 3 });
  const [newest, before] = await listGrantChanges(database, { partnerId: acme, userId: alice, limit: 10 });
  t.match(newest, {
    version: 3,
    by: 'administrator:test',
    added: [{ transaction: '837I' }],
    removed: [{ transaction: '837P' }],
  });
  t.equal(before?.removed.length, everyRight.length - 2);
  t.match((await readAuditRecords(database, { limit: 1 }))[0], {
    action: 'user.grants',
    subject: 'user:alice',
    detail: '{"version":3,"added":"send 837I","removed":"send 837P"}',
  });
  const event = await database.sql
    .selectFrom('events')
    .selectAll()
    .orderBy('sequence', 'desc')
    .limit(1)
    .execute();
  t.match(event[0], { kind: 'user.grants-changed', partner_id: 'acme' });
  t.match(JSON.parse(event[0]?.payload ?? ''), { grantVersion: 3, added: ['send 837I'] });
});

test('a change made from what is no longer there is refused, and not half done', async (t) => {
  const { database } = await open(t);
  const change = (expectedVersion: number, ...words: readonly string[]) =>
    database.transaction((transaction) =>
      changeGrants(transaction, {
        partnerId: acme,
        userId: alice,
        rights: named(...words),
        expectedVersion,
        actor,
      }),
    );
  t.match(await change(1, 'send 837P'), { kind: 'changed', version: 2 });
  t.match(await change(1, 'send 837D'), { kind: 'outdated', grants: { version: 2 } });
  t.same((await readGrants(database, alice)).rights, named('send 837P'));
  t.match(
    await change(1, 'send 837P'),
    { kind: 'unchanged' },
    'who wants what is there already is not bothered',
  );
});

test('no one is changed through another partner', async (t) => {
  const { database } = await open(t);
  const outcome = await database.transaction((transaction) =>
    changeGrants(transaction, {
      partnerId: partnerId('other'),
      userId: alice,
      rights: [],
      expectedVersion: undefined,
      actor,
    }),
  );
  t.match(outcome, { kind: 'no-such-user' });
  t.equal((await readGrants(database, alice)).rights.length, everyRight.length);
  t.same(await listGrantChanges(database, { partnerId: partnerId('other'), userId: alice, limit: 9 }), []);
});

test('rights are what was granted, agreed on, and of this partner', async (t) => {
  const storage = await open(t);
  const { database } = storage;
  t.ok((await readRights(database, { partnerId: acme, userId: alice })).sendsAll);
  t.equal((await readRights(database, { partnerId: partnerId('other'), userId: alice })).send.size, 0);
  t.equal((await readRights(database, { partnerId: acme, userId: userId('nobody') })).send.size, 0);
  await setPartnerRights(database, { partnerId: acme, rights: named('send 837P', 'receive 999'), actor });
  const held = await readRights(database, { partnerId: acme, userId: alice });
  t.same(
    [[...held.send], [...held.receive]],
    [['837P'], ['999']],
    'the office cannot have more than was agreed on',
  );
  t.same(
    [...(await readRights(database, { partnerId: acme, userId: undefined })).send],
    ['837P'],
    'nor a program',
  );
  t.match(
    await setPartnerRights(database, { partnerId: acme, rights: named('receive 999', 'send 837P'), actor }),
    {
      kind: 'unchanged',
    },
  );
  t.equal(await setPartnerRights(database, { partnerId: partnerId('none'), rights: [], actor }), undefined);
});

test('an office keeps its last office administrator', async (t) => {
  const { database } = await open(t);
  const change = (user: typeof alice, role: 'office-administrator' | 'general-user') =>
    database.transaction((transaction) =>
      changeOfficeRole(transaction, { partnerId: acme, userId: user, role, actor }),
    );
  t.match(await change(alice, 'office-administrator'), { kind: 'changed' });
  t.match(await change(alice, 'office-administrator'), { kind: 'unchanged' });
  t.match(await change(alice, 'general-user'), { kind: 'last-office-administrator' });
  t.match(await change(bob, 'office-administrator'), { kind: 'changed' });
  await database.sql.updateTable('users').set({ status: 'disabled' }).where('id', '=', 'bob').execute();
  t.match(
    await change(alice, 'general-user'),
    { kind: 'last-office-administrator' },
    'one who cannot sign in is none',
  );
  await database.sql.updateTable('users').set({ status: 'active' }).where('id', '=', 'bob').execute();
  t.match(await change(alice, 'general-user'), { kind: 'changed' });
  t.equal(await readOfficeRole(database, alice), 'general-user');
  t.match(await change(userId('mallory'), 'general-user'), { kind: 'no-such-user' });
  t.match(await switchAdministrator(database, { userId: alice, to: 'given', actor }), { kind: 'changed' });
  t.match(await switchAdministrator(database, { userId: alice, to: 'given', actor }), { kind: 'unchanged' });
  t.equal(await readOfficeRole(database, alice), 'general-user', 'it is no office role');
});

async function names(mailbox: Mailbox, path: string): Promise<string[]> {
  const outcome = await mailbox.list(at(path));
  if (outcome.kind === 'refused') throw new Error(outcome.why);
  const found: string[] = [];
  for await (const entry of outcome.entries) found.push(entry.name);
  return found.sort();
}

async function put(mailbox: Mailbox, path: string, content = 'x'): Promise<void> {
  const outcome = await mailbox.openForWrite(at(path), { create: true, truncate: true, exclusive: false });
  if (outcome.kind === 'refused') throw new Error(outcome.why);
  await outcome.file.write(Buffer.from(content), 0);
  const refused = await outcome.file.close();
  if (refused !== undefined) throw new Error(refused.why);
}

const x12 = (groupId: string, version: string, setId: string) =>
  [
    'ISA*00*          *00*          *ZZ*GATEWAY        *ZZ*SUBMITTER      *261121*1200*^*00501*000000001*0*P*:',
    `GS*${groupId}*GATEWAY*SUBMITTER*20261121*1200*1*X*${version}`,
    `ST*${setId}*0001`,
    'SE*2*0001',
    'GE*1*1',
    'IEA*1*000000001',
  ]
    .join('~')
    .concat('~');

/** Every way to touch a name that leaves no trace of it: each says what it says of a name that never was. */
async function expectNothingThere(t: Test, mailbox: Mailbox, path: string): Promise<void> {
  const nothing = at(path.replace(/[^/]+$/, 'never-was.txt'));
  const ways: Readonly<Record<string, (place: ReturnType<typeof at>) => Promise<unknown>>> = {
    stat: (place) => mailbox.stat(place),
    list: (place) => mailbox.list(place),
    read: (place) => mailbox.openForRead(place),
    remove: (place) => mailbox.remove(place),
    rename: (place) => mailbox.rename(place, at('/inbound/elsewhere'), { overwrite: true }),
    'rename onto itself': (place) => mailbox.rename(place, place, { overwrite: true }),
    'set time': (place) => mailbox.setAttributes(place, { modifiedAtMs: 1 }),
    'set size': (place) => mailbox.setAttributes(place, { sizeBytes: 0 }),
    'open for update': (place) =>
      mailbox.openForWrite(place, { create: false, truncate: false, exclusive: false }),
  };
  for (const [way, ask] of Object.entries(ways)) {
    const answer = await ask(at(path));
    t.match(answer, { kind: 'refused' }, `${way} ${path} is refused`);
    t.same(answer, await ask(nothing), `${way} ${path} as if it had never been`);
  }
}

test('outbound shows each user what it may receive, and of the rest not even the name', async (t) => {
  const storage = await open(t);
  const { database, directory, mailboxes } = storage;
  const outbound = join(directory.mailboxes, 'acme/outbound');
  const place = (name: string, content: string) => writeFileSync(join(outbound, name), content);
  place('remit.835', x12('HP', '005010X221A1', '835'));
  place('eligible.271', x12('HB', '005010X279A1', '271'));
  place('claims.277', x12('HN', '005010X214', '277'));
  place('letter.pdf', '%PDF-1.7');
  place('known.dat', 'a file whose kind the gateway wrote down');
  place('replaced.dat', 'another file under a name that was known');
  const inode = (name: string) => {
    const { dev, ino } = lstatSync(join(outbound, name));
    return `${dev}:${ino}`;
  };
  for (const [name, at] of [
    ['known.dat', inode('known.dat')],
    ['replaced.dat', '1:1'],
  ] as const)
    await database.transaction((transaction) =>
      noteOutboundFile(transaction, { partnerId: acme, name: name as never, inode: at, kinds: ['835'] }),
    );
  const mailbox = await mailboxes.open({ partnerId: acme, userId: alice, source: 'sftp' });
  t.equal((await names(mailbox, '/outbound')).length, 6, 'who may receive everything sees everything');

  await give(storage, alice, 'receive 835');
  t.same(await names(mailbox, '/outbound'), ['known.dat', 'remit.835'], 'in the same mailbox, at once');
  for (const hidden of ['eligible.271', 'claims.277', 'letter.pdf', 'replaced.dat'])
    await expectNothingThere(t, mailbox, `/outbound/${hidden}`);
  t.equal(readdirSync(outbound).length, 6, 'nothing was removed');
  t.match(await mailbox.stat(at('/outbound/remit.835')), { kind: 'ok' });

  await give(storage, alice, 'receive 277CA');
  t.same(await names(mailbox, '/outbound'), ['claims.277']);
  await give(storage, alice);
  t.same(await names(mailbox, '/outbound'), []);
  const others = await mailboxes.open({ partnerId: acme, userId: bob, source: 'portal' });
  t.equal((await names(others, '/outbound')).length, 6, 'others are not touched by it');
});

test('a file that is being read stops when the right is taken', async (t) => {
  const storage = await open(t);
  const { directory, mailboxes, clock } = storage;
  writeFileSync(join(directory.mailboxes, 'acme/outbound/remit.835'), x12('HP', '005010X221A1', '835'));
  await give(storage, alice, 'receive 835', 'receive 999');
  const mailbox = await mailboxes.open({ partnerId: acme, userId: alice, source: 'sftp' });
  const opened = await mailbox.openForRead(at('/outbound/remit.835'));
  if (opened.kind === 'refused') throw new Error(opened.why);
  const block = Buffer.alloc(10);
  t.equal(await opened.file.read(block, 0), 10);
  await give(storage, alice, 'receive 999');
  clock.advance(500);
  await t.rejects(opened.file.read(block, 10), { code: 'storage.right-withdrawn' });
  await opened.file.close();
});

test('inbound shows a user its own files, and of others’ those that it may send too', async (t) => {
  const storage = await open(t);
  const { database, directory, mailboxes } = storage;
  const mine = await mailboxes.open({ partnerId: acme, userId: alice, source: 'sftp' });
  const theirs = await mailboxes.open({ partnerId: acme, userId: bob, source: 'sftp' });
  await put(mine, '/inbound/mine.x12');
  await put(theirs, '/inbound/dental.x12');
  await put(theirs, '/inbound/prof.x12');
  await put(theirs, '/inbound/unread.x12');
  writeFileSync(join(directory.mailboxes, 'acme/inbound/dropped.x12'), 'by a program');
  const rows = await database.sql.selectFrom('transmissions').select(['id', 'name']).execute();
  for (const [name, kind] of [
    ['dental.x12', '837D'],
    ['prof.x12', '837P'],
  ] as const)
    await database.transaction((transaction) =>
      noteContent(transaction, { id: rows.find((row) => row.name === name)?.id as never, kinds: [kind] }),
    );
  t.equal((await names(mine, '/inbound')).length, 5, 'who may send everything sees everything');
  await give(storage, alice, 'send 837P');
  t.same(await names(mine, '/inbound'), ['mine.x12', 'prof.x12']);
  for (const hidden of ['dental.x12', 'unread.x12', 'dropped.x12'])
    await expectNothingThere(t, mine, `/inbound/${hidden}`);
  t.match(
    await mine.openForWrite(at('/inbound/dental.x12'), { create: true, truncate: true, exclusive: false }),
    { kind: 'refused', reason: 'permission-denied' },
    'a name that is taken unseen is not written over',
  );
  t.match(await mine.rename(at('/inbound/mine.x12'), at('/inbound/dental.x12'), { overwrite: true }), {
    kind: 'refused',
    reason: 'permission-denied',
  });
  await give(storage, alice);
  t.same(await names(mine, '/inbound'), ['mine.x12'], 'the own file stays in sight');
  t.match(await mine.stat(at('/inbound/mine.x12')), { kind: 'ok' });
});
