import type { Figures } from '../../core/analysis/figures.js';
import type { Table } from '../card.js';
import { count, percent } from '../figures.js';

/** Tables of figures that several cards share. */

const left = (name: string) => ({ name, align: 'left' as const });
const right = (name: string) => ({ name, align: 'right' as const });

interface Row {
  readonly name: string;
  readonly figures: Figures;
  /** A remark such as `new`. */
  readonly note?: string;
}

/** Name, messages and pass rate; a remark where any row has one. */
export function shortTable(
  title: string,
  naming: string,
  rows: readonly Row[],
  more: string | null = null,
): Table {
  const noted = rows.some((row) => row.note !== undefined && row.note !== '');
  return {
    type: 'table',
    title,
    columns: [left(naming), right('Messages'), right('Pass'), ...(noted ? [left('')] : [])],
    rows: rows.map(({ name, figures, note }) => [
      name,
      count(figures.messages),
      percent(figures.dmarcPass, figures.messages),
      ...(noted ? [note ?? ''] : []),
    ]),
    more,
  };
}

/** Name, messages, pass rate and both alignments. */
export function figuresTable(
  title: string | null,
  naming: string,
  rows: readonly Row[],
  more: string | null = null,
): Table {
  return {
    type: 'table',
    title,
    columns: [left(naming), right('Messages'), right('Pass'), right('DKIM'), right('SPF')],
    rows: rows.map(({ name, figures }) => [
      name,
      count(figures.messages),
      percent(figures.dmarcPass, figures.messages),
      percent(figures.dkimAligned, figures.messages),
      percent(figures.spfAligned, figures.messages),
    ]),
    more,
  };
}

/** A source as people see it: some rows of reports name no address. */
export function sourceName(source: string | null): string {
  return source ?? '(no address)';
}
