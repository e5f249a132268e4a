// `npm run outside`: the test suites of others against our SFTP engine, through `claimgate sftp-stdio`: OpenSSH's own
// regress tests, and the client integration tests of pkg/sftp (Go). Installs from Debian what they need, where it may,
// and prints a table of what passed. Tests that are left out are named below, and in docs/interop.md, with the reason.

import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installPackages } from './provide-packages.mjs';

const root = new URL('..', import.meta.url).pathname;
const opensshTests = ['sftp-cmds', 'sftp-badcmds', 'sftp-batch', 'sftp-glob', 'sftp', 'sftp-perm'];
/** Tests of pkg/sftp that are not counted when they fail, and why. */
const leftOut = new Map([
  [
    'TestServerCompareSubsystems',
    "compares Go's server with the other line by line on /, /dev and /etc: owners by number and the letters of " +
      'device files differ, and /dev changes while it runs',
  ],
]);
/** A suite on a slow machine. */
const timeoutMs = 30 * 60 * 1000;

/** A sftp-server of ours, as these suites start one: no arguments of its own, absolute paths. */
function makeServer(folder) {
  const file = join(folder, 'claimgate-sftp-stdio');
  const main = join(root, 'dist', 'admin', 'main.js');
  writeFileSync(file, `#!/bin/sh\nexec '${process.execPath}' '${main}' sftp-stdio --root / "$@"\n`);
  chmodSync(file, 0o755);
  return file;
}

function run(program, args, options) {
  const done = spawnSync(program, args, {
    encoding: 'utf8',
    timeout: timeoutMs,
    maxBuffer: 64 * 1024 * 1024,
    ...options,
  });
  return { code: done.status, out: `${done.stdout ?? ''}${done.stderr ?? ''}${done.error?.message ?? ''}` };
}

/** The package is unpacked and not installed: installing it would bring a running sshd. */
function unpackOpensshTests(folder) {
  const installed = '/usr/lib/openssh/regress';
  if (existsSync(installed)) return installed;
  run('apt-get', ['-qq', 'download', 'openssh-tests'], { cwd: folder });
  const file = readdirSync(folder).find((name) => name.endsWith('.deb'));
  if (file === undefined) return undefined;
  run('dpkg', ['-x', file, 'openssh-tests'], { cwd: folder });
  return join(folder, 'openssh-tests', installed);
}

function runOpenssh(folder, server) {
  const source = unpackOpensshTests(folder);
  if (source === undefined) return [{ test: 'all', result: 'not run: openssh-tests could not be had' }];
  return opensshTests.map((test) => {
    const own = join(folder, `regress-${test}`);
    cpSync(source, own, { recursive: true });
    const where = ['.OBJDIR', '.CURDIR', 'BUILDDIR', 'OBJ'].map((name) => `${name}=${own}`);
    const { code, out } = run('make', [
      ...['-C', own, ...where, 'TEST_SHELL=sh', 'TEST_SSH_SSH=/usr/bin/ssh', `TEST_SSH_SFTPSERVER=${server}`],
      ...['TEST_SSH_UNSAFE_PERMISSIONS=1', `LTESTS=${test}`, 't-exec'],
    ]);
    return { test, result: code === 0 ? 'passed' : 'FAILED', out };
  });
}

function runPkgSftp(folder, server) {
  const scratch = join(folder, 'tmp');
  mkdirSync(scratch);
  const { out } = run('go', ['test', 'github.com/pkg/sftp', '-integration', '-sftp', server, '-v'], {
    env: {
      ...process.env,
      GO111MODULE: 'off',
      GOPATH: '/usr/share/gocode',
      GOCACHE: join(folder, 'go-cache'),
      // Its tests list the folder for temporary files twice and compare.
      TMPDIR: scratch,
    },
  });
  const verdicts = [...out.matchAll(/^--- (PASS|FAIL|SKIP): (\S+)/gm)];
  if (verdicts.length === 0) return [{ test: 'all', result: 'FAILED', out }];
  return verdicts.map(([, verdict, test]) => ({ test, result: resultOf(verdict, test), out }));
}

function resultOf(verdict, test) {
  if (verdict === 'PASS') return 'passed';
  if (verdict === 'SKIP') return 'skipped by the suite';
  return leftOut.has(test) ? `left out: ${leftOut.get(test)}` : 'FAILED';
}

function report(name, rows) {
  const count = (word) => rows.filter(({ result }) => result.startsWith(word)).length;
  console.log(
    `${name}: ${count('passed')} passed, ${count('FAILED')} failed, ${count('skipped')} skipped, ${count('left out') + count('not run')} left out`,
  );
  for (const { test, result } of rows) if (result !== 'passed') console.log(`  ${test}: ${result}`);
  const failed = rows.find(({ result }) => result === 'FAILED');
  if (failed?.out !== undefined) console.log(failed.out.slice(-4000));
  return count('FAILED');
}

const packages = [
  'make',
  'openssh-client',
  'golang-go',
  'golang-github-pkg-sftp-dev',
  'golang-github-kr-fs-dev',
  'golang-golang-x-crypto-dev',
  'golang-github-stretchr-testify-dev',
];
const problem = installPackages(packages);
if (problem !== undefined) console.log(`outside: ${problem}`);
if (
  spawnSync(process.execPath, [join(root, 'scripts', 'build.mjs'), '--if-needed'], { stdio: 'inherit' })
    .status
)
  process.exit(1);
const folder = mkdtempSync(join(tmpdir(), 'claimgate-outside-'));
try {
  const server = makeServer(folder);
  const failed =
    report('OpenSSH regress', runOpenssh(folder, server)) + report('pkg/sftp', runPkgSftp(folder, server));
  process.exitCode = failed === 0 ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
