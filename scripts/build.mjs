// Compiles the product into dist/. With --if-needed it compiles only when a source is newer than the last build,
// so that `npm start`, `npm run demo` and `npm run claimgate` cost nothing when there is nothing to do.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const root = new URL('..', import.meta.url).pathname;
const stamp = join(root, 'dist', '.built');
const rooms = [
  'domain',
  'config',
  'storage',
  'auth',
  'edi',
  'hooks',
  'intake',
  'metrics',
  'server',
  'portal',
  'roles',
  'admin',
];
const single = [
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'tsconfig.build.json',
  'core.ts',
  'gateway.ts',
  'observe.ts',
];

function newestSourceMs() {
  let newest = 0;
  const look = (path) => {
    if (!existsSync(path)) return;
    const found = statSync(path);
    if (found.isDirectory()) for (const entry of readdirSync(path)) look(join(path, entry));
    newest = Math.max(newest, found.mtimeMs);
  };
  for (const entry of [...rooms, ...single]) look(join(root, entry));
  return newest;
}

const startedAt = new Date();
if (process.argv.includes('--if-needed') && existsSync(stamp) && statSync(stamp).mtimeMs > newestSourceMs())
  process.exit(0);

// Leftovers of a renamed file must not stay importable.
rmSync(join(root, 'dist'), { recursive: true, force: true });
const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
const built = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], {
  cwd: root,
  stdio: 'inherit',
});
if (built.status !== 0) {
  console.error('build: the TypeScript compiler found errors (above); nothing was started.');
  process.exit(built.status ?? 1);
}
writeFileSync(stamp, '');
// A source saved while the compiler ran counts as newer than this build.
utimesSync(stamp, startedAt, startedAt);
