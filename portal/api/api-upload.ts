// The body of a request taken into a file in staging, counted and hashed on the way; whatever comes of it, the file goes
// when the request is over. What a crash leaves is swept at the next start of intake, as answers in staging are.

import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { unlink } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { uuidV7 } from '../../domain/ids.ts';
import { unlessMissing } from '../../storage/disk-fault.ts';
import { stagedAnswer } from '../../storage/durable-file.ts';
import type { ApiDeps } from './api-deps.ts';
import type { Upload } from './endpoint.ts';
import { type Problem, problem } from './problem.ts';

/** What comes after the largest file is read and dropped for so long, in bytes, so that the sender gets to read why. */
const dropBytes = 16 * 1024 * 1024;

/** A sender goes on although its file is too large. */
class BodyTooLargeError extends Error {
  readonly code = 'portal.body-too-large';
  constructor() {
    super('A program went on sending a file that is larger than any may be; its connection was closed.');
    this.name = 'BodyTooLargeError';
  }
}

/**
 * Takes a body and works with it.
 * @param input.announcedBytes what Content-Length says; 0 when it says nothing
 * @param work called with the file, when it came whole
 * @throws the stream's error when the body was cut off, and the disk's
 */
export async function withUpload<Result>(
  { database, directory, settings }: Pick<ApiDeps, 'database' | 'directory' | 'settings'>,
  input: { readonly body: Readable; readonly announcedBytes: number },
  work: (upload: Upload) => Promise<Result>,
): Promise<Result | Problem> {
  const { maxFileBytes } = settings;
  if (input.announcedBytes > maxFileBytes) return tooLarge(maxFileBytes);
  const path = stagedAnswer(directory, uuidV7(database.now(), database.randomBytes(10)));
  const hash = createHash('sha256');
  let sizeBytes = 0;
  const count = async function* (chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of chunks) {
      sizeBytes += chunk.length;
      if (sizeBytes > maxFileBytes + dropBytes) throw new BodyTooLargeError();
      if (sizeBytes > maxFileBytes) continue;
      hash.update(chunk);
      yield chunk;
    }
  };
  try {
    await pipeline(input.body, count, createWriteStream(path, { flags: 'wx', mode: 0o600 }));
    if (sizeBytes > maxFileBytes) return tooLarge(maxFileBytes);
    return await work({ path, sizeBytes, sha256: hash.digest('hex') });
  } finally {
    await unlessMissing(() => unlink(path), undefined);
  }
}

const tooLarge = (maxBytes: number): Problem =>
  problem('too-large', `A file may have at most ${maxBytes} bytes here.`);
