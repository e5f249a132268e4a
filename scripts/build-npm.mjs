// Packs the product for `npm install --global`: node scripts/build-npm.mjs [--out DIR] [--skip-build]
//
// It is what `npm pack` packs, and the packages that it runs with are in it, but for those with native modules, which npm
// fetches in the version that is named and compiles. Without that npm would choose versions of our dependencies'
// dependencies anew at each installation, ones that were tested by nobody and that may want a newer Node than we promise:
// neither a lock file nor `overrides` hold for a package that is installed from a file.

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
import { runProgram } from './run-program.mjs';
import { copyRuntimePackages } from './runtime-packages.mjs';

const home = fileURLToPath(new URL('..', import.meta.url));
const { values } = parseArgs({
  options: {
    out: { type: 'string', default: '.' },
    'skip-build': { type: 'boolean', default: false },
  },
});

/** What has a part that is made for one Node or one machine. */
const native = ['bcrypt', 'better-sqlite3', 'better-sqlite3-next', 'ssh2'];

function pack(folder, to) {
  const args = ['pack', folder, '--ignore-scripts', '--offline', '--pack-destination', to];
  runProgram('npm', args, { cwd: home });
  return join(to, readdirSync(to).find((name) => name.endsWith('.tgz')) ?? '');
}

if (!values['skip-build']) runProgram(process.execPath, ['scripts/build.mjs', '--if-needed'], { cwd: home });
if (!existsSync(join(home, 'dist/admin/main.js'))) throw new Error('The product is not built: npm run build');
const work = mkdtempSync(join(tmpdir(), 'claimgate-npm-'));
try {
  runProgram('tar', ['xzf', pack(home, work), '-C', work]);
  const folder = join(work, 'package');
  copyRuntimePackages(home, folder);
  const { devDependencies: _, ...product } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const bundled = Object.keys(product.dependencies).filter((name) => !native.includes(name));
  for (const name of native) rmSync(join(folder, 'node_modules', name), { recursive: true, force: true });
  // ssh2's own optional dependency. npm forgets that it is one beside bundled packages, and would end the installation
  // where it cannot be compiled.
  const ssh2 = JSON.parse(readFileSync(join(home, 'node_modules/ssh2/package.json'), 'utf8'));
  const optionalDependencies = {
    ...product.optionalDependencies,
    'cpu-features': ssh2.optionalDependencies['cpu-features'],
  };
  const manifest = { ...product, optionalDependencies, bundleDependencies: bundled };
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  const out = resolve(values.out);
  mkdirSync(out, { recursive: true });
  const file = pack(folder, out);
  console.log(`${file}: ${Math.round(statSync(file).size / 1e6)} MB, with ${bundled.length} packages in it`);
} finally {
  rmSync(work, { recursive: true, force: true });
}
