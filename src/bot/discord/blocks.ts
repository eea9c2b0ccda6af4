import type { Chart, Fact, Table } from '../card.js';
import { count } from '../figures.js';
import { drawBars } from '../characters/bars-chart.js';
import { drawDays } from '../characters/days-chart.js';
import { plain as unpainted } from '../characters/style.js';
import { fit, pad, visible, width } from '../characters/text.js';
import { codeBlock, escape } from './text.js';

/** Lines of one part of a card, which leave from the end where room is short. */
export interface Block {
  readonly title: string | null;
  readonly lines: readonly string[];
  /** Whether the lines are a block of code, in which columns stay columns. */
  readonly isCode: boolean;
  /** How many lines there would be, with those that are not made for their number. */
  readonly of: number;
  /** Said below. */
  readonly more: string | null;
}

/** Characters of a block of code that a phone held upright shows before it breaks lines. */
const PHONE_COLUMNS = 40;
/** More rows are scrolled over, not read. */
const MOST_LINES = 25;
const GAP = 2;
const LONGEST_CELL = 120;
const LONGEST_TEXT = 1_500;
const LONGEST_NAME = 60;

export function textBlock(text: string): Block {
  return { title: null, lines: [escape(text, LONGEST_TEXT)], isCode: false, of: 1, more: null };
}

export function factsBlock(facts: readonly Fact[]): Block {
  const lines = facts.slice(0, MOST_LINES).map(({ name, value, note = '' }) => {
    const said = `**${escape(name, LONGEST_NAME)}**  ${escape(value, LONGEST_CELL * 2)}`;
    return note === '' ? said : `${said} · ${escape(note, LONGEST_CELL)}`;
  });
  return { title: null, lines, isCode: false, of: facts.length, more: null };
}

/** Columns where a phone has room for them, else a line per row that says what each figure is. */
export function tableBlock(table: Table): Block {
  const rows = table.rows.slice(0, MOST_LINES).map((row) => table.columns.map((_, at) => row[at] ?? ''));
  const columns = inColumns(table, rows);
  return {
    title: table.title === null ? null : `**${escape(table.title, LONGEST_CELL)}**`,
    lines: columns ?? rows.map((row) => inWords(table, row)),
    isCode: columns !== null,
    of: table.rows.length + (columns === null ? 0 : 1),
    more: table.more === null ? null : escape(table.more, LONGEST_CELL * 2),
  };
}

/** A chart in characters, for where there is no picture of it. */
export function chartBlock(chart: Chart): Block {
  const [title = '', ...lines] =
    chart.shape === 'days'
      ? drawDays(chart, PHONE_COLUMNS, unpainted)
      : drawBars(chart, PHONE_COLUMNS, unpainted);
  return { title: `**${escape(title, LONGEST_CELL)}**`, lines, isCode: true, of: lines.length, more: null };
}

/** The block in at most `room` UTF-16 units, with what is left out counted; null where nothing of it fits. */
export function fitBlock(block: Block, room: number): string | null {
  for (let shown = block.lines.length; shown > 0; shown -= 1) {
    const text = write(block, shown);
    if (text.length <= room) return text;
  }
  return null;
}

function write(block: Block, shown: number): string {
  const lines = block.lines.slice(0, shown);
  const hidden = block.of - shown;
  return [
    ...(block.title === null ? [] : [block.title]),
    ...(block.isCode ? [codeBlock(lines)] : lines),
    ...(hidden > 0 ? [`… ${count(hidden)} more ${hidden === 1 ? 'is' : 'are'} not shown.`] : []),
    ...(block.more === null ? [] : [block.more]),
  ].join('\n');
}

function inColumns(table: Table, rows: readonly (readonly string[])[]): string[] | null {
  const cells = [table.columns.map((column) => column.name), ...rows].map((row) =>
    row.map((cell) => visible(cell.slice(0, PHONE_COLUMNS + 1))),
  );
  const widths = table.columns.map((_, at) => Math.max(...cells.map((row) => width(row[at] ?? ''))));
  const total = widths.reduce((sum, wide) => sum + wide, 0) + GAP * (widths.length - 1);
  if (total > PHONE_COLUMNS || rows.length === 0) return null;
  return cells.map((row) =>
    row
      .map((cell, at) => pad(fit(cell, widths[at] ?? 0), widths[at] ?? 0, table.columns[at]?.align ?? 'left'))
      .join(' '.repeat(GAP))
      .trimEnd(),
  );
}

function inWords(table: Table, [first = '', ...others]: readonly string[]): string {
  const said = others.flatMap((cell, at) => {
    const name = table.columns[at + 1]?.name ?? '';
    if (cell === '') return [];
    return [
      name === ''
        ? escape(cell, LONGEST_CELL)
        : `${escape(name, LONGEST_NAME)} ${escape(cell, LONGEST_CELL)}`,
    ];
  });
  return [`**${escape(first, LONGEST_CELL) || '–'}**`, ...said].join(' · ');
}
