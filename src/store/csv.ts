/** Curves as a file that spreadsheets open. A cell that would be read as a formula is disarmed, since names come from links. */

/** One cell: formulas are prefixed with an apostrophe, separators and quotes are quoted. Numbers are written as they are, minus sign included. */
export function csvCell(value: string | number): string {
  if (typeof value === 'number') return Number.isNaN(value) ? '' : String(value);
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

export function csv(rows: readonly (readonly (string | number)[])[]): string {
  return `${rows.map((row) => row.map(csvCell).join(',')).join('\r\n')}\r\n`;
}

/** What a spreadsheet takes from the clipboard. */
export function tsv(rows: readonly (readonly (string | number)[])[]): string {
  return rows.map((row) => row.map((cell) => csvCell(cell).replaceAll('\t', ' ')).join('\t')).join('\n');
}
