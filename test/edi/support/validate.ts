import { readFileSync } from 'node:fs';
import { acknowledge } from '../../../edi/acknowledge.ts';
import type { FileResult } from '../../../edi/file-result.ts';
import { createFileValidator } from '../../../edi/file-validator.ts';
import { createGuideLibrary, type GuideLibrary } from '../../../edi/guide-library.ts';
import type { InterchangeResult } from '../../../edi/interchange-result.ts';
import { defaultProfile, type EdiProfile } from '../../../edi/profile.ts';

export const library = createGuideLibrary();

const CONTROLS = { interchangeControlNumber: 7, groupControlNumber: 8, firstSetControlNumber: 9 };

/** Validates bytes or text, in chunks of a size or whole. */
export function validate(
  input: string | Uint8Array,
  options: {
    readonly profile?: Partial<EdiProfile>;
    readonly chunk?: number;
    readonly library?: GuideLibrary;
  } = {},
): FileResult {
  const bytes = typeof input === 'string' ? Buffer.from(input, 'latin1') : input;
  const profile = { ...defaultProfile, ...options.profile };
  const validator = createFileValidator({ library: options.library ?? library, profile });
  const size = options.chunk ?? bytes.length;
  for (let at = 0; at < bytes.length; at += size) validator.push(bytes.subarray(at, at + size));
  return validator.end();
}

/** The only interchange of a file. */
export function onlyInterchange(result: FileResult): InterchangeResult {
  if (result.kind !== 'x12' || result.interchanges.length !== 1) throw new Error('not one interchange');
  return result.interchanges[0] as InterchangeResult;
}

/** The acknowledgement as text, empty when none is due. */
export function answerTo(interchange: InterchangeResult): string {
  const bytes = acknowledge({ interchange, controls: CONTROLS, now: new Date(Date.UTC(2026, 0, 2, 3, 4)) });
  return bytes === undefined ? '' : Buffer.from(bytes).toString('latin1');
}

/** The acknowledgement's segments without its envelope. */
export function answerSegments(interchange: InterchangeResult): string[] {
  return answerTo(interchange)
    .split(interchange.delimiters.segment)
    .filter((segment) => segment !== '' && !/^(ISA|IEA|GS|GE|ST|SE)\b/.test(segment));
}

/** A fixture of this repository as text. */
export function oneFault(name: string): string {
  return readFileSync(new URL(`../../fixtures/one-fault/${name}.x12`, import.meta.url), 'latin1');
}
