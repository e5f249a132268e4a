// What commands print: tables and sentences for people, JSON for programs. Results go to standard output, everything
// else to standard error, so that a pipe gets the result alone.

/** One row of a table; a missing value is shown as `-`. */
export type Row = Readonly<Record<string, string | number | undefined>>;

export interface Output {
  /** Prints a result: `value` as JSON for programs, or `text` for people. */
  result(value: unknown, text: () => string): void;
  /** Prints a line for people that is not part of the result. */
  note(text: string): void;
}

export function createOutput(input: { readonly json: boolean }): Output {
  return {
    result(value, text) {
      write(process.stdout, input.json ? JSON.stringify(value, undefined, 2) : text());
    },
    note(text) {
      if (!input.json) write(process.stderr, text);
    },
  };
}

function write(stream: NodeJS.WriteStream, text: string): void {
  stream.write(text.endsWith('\n') || text === '' ? text : `${text}\n`);
}

/**
 * Lays out rows in columns.
 * @param columns which values to show, in order, with their headings
 * @param empty the sentence that stands for no rows
 */
export function printTable(
  rows: readonly Row[],
  columns: Readonly<Record<string, string>>,
  empty: string,
): string {
  if (rows.length === 0) return `${empty}\n`;
  const keys = Object.keys(columns);
  const cells = [
    keys.map((key) => columns[key] ?? key),
    ...rows.map((row) => keys.map((key) => printable(String(row[key] ?? '-')))),
  ];
  const widths = keys.map((_, at) => Math.max(...cells.map((line) => line[at]?.length ?? 0)));
  const lines = cells.map((line) =>
    line
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return `${lines.join('\n')}\n`;
}

/** Lays out one thing's facts, a line each. */
export function printFacts(facts: Row): string {
  const width = Math.max(...Object.keys(facts).map((key) => key.length));
  const lines = Object.entries(facts).map(
    ([key, value]) => `${`${key}:`.padEnd(width + 2)}${printable(String(value ?? '-'))}`,
  );
  return `${lines.join('\n')}\n`;
}

/** Takes from a text what could act on a terminal: file names come from partners (rule R10). */
export function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this looks for.
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, '?');
}

/** A time as people and programs read it: UTC, seconds. */
export function printTime(atMs: number | undefined): string | undefined {
  return atMs === undefined ? undefined : `${new Date(atMs).toISOString().slice(0, 19)}Z`;
}
