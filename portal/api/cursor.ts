// Where a page ends, as a word that callers hand back and do not look into. It names the last row that was shown, so
// that rows which come meanwhile neither repeat nor hide one. It opens nothing: a page shows what its key may see,
// whatever the cursor says.

import { z } from 'zod';

/** Larger than any that is made here, in characters. */
const maxCharacters = 1_024;

/**
 * @param list which list it is of: a cursor of another one is not taken
 * @param position what the last row is known by
 */
export function printCursor(list: string, position: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify([list, ...position])).toString('base64url');
}

/**
 * A query parameter that takes the cursors of one list.
 * @param list as in printCursor
 * @param position what a position must be
 */
export function cursorOf<Position extends z.ZodType>(list: string, position: Position) {
  return z
    .string()
    .max(maxCharacters)
    .transform((text, context): z.output<Position> => {
      const parsed = position.safeParse(readCursor(list, text));
      if (parsed.success) return parsed.data;
      context.addIssue({
        code: 'custom',
        message: 'This is no cursor of this list. Take `next` of the page before.',
      });
      return z.NEVER;
    })
    .optional()
    .describe('`next` of the page before; without it the list begins.');
}

function readCursor(list: string, text: string): unknown {
  try {
    const read: unknown = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
    return Array.isArray(read) && read[0] === list ? read.slice(1) : undefined;
  } catch {
    return undefined;
  }
}

/** How many rows a page has, when the caller does not say. */
const defaultLimit = 50;
export const maxLimit = 200;

export const limit = z.coerce
  .number()
  .int()
  .min(1)
  .max(maxLimit)
  .default(defaultLimit)
  .describe('How many at most.');

/** A page of a list. */
export const pageOf = <Item extends z.ZodType>(item: Item) =>
  z.strictObject({
    data: z.array(item),
    next: z.string().nullable().describe('The cursor of the page after this one; null: this is the last.'),
  });

/**
 * Cuts a page from rows of which one more was asked for than it has.
 * @param positionOf what a row is known by
 */
export function cutPage<Row, Shown>(
  rows: readonly Row[],
  input: {
    readonly list: string;
    readonly limit: number;
    readonly shown: (row: Row) => Shown;
    readonly positionOf: (row: Row) => readonly (string | number)[];
  },
): { readonly data: Shown[]; readonly next: string | null } {
  const page = rows.slice(0, input.limit);
  const last = page.at(-1);
  const next =
    rows.length > input.limit && last !== undefined ? printCursor(input.list, input.positionOf(last)) : null;
  return { data: page.map(input.shown), next };
}
