// Bytes that are handed out: opened and hashed, recorded, and only then sent.

import type { OpenedFile, Unreadable } from '../../storage/transmission-files.ts';
import type { BytesAnswer } from './endpoint.ts';
import { type Problem, problem } from './problem.ts';

/** The bytes on disk are not those of the journal (invariant I3). */
export class AlteredFileError extends Error {
  readonly code = 'portal.altered-file';
  constructor() {
    super(
      'A file was asked for over the API whose bytes are not those that the journal says. Nothing was sent.',
    );
    this.name = 'AlteredFileError';
  }
}

/**
 * @param input.record writes the audit record; the bytes are sent after it
 * @throws AlteredFileError
 */
export async function fileAnswer(input: {
  readonly name: string;
  readonly open: () => Promise<OpenedFile | Unreadable>;
  readonly record: () => Promise<void>;
}): Promise<BytesAnswer | Problem> {
  const opened = await input.open();
  switch (opened.kind) {
    case 'missing':
    case 'too-large':
      return problem('gone', 'The retention has removed these bytes, or there were none.');
    case 'altered':
      throw new AlteredFileError();
    case 'open': {
      const { stream, sizeBytes, sha256 } = opened;
      try {
        await input.record();
      } catch (thrown) {
        stream.destroy();
        throw thrown;
      }
      return { kind: 'bytes', stream, sizeBytes, sha256, name: input.name };
    }
  }
}
