// The Debian package, built by its script and installed by dpkg on a copy of this machine that is thrown away, without a
// network; and the unit that it brings, before systemd's own judgement.

import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import { whyNotBuilt } from '../support/command.ts';
import { copyMachine } from '../support/copied-machine.ts';
import { makeTestFolder } from '../support/test-folder.ts';

const home = new URL('../..', import.meta.url).pathname;

function run(command: string, args: readonly string[], cwd = home) {
  const ran = spawnSync(command, [...args], { cwd, encoding: 'utf8', maxBuffer: 1 << 26 });
  return { status: ran.status, said: `${ran.stdout ?? ''}${ran.stderr ?? ''}` };
}

const has = (command: string) => spawnSync(command, ['--version']).status === 0;
const noDpkg = !has('dpkg-deb') || process.getuid?.() !== 0;
const skip = noDpkg ? 'this is no Debian, or not root' : (whyNotBuilt() ?? false);

/** As the service runs: its own user, and of all privileges only the ports below 1024. */
const asService =
  'setpriv --reuid claimgate --regid claimgate --init-groups --no-new-privs --bounding-set -all,+net_bind_service --inh-caps -all,+net_bind_service --ambient-caps -all,+net_bind_service';

/** The package as an older release would have been: another version, and one file that is no more. */
function makeOlder(file: string, folder: string): string {
  const tree = join(folder, 'older');
  run('dpkg-deb', ['-R', file, tree]);
  const control = join(tree, 'DEBIAN/control');
  writeFileSync(control, readFileSync(control, 'utf8').replace(/^Version: .*$/m, 'Version: 0.0.1'));
  writeFileSync(join(tree, 'usr/lib/claimgate/dist/gone.js'), '');
  // A third of all files, and only the pages need them.
  rmSync(join(tree, 'usr/lib/claimgate/node_modules/@uswds'), { recursive: true });
  const older = join(folder, 'older.deb');
  const built = run('dpkg-deb', ['--root-owner-group', '-Znone', '--build', tree, older]);
  if (built.status !== 0) throw new Error(built.said);
  return older;
}

test('the package is installed, serves on port 22, is upgraded, and is removed without its data', {
  skip,
  timeout: 300_000,
}, (t) => {
  const folder = makeTestFolder(t);
  const machine = copyMachine(t, folder);
  if (machine === undefined) {
    t.comment('skipped: this process may not mount an overlay');
    t.end();
    return;
  }
  const { written } = machine;
  const built = run(process.execPath, [
    'scripts/build-deb.mjs',
    '--skip-build',
    ...['--compression', 'none', '--out', folder],
  ]);
  t.equal(built.status, 0, built.said);
  const file = readdirSync(folder).find((name) => name.endsWith('.deb')) ?? '';
  copyFileSync(makeOlder(join(folder, file), folder), join(written, 'older.deb'));
  copyFileSync(join(folder, file), join(written, 'claimgate.deb'));
  // There is no systemd in it that runs; what it would have been told is kept.
  mkdirSync(join(written, 'usr/local/bin'), { recursive: true });
  writeFileSync(join(written, 'usr/local/bin/systemctl'), '#!/bin/sh\necho "$@" >> /told\n');
  chmodSync(join(written, 'usr/local/bin/systemctl'), 0o755);
  const succeeds = (what: string, script: string): string => {
    const { status, said } = machine.run(script);
    t.equal(status, 0, `${what}: ${said.slice(-3000)}`);
    return said;
  };
  const told = () => readFileSync(join(written, 'told'), 'utf8').trim().split('\n');

  succeeds('an older version is installed', 'mkdir -p /run/systemd/system && dpkg -i /older.deb');
  t.same(told(), ['daemon-reload', 'try-restart claimgate.service'], 'nothing is started');
  const packages = readdirSync(join(written, 'usr/lib/claimgate/node_modules'));
  for (const name of ['typescript', 'tap', 'playwright-core', '@biomejs'])
    t.notOk(packages.includes(name), `${name} is for development alone`);
  t.match(
    succeeds(
      'owners and modes',
      'stat -c "%n %U:%G %a" /var/lib/claimgate /var/log/claimgate /etc/claimgate/claimgate.yaml /usr/bin/claimgate',
    ),
    [
      '/var/lib/claimgate claimgate:claimgate 700',
      '/var/log/claimgate claimgate:claimgate 700',
      '/etc/claimgate/claimgate.yaml root:claimgate 640',
      '/usr/bin/claimgate root:root 755',
    ].join('\n'),
  );
  succeeds(
    'init writes the settings, and the package manager is told of nothing',
    `claimgate init --yes --force --public-host sftp.example.org --listen 0.0.0.0 --sftp-port 22 --https proxy \
       --data /var/lib/claimgate --out /etc/claimgate/claimgate.yaml
     chgrp claimgate /etc/claimgate/claimgate.yaml && chmod 640 /etc/claimgate/claimgate.yaml
     ${asService} claimgate config check --config /etc/claimgate/claimgate.yaml
     ${asService} claimgate partner add my-clinic --name "My Clinic" --submitter-id TSN0042 --config /etc/claimgate/claimgate.yaml`,
  );

  const upgraded = succeeds('it is upgraded', 'dpkg -i /claimgate.deb');
  t.match(upgraded, /over \(0\.0\.1\)/);
  t.match(told().slice(2), ['daemon-reload', 'try-restart claimgate.service'], 'one that runs goes on');
  const { version } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')) as {
    readonly version: string;
  };
  t.equal(succeeds('it says its version', 'claimgate --version').trim(), version);
  t.notOk(readdirSync(join(written, 'usr/lib/claimgate/dist')).includes('gone.js'));
  t.match(
    readFileSync(join(written, 'etc/claimgate/claimgate.yaml'), 'utf8'),
    /sftp\.example\.org/,
    'settings stay as the administrator wrote them',
  );
  const served = succeeds(
    'it serves as its user on port 22',
    `CLAIMGATE_LOG_FILE=/var/log/claimgate/claimgate.log ${asService} claimgate serve --config /etc/claimgate/claimgate.yaml & served=$!
     for turn in $(seq 300); do grep -q gateway.started /var/log/claimgate/claimgate.log 2>/dev/null && break; sleep 0.1; done
     ssh-keyscan -t ed25519 127.0.0.1 2>&1
     curl -s -o /dev/null -w 'portal %{http_code}\\n' http://127.0.0.1:8080/
     ${asService} claimgate partner list --config /etc/claimgate/claimgate.yaml
     kill -TERM $served && wait $served`,
  );
  t.match(served, /^127\.0\.0\.1 ssh-ed25519 /m);
  t.match(served, /^portal 200$/m);
  t.match(served, /my-clinic/, 'what was there before the upgrade is there');
  t.match(
    succeeds('logrotate takes its settings', 'logrotate --debug /etc/logrotate.d/claimgate 2>&1'),
    /nocreate|rotat/,
  );

  succeeds('it is removed', 'dpkg --remove claimgate');
  t.match(told(), [...Array(4).fill(/./), 'stop claimgate.service', 'daemon-reload'], 'and stopped before');
  const left = succeeds(
    'purging leaves what belongs to partners',
    'dpkg --purge claimgate 2>&1; ls -d /usr/lib/claimgate /usr/bin/claimgate /etc/claimgate/claimgate.yaml 2>&1; ls /var/lib/claimgate/claimgate.db',
  );
  t.match(left, /\/var\/lib\/claimgate is kept/);
  t.equal(left.match(/No such file/g)?.length, 3, left);
  t.match(left, /^\/var\/lib\/claimgate\/claimgate\.db$/m);
  t.end();
});

test('systemd takes the unit, and finds it well confined', {
  skip: has('systemd-analyze') ? false : 'no systemd-analyze',
}, (t) => {
  const folder = makeTestFolder(t);
  const unit = join(folder, 'claimgate.service');
  // The program is not installed here; everything else of the unit is as it is.
  const text = readFileSync(join(home, 'packaging/claimgate.service'), 'utf8');
  writeFileSync(unit, text.replaceAll('/usr/bin/claimgate', '/bin/true'));
  const verified = run('systemd-analyze', ['verify', '--man=no', unit], folder);
  t.equal(verified.status, 0, verified.said);
  t.notMatch(verified.said, /claimgate\.service/, 'not even a warning');
  // Out of a hundred, as exposure: below 30 is what systemd calls OK.
  const judged = run('systemd-analyze', ['security', '--offline=true', '--threshold=20', unit], folder);
  t.equal(judged.status, 0, judged.said.split('\n').slice(-3).join('\n'));
  t.end();
});
