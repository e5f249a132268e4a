// What is on disk below a folder, for comparing before and after.

import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

/** @returns every file below a folder, as sorted paths relative to it */
export function listFiles(root: string): readonly string[] {
  return readdirSync(root, { withFileTypes: true, recursive: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    .sort();
}

/** @returns every path below a folder with what it is: kind, mode, and the SHA-256 of a file's bytes */
export function fingerprintTree(root: string): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const name of readdirSync(root, { recursive: true, encoding: 'utf8' })) {
    const path = join(root, name);
    const stats = lstatSync(path);
    const mode = (stats.mode & 0o777).toString(8);
    const content = stats.isSymbolicLink()
      ? `link to ${readlinkSync(path)}`
      : stats.isFile()
        ? createHash('sha256').update(readFileSync(path)).digest('hex')
        : 'folder';
    found[name] = `${mode} ${content}`;
  }
  return found;
}
