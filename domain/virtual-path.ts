// A path as a client sees it: `/`, `/inbound`, `/inbound/claims.x12`. It is read once, at the edge, from the bytes that
// the client sent; further in there is only this value, and no raw string ever reaches the file system (invariant I4,
// rules R7, R10 and R15 of the security record: one place canonicalises, by one rule).

/** The two folders of a mailbox, always from our point of view: `inbound` is what the partner sends to us. */
export type MailboxFolder = 'inbound' | 'outbound';

declare const brand: unique symbol;
/** One name inside a mailbox folder: no separator, no control character, not `.` or `..`, at most 255 bytes. */
export type EntryName = string & { readonly [brand]: 'EntryName' };

export type VirtualPath =
  | { readonly kind: 'root' }
  | { readonly kind: 'folder'; readonly folder: MailboxFolder }
  | { readonly kind: 'entry'; readonly folder: MailboxFolder; readonly name: EntryName }
  /** Well-formed, but no mailbox has such a place (`/etc/passwd`, `/inbound/a/b`). */
  | { readonly kind: 'nowhere'; readonly text: string };

export type VirtualPathOutcome =
  | { readonly kind: 'ok'; readonly path: VirtualPath }
  | { readonly kind: 'invalid'; readonly why: string };

/** POSIX NAME_MAX of every file system that Claimgate runs on, in bytes. */
export const maxNameBytes = 255;
/** PATH_MAX of Linux, in bytes: longer input is refused before it is looked at. */
export const maxPathBytes = 4096;

// C0 and C1 controls and DEL; the bidirectional controls and isolates that make a name read as another one; zero-width
// characters and the byte order mark; the line and paragraph separators; lone surrogates.
const unsafeCharacter =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this looks for.
  /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]/u;

/**
 * Reads one name of a mailbox folder.
 * @param name as a client or a directory listing gives it
 * @returns undefined when it cannot be one
 */
export function parseEntryName(name: string): EntryName | undefined {
  return whyNotEntryName(name) === undefined ? (name as EntryName) : undefined;
}

/**
 * Says in a sentence why a name cannot stand in a mailbox folder, or nothing when it can.
 * @param name one component of a path
 */
export function whyNotEntryName(name: string): string | undefined {
  if (name === '' || name === '.' || name === '..') return 'A file needs a name.';
  if (name.includes('/')) return 'A file name may not contain a slash.';
  if (name.includes('\\'))
    return 'A file name may not contain a backslash; folders are separated by a slash (/).';
  if (unsafeCharacter.test(name)) return 'A file name may not contain control or invisible characters.';
  if (byteLength(name) > maxNameBytes) return `A file name may have at most ${maxNameBytes} bytes.`;
  return undefined;
}

/** Throws on what is not UTF-8. */
const newDecoder = () => new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
/** For all paths, until one of them fails: to make a decoder takes longer than to decode a path. */
let utf8 = newDecoder();

/**
 * Reads a client's path, resolving `.`, `..`, doubled and trailing slashes as a shell would whose root is the mailbox:
 * `..` never leads above it. A relative path starts at the root, since SFTP has no working directory of its own.
 * @param bytes the path as it came in the packet, which by draft-ietf-secsh-filexfer-02 section 6.2 has no defined
 *   encoding; Claimgate takes UTF-8 only
 */
export function parseVirtualPath(bytes: Uint8Array): VirtualPathOutcome {
  if (bytes.length > maxPathBytes) {
    return { kind: 'invalid', why: `A path may have at most ${maxPathBytes} bytes.` };
  }
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch {
    // The Encoding Standard has a failed one begin anew; that no bytes of this path turn up in the next is not left to that.
    utf8 = newDecoder();
    return { kind: 'invalid', why: 'A path must be UTF-8 text.' };
  }
  const names: string[] = [];
  for (const part of text.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..') {
      names.pop();
      continue;
    }
    const why = whyNotEntryName(part);
    if (why !== undefined) return { kind: 'invalid', why };
    names.push(part);
  }
  return { kind: 'ok', path: placeOf(names) };
}

function placeOf(names: readonly string[]): VirtualPath {
  const [folder, name, ...deeper] = names;
  if (folder === undefined) return { kind: 'root' };
  if ((folder !== 'inbound' && folder !== 'outbound') || deeper.length > 0) {
    return { kind: 'nowhere', text: `/${names.join('/')}` };
  }
  return name === undefined ? { kind: 'folder', folder } : { kind: 'entry', folder, name: name as EntryName };
}

/**
 * Writes a path the way a client gets it back from REALPATH: absolute, no trailing slash.
 */
export function printVirtualPath(path: VirtualPath): string {
  switch (path.kind) {
    case 'root':
      return '/';
    case 'folder':
      return `/${path.folder}`;
    case 'entry':
      return `/${path.folder}/${path.name}`;
    case 'nowhere':
      return path.text;
  }
}

const temporarySuffixes = ['.filepart', '.part', '.partial', '.tmp', '.temp', '.crdownload'];

/**
 * Tells a name under which clients park a file that is not whole yet (WinSCP `.filepart`, lftp, rclone `.partial`,
 * a leading dot): such a file is held until it is renamed to a final name.
 */
export function isTemporaryName(name: EntryName): boolean {
  const lower = name.toLowerCase();
  return lower.startsWith('.') || temporarySuffixes.some((suffix) => lower.endsWith(suffix));
}

function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}
