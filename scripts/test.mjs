// `npm test`: sets the machine up, builds the product once for the suites that run it as a process of its own, runs
// tap, and ends with one plain line that says how many assertions passed and failed.
//
//   npm test                              every suite
//   npm test -- test/storage              tap's own arguments: files, folders, --grep=...
//   npm test -- --suite crash             test/crash alone, with many more kills (npm run test:crash)
//   npm test -- --suite fuzz              test/fuzz alone, for ten minutes (npm run fuzz)

import { spawn, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { providePackages } from './provide-packages.mjs';
import { createTapDigest } from './tap-digest.mjs';

const root = new URL('..', import.meta.url).pathname;

/** The suites that have a long version, and what makes them long. */
const longSuites = new Map([
  ['crash', { CRASH_KILLS: '200', CRASH_STEPS: '1000' }],
  ['fuzz', { CLAIMGATE_FUZZ_MS: process.env['CLAIMGATE_FUZZ_MS'] ?? '600000' }],
]);

function readArguments([...rest]) {
  const at = rest.indexOf('--suite');
  if (at === -1) return { rest, environment: {} };
  const [, suite = ''] = rest.splice(at, 2);
  const environment = longSuites.get(suite);
  if (environment === undefined) {
    console.error(`test: there is no suite "${suite}". There is: ${[...longSuites.keys()].join(', ')}.`);
    process.exit(2);
  }
  return { rest: [`test/${suite}`, ...rest], environment };
}

/** tap looks into folders for files of JavaScript alone, since tsx and not one of its plugins reads TypeScript. */
function filesOf(argument) {
  if (statSync(argument, { throwIfNoEntry: false })?.isDirectory() !== true) return [argument];
  return readdirSync(argument, { recursive: true })
    .filter((name) => /\.test\.tsx?$/.test(name))
    .map((name) => join(argument, name));
}

function build() {
  const built = spawnSync(process.execPath, [join(root, 'scripts', 'build.mjs'), '--if-needed'], {
    stdio: 'inherit',
  });
  if (built.status !== 0) {
    console.log('0 passed, 1 failed');
    process.exit(built.status ?? 1);
  }
}

const require = createRequire(join(root, 'package.json'));
const tap = join(dirname(require.resolve('tap/package.json')), 'dist', 'esm', 'run.mjs');

/**
 * Builds tap without the plugins that .taprc switches off. It does so itself in the first run after an install, but that
 * run still loads them: a compiler of TypeScript in each test file, for nothing.
 */
function buildTap() {
  const plugins = join(root, 'node_modules/@tapjs/test/test-built/dist/esm/index.js');
  if (!readFileSync(plugins, 'utf8').includes('@tapjs/typescript')) return;
  spawnSync(process.execPath, [tap, 'build'], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
}

function runTap({ rest, environment }) {
  const child = spawn(process.execPath, [tap, '--reporter=tap', ...rest.flatMap(filesOf)], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...environment },
  });
  // Whoever ends this ends the run, and not only its first process.
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => child.kill(signal));
  const digest = createTapDigest((line) => console.log(line));
  child.stdout.setEncoding('utf8');
  child.stdout.on('data', (chunk) => digest.push(chunk));
  child.on('close', (code) => {
    const status = code ?? 1;
    const { passed, failed, skipped } = digest.end(status);
    console.log(`${passed} passed, ${failed} failed${skipped === 0 ? '' : `, ${skipped} skipped`}`);
    process.exitCode = status;
  });
}

const wanted = readArguments(process.argv.slice(2));
providePackages();
build();
buildTap();
runTap(wanted);
