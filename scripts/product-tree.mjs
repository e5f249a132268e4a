// The product as it is installed from packages and images: what was built, and the packages that it runs with, as they
// are installed here.
//
//   node scripts/product-tree.mjs DIR      DIR gets it; the product is built before

import { cpSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { copyRuntimePackages } from './runtime-packages.mjs';

const home = fileURLToPath(new URL('..', import.meta.url));
/** Beside the packages, what of the repository is installed. */
const ours = ['dist', 'package.json', 'LICENSE'];

/**
 * @param {string} to the folder that gets it
 * @returns {Promise<number>} how many packages it has
 * @throws Error when the product is not built
 */
export async function copyProduct(to) {
  if (!existsSync(join(home, 'dist/admin/main.js')))
    throw new Error('The product is not built: npm run build');
  mkdirSync(to, { recursive: true });
  for (const name of ours) cpSync(join(home, name), join(to, name), { recursive: true, dereference: true });
  const count = copyRuntimePackages(home, to);
  // Two releases of the database's driver may be installed; what is copied is for one Node, which takes one of them.
  const { sqliteDriverName } = await import('../dist/storage/sqlite-driver.js');
  const used = sqliteDriverName(process.versions.napi);
  for (const name of ['better-sqlite3', 'better-sqlite3-next'])
    if (name !== used) rmSync(join(to, 'node_modules', name), { recursive: true, force: true });
  return count;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [to] = process.argv.slice(2);
  if (to === undefined) throw new Error('Name the folder that gets the product.');
  console.log(`${await copyProduct(resolve(to))} packages, in ${resolve(to)}`);
}
