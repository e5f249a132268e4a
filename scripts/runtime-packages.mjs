// The packages that the product runs with, as they are installed here: patched, in the versions that were tested, with
// their native modules. What is shipped is made of them.

import { spawnSync } from 'node:child_process';
import { cpSync } from 'node:fs';
import { join, relative } from 'node:path';

/** Of packages: tests, sources and leftovers of compilers, which nothing needs at run time. */
const leftOut = [
  /node_modules\/(?:@[^/]+\/)?[^/@]+\/(?:tests?|benchmarks?|examples?|\.github)$/,
  /node_modules\/@uswds\/uswds\/(?:packages|src|tasks)$/,
  /node_modules\/better-sqlite3\/(?:deps|src)$/,
  /\/build\/(?:Release\/(?:obj|obj\.target|\.deps|test_extension\.node)|deps)$/,
  /\.(?:map|gypi?|mk|d\.ts|d\.mts|d\.cts)$/,
];

/** @returns their folders below `home`, such as node_modules/a/node_modules/b */
function list(home) {
  const listed = spawnSync('npm', ['ls', '--omit=dev', '--all', '--parseable'], {
    cwd: home,
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  if (listed.status !== 0) throw new Error(`npm ls failed: ${listed.error?.message ?? listed.stderr}`);
  const folders = listed.stdout.split('\n').map((line) => relative(home, line.trim()));
  return [...new Set(folders.filter((folder) => folder.startsWith('node_modules/')))];
}

/**
 * Copies them.
 * @param {string} home the tree that they are installed in
 * @param {string} to the folder that gets a `node_modules`
 * @returns {number} how many they are
 */
export function copyRuntimePackages(home, to) {
  const folders = list(home);
  for (const folder of folders) {
    const nested = join(home, folder, 'node_modules');
    cpSync(join(home, folder), join(to, folder), {
      recursive: true,
      dereference: true,
      // Nested packages are listed by themselves, those for development left out.
      filter: (from) => from !== nested && !leftOut.some((pattern) => pattern.test(from)),
    });
  }
  return folders.length;
}
