// Secrets on disk: made on first start, 0600, in data/keys, and refused when others may read them.

import {
  closeSync,
  fchmodSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { DataDirectory } from './data-directory.ts';
import { codeOf } from './disk-fault.ts';

/** A secret that more people than its owner can read. */
export class OpenSecretError extends Error {
  readonly code = 'storage.open-secret';
  constructor(path: string) {
    super(
      `${path} can be read by others. Set its mode to 0600 (chmod 600), and consider the secret in it known.`,
    );
    this.name = 'OpenSecretError';
  }
}

/**
 * Reads a secret, making it when it is not there yet.
 * @param input.name of the file in data/keys
 * @param input.make gives the content of a new one
 * @throws OpenSecretError
 */
export function readOrMakeKey(
  directory: DataDirectory,
  input: { readonly name: string; readonly make: () => string | Uint8Array },
): Buffer {
  const path = join(directory.keys, input.name);
  try {
    if ((statSync(path).mode & 0o077) !== 0) throw new OpenSecretError(path);
    return readFileSync(path);
  } catch (thrown) {
    if (codeOf(thrown) !== 'ENOENT') throw thrown;
  }
  replaceKey(directory, { name: input.name, content: input.make() });
  return readFileSync(path);
}

/** Puts a secret in the place of the one before, whole or not at all. */
export function replaceKey(
  directory: DataDirectory,
  input: { readonly name: string; readonly content: string | Uint8Array },
): void {
  const path = join(directory.keys, input.name);
  const temporary = `${path}.new`;
  const file = openSync(temporary, 'w', 0o600);
  try {
    fchmodSync(file, 0o600);
    writeFileSync(file, input.content);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(temporary, path);
}
