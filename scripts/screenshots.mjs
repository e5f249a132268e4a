// `npm run screenshots -- DIR`: a picture of every page of the portal at desktop and phone width, with sample data, into
// DIR: those of test/support/portal-pages.ts, and the steps and errors that the other browser tests come by.

import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';

const root = new URL('..', import.meta.url).pathname;
const folder = process.argv[2];
if (folder === undefined) {
  console.error(
    'screenshots: name a folder for the pictures. For example: npm run screenshots -- /tmp/pictures',
  );
  process.exit(2);
}
const require = createRequire(join(root, 'package.json'));
const tap = join(dirname(require.resolve('tap/package.json')), 'dist', 'esm', 'run.mjs');
const tests = readdirSync(join(root, 'test/portal'))
  .filter((name) => name.endsWith('browser.test.ts'))
  .map((name) => `test/portal/${name}`);
const run = spawnSync(process.execPath, [tap, '--reporter=terse', '--timeout=300', ...tests], {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, CLAIMGATE_SCREENSHOTS: resolve(folder) },
});
process.exitCode = run.status ?? 1;
