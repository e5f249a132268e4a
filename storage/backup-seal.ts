// Sealing a backup under a passphrase, in the format of age, whose own command opens it again: `age -d`.

import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import { Decrypter, Encrypter } from 'age-encryption';
import { BackupDamagedError } from './backup-format.ts';

/** What a sealed file begins with (https://age-encryption.org/v1). */
const sealedBeginning = 'age-encryption.org/v1';

/** Seals a stream; its content is guarded against change as well. */
export async function seal(content: Readable, passphrase: string): Promise<Readable> {
  const encrypter = new Encrypter();
  encrypter.setPassphrase(passphrase);
  const sealed = await encrypter.encrypt(Readable.toWeb(content) as never);
  return Readable.fromWeb(sealed as unknown as ReadableStream);
}

/** A sealed backup, and no passphrase or not the right one. */
export class BackupSealedError extends Error {
  readonly code = 'storage.backup-sealed';
  constructor(why: string) {
    super(`The backup is sealed with a passphrase, and ${why}.`);
    this.name = 'BackupSealedError';
  }
}

/**
 * Opens an archive for reading, sealed or not.
 * @throws BackupSealedError, BackupDamagedError when it is empty
 */
export async function openSealed(
  path: string,
  passphrase: string | undefined,
): Promise<{ readonly content: Readable; readonly encrypted: boolean }> {
  const sealed = await isSealed(path);
  if (sealed && passphrase === undefined)
    throw new BackupSealedError('none was given: use --passphrase-file, or a terminal to be asked for it');
  const content = createReadStream(path, { highWaterMark: 1024 * 1024 });
  if (!sealed || passphrase === undefined) return { content, encrypted: false };
  const decrypter = new Decrypter();
  decrypter.addPassphrase(passphrase);
  try {
    const opened = await decrypter.decrypt(Readable.toWeb(content) as never);
    return { content: Readable.fromWeb(opened as unknown as ReadableStream), encrypted: true };
  } catch {
    content.destroy();
    throw new BackupSealedError('this is not the right one');
  }
}

async function isSealed(path: string): Promise<boolean> {
  const handle = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(
      Buffer.alloc(sealedBeginning.length),
      0,
      sealedBeginning.length,
      0,
    );
    if (bytesRead === 0) throw new BackupDamagedError('it is empty');
    return buffer.toString('latin1') === sealedBeginning;
  } finally {
    await handle.close();
  }
}
