// The segments that findings point at, as they stand in the file. The engine keeps no bytes of what it has read, so
// the command reads the file a second time, and only when there is something to show.

import type { FileHandle } from 'node:fs/promises';
import type { FileResult } from '../edi/file-result.ts';
import { SegmentWalk, type SetPlace } from '../edi/segment-walk.ts';

/** Segments shown for one file at most. */
const excerptsMax = 2000;

/** Characters of one segment that are kept. */
const excerptCharsMax = 4000;

const blockBytes = 256 * 1024;

export interface Excerpts {
  /** The segment at a position of a set, ST being 1; undefined when it is not to be had. */
  at(place: SetPlace, position: number): string | undefined;
}

function keyOf(place: SetPlace, position: number): string {
  return `${place.join('/')}/${position}`;
}

/** What is to be looked for: the positions of the findings. */
function wantedOf(result: FileResult): Set<string> {
  if (result.kind === 'unreadable') return new Set();
  const keys = result.interchanges.flatMap(({ groups }, i) =>
    groups.flatMap(({ sets }, g) =>
      sets.flatMap(({ findings }, s) => findings.map(({ position }) => keyOf([i, g, s], position))),
    ),
  );
  return new Set(keys.slice(0, excerptsMax));
}

/** Reads the file from its beginning and picks out the segments that findings point at; none of a pipe. */
export async function readExcerpts(handle: FileHandle, result: FileResult): Promise<Excerpts> {
  const wanted = (await handle.stat()).isFile() ? wantedOf(result) : new Set<string>();
  const found = new Map<string, string>();
  const walk = new SegmentWalk((place, position, text) => {
    const key = keyOf(place, position);
    if (wanted.delete(key)) found.set(key, text().slice(0, excerptCharsMax));
  });
  const block = Buffer.allocUnsafe(blockBytes);
  for (let offset = 0; wanted.size > 0; ) {
    const { bytesRead } = await handle.read(block, 0, block.length, offset);
    walk.push(block.subarray(0, bytesRead), bytesRead === 0);
    if (bytesRead === 0) break;
    offset += bytesRead;
  }
  return { at: (place, position) => found.get(keyOf(place, position)) };
}
