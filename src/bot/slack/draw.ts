import type { types } from '@slack/bolt';
import type { Chart, Table } from '../card.js';
import { count } from '../figures.js';
import { drawBars } from '../characters/bars-chart.js';
import { drawDays } from '../characters/days-chart.js';
import { plain as unpainted } from '../characters/style.js';
import { drawTable } from '../characters/table.js';
import { TABLE_COLUMNS, TABLE_ROWS, TABLE_TEXT } from './limits.js';
import { line, rich } from './text.js';

/** Characters of one line that a phone shows in a code block without breaking it. */
const CHART_COLUMNS = 40;
/** Tables scroll less well than they break: for a window of usual width. */
const SMALL_TABLE_COLUMNS = 64;
const LONGEST_CELL = 200;
/** Beside the header; more rows are not read in a chat. */
const MOST_ROWS = Math.min(50, TABLE_ROWS - 1);

export interface DrawnTable {
  readonly block: types.TableBlock | types.RichTextBlock;
  /** What is not shown. */
  readonly notes: readonly string[];
}

/** A table that Slack lays out, with as many rows as have room. */
export function drawTableBlock(table: Table, characters: number): DrawnTable {
  const columns = table.columns.slice(0, TABLE_COLUMNS);
  const header = columns.map(({ name }) => cell(name));
  const rows = [header];
  let left = Math.min(TABLE_TEXT, characters) - textOf(header) - LONGEST_CELL;
  for (const row of table.rows.slice(0, MOST_ROWS)) {
    const drawn = columns.map((_, at) => cell(row[at] ?? ''));
    left -= textOf(drawn);
    if (left < 0) break;
    rows.push(drawn);
  }
  const [hidden, gone] = [table.rows.length - rows.length + 1, table.columns.length - columns.length];
  return {
    block: {
      type: 'table',
      rows,
      column_settings: columns.map(({ align }, at) => ({ align, is_wrapped: at === 0 })),
    },
    notes: [
      ...(hidden > 0 ? [`… ${count(hidden)} more rows are not shown.`] : []),
      ...(gone > 0 ? [`… ${count(gone)} more columns are not shown.`] : []),
    ],
  };
}

/** A table in characters of one width, for a second one and where Slack lays out none. */
export function drawSmallTable(table: Table, characters: number): DrawnTable {
  const rows = Math.max(1, Math.min(20, Math.floor(characters / SMALL_TABLE_COLUMNS) - 2));
  const shown = { ...table, title: null, more: null, rows: table.rows.slice(0, rows) };
  const hidden = table.rows.length - shown.rows.length;
  return {
    block: preformatted(drawTable(shown, SMALL_TABLE_COLUMNS, unpainted)),
    notes: hidden > 0 ? [`… ${count(hidden)} more rows are not shown.`] : [],
  };
}

/** A chart in characters, for where a picture cannot be shown. */
export function drawChart(chart: Chart, characters: number): types.RichTextBlock {
  const lines =
    chart.shape === 'days'
      ? drawDays(chart, CHART_COLUMNS, unpainted)
      : drawBars(chart, CHART_COLUMNS, unpainted);
  const most = Math.max(1, Math.floor(characters / CHART_COLUMNS));
  return preformatted(lines.length <= most ? lines : [...lines.slice(0, most - 1), '…']);
}

function preformatted(lines: readonly string[]): types.RichTextBlock {
  return {
    type: 'rich_text',
    elements: [{ type: 'rich_text_preformatted', elements: [rich(lines.join('\n') || '–')] }],
  };
}

function cell(text: string): types.RawTextElement {
  return { type: 'raw_text', text: line(text, LONGEST_CELL) };
}

function textOf(cells: readonly types.RawTextElement[]): number {
  return cells.reduce((sum, { text }) => sum + text.length, 0);
}
