// A segment with a caret under the element or component that is wrong.

import type { Delimiters } from '../edi/delimiters.ts';
import type { FindingElement } from '../edi/finding.ts';
import { printable } from './output.ts';

/** Characters of a segment that are shown at once. */
const windowChars = 96;

/** The stretch of a segment's text that an element takes: where it starts, and how long it is. */
export function stretchOf(
  segment: string,
  element: Pick<FindingElement, 'element' | 'component' | 'repetition'>,
  delimiters: Delimiters,
): { readonly start: number; readonly length: number } {
  const whole = partOf({ start: 0, text: segment }, delimiters.element, element.element);
  const repeated = partOf(whole, delimiters.repetition, (element.repetition ?? 1) - 1);
  const part =
    element.component === undefined
      ? element.repetition === undefined
        ? whole
        : repeated
      : partOf(repeated, delimiters.component, element.component - 1);
  return { start: part.start, length: Math.max(part.text.length, 1) };
}

type Stretch = { readonly start: number; readonly text: string };

/** The part of a text between two separators, counted from 0; what is missing stands at its end. */
function partOf(whole: Stretch, separator: string, index: number): Stretch {
  if (separator === '') return whole;
  const parts = whole.text.split(separator);
  if (index >= parts.length) return { start: whole.start + whole.text.length, text: '' };
  const before = parts.slice(0, index).reduce((length, part) => length + part.length + 1, 0);
  return { start: whole.start + before, text: parts[index] ?? '' };
}

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
