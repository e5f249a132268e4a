// Files of `outbound` to the browser: one by one, or many as a ZIP. The bytes come out of the mailbox, as over SFTP, and
// so does the decision who may have them.

import { Readable } from 'node:stream';
import { ZipFile } from 'yazl';
import type { Mailbox, ReadableFile } from '../domain/mailbox.ts';
import type { EntryName } from '../domain/virtual-path.ts';
import { downloadBlockBytes } from './limits.ts';

/** Opens an outbound file. @returns undefined when there is none of this name that the user may have */
export async function openOutbound(mailbox: Mailbox, name: EntryName): Promise<ReadableFile | undefined> {
  const opened = await mailbox.openForRead({ kind: 'entry', folder: 'outbound', name });
  return opened.kind === 'ok' ? opened.file : undefined;
}

/** The bytes of an open file; it is closed when they have been read, or nobody wants them any more. */
export function streamOf(file: ReadableFile): Readable {
  return Readable.from(blocksOf(file), { objectMode: false });
}

async function* blocksOf(file: ReadableFile): AsyncGenerator<Uint8Array> {
  try {
    for (let offsetBytes = 0; ; ) {
      // A block of its own each time: the socket may still hold the one before.
      const block = Buffer.allocUnsafe(downloadBlockBytes);
      const length = await file.read(block, offsetBytes);
      if (length === 0) return;
      offsetBytes += length;
      yield block.subarray(0, length);
    }
  } finally {
    await file.close();
  }
}

/**
 * A ZIP of outbound files, made while it is read; each file is opened when its turn comes.
 * @param names each at most once
 */
export function zipOf(mailbox: Mailbox, names: readonly EntryName[]): Readable {
  const zip = new ZipFile();
  for (const name of names) {
    zip.addReadStreamLazy(name, { compress: true }, (give) => {
      openOutbound(mailbox, name).then(
        (file) =>
          file === undefined
            ? give(new Error('An outbound file has gone.'), Readable.from([]))
            : give(null, streamOf(file)),
        (thrown: unknown) => give(thrown, Readable.from([])),
      );
    });
  }
  zip.end();
  const output = Readable.from(zip.outputStream as AsyncIterable<Uint8Array>, { objectMode: false });
  zip.on('error', (thrown: Error) => output.destroy(thrown));
  return output;
}

/**
 * The header that has a browser save a file under its name (RFC 6266).
 * @param name any mailbox name: in ASCII for old clients, with everything else replaced, and whole by RFC 8187
 */
export function attachmentHeader(name: string): string {
  const ascii = name.replace(/[^A-Za-z0-9._-]/g, '_');
  const encoded = encodeURIComponent(name).replace(
    /['()*!]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${ascii}"; filename*=UTF-8''${encoded}`;
}
