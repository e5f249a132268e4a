// Proves that the product installs and works on each Node that it promises: node scripts/prove-node-versions.mjs [20 22 24]
//
// For each: a Node of that major version out of the npm package `node`, the product packed by `npm pack` and installed
// globally under a prefix of its own by that Node, so that native modules are made for it, and then `claimgate demo`,
// the whole main job. Everything is in a temporary folder, which goes at the end.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const home = fileURLToPath(new URL('..', import.meta.url));
/** The floor, and the two lines above it. */
const floor = '20.19.0';
const asked = process.argv.slice(2);
const versions = asked.length === 0 ? ['20', '22', '24'] : asked;

function run(command, args, options = {}) {
  const done = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 1 << 26, ...options });
  if (done.status === 0) return done.stdout ?? '';
  const said = `${done.stdout ?? ''}${done.stderr ?? ''}`.trim().split('\n').slice(-15).join('\n');
  throw new Error(`${command} ${args.join(' ')} failed (${done.error?.message ?? done.status}):\n${said}`);
}

function prove(work, { version, archive }) {
  const folder = join(work, version);
  mkdirSync(folder);
  const wanted = version === '20' ? floor : version;
  run('npm', ['install', '--no-save', '--prefix', folder, `node@${wanted}`]);
  const node = join(folder, 'node_modules/node/bin/node');
  if (!existsSync(node)) throw new Error(`The package node@${wanted} brought no program.`);
  const environment = { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env['PATH'] ?? ''}` };
  const is = run(node, ['--version']).trim();
  const prefix = join(folder, 'prefix');
  run('npm', ['install', '--global', '--prefix', prefix, archive], { env: environment, cwd: folder });
  const claimgate = join(prefix, 'bin/claimgate');
  const product = run(claimgate, ['--version'], { env: environment, cwd: folder }).trim();
  run(claimgate, ['demo'], { env: environment, cwd: folder });
  return `Node ${is}: claimgate ${product} was installed by npm and did the whole main job`;
}

const work = mkdtempSync(join(tmpdir(), 'claimgate-node-'));
let failed = 0;
try {
  run(process.execPath, ['scripts/build.mjs', '--if-needed'], { cwd: home });
  const packed = run('npm', ['pack', '--silent', '--pack-destination', work], { cwd: home }).trim();
  const archive = join(work, packed.split('\n').at(-1) ?? '');
  for (const version of versions) {
    try {
      console.log(prove(work, { version, archive }));
    } catch (thrown) {
      failed += 1;
      console.error(`Node ${version}: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
    }
  }
} finally {
  rmSync(work, { recursive: true, force: true });
}
process.exitCode = failed === 0 ? 0 : 1;
