// SQLite's log is brought into the database beside the thread that serves, is kept short, and nothing is lost.

import { randomBytes } from 'node:crypto';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { sql } from 'kysely';
import { test } from 'tap';
import { openDatabase } from '../../storage/database.ts';
import { createSqliteCheckpoint } from '../../storage/sqlite-checkpoint.ts';
import { openSqlite } from '../../storage/sqlite-driver.ts';
import type { Database } from '../../storage/transaction.ts';
import { until } from '../support/until.ts';

const mib = 1024 * 1024;
const bytes = Buffer.alloc(100_000, 7);

function open(file: string, faults: string[]): Database {
  return openDatabase({
    file,
    now: Date.now,
    randomBytes,
    busyTimeoutMs: 1000,
    changePollMs: 0,
    onCheckpointFault: (message) => faults.push(message),
  });
}

function prepare(file: string): void {
  const side = openSqlite(file);
  side.exec('create table ballast (id integer primary key, bytes blob)');
  side.close();
}

/** A hundred kilobytes of log, and a turn of the event loop as there is one between any two requests. */
async function write(database: Database, n: number): Promise<void> {
  await database.transaction(
    ({ sql: transaction }) =>
      sql`insert or replace into ballast (id, bytes) values (${n % 2 === 0 ? n : n % 10}, ${bytes})`.execute(
        transaction,
      ),
    { survives: 'process-end' },
  );
  await turn();
}

test('the log stays short while commits never pause, and all of them are there', async (t) => {
  const file = join(t.testdir(), 'claimgate.db');
  const faults: string[] = [];
  const database = open(file, faults);
  prepare(file);
  for (let n = 0; n < 200; n += 1) await write(database, n);
  await until('the thread has begun', () => statSync(file).size > 5 * mib);
  let longest = 0;
  for (let n = 0; n < 4000; n += 1) {
    await write(database, n);
    if (n % 100 === 0) longest = Math.max(longest, statSync(`${file}-wal`).size);
  }
  // 400 MB went through it; SQLite alone would do it after 268.
  t.ok(longest < 200 * mib, `${longest} bytes of log`);
  t.same(faults, []);
  await database.close();
  const after = openSqlite(file, { readonly: true });
  t.equal(after.prepare('select count(*) from ballast where id % 2 = 0').pluck().get(), 2000);
  t.equal(after.pragma('integrity_check', { simple: true }), 'ok');
  after.close();
});

test('a reader that stays, as a backup does, holds up no commit', async (t) => {
  const file = join(t.testdir(), 'claimgate.db');
  const faults: string[] = [];
  const database = open(file, faults);
  prepare(file);
  await write(database, 1);
  const reader = openSqlite(file, { readonly: true });
  reader.exec('begin');
  const count = reader.prepare('select count(*) from ballast').pluck();
  t.equal(count.get(), 1);
  for (let n = 0; n < 1000; n += 1) await write(database, n);
  t.equal(count.get(), 1, 'what it sees does not change');
  reader.close();
  t.same(faults, []);
  await database.close();
});

test('a thread that fails is told of, tried again, and stops nobody; SQLite does its work', async (t) => {
  const faults: string[] = [];
  const limits: number[] = [];
  const checkpoint = createSqliteCheckpoint({
    file: join(t.testdir(), 'not-there.db'),
    limitLog: (pages) => limits.push(pages),
    onFault: (message) => faults.push(message),
  });
  for (let n = 0; n < 200; n += 1) checkpoint.committed();
  await until('the first fault', () => faults.length === 1);
  t.match(faults[0], /unable to open database file|no such file/);
  t.equal(checkpoint.room(), undefined);
  for (let n = 0; n < 200; n += 1) checkpoint.committed();
  await until('the second', () => faults.length === 2);
  t.same(limits.slice(1), [1000, 1000]);
  await checkpoint.close();
});
