// A file system of a few megabytes, to fill up or to break. It takes an administrator of the machine to mount one: where
// the test is none, it is skipped, visibly.

import { spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';

interface SmallDisk {
  /** Takes all the room that there is. */
  fill(): void;
  /** Gives it back. */
  free(): void;
}

function run(command: string, args: readonly string[]): boolean {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0;
}

/**
 * Mounts one at `folder`; it is unmounted with the test.
 * @returns undefined where this process may not
 */
export function mountSmallDisk(
  t: { teardown(work: () => unknown): void },
  folder: string,
  megabytes: number,
): SmallDisk | undefined {
  mkdirSync(folder, { recursive: true });
  if (!run('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', folder])) return undefined;
  t.teardown(() => run('umount', ['-l', folder]));
  const filler = join(folder, 'filler');
  return {
    fill() {
      const file = openSync(filler, 'w');
      for (const bytes of [1_000_000, 4096]) {
        try {
          for (;;) writeSync(file, Buffer.alloc(bytes));
        } catch {
          // Smaller pieces fill what is left.
        }
      }
      closeSync(file);
    },
    free: () => rmSync(filler),
  };
}

/** A file system on a file, which can be made read-only under who writes to it, as the kernel does after a fault. */
export function mountBreakableDisk(
  t: { teardown(work: () => unknown): void },
  input: { readonly folder: string; readonly image: string },
): { readonly breakIt: () => boolean; readonly repair: () => boolean } | undefined {
  const { folder, image } = input;
  mkdirSync(folder, { recursive: true });
  const made =
    run('truncate', ['-s', '64M', image]) &&
    run('mkfs.ext4', ['-q', '-F', image]) &&
    run('mount', ['-o', 'loop', image, folder]);
  if (!made) return undefined;
  t.teardown(() => run('umount', ['-l', folder]));
  return {
    breakIt: () => run('mount', ['-o', 'remount,abort', folder]),
    repair: () => run('umount', [folder]) && run('mount', ['-o', 'loop', image, folder]),
  };
}
