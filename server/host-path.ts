// A path below the folder that `claimgate sftp-stdio` serves. It is read once, from the bytes of the packet: `.`, `..`
// and doubled slashes are resolved by their letters alone, and `..` never leads above the root (rules R7 and R15).

import type { FileRefusal } from '../domain/mailbox.ts';

declare const brand: unique symbol;
/** Names from the root on: none is empty, `.` or `..`, or has a slash or a NUL in it. */
export type HostPath = {
  readonly names: readonly string[];
  /** It was written with a slash at its end: a link that stands there is meant to be followed (POSIX 4.16). */
  readonly meansFolder: boolean;
  readonly [brand]: 'HostPath';
};

/** PATH_MAX of Linux, in bytes. */
const maxPathBytes = 4096;

function badName(why: string): FileRefusal {
  return { kind: 'refused', reason: 'bad-name', why };
}

/**
 * Reads a client's path.
 * @param start where relative paths begin, as names from the root on
 */
export function parseHostPath(
  bytes: Uint8Array,
  start: readonly string[],
): { readonly kind: 'ok'; readonly path: HostPath } | FileRefusal {
  if (bytes.length > maxPathBytes) return badName(`A path may have at most ${maxPathBytes} bytes.`);
  if (bytes.includes(0)) return badName('A path may not contain a NUL.');
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return badName('A path must be UTF-8 text.');
  }
  const names: string[] = text.startsWith('/') ? [] : [...start];
  for (const part of text.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..') names.pop();
    else names.push(part);
  }
  return {
    kind: 'ok',
    path: { names: names as readonly string[], meansFolder: text.endsWith('/') } as HostPath,
  };
}

export function printHostPath(path: Pick<HostPath, 'names'>): string {
  return `/${path.names.join('/')}`;
}
