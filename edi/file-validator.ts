import type { FileResult } from './file-result.ts';
import type { Finding } from './finding.ts';
import type { GuideLibrary } from './guide-library.ts';
import type { EdiProfile } from './profile.ts';

export type FileValidatorDeps = {
  readonly library: GuideLibrary;
  readonly profile: EdiProfile;
  /** Called for every finding kept, in order, as it is made. */
  readonly onFinding?: (finding: Finding) => void;
};

export type FileValidator = {
  /** Takes the next bytes of the file. The chunk may be reused by the caller afterwards. */
  readonly push: (chunk: Uint8Array) => void;
  /** Ends the file and returns its result. Call once, after the last `push`. */
  readonly end: () => FileResult;
};

/**
 * Validates one file, streaming. Memory does not grow with the file's size; nothing is thrown for bad input.
 * @param deps the guides, the partner's profile, and who wants to see findings as they come.
 */
export function createFileValidator(deps: FileValidatorDeps): FileValidator {
  let sizeBytes = 0;
  void deps;
  return {
    push: (chunk) => {
      sizeBytes += chunk.length;
    },
    end: () => ({ kind: 'unreadable', reason: 'no-isa', plain: 'Not yet implemented.', sizeBytes }),
  };
}
