// The product as it is packed for npm: installed globally below a prefix of the test's own, it is a command that works.
// Native modules are those of this tree, linked, since compiling them takes minutes: `npm run prove-node` does that.

import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import { whyNotBuilt } from '../support/command.ts';
import { runProgram } from '../support/program.ts';
import { makeTestFolder } from '../support/test-folder.ts';

const home = new URL('../..', import.meta.url).pathname;

test('what is packed is all that the command needs: it says its version and does the whole main job', {
  skip: whyNotBuilt() ?? false,
  timeout: 400_000,
}, async (t) => {
  const folder = makeTestFolder(t);
  // Longer than runProgram waits, on a machine with other work.
  const script = join(home, 'scripts/build-npm.mjs');
  const packed = spawnSync(process.execPath, [script, '--skip-build', '--out', folder], { encoding: 'utf8' });
  t.equal(packed.status, 0, `${packed.stdout}${packed.stderr}`);
  const archive = readdirSync(folder).find((name) => name.endsWith('.tgz')) ?? '';
  const unpacked = await runProgram('tar', ['xzf', archive], { cwd: folder });
  t.equal(unpacked.code, 0, unpacked.out);
  // As npm lays out a global package: its folder, and a link to its command, which may be run.
  const place = join(folder, 'prefix/lib/node_modules/claimgate');
  mkdirSync(join(folder, 'prefix/bin'), { recursive: true });
  cpSync(join(folder, 'package'), place, { recursive: true });
  symlinkSync(join(place, 'dist/admin/main.js'), join(folder, 'prefix/bin/claimgate'));
  for (const name of ['patches', 'scripts/patch-dependencies.mjs', 'docs', 'README.md', 'LICENSE'])
    t.ok(existsSync(join(place, name)), `${name} is packed`);
  for (const name of ['test', 'bench', 'storage']) t.notOk(existsSync(join(place, name)), `${name} is not`);
  const versionOf = (name: string): unknown =>
    JSON.parse(readFileSync(join(place, 'node_modules', name, 'package.json'), 'utf8')).version;
  t.equal(versionOf('light-my-request'), '6.6.0', 'packages are as tested, overrides too');
  for (const name of ['typescript', 'tap', 'knip'])
    t.notOk(existsSync(join(place, 'node_modules', name)), `${name} is for development alone`);
  for (const name of ['bcrypt', 'better-sqlite3', 'ssh2']) {
    t.notOk(existsSync(join(place, 'node_modules', name)), `${name} is made where it is installed`);
    symlinkSync(join(home, 'node_modules', name), join(place, 'node_modules', name));
  }
  chmodSync(join(place, 'dist/admin/main.js'), 0o755);
  const claimgate = join(folder, 'prefix/bin/claimgate');
  t.match(await runProgram(claimgate, ['--version'], { cwd: folder }), { code: 0, out: /^\d+\.\d+\.\d+\n$/ });
  const demo = await runProgram(claimgate, ['demo'], { cwd: folder });
  t.equal(demo.code, 0, demo.out.slice(-2000));
  t.match(demo.out, /All of it held/);
});
