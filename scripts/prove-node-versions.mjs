// Proves that the product installs and works on each Node that it promises: npm run prove-node [-- 20 24 26.1.0]
//
// For each: a Node of that major version out of the npm package `node`, the product packed by build-npm.mjs and installed
// globally under a prefix of its own by that Node, so that native modules are made for it; then `claimgate demo`, the
// whole main job, and a choice of the tests on a copy of this tree with those native modules. Everything is in a
// temporary folder, which goes at the end. It takes some minutes for each, since better-sqlite3 12 is compiled where no
// binary of it can be had, on Nodes too that take its release 13.

import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fetchNode, outsideNpm } from './fetch-node.mjs';
import { runProgram } from './run-program.mjs';

const home = fileURLToPath(new URL('..', import.meta.url));
/** The floors of two lines, and the newest of each line: what `engines` in package.json promises. */
const floor = '20.19.0';
const asked = process.argv.slice(2);
const versions = asked.length === 0 ? ['20', '22.14.0', '22', '24', '26'] : asked;
/** What has a part that is made for one Node. */
const native = ['bcrypt', 'better-sqlite3', 'better-sqlite3-next', 'cpu-features', 'ssh2'];
/** Tests that go through the native modules and through what differs most between versions: streams, TLS, threads, SSH. */
const tests = [
  'test/auth/auth.test.ts',
  'test/e2e/main-job.test.ts',
  'test/edi/corpus.test.ts',
  'test/intake/intake.test.ts',
  'test/portal/web-server.test.ts',
  'test/server/sftp-session.test.ts',
  'test/server/ssh-login.test.ts',
  'test/server/transport-packets.test.ts',
  'test/storage/database.test.ts',
  'test/storage/mailbox.test.ts',
];

const run = (command, args, options = {}) => runProgram(command, args, { env: outsideNpm, ...options });

/** This tree, to be tested with native modules of another Node; made once. */
function copyTree(work) {
  const tree = join(work, 'tree');
  if (existsSync(tree)) return tree;
  mkdirSync(tree);
  const listed = run('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { cwd: home });
  const top = new Set(listed.split('\n').flatMap((name) => (name === '' ? [] : [name.split('/')[0] ?? ''])));
  for (const name of [...top, 'dist', 'node_modules'])
    if (existsSync(join(home, name))) run('cp', ['-a', join(home, name), tree]);
  // tap's own link to the core that it was built with, in the first tree: here it is another one.
  rmSync(join(tree, 'node_modules/@tapjs/test/test-built/node_modules'), { recursive: true, force: true });
  return tree;
}

function runTests(work, { node, environment, installed }) {
  const tree = copyTree(work);
  for (const name of native) {
    rmSync(join(tree, 'node_modules', name), { recursive: true, force: true });
    // Of the two drivers of the database a Node has one.
    if (existsSync(join(installed, name)))
      run('cp', ['-a', join(installed, name), join(tree, 'node_modules', name)]);
  }
  const tap = join(tree, 'node_modules/tap/dist/esm/run.mjs');
  const said = run(node, [tap, '--reporter=tap', ...tests], { cwd: tree, env: environment });
  return said.match(/^\s*ok \d+/gm)?.length ?? 0;
}

function prove(work, { version, archive }) {
  const folder = join(work, version);
  mkdirSync(folder);
  const { node, withHeaders } = fetchNode(folder, version === '20' ? floor : version);
  const environment = {
    ...outsideNpm,
    // A dependency that does not promise this Node ends it.
    npm_config_engine_strict: 'true',
    PATH: `${dirname(node)}${delimiter}${process.env['PATH'] ?? ''}`,
    ...(withHeaders === undefined ? {} : { npm_config_nodedir: withHeaders }),
  };
  const is = run(node, ['--version']).trim();
  const prefix = join(folder, 'prefix');
  const install = ['install', '--global', '--no-audit', '--no-fund', '--prefix', prefix, archive];
  run('npm', install, { env: environment, cwd: folder });
  const claimgate = join(prefix, 'bin/claimgate');
  const product = run(claimgate, ['--version'], { env: environment, cwd: folder }).trim();
  console.log(`Node ${is}: claimgate ${product} is installed by npm`);
  run(claimgate, ['demo'], { env: environment, cwd: folder });
  console.log(`Node ${is}: claimgate demo did the whole main job`);
  const installed = join(prefix, 'lib/node_modules/claimgate/node_modules');
  const passed = runTests(work, { node, environment, installed });
  console.log(`Node ${is}: ${tests.length} test files passed, with ${passed} assertions and subtests`);
}

const work = mkdtempSync(join(tmpdir(), 'claimgate-node-'));
let failed = 0;
try {
  run(process.execPath, ['scripts/build.mjs', '--if-needed'], { cwd: home });
  run(process.execPath, ['scripts/build-npm.mjs', '--out', work], { cwd: home });
  const archive = join(work, readdirSync(work).find((name) => name.endsWith('.tgz')) ?? '');
  for (const version of versions) {
    try {
      prove(work, { version, archive });
    } catch (thrown) {
      failed += 1;
      console.error(`Node ${version}: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
    }
  }
} finally {
  rmSync(work, { recursive: true, force: true });
}
process.exitCode = failed === 0 ? 0 : 1;
