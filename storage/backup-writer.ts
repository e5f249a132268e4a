// Writes a backup: the database by SQLite's online copy, then the files that belong to it, into one archive, which has
// its name only when it is whole and on the disk.

import { type EventEmitter, once } from 'node:events';
import { constants, createReadStream, createWriteStream, type Stats } from 'node:fs';
import { appendFile, lstat, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { pack as createPack, type Pack } from 'tar-stream';
import { type Content, copyReceiveLog, listContents } from './backup-contents.ts';
import {
  backupFormat,
  databaseName,
  headerName,
  type LateTransmission,
  lateName,
  type ManifestLine,
  manifestName,
  newHash,
  printLine,
} from './backup-format.ts';
import { seal } from './backup-seal.ts';
import { takeSnapshot } from './backup-snapshot.ts';
import { type DataDirectory, type HostPath, syncFolder } from './data-directory.ts';
import { codeOf } from './disk-fault.ts';

export interface WrittenBackup {
  readonly path: string;
  readonly madeAtMs: number;
  readonly files: number;
  /** Of the archive. */
  readonly sizeBytes: number;
  readonly manifestSha256: string;
  readonly encrypted: boolean;
  readonly late: readonly LateTransmission[];
}

/** A file grew shorter while it was read into a backup: someone writes in place. */
export class BackupMovingError extends Error {
  readonly code = 'storage.backup-moving';
  constructor(path: string) {
    super(
      `${path} became shorter while it was read. Another program writes it in place; make the backup again.`,
    );
    this.name = 'BackupMovingError';
  }
}

/**
 * Makes a backup while the gateway runs.
 * @param input.path of the archive; what is there is replaced when the new one is whole
 * @param input.passphrase seals it; without one it can be read by whoever has the file
 * @param deps.advance is told how many bytes more were read
 * @throws BackupMovingError, and Error when the disk is full or a file cannot be read; then nothing is at `path`
 */
export async function writeBackup(
  deps: {
    readonly directory: DataDirectory;
    readonly now: () => number;
    readonly version: string;
    readonly advance: (bytes: number) => void;
  },
  input: { readonly path: string; readonly passphrase: string | undefined },
): Promise<WrittenBackup> {
  const { path, passphrase } = input;
  const partial = `${path}.partial`;
  const copy = `${partial}.db`;
  for (const left of [partial, copy, `${partial}.lines`]) await rm(left, { force: true });
  const madeAtMs = deps.now();
  const log = await copyReceiveLog(deps.directory);
  const snapshot = await takeSnapshot(deps.directory, copy);
  try {
    const contents = listContents(deps.directory, { snapshot, log });
    const header = {
      format: backupFormat,
      version: deps.version,
      schemaVersion: snapshot.schemaVersion,
      madeAtMs,
    };
    const archive = startArchive(partial, passphrase, deps.advance);
    const fill = async (): Promise<void> => {
      await archive.text(headerName, JSON.stringify(header));
      await archive.add({ kind: 'file', path: databaseName, from: copy, stats: await lstat(copy) });
      for await (const content of contents.entries()) await archive.add(content);
      await archive.text(
        lateName,
        contents
          .late()
          .map((one) => `${JSON.stringify(one)}\n`)
          .join(''),
      );
    };
    const { files, manifestSha256 } = await archive.finish(fill);
    await rename(partial, path);
    await syncFolder(dirname(path) as HostPath);
    const { size: sizeBytes } = await lstat(path);
    return {
      path,
      madeAtMs,
      files,
      sizeBytes,
      manifestSha256,
      encrypted: passphrase !== undefined,
      late: contents.late(),
    };
  } finally {
    snapshot.close();
    for (const left of [partial, `${partial}.lines`]) await rm(left, { force: true });
  }
}

/** Smaller files are read at once, and so are as long as their entry says. */
const wholeBytesMax = 1024 * 1024;

function startArchive(partial: string, passphrase: string | undefined, advance: (bytes: number) => void) {
  const tar = createPack();
  const manifest = openLines(`${partial}.lines`);
  let files = 0;
  const output = writeOut(partial, sealed(tar, passphrase));
  // Whoever fills the archive must not wait for a reader that is gone.
  const failed = output.then(
    () => undefined,
    (thrown: unknown) => {
      tar.destroy(thrown instanceof Error ? thrown : new Error(String(thrown)));
      throw thrown;
    },
  );
  failed.catch(() => undefined);
  const note = (line: ManifestLine): Promise<void> => manifest.write(printLine(line));
  const add = async (path: string, bytes: Buffer): Promise<void> => {
    await Promise.race([entry(tar, { name: path, mode: 0o600 }, bytes), failed]);
    const sha256 = newHash().update(bytes).digest('hex');
    await note({ kind: 'file', path, mode: 0o600, size: bytes.length, sha256 });
  };
  return {
    text: (path: string, content: string) => add(path, Buffer.from(content)),
    async add(content: Content): Promise<void> {
      if (content.kind === 'directory') {
        await Promise.race([entry(tar, { name: content.path, type: 'directory', mode: 0o700 }), failed]);
        await note(content);
      } else if (content.kind === 'link') {
        await Promise.race([entry(tar, { name: content.path, type: 'link', linkname: content.to }), failed]);
        await note(content);
      } else if (content.kind === 'bytes') {
        await add(content.path, content.bytes);
        files += 1;
      } else {
        const line = await addFile({ tar, failed, advance }, content);
        if (line === undefined) return;
        files += 1;
        await note(line);
      }
    },
    async finish(
      fill: () => Promise<void>,
    ): Promise<{ readonly files: number; readonly manifestSha256: string }> {
      try {
        await fill();
        const lines = await manifest.finish();
        await addFile(
          { tar, failed, advance: () => undefined },
          { kind: 'file', path: manifestName, ...lines },
        );
        tar.finalize();
      } catch (thrown) {
        tar.destroy(thrown instanceof Error ? thrown : new Error(String(thrown)));
        await failed.catch(() => undefined);
        throw thrown;
      }
      await failed;
      return { files, manifestSha256: manifest.sha256() };
    },
  };
}

/** Lines are gathered to so many characters before they are written. */
const gatheredCharacters = 64 * 1024;

/** A text that is too long for memory, in a file beside the archive. */
function openLines(from: string) {
  const hash = newHash();
  let gathered = '';
  const flush = async (): Promise<void> => {
    hash.update(gathered);
    await appendFile(from, gathered, { mode: 0o600 });
    gathered = '';
  };
  return {
    async write(line: string): Promise<void> {
      gathered += line;
      if (gathered.length > gatheredCharacters) await flush();
    },
    async finish(): Promise<{ readonly from: string; readonly stats: Stats }> {
      await flush();
      return { from, stats: await lstat(from) };
    },
    sha256: () => hash.digest('hex'),
  };
}

type TarHeader = Parameters<Pack['entry']>[0];

/** Adds an entry that is in memory. */
function entry(tar: Pack, header: TarHeader, bytes: Buffer = Buffer.alloc(0)): Promise<void> {
  return new Promise((resolve, reject) => {
    tar.entry({ mtime: new Date(), ...header, size: bytes.length }, bytes, (thrown) =>
      thrown ? reject(thrown) : resolve(),
    );
  });
}

type TarEntry = ReturnType<Pack['entry']>;

/** An entry that is written to, and the end of it. */
function openEntry(tar: Pack, header: TarHeader) {
  let target: TarEntry | undefined;
  const done = new Promise<void>((resolve, reject) => {
    target = tar.entry(header, (thrown) => (thrown ? reject(thrown) : resolve()));
  });
  // It is awaited later, or never, when the reading fails first.
  done.catch(() => undefined);
  return { target: target as unknown as TarEntry, done };
}

interface FileSink {
  readonly tar: Pack;
  readonly failed: Promise<unknown>;
  readonly advance: (bytes: number) => void;
}

/** @returns undefined when the file is gone meanwhile */
async function addFile(
  sink: FileSink,
  content: Content & { readonly kind: 'file' },
): Promise<ManifestLine | undefined> {
  const { path, from } = content;
  const handle = await open(from, constants.O_RDONLY | constants.O_NOFOLLOW).catch((thrown: unknown) => {
    if (codeOf(thrown) === 'ENOENT') return undefined;
    throw thrown;
  });
  if (handle === undefined) return undefined;
  try {
    const stats = await handle.stat();
    const mode = stats.mode & 0o700;
    const header = { name: path, mode, mtime: stats.mtime };
    if (stats.size <= wholeBytesMax) {
      const bytes = await readFile(handle);
      sink.advance(bytes.length);
      await Promise.race([entry(sink.tar, header, bytes), sink.failed]);
      return { kind: 'file', path, mode, size: bytes.length, sha256: newHash().update(bytes).digest('hex') };
    }
    const sha256 = await stream(sink, { ...header, size: stats.size }, from, handle.fd);
    return { kind: 'file', path, mode, size: stats.size, sha256 };
  } finally {
    await handle.close();
  }
}

async function stream(
  { tar, failed, advance }: FileSink,
  header: TarHeader & { readonly size: number },
  from: string,
  fd: number,
): Promise<string> {
  const hash = newHash();
  let seen = 0;
  const opened = openEntry(tar, header);
  const { target } = opened;
  const source = createReadStream('', {
    fd,
    autoClose: false,
    start: 0,
    end: header.size - 1,
    highWaterMark: wholeBytesMax,
  });
  for await (const chunk of source as AsyncIterable<Buffer>) {
    hash.update(chunk);
    seen += chunk.length;
    advance(chunk.length);
    if (!target.write(chunk)) await Promise.race([once(target as unknown as EventEmitter, 'drain'), failed]);
  }
  if (seen !== header.size) throw new BackupMovingError(from);
  target.end(undefined);
  await Promise.race([opened.done, failed]);
  return hash.digest('hex');
}

function sealed(tar: Pack, passphrase: string | undefined): Promise<Readable> {
  const plain = Readable.from(tar);
  return passphrase === undefined ? Promise.resolve(plain) : seal(plain, passphrase);
}

async function writeOut(partial: string, content: Promise<Readable>): Promise<void> {
  const handle = await open(partial, 'wx', 0o600);
  try {
    await pipeline(await content, createWriteStream('', { fd: handle.fd, autoClose: false }));
    await handle.sync();
  } finally {
    await handle.close();
  }
}
