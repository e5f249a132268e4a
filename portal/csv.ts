// Comma-separated values (RFC 4180) that a spreadsheet opens without running anything.

/** Cells that begin so are taken for a formula by spreadsheets (OWASP, CSV injection). */
const formula = /^[=+\-@\t\r]/;

/**
 * One line, ended by CR LF.
 * @param cells text of anyone; what a spreadsheet would take for a formula gets an apostrophe before it
 */
export function csvLine(cells: readonly (string | number | undefined)[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`;
}

function csvCell(value: string | number | undefined): string {
  if (value === undefined) return '';
  if (typeof value === 'number') return String(value);
  const safe = formula.test(value) ? `'${value}` : value;
  return `"${safe.replaceAll('"', '""')}"`;
}
