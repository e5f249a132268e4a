// Rights as an administrator types them: `837P send`, `NCPDP receive`.

import { type Direction, everyRight, parseRight, type Right } from '../domain/right.ts';
import { CommandFailure } from './command-failure.ts';

const namesOf = (direction: Direction): string =>
  everyRight
    .filter((right) => right.direction === direction)
    .map((right) => right.transaction)
    .join(', ');

/** @throws CommandFailure (2) */
export function rightOf(transaction: string, direction: Direction): Right {
  const right = parseRight(direction, transaction);
  if (right === undefined)
    throw new CommandFailure(
      `"${transaction}" is not a transaction that partners ${direction}. Those are: ${namesOf(direction)}.`,
      2,
    );
  return right;
}

/**
 * Reads a list with commas, `all` or `none`.
 * @throws CommandFailure (2)
 */
export function rightsOfList(text: string, direction: Direction): readonly Right[] {
  const word = text.trim().toLowerCase();
  if (word === 'none') return [];
  if (word === 'all') return everyRight.filter((right) => right.direction === direction);
  return text.split(',').map((part) => rightOf(part.trim(), direction));
}
