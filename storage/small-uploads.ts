// The uploads that are small so far and of which the journal does not know: whose they are, by name.

import type { PartnerId, UserId } from '../domain/ids.ts';
import type { EntryName } from '../domain/virtual-path.ts';

export interface SmallUploadOwner {
  readonly partnerId: PartnerId;
  readonly userId: UserId;
}

/** A small upload, as those see it who ask for its name. */
export interface HeldUpload {
  /** Puts it into the journal, where whoever asks finds it; nothing, when it is being closed. */
  record(): Promise<void>;
}

export class SmallUploads {
  /** By whose it is and its name; of two that begin at the same moment the later one. */
  readonly #held = new Map<string, HeldUpload>();

  get size(): number {
    return this.#held.size;
  }

  add(owner: SmallUploadOwner, name: EntryName, upload: HeldUpload): void {
    this.#held.set(keyOf(owner, name), upload);
  }

  remove(owner: SmallUploadOwner, name: EntryName, upload: HeldUpload): void {
    const key = keyOf(owner, name);
    if (this.#held.get(key) === upload) this.#held.delete(key);
  }

  has(owner: SmallUploadOwner, name: EntryName): boolean {
    return this.#held.size > 0 && this.#held.has(keyOf(owner, name));
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
