// Packs the product for `npm install --global`: node scripts/build-npm.mjs [--out DIR] [--skip-build]
//
// It is what `npm pack` packs, and the packages that it runs with are in it, but for those with native modules, which npm
// fetches in the version that is named and compiles. Without that npm would choose versions of our dependencies'
// dependencies anew at each installation, ones that were tested by nobody and that may want a newer Node than we promise:
// neither a lock file nor `overrides` hold for a package that is installed from a file.

import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { copyRuntimePackages } from './runtime-packages.mjs';

const home = fileURLToPath(new URL('..', import.meta.url));
const { values } = parseArgs({
  options: {
    out: { type: 'string', default: '.' },
    'skip-build': { type: 'boolean', default: false },
  },
});

/** What has a part that is made for one Node and one machine. */
const native = ['bcrypt', 'better-sqlite3', 'ssh2'];

function run(command, args, cwd) {
  const done = spawnSync(command, args, { cwd, encoding: 'utf8', maxBuffer: 1 << 26 });
  if (done.status === 0) return;
  throw new Error(`${command} ${args.join(' ')} failed: ${done.error?.message ?? done.stderr}`);
}

function pack(folder, to) {
  run('npm', ['pack', folder, '--ignore-scripts', '--offline', '--pack-destination', to], home);
  return join(to, readdirSync(to).find((name) => name.endsWith('.tgz')) ?? '');
}

if (!values['skip-build']) run(process.execPath, ['scripts/build.mjs', '--if-needed'], home);
if (!existsSync(join(home, 'dist/admin/main.js'))) throw new Error('The product is not built: npm run build');
const work = mkdtempSync(join(tmpdir(), 'claimgate-npm-'));
try {
  run('tar', ['xzf', pack(home, work), '-C', work], work);
  const folder = join(work, 'package');
  copyRuntimePackages(home, folder);
  const { devDependencies: _, ...product } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const bundled = Object.keys(product.dependencies).filter((name) => !native.includes(name));
  for (const name of native) rmSync(join(folder, 'node_modules', name), { recursive: true, force: true });
  const manifest = { ...product, bundleDependencies: bundled };
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  const out = resolve(values.out);
  mkdirSync(out, { recursive: true });
  const file = pack(folder, out);
  console.log(`${file}: ${Math.round(statSync(file).size / 1e6)} MB, with ${bundled.length} packages in it`);
} finally {
  rmSync(work, { recursive: true, force: true });
}
