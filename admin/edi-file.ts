// Reading a file through the X12 engine, block by block.

import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import type { FileResult } from '../edi/file-result.ts';
import { createFileValidator } from '../edi/file-validator.ts';
import type { GuideLibrary } from '../edi/guide-library.ts';
import type { EdiProfile } from '../edi/profile.ts';
import { CommandFailure } from './command-failure.ts';
import { createProgressBar } from './progress-bar.ts';

/** How much of a file is read at once, in bytes. */
const blockBytes = 256 * 1024;

function why(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : 'unknown cause';
}

/**
 * Opens a file, hands it to `use`, and closes it.
 * @throws CommandFailure (2) when it cannot be opened
 */
export async function withFile<T>(path: string, use: (handle: FileHandle) => Promise<T>): Promise<T> {
  const handle = await open(path, constants.O_RDONLY).catch((thrown: unknown) => {
    throw new CommandFailure(`${path} cannot be opened (${why(thrown)}).`, 2);
  });
  try {
    return await use(handle);
  } finally {
    await handle.close();
  }
}

/**
 * Validates an open file, with a bar on standard error when it is large.
 * @throws CommandFailure (2) when it cannot be read
 */
export async function validateHandle(
  deps: { readonly library: GuideLibrary; readonly profile: EdiProfile },
  input: { readonly path: string; readonly handle: FileHandle },
): Promise<FileResult> {
  const { path, handle } = input;
  const validator = createFileValidator(deps);
  const { size } = await handle.stat();
  const progress = createProgressBar(
    { stream: process.stderr, now: () => performance.now() },
    { label: 'Reading', totalBytes: size },
  );
  const block = Buffer.allocUnsafe(blockBytes);
  try {
    for (;;) {
      const { bytesRead } = await handle.read(block, 0, block.length, null).catch((thrown: unknown) => {
        throw new CommandFailure(`${path} cannot be read (${why(thrown)}).`, 2);
      });
      if (bytesRead === 0) return validator.end();
      validator.push(block.subarray(0, bytesRead));
      progress.advance(bytesRead);
    }
  } finally {
    progress.end();
  }
}

/** 0 accepted, 1 rejected as a whole or in part, 2 unreadable. */
export function exitCodeOf(result: FileResult): 0 | 1 | 2 {
  if (result.kind === 'unreadable') return 2;
  const rejected = result.interchanges.some(
    ({ verdict }) => verdict === 'rejected' || verdict === 'partially-accepted',
  );
  return rejected ? 1 : 0;
}
