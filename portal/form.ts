// A form as it arrives: fields read once, at the edge, as bounded text. What repeats a field or is no text counts as
// not filled in, and the page says so.

import { maxFieldCharacters } from './limits.ts';

/** @returns a field's text; empty when it was not sent, sent twice, or is longer than any field may be */
export type Fields = (name: string) => string;

/** The hidden field that carries a form's token. */
export const formTokenField = 'form_token';

/**
 * Reads a form's body.
 * @param body what @fastify/formbody made of it; anything when there was none
 */
export function readFields(body: unknown): Fields {
  const values = new Map<string, unknown>(
    typeof body === 'object' && body !== null ? Object.entries(body) : [],
  );
  return (name) => {
    const value = values.get(name);
    return typeof value === 'string' && value.length <= maxFieldCharacters ? value : '';
  };
}

/** Whether a checkbox of the form was checked: browsers send nothing for one that is not. */
export function isChecked(fields: Fields, name: string): boolean {
  return fields(name) === 'yes';
}

/** One reason why a form was refused: which field, and what to do about it. */
export interface FieldError {
  /** The `id` of the field in the page; `form` when no single field is at fault. */
  readonly field: string;
  readonly text: string;
}
