// Which release of the database's driver a Node takes, and what is said where it was not installed.

import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'tap';
import { openSqlite, sqliteDriverName, whyNoDriver } from '../../storage/sqlite-driver.ts';
import { whyNotBuilt } from '../support/command.ts';

const home = new URL('../..', import.meta.url).pathname;

test('Node 20 and early 22 take the one release of the driver, later Nodes the other', (t) => {
  // https://nodejs.org/api/n-api.html#node-api-version-matrix
  t.equal(sqliteDriverName('9'), 'better-sqlite3', 'Node 20, 22.13');
  t.equal(sqliteDriverName('10'), 'better-sqlite3-next', 'Node 22.14, 24');
  t.equal(sqliteDriverName('11'), 'better-sqlite3-next', 'what comes after');
  t.equal(sqliteDriverName(undefined), 'better-sqlite3');
  t.equal(whyNoDriver(), undefined, 'this Node has its own');
  t.end();
});

test('a file that cannot be opened is not taken for a driver that is missing', (t) => {
  const folder = t.testdir();
  t.throws(() => openSqlite(folder), { code: /^SQLITE_CANTOPEN/ });
  t.throws(() => openSqlite(join(folder, 'none.db'), { fileMustExist: true }), { code: /^SQLITE_CANTOPEN/ });
  t.end();
});

test('without its driver the command names the package and the cure, doctor says it, and npm does not end well', {
  skip: whyNotBuilt() ?? false,
}, (t) => {
  // Outside of this tree, whose own packages would be found.
  const tree = mkdtempSync(join(tmpdir(), 'claimgate-driver-'));
  t.teardown(() => rmSync(tree, { recursive: true, force: true }));
  for (const name of ['dist', 'package.json'])
    cpSync(join(home, name), join(tree, name), { recursive: true });
  mkdirSync(join(tree, 'node_modules'));
  for (const name of readdirSync(join(home, 'node_modules')).filter(
    (one) => !one.startsWith('better-sqlite3'),
  ))
    symlinkSync(join(home, 'node_modules', name), join(tree, 'node_modules', name));
  const run = (...args: readonly string[]) => {
    const ran = spawnSync(process.execPath, args, { cwd: tree, encoding: 'utf8', timeout: 60_000 });
    return { code: ran.status, said: `${ran.stdout}${ran.stderr}` };
  };
  const driver = sqliteDriverName(process.versions['napi']);
  const claimgate = join(tree, 'dist/admin/main.js');
  t.match(run(claimgate, 'partner', 'list', '--json'), { code: 2, said: /"storage\.driver-missing"/ });
  t.match(run(claimgate, 'serve'), {
    code: 2,
    said: new RegExp(`the package ${driver}, cannot be loaded .*Install Claimgate anew with this Node`),
  });
  const examined = run(claimgate, 'doctor');
  t.match(
    examined.said.replace(/\s+/g, ' '),
    new RegExp(`ERROR node .{0,80}the package ${driver}, cannot be loaded`),
  );
  const script = join(home, 'scripts/check-sqlite-driver.mjs');
  t.match(run(script, '--root', tree), { code: 1, said: new RegExp(`${driver}@.* is not there`) });
  t.match(run(script), { code: 0, said: '' });
  t.end();
});
