// What is in a file of `outbound` that no row tells of, such as one that a program put there: an X12 file says what it
// is. Each is looked into once and remembered by what tells it from any other.

import { constants, type Stats } from 'node:fs';
import { open } from 'node:fs/promises';
import { type ContentKind, kindOfSet } from '../domain/content-kind.ts';
import type { HostPath } from './data-directory.ts';
import { inodeOf } from './outbound-file-store.ts';

/** What was found, by inode, size and time. */
export type LookedInto = Map<string, readonly ContentKind[]>;

/** Files whose kinds are kept in memory; when there are more, they are looked into again. */
const maxRemembered = 10_000;
/** How much of a file is looked at, in bytes: what a back end sends holds one kind throughout. */
const lookBytes = 65_536;

/** @returns what a regular file holds by its first part; nothing when that is no X12 or cannot be read */
export async function lookInto(
  remembered: LookedInto,
  path: HostPath,
  stats: Stats,
): Promise<readonly ContentKind[]> {
  const key = `${inodeOf(stats)}:${stats.size}:${stats.mtimeMs}`;
  const found = remembered.get(key);
  if (found !== undefined) return found;
  const kinds = kindsInX12(await readStart(path));
  if (remembered.size >= maxRemembered) remembered.clear();
  remembered.set(key, kinds);
  return kinds;
}

async function readStart(path: HostPath): Promise<string> {
  // It may have gone or been replaced by something else meanwhile: then nothing is known of it.
  const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch(
    () => undefined,
  );
  if (handle === undefined) return '';
  try {
    const block = Buffer.alloc(lookBytes);
    const { bytesRead } = await handle.read(block, 0, block.length, 0);
    return block.toString('latin1', 0, bytesRead);
  } finally {
    await handle.close();
  }
}

/** X12.5: ISA is 106 characters; the 4th separates its elements, and the last one ends a segment. */
const isaLength = 106;

function kindsInX12(text: string): readonly ContentKind[] {
  const separator = text[3];
  const terminator = text[isaLength - 1];
  if (!text.startsWith('ISA') || separator === undefined || terminator === undefined) return [];
  const kinds = new Set<ContentKind>();
  let version = '';
  for (const segment of text.split(terminator)) {
    const [id, ...elements] = segment.trimStart().split(separator);
    const [first = '', , third = ''] = elements;
    if (id === 'GS') version = elements[7] ?? '';
    if (id === 'ST') kinds.add(kindOfSet(first, third === '' ? version : third));
    if (id === 'TA1') kinds.add('TA1');
  }
  // A TA1 beside sets says nothing beyond them.
  if (kinds.size > 1) kinds.delete('TA1');
  return [...kinds];
}
