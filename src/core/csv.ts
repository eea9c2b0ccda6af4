import { stringify } from 'csv-stringify/sync';
import { plain } from './plain.js';

/** Text, or a number, which stays one in a spreadsheet. */
export type Cell = string | number;

/**
 * What begins a formula behind a semicolon or tab: where these part cells, as in many countries, it begins a cell.
 * Quotes and blanks before it may fall away there.
 */
const FORMULA_WITHIN = /([;\t]["\s]*)(?=[=+\-@\uFF1D\uFF0B\uFF0D\uFF20])/gu;

/**
 * Rows as CSV lines (RFC 4180, lines end in LF). Cells that a spreadsheet would take for a formula begin with an
 * apostrophe, and so does what it would take for one inside a cell.
 */
export function csvLines(rows: readonly (readonly Cell[])[]): string {
  const safe = rows.map((row) =>
    row.map((cell) => (typeof cell === 'string' ? cell.replaceAll(FORMULA_WITHIN, "$1'") : cell)),
  );
  return stringify(safe, { escape_formulas: true });
}

/** Text from a report as a cell: without line breaks, so that every line is a row; empty where there is none. */
export function textCell(text: string | null): string {
  return text === null ? '' : plain(text);
}
