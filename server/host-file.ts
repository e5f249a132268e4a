// One open file of a host's folder, for reading or writing or both.

import type { Stats } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import type { FileRefusal } from '../domain/mailbox.ts';
import type { AttributeChanges, NodeAttributes, SessionWritableFile } from './file-system.ts';
import { orRefusal } from './host-refusal.ts';

/** What is shown of anything on a host. */
export function attributesOf(stats: Stats): NodeAttributes {
  return {
    kind: kindOf(stats),
    sizeBytes: stats.size,
    permissions: stats.mode & 0o7777,
    modifiedAtMs: stats.mtimeMs,
    accessedAtMs: stats.atimeMs,
    owner: { userId: stats.uid, groupId: stats.gid },
    linkCount: stats.nlink,
  };
}

function kindOf(stats: Stats): NodeAttributes['kind'] {
  if (stats.isFile()) return 'file';
  if (stats.isDirectory()) return 'folder';
  if (stats.isSymbolicLink()) return 'link';
  if (stats.isCharacterDevice()) return 'character-device';
  if (stats.isBlockDevice()) return 'block-device';
  return stats.isFIFO() ? 'pipe' : 'socket';
}

export class HostFile implements SessionWritableFile {
  readonly #handle: FileHandle;
  #closed: Promise<undefined> | undefined;

  constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  async attributes(): Promise<NodeAttributes> {
    return attributesOf(await this.#handle.stat());
  }

  async read(target: Uint8Array, offsetBytes: number): Promise<number> {
    const { bytesRead } = await this.#handle.read(target, 0, target.length, offsetBytes);
    return bytesRead;
  }

  async write(source: Uint8Array, offsetBytes: number): Promise<FileRefusal | undefined> {
    return orRefusal(async () => {
      for (let done = 0; done < source.length; ) {
        const { bytesWritten } = await this.#handle.write(
          source,
          done,
          source.length - done,
          offsetBytes + done,
        );
        done += bytesWritten;
      }
      return undefined;
    });
  }

  setAttributes(changes: AttributeChanges): Promise<FileRefusal | undefined> {
    return orRefusal(async () => {
      const { sizeBytes, owner, permissions, accessedAtMs, modifiedAtMs } = changes;
      if (sizeBytes !== undefined) await this.#handle.truncate(sizeBytes);
      // In this order: a change of owner takes the set-user-id bit away.
      if (owner !== undefined) await this.#handle.chown(owner.userId, owner.groupId);
      if (permissions !== undefined) await this.#handle.chmod(permissions);
      if (accessedAtMs !== undefined && modifiedAtMs !== undefined)
        await this.#handle.utimes(accessedAtMs / 1000, modifiedAtMs / 1000);
      return undefined;
    });
  }

  sync(): Promise<void> {
    return this.#handle.sync();
  }

  close(): Promise<undefined> {
    this.#closed ??= this.#handle.close().then(() => undefined);
    return this.#closed;
  }

  /** A host keeps what was written, as sftp-server does. */
  async abandon(): Promise<void> {
    await this.close();
  }
}
