// Applies patches/*.patch to the installed packages; `npm ci` and `npm install` run it at their end. Each patch says in
// its head why it is there. A patch that does not fit stops the installation: a dependency has changed, and someone must
// look whether the patch is still needed. Applied twice it changes nothing.
//
// Our own forty lines rather than a package: git and patch(1) need not be there, and the files of node_modules may be
// hard links to a cache or to other working trees, which must not change with them.
//
//   node scripts/patch-dependencies.mjs [--root DIR]      DIR: another tree whose node_modules are patched

import { readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const home = fileURLToPath(new URL('..', import.meta.url));

/** Reads a unified diff: for each file what stands there before and after, hunk by hunk, with its context. */
function readPatch(text) {
  const files = [];
  let hunk;
  for (const line of text.split('\n')) {
    if (line.startsWith('--- a/')) files.push({ path: line.slice('--- a/'.length).trim(), hunks: [] });
    else if (line.startsWith('@@ ')) {
      hunk = { before: [], after: [] };
      files.at(-1)?.hunks.push(hunk);
    } else if (hunk !== undefined && /^[ +-]/.test(line) && !line.startsWith('+++ ')) {
      if (line[0] !== '+') hunk.before.push(line.slice(1));
      if (line[0] !== '-') hunk.after.push(line.slice(1));
    }
  }
  return files;
}

/** @returns the text with the hunk applied, or undefined when neither side of it stands there exactly once */
function applyHunk(text, { before, after }) {
  const [old, fresh] = [before.join('\n'), after.join('\n')];
  const count = (part) => text.split(part).length - 1;
  if (count(old) === 1) return text.replace(old, () => fresh);
  return count(fresh) === 1 ? text : undefined;
}

/** `node_modules/ssh2/lib/x.js` where that package was installed: beside this one, or above it. */
function locate(path, root) {
  const [, name, rest] = /^node_modules\/((?:@[^/]+\/)?[^/]+)\/(.+)$/.exec(path) ?? [];
  if (name === undefined) throw new Error(`${path} is in no package.`);
  const found = createRequire(join(root, 'package.json')).resolve(`${name}/package.json`);
  return join(dirname(found), rest);
}

function applyPatch(name, root) {
  for (const { path, hunks } of readPatch(readFileSync(join(home, 'patches', name), 'utf8'))) {
    const place = locate(path, root);
    const before = readFileSync(place, 'utf8');
    const after = hunks.reduce((text, hunk) => (text === undefined ? text : applyHunk(text, hunk)), before);
    if (after === undefined || hunks.length === 0) throw new Error(`it does not fit ${place}.`);
    if (after === before) continue;
    writeFileSync(`${place}.patched`, after, { mode: statSync(place).mode });
    renameSync(`${place}.patched`, place);
    console.log(`patch-dependencies: ${name} applied to ${path}`);
  }
}

const at = process.argv.indexOf('--root');
const root = resolve(at === -1 ? home : (process.argv[at + 1] ?? home));
for (const name of readdirSync(join(home, 'patches')).filter((entry) => entry.endsWith('.patch'))) {
  try {
    applyPatch(name, root);
  } catch (thrown) {
    const why = thrown instanceof Error ? thrown.message : String(thrown);
    console.error(`patch-dependencies: patches/${name}: ${why} Read its head: is it still needed?`);
    process.exitCode = 1;
  }
}
