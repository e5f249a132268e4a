// The Debian package, built by its script and installed by dpkg below a folder of the test's own; and the unit that it
// brings, before systemd's own judgement.

import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import { whyNotBuilt } from '../support/command.ts';
import { makeTestFolder } from '../support/test-folder.ts';

const home = new URL('../..', import.meta.url).pathname;

function run(command: string, args: readonly string[], cwd = home) {
  const ran = spawnSync(command, [...args], { cwd, encoding: 'utf8', maxBuffer: 1 << 26 });
  return { status: ran.status, said: `${ran.stdout ?? ''}${ran.stderr ?? ''}` };
}

const has = (command: string) => spawnSync(command, ['--version']).status === 0;
const noDpkg = !has('dpkg-deb') || process.getuid?.() !== 0;
const skip = noDpkg ? 'this is no Debian, or not root' : (whyNotBuilt() ?? false);

test('the package is installed, works, and is removed again without its data', {
  skip,
  timeout: 240_000,
}, (t) => {
  const folder = makeTestFolder(t);
  const built = run(process.execPath, ['scripts/build-deb.mjs', '--skip-build', '--out', folder]);
  t.equal(built.status, 0, built.said);
  const file = readdirSync(folder).find((name) => name.endsWith('.deb')) ?? '';
  const root = join(folder, 'root');
  mkdirSync(join(root, 'var/lib/dpkg/info'), { recursive: true });
  mkdirSync(join(root, 'var/lib/dpkg/updates'), { recursive: true });
  writeFileSync(join(root, 'var/lib/dpkg/status'), '');
  // Node is this machine's, not a package below that folder.
  const dpkg = (...args: readonly string[]) =>
    run('dpkg', [
      `--root=${root}`,
      '--force-depends',
      '--force-script-chrootless',
      '--log=/dev/null',
      ...args,
    ]);
  const installed = dpkg('-i', join(folder, file));
  t.equal(installed.status, 0, installed.said);
  t.match(run('dpkg-query', [`--admindir=${root}/var/lib/dpkg`, '-W', 'claimgate']), {
    said: /claimgate\s+0\./,
  });
  t.equal(statSync(join(root, 'usr/bin/claimgate')).mode & 0o777, 0o755);
  t.equal(statSync(join(root, 'etc/claimgate/claimgate.yaml')).mode & 0o777, 0o640);
  const product = join(root, 'usr/lib/claimgate');
  const packages = readdirSync(join(product, 'node_modules'));
  for (const name of ['typescript', 'tap', 'playwright-core', '@biomejs'])
    t.notOk(packages.includes(name), `${name} is for development alone`);
  const main = join(product, 'dist/admin/main.js');
  const version = (
    JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')) as { readonly version: string }
  ).version;
  t.match(run(process.execPath, [main, '--version'], folder), { status: 0, said: version });
  const demo = run(process.execPath, [main, 'demo'], folder);
  t.equal(demo.status, 0, demo.said.slice(-2000));
  mkdirSync(join(root, 'var/lib/claimgate'), { recursive: true });
  writeFileSync(join(root, 'var/lib/claimgate/claimgate.db'), 'patients');
  const purged = dpkg('--purge', 'claimgate');
  t.equal(purged.status, 0, purged.said);
  t.notOk(
    readdirSync(join(root, 'usr')).includes('lib') &&
      readdirSync(join(root, 'usr/lib')).includes('claimgate'),
  );
  t.equal(readFileSync(join(root, 'var/lib/claimgate/claimgate.db'), 'utf8'), 'patients');
  t.end();
});

test('systemd takes the unit, and finds it well confined', {
  skip: has('systemd-analyze') ? false : 'no systemd-analyze',
}, (t) => {
  const folder = makeTestFolder(t);
  const unit = join(folder, 'claimgate.service');
  copyFileSync(join(home, 'packaging/claimgate.service'), unit);
  // The program is not installed here; everything else of the unit is as it is.
  writeFileSync(unit, readFileSync(unit, 'utf8').replaceAll('/usr/bin/claimgate', '/bin/true'));
  const verified = run('systemd-analyze', ['verify', '--man=no', unit], folder);
  t.equal(verified.status, 0, verified.said);
  t.notMatch(verified.said, /claimgate\.service/, 'not even a warning');
  // Out of a hundred, as exposure: below 30 is what systemd calls OK.
  const judged = run('systemd-analyze', ['security', '--offline=true', '--threshold=30', unit], folder);
  t.equal(judged.status, 0, judged.said.split('\n').slice(-3).join('\n'));
  t.end();
});
