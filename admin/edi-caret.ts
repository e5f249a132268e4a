// A segment with a caret under the element or component that is wrong.

import { printable } from './output.ts';

/** Characters of a segment that are shown at once. */
const windowChars = 96;

/** The lines that show a segment: its text, cut to a window around the caret, and the caret line when there is one. */
export function caretLines(
  segment: string,
  stretch: { readonly start: number; readonly length: number } | undefined,
): readonly string[] {
  const text = printable(segment);
  if (stretch === undefined)
    return [text.length > windowChars ? `${text.slice(0, windowChars - 3)}...` : text];
  const from =
    stretch.start + stretch.length > windowChars ? Math.max(stretch.start - windowChars / 3, 0) : 0;
  const start = Math.floor(from);
  const shown = text.slice(start, start + windowChars);
  const head = start > 0 ? '...' : '';
  const tail = start + windowChars < text.length ? '...' : '';
  const carets = '^'.repeat(Math.max(1, Math.min(stretch.length, windowChars - (stretch.start - start))));
  return [`${head}${shown}${tail}`, `${' '.repeat(head.length + stretch.start - start)}${carets}`];
}
