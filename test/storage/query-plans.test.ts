// What a client asks for again and again may not become slower with every file that its user ever sent: SQLite, which has
// no statistics of a new gateway's tables, must still find its way past history by an index.

import type SqliteFile from 'better-sqlite3';
import { test } from 'tap';
import type { Mailbox } from '../../domain/mailbox.ts';
import { everyRight } from '../../domain/right.ts';
import { claimTransmission, nextDueAt } from '../../storage/intake-queue.ts';
import { startLateDigests } from '../../storage/late-digests.ts';
import { listDueMails } from '../../storage/mail-store.ts';
import { openSqlite } from '../../storage/sqlite-driver.ts';
import { addUser } from '../../storage/user-store.ts';
import { planOf, recordStatements } from '../support/statements.ts';
import { addTestPartners, at, openTestStorage, partnerId, userId } from '../support/storage.ts';

const acme = partnerId('acme');
/** Hold a row, or more, for each file that a partner, or a user, ever sent. */
const histories = [
  'transmissions',
  'transmission_contents',
  'acknowledgements',
  'dispatches',
  'releases',
  'collections',
  'events',
  'deliveries',
  'audit_records',
];
/** Of these an index may be walked through that has nothing but what is under way. */
const underWay = /transmissions_(unfinished|to_claim|undigested)/;

async function put(mailbox: Mailbox, path: string, bytes: number, end: 'close' | 'abandon'): Promise<void> {
  const outcome = await mailbox.openForWrite(at(path), { create: true, truncate: false, exclusive: false });
  if (outcome.kind === 'refused') throw new Error(outcome.why);
  await outcome.file.write(Buffer.alloc(bytes, 65), 0);
  await outcome.file[end]();
}

async function useEverything(mailbox: Mailbox, mark: string): Promise<void> {
  await put(mailbox, `/inbound/${mark}-small.x12`, 1000, 'close');
  await put(mailbox, `/inbound/${mark}-large.x12`, 1_000_000, 'close');
  await put(mailbox, `/inbound/${mark}-huge.x12`, 9_000_000, 'close');
  await put(mailbox, `/inbound/${mark}-part.x12`, 1_000_000, 'abandon');
  for (const path of ['/', '/inbound', '/outbound', `/inbound/${mark}-large.x12`, '/outbound/none.999']) {
    await mailbox.stat(at(path));
    const listed = await mailbox.list(at(path));
    if (listed.kind === 'ok')
      for await (const entry of listed.entries) await mailbox.stat(at(`/inbound/${entry.name}`));
    const read = await mailbox.openForRead(at(path));
    if (read.kind === 'ok') await read.file.close();
  }
  await put(mailbox, `/inbound/${mark}-part.x12`, 1_000_001, 'close');
  await mailbox.rename(at(`/inbound/${mark}-small.x12`), at(`/inbound/${mark}-other.x12`), {
    overwrite: true,
  });
  await mailbox.remove(at(`/inbound/${mark}-large.x12`));
}

test('what a client asks for is looked up past everything that was ever sent, whatever its user may see', async (t) => {
  const storage = openTestStorage(t);
  await addTestPartners(storage);
  const { database } = storage;
  const person = {
    firstName: 'Some',
    lastName: 'Rights',
    email: 'some@example.org',
    role: 'general-user',
  } as const;
  const rights = everyRight.filter(({ transaction }) => ['837P', '999'].includes(transaction));
  const id = userId('some.rights');
  const actor = { kind: 'administrator', name: 'test' } as const;
  await addUser(database, { id, partnerId: acme, ...person, rights, passwordHash: 'none', actor });
  const texts = recordStatements(t);
  for (const user of ['alice', 'some.rights'])
    await useEverything(
      await storage.mailboxes.open({ partnerId: acme, userId: userId(user), source: 'sftp' }),
      user,
    );
  const raw = openSqlite(storage.directory.database);
  t.teardown(() => raw.close());
  const asked = [...texts].filter((text) => histories.some((table) => text.includes(`"${table}"`)));
  t.ok(asked.length >= 8, `${asked.length} statements`);
  const preparedAnew = [...texts].filter((text) => /limit \?/.test(text));
  t.same(preparedAnew, [], 'sqlite-query-compiler.ts says why');
  t.same(
    asked.flatMap((text) => walksOf(raw, text).map((walk) => ({ text, walk }))),
    [],
  );
});

test('whoever looks for what is to be hashed, or claimed, looks at what is under way', async (t) => {
  const { database, directory, observations } = openTestStorage(t);
  const texts = recordStatements(t);
  const observe = (one: (typeof observations)[number]) => void observations.push(one);
  await startLateDigests({ database, directory, observe, hash: async () => '' }).close();
  await claimTransmission(database, { worker: 'w', leaseMs: 60_000 });
  await nextDueAt(database);
  const raw = openSqlite(directory.database);
  t.teardown(() => raw.close());
  const asked = [...texts].filter((text) => text.startsWith('select') && text.includes('"transmissions"'));
  t.equal(asked.length, 3);
  for (const text of asked)
    t.match(planOf(raw, text).join(), /INDEX transmissions_(undigested|to_claim)/, text);
});

test('whoever mails what is due looks at what is due', async (t) => {
  const { database, directory } = openTestStorage(t);
  const texts = recordStatements(t);
  await listDueMails(database, 10);
  const raw = openSqlite(directory.database);
  t.teardown(() => raw.close());
  const text = [...texts].find((one) => one.includes('"mails"'));
  t.match(planOf(raw, text ?? '', 0).join(), /USING INDEX mails_due/);
});

test('what refers to rows that a purge removes is found by an index', async (t) => {
  const { directory } = openTestStorage(t);
  const raw = openSqlite(directory.database);
  t.teardown(() => raw.close());
  const removed = [
    'transmissions',
    'interchanges',
    'functional_groups',
    'transaction_sets',
    'acknowledgements',
    'events',
  ];
  const tables = raw.pragma('table_list') as readonly { readonly name: string }[];
  const references = tables.flatMap(({ name }) =>
    (raw.pragma(`foreign_key_list(${name})`) as readonly { readonly table: string; readonly from: string }[])
      .filter(({ table }) => removed.includes(table))
      .map(({ from }) => ({ name, from })),
  );
  t.ok(references.length >= 8, `${references.length} references`);
  for (const { name, from } of references) {
    const [step] = planOf(raw, `delete from ${name} where ${from} = 'x'`);
    t.match(step, /^SEARCH/, `${name}.${from}`);
  }
});

/** @returns the steps of a statement that go through a whole history, of the gateway, of a partner, or of a user */
function walksOf(raw: SqliteFile.Database, text: string): readonly string[] {
  return planOf(raw, text).filter((step) => {
    const [way, table = ''] = step.split(' ');
    if (!histories.includes(table) || underWay.test(step)) return false;
    return way === 'SCAN' || /\(partner_id=\?( AND user_id=\?)?\)$/.test(step);
  });
}
