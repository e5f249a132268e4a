// Looks at the end of `npm ci` and `npm install` whether the database's driver for this Node is there. It is an optional
// dependency, in one release for Node 20 and in another for later ones (storage/sqlite-driver.ts), and of what is optional
// npm says nothing when it could not be installed or compiled.
//
//   node scripts/check-sqlite-driver.mjs [--root DIR]      DIR: another tree that is looked at

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const home = fileURLToPath(new URL('..', import.meta.url));
const at = process.argv.indexOf('--root');
const manifest = join(resolve(at === -1 ? home : (process.argv[at + 1] ?? home)), 'package.json');
const name = Number(process.versions.napi) >= 10 ? 'better-sqlite3-next' : 'better-sqlite3';
try {
  const Driver = createRequire(manifest)(name);
  new Driver(':memory:').close();
} catch (thrown) {
  const why = thrown instanceof Error ? thrown.message.split('\n')[0] : String(thrown);
  const release = JSON.parse(readFileSync(manifest, 'utf8')).optionalDependencies?.[name] ?? '';
  const wanted = `${name}@${release}`;
  console.error(
    `check-sqlite-driver: the database's driver for Node ${process.versions.node}, ${wanted}, is not there: ${why}\n` +
      'Install with optional dependencies and with install scripts. For Node 20 it is compiled, which needs python3, make and g++; ' +
      `npm install --no-save ${wanted} says what went wrong.`,
  );
  process.exitCode = 1;
}
