// A folder of the host that nothing leads out of. A path is walked one name at a time from an open handle of the root,
// and each folder on the way is opened without following links, through /proc/self/fd; a link is read here and walked
// like the rest, with the root as its `/`. So whatever someone renames or links meanwhile, every system call is made
// relative to a folder that was reached from the root (rule R7), as openat2 with RESOLVE_IN_ROOT would do it.

import { constants } from 'node:fs';
import { type FileHandle, open, readlink } from 'node:fs/promises';
import type { LastLink } from './file-system.ts';
import { type HostPath, printHostPath } from './host-path.ts';
import { errorCodeOf } from './host-refusal.ts';

/** Linux's O_PATH, which Node has no name for: a handle of the place, without rights on what is in it. */
const handleOnly = 0o10000000;
const folderHandle = handleOnly | constants.O_DIRECTORY | constants.O_NOFOLLOW;
/** As the kernel (path_resolution(7)). */
const maxLinks = 40;

/** Where a path leads. Valid while the work that got it runs. */
export interface HostPlace {
  /**
   * For system calls. Its last name may have become a link meanwhile: calls on it must not follow one.
   */
  readonly at: string;
  /** The same as the client may see it, with every link on the way resolved. */
  readonly printed: string;
}

interface OpenFolder {
  readonly handle: FileHandle;
  readonly name: string;
}

export class HostTree {
  readonly #root: FileHandle;

  private constructor(root: FileHandle) {
    this.#root = root;
  }

  /** @throws Error when there is no such folder, or no /proc to reach it through */
  static async open(root: string): Promise<HostTree> {
    return new HostTree(await open(root, handleOnly | constants.O_DIRECTORY));
  }

  close(): Promise<void> {
    return this.#root.close();
  }

  /**
   * Finds a place and works on it. It need not exist; the folders on the way must.
   * @throws what the system says of a folder on the way, and whatever the work throws
   */
  async at<Result>(
    path: HostPath,
    lastLink: LastLink,
    work: (place: HostPlace) => Promise<Result>,
  ): Promise<Result> {
    const walk = new Walk(this.#root, path);
    try {
      return await work(await walk.go(lastLink));
    } finally {
      await walk.close();
    }
  }

  /** The same for what is there, held open, so that it cannot become something else. */
  async holding<Result>(
    path: HostPath,
    lastLink: LastLink,
    work: (held: FileHandle, place: HostPlace) => Promise<Result>,
  ): Promise<Result> {
    return this.at(path, lastLink, async (place) => {
      const held = await open(place.at, handleOnly | constants.O_NOFOLLOW);
      try {
        return await work(held, place);
      } finally {
        await held.close();
      }
    });
  }
}

/** One walk from the root to a place, with the folders on the way held open. */
class Walk {
  readonly #root: FileHandle;
  readonly #opened: OpenFolder[] = [];
  /** The names to come; the next one is the last. */
  readonly #ahead: string[];
  #links = 0;

  constructor(root: FileHandle, path: HostPath) {
    this.#root = root;
    this.#ahead = [...path.names].reverse();
  }

  async go(lastLink: LastLink): Promise<HostPlace> {
    for (let name = this.#ahead.pop(); name !== undefined; name = this.#ahead.pop()) {
      if (name === '' || name === '.') continue;
      if (name === '..') {
        await this.#leave(1);
        continue;
      }
      const place = this.#placeOf(name);
      if (this.#ahead.length > 0) {
        await this.#enter(place.at, name);
        continue;
      }
      const target = lastLink === 'itself' ? undefined : await targetOf(place.at);
      if (target === undefined) return place;
      await this.#follow(target);
    }
    return this.#placeOf(undefined);
  }

  close(): Promise<void> {
    return this.#leave(this.#opened.length);
  }

  /** Where a name of the present folder is; the folder itself without a name. */
  #placeOf(name: string | undefined): HostPlace {
    const names = this.#opened.map((folder) => folder.name);
    if (name !== undefined) names.push(name);
    const parent = pathOfHandle(this.#opened.at(-1)?.handle ?? this.#root);
    return { at: `${parent}/${name ?? '.'}`, printed: printHostPath({ names }) };
  }

  async #enter(at: string, name: string): Promise<void> {
    try {
      this.#opened.push({ handle: await open(at, folderHandle), name });
    } catch (thrown) {
      if (errorCodeOf(thrown) !== 'ENOTDIR') throw thrown;
      const target = await targetOf(at);
      if (target === undefined) throw thrown;
      await this.#follow(target);
    }
  }

  async #follow(target: string): Promise<void> {
    this.#links += 1;
    if (this.#links > maxLinks) throw Object.assign(new Error('Too many links'), { code: 'ELOOP' });
    if (target.startsWith('/')) await this.close();
    this.#ahead.push(...target.split('/').reverse());
  }

  async #leave(count: number): Promise<void> {
    for (const { handle } of this.#opened.splice(this.#opened.length - Math.min(count, this.#opened.length)))
      await handle.close();
  }
}

/** What an open handle is reached by, whatever its name has become. */
export function pathOfHandle(handle: FileHandle): string {
  return `/proc/self/fd/${handle.fd}`;
}

/** @returns undefined when it is no link, or not there */
async function targetOf(at: string): Promise<string | undefined> {
  try {
    return await readlink(at);
  } catch (thrown) {
    const code = errorCodeOf(thrown);
    if (code === 'EINVAL' || code === 'ENOENT') return undefined;
    throw thrown;
  }
}
