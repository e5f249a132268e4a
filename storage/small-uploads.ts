// The uploads that are small so far and that nothing but memory holds: whose they are, by name, and how much room they
// take together.

import type { PartnerId, UserId } from '../domain/ids.ts';
import type { EntryName } from '../domain/virtual-path.ts';

/** What all of them may hold together in one process, in bytes; beyond it an upload begins on the disk. */
const maxHeldBytes = 8 * 1024 * 1024;

export interface SmallUploadOwner {
  readonly partnerId: PartnerId;
  readonly userId: UserId;
}

/** An upload in memory, as those see it who ask for its name. */
export interface HeldUpload {
  /** Puts it on the disk and into the journal, where whoever asks finds it; nothing, when it is being closed. */
  record(): Promise<void>;
}

export class SmallUploads {
  /** By whose it is and its name; of two that begin at the same moment the later one. */
  readonly #held = new Map<string, HeldUpload>();
  #heldBytes = 0;

  /** @returns whether there is room for so many bytes more, which are taken then */
  take(bytes: number): boolean {
    if (this.#heldBytes + bytes > maxHeldBytes) return false;
    this.#heldBytes += bytes;
    return true;
  }

  giveBack(bytes: number): void {
    this.#heldBytes -= bytes;
  }

  add(owner: SmallUploadOwner, name: EntryName, upload: HeldUpload): void {
    this.#held.set(keyOf(owner, name), upload);
  }

  remove(owner: SmallUploadOwner, name: EntryName, upload: HeldUpload): void {
    const key = keyOf(owner, name);
    if (this.#held.get(key) === upload) this.#held.delete(key);
  }

  /** Whoever looks for this user's upload of that name, or for all of them, finds them in the journal after this. */
  async record(owner: SmallUploadOwner, name?: EntryName): Promise<void> {
    if (this.#held.size === 0) return;
    if (name !== undefined) {
      await this.#held.get(keyOf(owner, name))?.record();
      return;
    }
    const beginning = keyOf(owner, '');
    const theirs = [...this.#held].filter(([key]) => key.startsWith(beginning));
    await Promise.all(theirs.map(([, upload]) => upload.record()));
  }
}

/** No id and no name holds a slash. */
const keyOf = ({ partnerId, userId }: SmallUploadOwner, name: string): string =>
  `${partnerId}/${userId}/${name}`;
