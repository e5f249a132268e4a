// `npm run boundaries`: checks every import against .dependency-cruiser.cjs.
//
//   node scripts/boundaries.mjs [--root DIR]      DIR: another tree to check by the same rules

import { spawnSync } from 'node:child_process';
import { readdirSync, realpathSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const home = fileURLToPath(new URL('..', import.meta.url));
const depcruise = join(
  dirname(fileURLToPath(import.meta.resolve('dependency-cruiser'))),
  '..',
  '..',
  'bin',
  'dependency-cruise.mjs',
);
/** Folders that hold none of our modules. */
const noRooms = new Set(['node_modules', 'dist', 'docs', 'scripts', 'data', 'coverage']);

function listRooms(root) {
  const folders = readdirSync(root, { withFileTypes: true }).filter(
    (entry) => entry.isDirectory() && !entry.name.startsWith('.') && !noRooms.has(entry.name),
  );
  const files = readdirSync(root).filter((name) => name.endsWith('.ts'));
  return [...folders.map(({ name }) => name), ...files];
}

function cruise(root) {
  const config = join(home, '.dependency-cruiser.cjs');
  const done = spawnSync(
    process.execPath,
    [depcruise, '--config', config, '--output-type', 'json', ...listRooms(root)],
    { cwd: root, encoding: 'utf8', maxBuffer: 256 * 1024 * 1024 },
  );
  try {
    return JSON.parse(done.stdout).summary;
  } catch {
    console.error(`boundaries: dependency-cruiser failed:\n${done.stdout}${done.stderr}`);
    process.exit(1);
  }
}

const at = process.argv.indexOf('--root');
const root = realpathSync(resolve(at === -1 ? home : (process.argv[at + 1] ?? home)));
const { violations, totalCruised, totalDependenciesCruised, ruleSetUsed } = cruise(root);
const commentOf = new Map(ruleSetUsed.forbidden.map(({ name, comment }) => [name, comment]));
for (const { from, to, rule } of violations) {
  console.log(`${rule.name}: ${from} -> ${to}. ${commentOf.get(rule.name) ?? ''}`);
}
// With a compiler that it does not know, dependency-cruiser finds no module, breaks no rule and exits 0.
if (totalCruised === 0) console.log('boundaries: no module was found, so nothing was checked.');
const counted = `${totalCruised} modules, ${totalDependenciesCruised} imports`;
console.log(`boundaries: ${violations.length} violations in ${counted}`);
process.exitCode = violations.length > 0 || totalCruised === 0 ? 1 : 0;
