import { oneFault } from './validate.ts';

/** One replacement in a file's text: the first place where `from` stands. */
export type Edit = readonly [from: string, to: string];

/** A fixture after edits, with its segments counted anew. */
export function edited(fixture: string, edits: readonly Edit[]): string {
  let text = oneFault(fixture).replaceAll('\n', '');
  for (const [from, to] of edits) {
    if (!text.includes(from)) throw new Error(`${fixture} has no ${from}`);
    text = text.replace(from, () => to);
  }
  return text.replace(/ST\*.*?SE\*\d+\*/, (set) => set.replace(/SE\*\d+\*$/, `SE*${set.split('~').length}*`));
}
