/** Where in a segment's text the element or component stands that a finding points at. */
import type { Delimiters } from './delimiters.ts';
import type { FindingElement } from './finding.ts';

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
