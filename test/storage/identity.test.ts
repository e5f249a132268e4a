// Users without a trading partner, and a database that was there before them.

import { join } from 'node:path';
import { test } from 'tap';
import { migrateSqlite, migrations } from '../../storage/migrate.ts';
import { makeOneTimeSecret, takeTry, useOneTimeSecret } from '../../storage/one-time-secret-store.ts';
import { openSqlite } from '../../storage/sqlite-driver.ts';
import { addUser, findUser, replacePassword } from '../../storage/user-store.ts';
import { openTestStorage, userId } from '../support/storage.ts';

test('a database of before keeps its users, and what refers to them, when users may be without a partner', (t) => {
  const file = openSqlite(join(t.testdir(), 'claimgate.db'));
  file.pragma('foreign_keys = ON');
  for (const migration of migrations.filter(({ version }) => version < 3))
    file.exec(migration.sql + (migration.sqlite ?? ''));
  file.exec(`
    create table schema_migrations (version integer primary key, name text not null, applied_at_ms bigint not null);
    insert into schema_migrations values (1, 'main job', 1), (2, 'sftp-access', 1);
    insert into partners (id, name, submitter_id, status, created_at_ms) values ('acme', 'Acme', 'TSN', 'active', 1);
    insert into users values ('alice', 'acme', 'Alice', 'Tester', 'a@example.org', 'disabled', 'hash', 3, 5, 4, 77);
    insert into roles values ('alice', 'general-user', 1, 'test');
  `);
  t.same(migrateSqlite(file, 9), { from: 2, to: migrations.at(-1)?.version });
  t.match(file.prepare('select * from users').get(), {
    id: 'alice',
    partner_id: 'acme',
    status: 'disabled',
    kind: 'business',
    password_version: 3,
    active_at_ms: 77,
  });
  t.same(file.pragma('foreign_key_check'), []);
  t.throws(() => file.exec("delete from users where id = 'alice'"), /FOREIGN KEY/, 'references still hold');
  t.throws(() => file.exec("update users set partner_id = 'nobody'"), /FOREIGN KEY/);
  t.throws(() => file.exec("update users set status = 'asleep'"), /CHECK/);
  file.exec('update users set partner_id = null');
  file.close();
  t.end();
});

test('a user of no trading partner is added, and may get a new password', async (t) => {
  const { database } = openTestStorage(t);
  const ada = userId('ada.lovelace');
  const actor = { kind: 'user', id: ada } as const;
  const person = { firstName: 'Ada', lastName: 'Lovelace', email: 'ada@example.org', passwordHash: 'one' };
  const added = await addUser(database, {
    id: ada,
    partnerId: undefined,
    role: undefined,
    kind: 'individual',
    ...person,
    actor,
  });
  t.equal(added.kind, 'added');
  t.match(await findUser(database, ada), { partnerId: undefined, kind: 'individual', status: 'active' });
  t.match(await replacePassword(database, { userId: ada, passwordHash: 'two', expectedVersion: 1, actor }), {
    kind: 'replaced',
    passwordVersion: 2,
  });
  const events = await database.sql.selectFrom('events').select(['kind', 'partner_id']).execute();
  t.same(events, [
    { kind: 'user.created', partner_id: '' },
    { kind: 'user.password-changed', partner_id: '' },
  ]);
});

test('a one-time secret is used once, by its own user, and within its time', async (t) => {
  const { database, clock } = openTestStorage(t);
  const ada = userId('ada.lovelace');
  const make = (lifeMs: number) =>
    database.transaction((transaction) =>
      makeOneTimeSecret(transaction, { purpose: 'unlock', userId: ada, lifeMs, codeLifeMs: lifeMs }),
    );
  const use = (id: string, user = ada) =>
    database.transaction((transaction) => useOneTimeSecret(transaction, { id, userId: user }));
  const id = await make(60_000);
  t.equal(await use(id, userId('someone.else')), false);
  t.same((await Promise.all([use(id), use(id), use(id)])).toSorted(), [false, false, true], 'at once too');
  const late = await make(60_000);
  t.equal(await takeTry(database, { id: late, maxTries: 1 }), true);
  t.equal(await takeTry(database, { id: late, maxTries: 1 }), false);
  clock.advance(60_000);
  t.equal(await takeTry(database, { id: late, maxTries: 9 }), false);
  t.equal(await use(late), false);
});
