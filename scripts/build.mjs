// Compiles the product into dist/: a module for each source (benchmarks load them), and of those the command and what it
// needs bound into few files (dist/main.js, which dist/admin/main.js stands for), since Node takes a millisecond for every
// file it loads: `claimgate partner list` starts in a third of the time. With --if-needed it compiles only when a source is newer than the last build,
// so that `npm start`, `npm run demo` and `npm run claimgate` cost nothing when there is nothing to do.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import * as esbuild from 'esbuild';

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

/** Libraries that are bound in: many small files of plain JavaScript. All others are loaded from node_modules. */
const boundIn = new Set([
  '@simplewebauthn/server',
  'age-encryption',
  'kysely',
  'otpauth',
  'tar-stream',
  'yaml',
  'zod',
]);

/** zod brings its messages in fifty languages, half a megabyte to parse at every start; the product has its own words. */
const oneLanguage = {
  name: 'one-language',
  setup({ onResolve }) {
    onResolve({ filter: /\/locales\/index\.js$/ }, async ({ importer, resolveDir }) =>
      importer.includes('/zod/')
        ? { path: join(resolveDir, '..', 'locales', 'en.js'), sideEffects: false }
        : undefined,
    );
  },
};

async function bind() {
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const packages = Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies });
  const entry = join(root, 'dist', 'admin', 'main.js');
  await esbuild.build({
    // What binds stands beside package.json's parent, as observe.ts looks for it, and the threads beside it.
    entryPoints: {
      main: entry,
      'validate-worker': join(root, 'dist', 'intake', 'validate-worker.js'),
      'checkpoint-worker': join(root, 'dist', 'storage', 'checkpoint-worker.js'),
      'digest-worker': join(root, 'dist', 'storage', 'digest-worker.js'),
      'received-worker': join(root, 'dist', 'storage', 'received-worker.js'),
    },
    outdir: join(root, 'dist'),
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    sourcemap: true,
    external: packages.filter((name) => !boundIn.has(name)),
    plugins: [oneLanguage],
    logLevel: 'warning',
    // Libraries in CommonJS ask for Node's own modules by require, which a module of the new kind does not have.
    banner: {
      js: "import { createRequire as requireOf } from 'node:module'; const require = requireOf(import.meta.url);",
    },
  });
  const [shebang] = readFileSync(entry, 'utf8').split('\n', 1);
  writeFileSync(entry, `${shebang}\nimport '../main.js';\n`);
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
await bind();
writeFileSync(stamp, '');
// A source saved while the compiler ran counts as newer than this build.
utimesSync(stamp, startedAt, startedAt);
