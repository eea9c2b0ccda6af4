import { stringify } from 'csv-stringify/sync';
import { plain } from './plain.js';

/** Text, or a number, which stays one in a spreadsheet. */
export type Cell = string | number;

/**
 * Rows as CSV lines (RFC 4180, lines end in LF). Cells that a spreadsheet would take for a formula begin with an
 * apostrophe.
 */
export function csvLines(rows: readonly (readonly Cell[])[]): string {
  return stringify([...rows], { escape_formulas: true });
}

/** Text from a report as a cell: without line breaks, so that every line is a row; empty where there is none. */
export function textCell(text: string | null): string {
  return text === null ? '' : plain(text);
}
