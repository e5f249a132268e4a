// The segments that findings point at, read out of the original for one page of findings.

import type { TransmissionId } from '../domain/ids.ts';
import type { Delimiters } from '../edi/delimiters.ts';
import { stretchOf } from '../edi/element-stretch.ts';
import { SegmentWalk, type SetPlace } from '../edi/segment-walk.ts';
import type { PlacedFinding } from '../storage/transmission-answer.ts';
import type { TransmissionFiles } from '../storage/transmission-files.ts';
import { excerptBytesMax, excerptCharactersMax } from './limits.ts';

/** A segment beside a finding: what stands before the bad part, the part, and what stands after it. */
export interface Excerpt {
  readonly before: string;
  /** Empty when the segment as a whole is meant. */
  readonly marked: string;
  readonly after: string;
  /** Something is missing before this segment; the segment itself is not at fault. */
  readonly missingBefore: boolean;
}

export type Excerpts =
  | { readonly kind: 'read'; readonly of: (finding: PlacedFinding) => Excerpt | undefined }
  | { readonly kind: 'altered' | 'missing' | 'too-large' };

/** IK304: what is missing has no segment of its own; what is shown is the one before which it belongs. */
const missingCodes = ['3', 'I6', 'I7', 'I8'];

/** Reads what stands at the findings' places; the original's hash is checked on the way (invariant I3). */
export async function readExcerpts(
  files: TransmissionFiles,
  input: { readonly id: TransmissionId; readonly findings: readonly PlacedFinding[] },
): Promise<Excerpts> {
  const wanted = new Set(input.findings.map(({ place, position }) => keyOf(place, position)));
  const found = new Map<string, { readonly text: string; readonly delimiters: Delimiters }>();
  const walk = new SegmentWalk((place: SetPlace, position, text) => {
    const [interchange, group, set] = place;
    const key = keyOf([interchange + 1, group + 1, set + 1], position);
    const { delimiters } = walk;
    if (wanted.delete(key) && delimiters !== undefined)
      found.set(key, { text: text().slice(0, excerptCharactersMax), delimiters });
  });
  const outcome = await files.walkOriginal(input.id, {
    maxBytes: excerptBytesMax,
    onBlock: (block) => {
      if (wanted.size > 0) walk.push(block, false);
    },
  });
  if (outcome.kind !== 'read') return outcome;
  walk.push(new Uint8Array(0), true);
  return {
    kind: 'read',
    of: (finding) => {
      const segment = found.get(keyOf(finding.place, finding.position));
      return segment === undefined ? undefined : excerptOf(finding, segment.text, segment.delimiters);
    },
  };
}

function keyOf(place: PlacedFinding['place'], position: number): string {
  return `${place.join('/')}/${position}`;
}

function excerptOf(finding: PlacedFinding, text: string, delimiters: Delimiters): Excerpt | undefined {
  const { element, component, repetition } = finding;
  const whole = { before: printable(text), marked: '', after: '' };
  if (element === undefined && missingCodes.includes(finding.segmentCode))
    return { ...whole, missingBefore: true };
  // The engine and this second reading may count a broken envelope differently: then nothing is better than a wrong line.
  if (!text.trim().startsWith(finding.segmentId)) return undefined;
  if (element === undefined) return { ...whole, missingBefore: false };
  const place = {
    element,
    ...(component === undefined ? {} : { component }),
    ...(repetition === undefined ? {} : { repetition }),
  };
  const { start, length } = stretchOf(text, place, delimiters);
  return {
    before: printable(text.slice(0, start)),
    marked: printable(text.slice(start, start + length)),
    after: printable(text.slice(start + length)),
    missingBefore: false,
  };
}

/** Control characters, which a page cannot show, as a sign each. */
function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this looks for.
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, '\u{fffd}');
}
