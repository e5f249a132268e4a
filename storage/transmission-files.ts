// The bytes behind a transmission, for pages that show them: its original, read once from beginning to end and hashed
// on the way, and the durable copies of its answers. What does not hash to what the journal says is not shown
// (invariant I3).

import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import type { TransmissionId } from '../domain/ids.ts';
import type { DataDirectory, HostPath } from './data-directory.ts';
import { unlessMissing } from './disk-fault.ts';
import type { Database } from './transaction.ts';

/** Why bytes cannot be shown: they are not those of the journal, there are none, or more than the caller takes. */
export interface Unreadable {
  readonly kind: 'altered' | 'missing' | 'too-large';
}

export interface TransmissionFiles {
  /**
   * Reads an original block by block; each block is valid until the next one. What was read counts only when the
   * outcome is `read`.
   */
  walkOriginal(
    id: TransmissionId,
    options: { readonly maxBytes: number; readonly onBlock: (block: Uint8Array) => void },
  ): Promise<{ readonly kind: 'read' } | Unreadable>;
  /** Reads an answer's durable copy. @param id of the acknowledgement */
  readAnswer(
    id: string,
    options: { readonly maxBytes: number },
  ): Promise<{ readonly kind: 'read'; readonly bytes: Uint8Array } | Unreadable>;
  /** Opens an original, or an answer's durable copy, for handing it out whole: it was hashed before. */
  openFile(
    of: { readonly transmission: TransmissionId } | { readonly answer: string },
  ): Promise<OpenedFile | Unreadable>;
}

export interface OpenedFile {
  readonly kind: 'open';
  readonly sizeBytes: number;
  readonly sha256: string;
  /** Of the bytes that were hashed. It must be read to its end or destroyed. */
  readonly stream: Readable;
}

const blockBytes = 256 * 1024;

export function createTransmissionFiles(deps: {
  readonly database: Database;
  readonly directory: DataDirectory;
}): TransmissionFiles {
  const { database, directory } = deps;
  return {
    async walkOriginal(id, options) {
      const row = await database.sql
        .selectFrom('transmissions')
        .select(['original_path', 'sha256', 'size_bytes'])
        .where('id', '=', id)
        .executeTakeFirst();
      if (row?.original_path == null) return { kind: 'missing' };
      if (Number(row.size_bytes) > options.maxBytes) return { kind: 'too-large' };
      return walk(directory.stored(row.original_path), row.sha256, options.onBlock);
    },
    async readAnswer(id, options) {
      const row = await database.sql
        .selectFrom('acknowledgements')
        .select(['path', 'sha256', 'size_bytes'])
        .where('id', '=', id)
        .executeTakeFirst();
      if (row === undefined) return { kind: 'missing' };
      if (Number(row.size_bytes) > options.maxBytes) return { kind: 'too-large' };
      const blocks: Uint8Array[] = [];
      const outcome = await walk(directory.stored(row.path), row.sha256, (block) =>
        blocks.push(Uint8Array.from(block)),
      );
      return outcome.kind === 'read' ? { kind: 'read', bytes: Buffer.concat(blocks) } : outcome;
    },
    async openFile(of) {
      const row =
        'answer' in of
          ? await database.sql
              .selectFrom('acknowledgements')
              .select(['path', 'sha256'])
              .where('id', '=', of.answer)
              .executeTakeFirst()
          : await database.sql
              .selectFrom('transmissions')
              .select(['original_path as path', 'sha256'])
              .where('id', '=', of.transmission)
              .executeTakeFirst();
      if (row?.path == null) return { kind: 'missing' };
      return openHashed(directory.stored(row.path), row.sha256);
    },
  };
}

/** @param sha256 what it must be; null while nobody has said that (late-digests.ts) */
async function walk(
  path: HostPath,
  sha256: string | null,
  onBlock: (block: Uint8Array) => void,
): Promise<{ readonly kind: 'read' } | Unreadable> {
  const handle = await openAsIs(path);
  if (handle === undefined) return { kind: 'missing' };
  try {
    const found = await hashOf(handle, onBlock);
    return { kind: sha256 === null || found === sha256 ? 'read' : 'altered' };
  } finally {
    await handle.close();
  }
}

const openAsIs = (path: HostPath): Promise<FileHandle | undefined> =>
  unlessMissing(() => open(path, constants.O_RDONLY | constants.O_NOFOLLOW), undefined);

async function hashOf(handle: FileHandle, onBlock: (block: Uint8Array) => void): Promise<string> {
  const hash = createHash('sha256');
  const block = Buffer.allocUnsafe(blockBytes);
  for (;;) {
    const { bytesRead } = await handle.read(block, 0, block.length, null);
    if (bytesRead === 0) return hash.digest('hex');
    const bytes = block.subarray(0, bytesRead);
    hash.update(bytes);
    onBlock(bytes);
  }
}

/** Two reads of the same inode: who is sent bytes cannot be told afterwards that they were not the journal's. */
async function openHashed(path: HostPath, sha256: string | null): Promise<OpenedFile | Unreadable> {
  const handle = await openAsIs(path);
  if (handle === undefined) return { kind: 'missing' };
  let kept = false;
  try {
    let sizeBytes = 0;
    const found = await hashOf(handle, (block) => {
      sizeBytes += block.length;
    });
    if (sha256 !== null && found !== sha256) return { kind: 'altered' };
    kept = true;
    return { kind: 'open', sizeBytes, sha256: found, stream: handle.createReadStream({ start: 0 }) };
  } finally {
    if (!kept) await handle.close();
  }
}
