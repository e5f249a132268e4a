// What is sent is under the rights of who sent it: decided once it is known what a file holds, before anything of it
// is answered or released.

import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { t as file, type Test, test } from 'tap';
import { everyRight, printRight } from '../../domain/right.ts';
import { defaultProfile } from '../../edi/profile.ts';
import { startIntake } from '../../intake/intake.ts';
import { createValidatorPool } from '../../intake/validator-pool.ts';
import { watchInbound } from '../../intake/watch.ts';
import { changeGrants, setPartnerRights } from '../../storage/grant-store.ts';
import { readClaims, withControlNumber } from '../support/claims.ts';
import {
  addTestPartners,
  at,
  openTestStorage,
  partnerId,
  type TestStorage,
  userId,
} from '../support/storage.ts';
import { until } from '../support/until.ts';

const acme = partnerId('acme');
const actor = { kind: 'administrator', name: 'test' } as const;
const named = (words: readonly string[]) => everyRight.filter((right) => words.includes(printRight(right)));

const pool = createValidatorPool({ workers: 1 });
file.teardown(() => pool.close());

async function open(t: Test, ...words: readonly string[]): Promise<TestStorage> {
  const storage = openTestStorage(t);
  await addTestPartners(storage);
  await give(storage, ...words);
  const { database, directory } = storage;
  const intake = await startIntake({
    database,
    directory,
    pool,
    observe: () => undefined,
    settings: {
      workers: 1,
      largeFileBytes: 1_000_000,
      leaseMs: 60_000,
      maxAttempts: 1,
      retryFirstMs: 1,
      retryMaxMs: 5,
      duplicateWindowMs: 1e9,
    },
    profileOf: async () => defaultProfile,
  });
  t.teardown(() => intake.close());
  return storage;
}

const give = ({ database }: TestStorage, ...words: readonly string[]) =>
  database.transaction((transaction) =>
    changeGrants(transaction, {
      partnerId: acme,
      userId: userId('alice'),
      rights: named(words),
      expectedVersion: undefined,
      actor,
    }),
  );

async function send(
  storage: TestStorage,
  name: string,
  content: string,
  source: 'sftp' | 'portal' = 'sftp',
): Promise<void> {
  const mailbox = await storage.mailboxes.open({ partnerId: acme, userId: userId('alice'), source });
  const options = { create: true, truncate: true, exclusive: false };
  const opened = await mailbox.openForWrite(at(`/inbound/${name}`), options);
  if (opened.kind === 'refused') throw new Error(opened.why);
  await opened.file.write(Buffer.from(content), 0);
  const refused = await opened.file.close();
  if (refused !== undefined) throw new Error(refused.why);
}

/** What became of the file of this name that was sent last, once that is known and its answer is in outbound. */
const outcomeOf = (storage: TestStorage, name: string) =>
  until(`what becomes of ${name}`, async () => {
    const { sql } = storage.database;
    const row = await sql
      .selectFrom('transmissions')
      .selectAll()
      .where('name', '=', name)
      .orderBy('id', 'desc')
      .limit(1)
      .executeTakeFirst();
    if (row === undefined || !['answered', 'quarantined', 'failed'].includes(row.state)) return false;
    const waiting = await sql
      .selectFrom('acknowledgements')
      .select('id')
      .where('state', '=', 'written')
      .execute();
    const due = await sql.selectFrom('releases').select('id').where('state', '=', 'due').execute();
    return waiting.length + due.length === 0 && row;
  });

const outbound = ({ directory }: TestStorage, name: string) =>
  readdirSync(join(directory.mailboxes, 'acme/outbound')).filter((found) => found.startsWith(name));
const released = ({ directory }: TestStorage) => {
  const folder = join(directory.root, 'backend/accepted/acme');
  return existsSync(folder) ? readdirSync(folder) : [];
};

for (const source of ['sftp', 'portal'] as const) {
  test(`a claim that its sender may not send (${source}) is quarantined with a plain message`, async (t) => {
    const storage = await open(t, 'send 837D', 'receive TA1');
    await send(storage, 'claims.x12', readClaims('p-00-valid', 1), source);
    const row = await outcomeOf(storage, 'claims.x12');
    t.match(row, { state: 'quarantined', reason: 'transaction-not-granted', verdict: null });
    t.same(outbound(storage, 'claims.x12'), [`claims.x12.${row.id}.rejected.txt`], 'no 999, no TA1');
    const report = readFileSync(
      join(storage.directory.mailboxes, `acme/outbound/claims.x12.${row.id}.rejected.txt`),
      'utf8',
    );
    t.match(report, /User alice may not send 837P\./);
    t.match(report, /Manage Transaction for User/);
    t.notMatch(report, /NM1|CLM|DOE/, 'nothing of the file is repeated');
    t.same(released(storage), [], 'nothing goes to the back end');
    t.ok(existsSync(join(storage.directory.quarantine, row.id)), 'the file is kept');
    const events = await storage.database.sql
      .selectFrom('events')
      .selectAll()
      .where('kind', '=', 'transmission.quarantined')
      .execute();
    t.match(JSON.parse(events[0]?.payload ?? '{}'), {
      transmissionId: row.id,
      reason: 'transaction-not-granted',
    });

    const mailbox = await storage.mailboxes.open({ partnerId: acme, userId: userId('alice'), source });
    const own = at(`/outbound/claims.x12.${row.id}.rejected.txt`);
    t.match(await mailbox.stat(own), { kind: 'ok' }, 'its sender may read why, whatever else it may receive');
    const bob = await storage.mailboxes.open({ partnerId: acme, userId: userId('bob'), source });
    t.match(await bob.stat(own), { kind: 'ok' }, 'and so may who receives everything');

    await give(storage, 'send 837P', 'receive TA1');
    await send(storage, 'claims.x12', readClaims('p-00-valid', 1), source);
    t.match(await outcomeOf(storage, 'claims.x12'), { state: 'answered', verdict: 'accepted' });
    t.equal(
      released(storage).length,
      2,
      'the same file, its number not spent, goes through once the right is there',
    );
    const [answer = ''] = outbound(storage, 'claims.x12').filter((name) => name.endsWith('.999'));
    t.match(
      await mailbox.stat(at(`/outbound/${answer}`)),
      { reason: 'no-such-file' },
      'the 999 is not for everyone',
    );
  });
}

test('one set that may not be sent refuses the whole file', async (t) => {
  const storage = await open(t, 'send 837P', 'receive 999');
  const professional = readClaims('p-00-valid', 1);
  const dental = readClaims('d-00-valid', 2);
  await send(storage, 'mixed.x12', professional + dental);
  const row = await outcomeOf(storage, 'mixed.x12');
  t.match(row, { state: 'quarantined', reason: 'transaction-not-granted' });
  const content = await storage.database.sql
    .selectFrom('transmission_contents')
    .selectAll()
    .where('transmission_id', '=', row.id)
    .executeTakeFirst();
  t.match(content, { kinds: '837P 837D' });
  t.same(released(storage), []);
});

test('what a set says and what its group says must both be allowed', async (t) => {
  const storage = await open(t, 'send 837D', 'receive 999');
  // The group says dental, the sets say professional: neither word opens the way for the other.
  const disguised = readClaims('p-00-valid', 1).replace(
    /(GS\*HC\*[^~]*\*)005010X222A1/,
    (_whole, start: string) => `${start}005010X224A2`,
  );
  await send(storage, 'disguised.x12', disguised);
  t.match(await outcomeOf(storage, 'disguised.x12'), {
    state: 'quarantined',
    reason: 'transaction-not-granted',
  });
});

test('a file that cannot be sorted is answered to who may send something, and refused to who may not', async (t) => {
  const storage = await open(t, 'send 270');
  const unknown = readClaims('p-00-valid', 1)
    .replace(/GS\*HC\*/, 'GS*PO*')
    .replaceAll('ST*837*', 'ST*850*');
  await send(storage, 'order.x12', unknown);
  t.match(await outcomeOf(storage, 'order.x12'), { state: 'answered', verdict: 'rejected' });
  await give(storage, 'receive 999');
  await send(storage, 'order2.x12', unknown);
  t.match(await outcomeOf(storage, 'order2.x12'), {
    state: 'quarantined',
    reason: 'transaction-not-granted',
  });
  t.same(released(storage), []);
});

test('an acknowledgement of what was received needs no right of its own', async (t) => {
  const storage = await open(t, 'receive 835');
  const isa = readClaims('p-00-valid', 1).slice(0, 106);
  const answer = `${isa}GS*FA*SUBMITTER*RECEIVER*20261121*1200*1*X*005010X231A1~ST*999*0001*005010X231A1~AK1*HP*1*005010X221A1~AK9*A*1*1*1~SE*4*0001~GE*1*1~IEA*1*000000001~`;
  await send(storage, 'answer.x12', answer);
  t.match(await outcomeOf(storage, 'answer.x12'), { state: 'answered' });
  await give(storage);
  await send(storage, 'again.x12', withControlNumber(answer, 2));
  t.match(
    await outcomeOf(storage, 'again.x12'),
    { state: 'quarantined' },
    'but somebody without any right sends nothing',
  );
});

test('what a program drops is under what the partner has agreed on', async (t) => {
  const storage = await open(t);
  const { database, directory } = storage;
  await setPartnerRights(database, { partnerId: acme, rights: named(['send 837P', 'receive 999']), actor });
  const watcher = await watchInbound({
    database,
    directory,
    observe: () => undefined,
    maxFileBytes: 1e8,
    stabilityMs: 100,
    method: 'inotify',
    pollMs: 1000,
  });
  t.teardown(() => watcher.close());
  const inbound = join(directory.mailboxes, 'acme/inbound');
  writeFileSync(join(inbound, 'agreed.x12'), readClaims('p-00-valid', 1));
  writeFileSync(join(inbound, 'not-agreed.x12'), readClaims('d-00-valid', 2));
  t.match(await outcomeOf(storage, 'agreed.x12'), {
    state: 'answered',
    verdict: 'accepted',
    source: 'adopted',
  });
  const row = await outcomeOf(storage, 'not-agreed.x12');
  t.match(row, { state: 'quarantined', reason: 'transaction-not-granted' });
  const [report = ''] = outbound(storage, 'not-agreed.x12');
  t.match(
    readFileSync(join(directory.mailboxes, 'acme/outbound', report), 'utf8'),
    /partner acme may not send 837D/,
  );
});
