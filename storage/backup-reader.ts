// Reads a backup through, from its first byte to its last, hashing every entry on the way, and compares with the manifest
// at its end. Nothing of an archive is trusted before: a path that is none of ours ends the reading.

import type { Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { extract as createExtract, type Header } from 'tar-stream';
import {
  BackupDamagedError,
  type BackupHeader,
  databaseName,
  headerName,
  type LateTransmission,
  lateName,
  type ManifestLine,
  manifestName,
  newHash,
  parseHeader,
  printLine,
} from './backup-format.ts';
import { openSealed } from './backup-seal.ts';
import { dataFolders } from './data-directory.ts';

/** Where what is read goes. */
export interface BackupSink {
  begin(header: BackupHeader): Promise<void>;
  directory(path: string): Promise<void>;
  /** Must read `content` to its end. */
  file(input: {
    readonly path: string;
    readonly mode: number;
    readonly mtime: Date;
    readonly content: AsyncIterable<Buffer>;
  }): Promise<void>;
  link(path: string, to: string): Promise<void>;
}

export interface ReadBackup {
  readonly header: BackupHeader;
  readonly files: number;
  readonly bytes: number;
  readonly manifestSha256: string;
  readonly encrypted: boolean;
  readonly late: readonly LateTransmission[];
}

/** What may stand at the first level of an archive. */
const known = new Set([databaseName, ...dataFolders]);

/**
 * Reads a backup.
 * @throws BackupDamagedError, BackupSealedError; what the sink got before is worth nothing then
 */
export async function readBackup(
  input: { readonly path: string; readonly passphrase: string | undefined },
  sink: BackupSink,
): Promise<ReadBackup> {
  const { content, encrypted } = await openSealed(input.path, input.passphrase);
  const scratch = await mkdtemp(join(tmpdir(), 'claimgate-backup-'));
  const state = newState(join(scratch, 'lines'));
  const tar = createExtract();
  content.on('error', (thrown) => tar.destroy(thrown));
  content.pipe(tar);
  try {
    for await (const entry of tar) {
      if (state.manifestSha256 !== undefined)
        throw new BackupDamagedError('something stands after its manifest');
      await readEntry({ state, sink }, entry.header, entry as AsyncIterable<Buffer>);
    }
  } catch (thrown) {
    throw asDamage(thrown);
  } finally {
    content.destroy();
    await rm(scratch, { recursive: true, force: true });
  }
  const { header, files, bytes, manifestSha256, late } = state;
  if (header === undefined || manifestSha256 === undefined)
    throw new BackupDamagedError('it ends before its manifest: it was cut off');
  return { header, files, bytes, manifestSha256, encrypted, late };
}

/** What the tar reader and the unsealing say of bytes that are wrong. */
function asDamage(thrown: unknown): unknown {
  const message = thrown instanceof Error ? thrown.message : '';
  const wrong = /tar header|Unexpected end of data|invalid tag|chunk|stream/i.test(message);
  return wrong && !(thrown instanceof BackupDamagedError)
    ? new BackupDamagedError(message.toLowerCase())
    : thrown;
}

interface State {
  readonly lines: string;
  readonly paths: Set<string>;
  readonly linesHash: Hash;
  gathered: string;
  header: BackupHeader | undefined;
  late: readonly LateTransmission[];
  files: number;
  bytes: number;
  manifestSha256: string | undefined;
}

function newState(lines: string): State {
  return {
    lines,
    paths: new Set(),
    linesHash: newHash(),
    gathered: '',
    header: undefined,
    late: [],
    files: 0,
    bytes: 0,
    manifestSha256: undefined,
  };
}

interface Reading {
  readonly state: State;
  readonly sink: BackupSink;
}

async function readEntry(
  { state, sink }: Reading,
  header: Header,
  content: AsyncIterable<Buffer>,
): Promise<void> {
  const path = header.name.replace(/\/$/, '');
  if (path === manifestName) return compare(state, content);
  if (state.header === undefined) return begin({ state, sink }, path, await textOf(content));
  if (path === lateName) {
    const text = await textOf(content);
    state.late = text
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as LateTransmission);
    return note(state, listed(path, Buffer.from(text)));
  }
  checkPath(state, path);
  switch (header.type) {
    case 'directory':
      await drain(content);
      await sink.directory(path);
      return note(state, { kind: 'directory', path });
    case 'link': {
      const to = header.linkname ?? '';
      await drain(content);
      // Only names that were made from this archive: a link never leads out.
      if (!state.paths.has(to)) throw new BackupDamagedError(`${path} is a link to what is not in it`);
      await sink.link(path, to);
      return note(state, { kind: 'link', path, to });
    }
    case 'file':
      return readFileEntry({ state, sink }, path, { header, content });
    default:
      throw new BackupDamagedError(`${path} is neither a file nor a directory`);
  }
}

async function begin({ state, sink }: Reading, path: string, text: string): Promise<void> {
  if (path !== headerName) throw new BackupDamagedError('its first entry is not that of a backup');
  state.header = parseHeader(text);
  await sink.begin(state.header);
  await note(state, listed(path, Buffer.from(text)));
}

function checkPath(state: State, path: string): void {
  const parts = path.split('/');
  const ours =
    known.has(parts[0] ?? '') && parts.every((part) => part !== '' && part !== '.' && part !== '..');
  if (!ours || path.includes('\0')) throw new BackupDamagedError('it holds a path that no backup has');
  if (state.paths.has(path)) throw new BackupDamagedError(`it holds ${path} twice`);
}

async function readFileEntry(
  { state, sink }: Reading,
  path: string,
  input: { readonly header: Header; readonly content: AsyncIterable<Buffer> },
): Promise<void> {
  const hash = newHash();
  let size = 0;
  async function* hashed(): AsyncGenerator<Buffer> {
    for await (const chunk of input.content) {
      hash.update(chunk);
      size += chunk.length;
      yield chunk;
    }
  }
  const mode = (input.header.mode ?? 0o600) & 0o700;
  await sink.file({ path, mode, mtime: input.header.mtime ?? new Date(0), content: hashed() });
  state.paths.add(path);
  state.files += 1;
  state.bytes += size;
  await note(state, { kind: 'file', path, mode, size, sha256: hash.digest('hex') });
}

function listed(path: string, bytes: Buffer): ManifestLine {
  return {
    kind: 'file',
    path,
    mode: 0o600,
    size: bytes.length,
    sha256: newHash().update(bytes).digest('hex'),
  };
}

/** Lines are gathered to so many characters before they are written. */
const gatheredCharacters = 64 * 1024;

async function note(state: State, line: ManifestLine): Promise<void> {
  state.gathered += printLine(line);
  if (state.gathered.length > gatheredCharacters) await flush(state);
}

async function flush(state: State): Promise<void> {
  state.linesHash.update(state.gathered);
  await appendFile(state.lines, state.gathered);
  state.gathered = '';
}

/** The manifest may be too long for memory: it is compared as a hash, and line by line where that differs. */
async function compare(state: State, content: AsyncIterable<Buffer>): Promise<void> {
  await flush(state);
  const manifest = `${state.lines}.manifest`;
  const hash = newHash();
  await writeFile(manifest, '');
  for await (const chunk of content) {
    hash.update(chunk);
    await appendFile(manifest, chunk);
  }
  state.manifestSha256 = hash.digest('hex');
  if (state.linesHash.digest('hex') === state.manifestSha256) return;
  throw new BackupDamagedError(`${await firstDifference(manifest, state.lines)} is not what was written`);
}

async function firstDifference(manifest: string, lines: string): Promise<string> {
  const [wanted, found] = [manifest, lines].map((path) =>
    createInterface({ input: createReadStream(path) })[Symbol.asyncIterator](),
  );
  for (;;) {
    const [one, other] = [await wanted?.next(), await found?.next()];
    if (one === undefined || other === undefined || (one.done === true && other.done === true))
      return 'an entry';
    if (one.value !== other.value) return pathOf(other.value) ?? pathOf(one.value) ?? 'an entry';
  }
}

function pathOf(line: string | undefined): string | undefined {
  return /"path":"([^"]*)"/.exec(line ?? '')?.[1];
}

/** More than the entries have that are read into memory; a hostile archive may say otherwise. */
const textBytesMax = 64 * 1024 * 1024;

async function textOf(content: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of content) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > textBytesMax) throw new BackupDamagedError('its first entry is not that of a backup');
  }
  return Buffer.concat(chunks).toString('utf8');
}

async function drain(content: AsyncIterable<Buffer>): Promise<void> {
  for await (const _ of content);
}
