import type { CardPart, Chart, Fact, Table } from '../card.js';
import { count } from '../figures.js';
import type { Picture } from '../platform.js';
import { drawBars } from '../characters/bars-chart.js';
import { drawDays } from '../characters/days-chart.js';
import { plain as unpainted } from '../characters/style.js';
import { type Element, line, noted, plain } from './elements.js';

/** How much of a card is shown; the first that fits into a message is taken. */
export interface Measure {
  readonly rows: number;
  readonly facts: number;
  /** Further parts are left out. */
  readonly parts: number;
  /** UTF-16 units of a text, and of a cell. */
  readonly text: number;
  readonly cell: number;
  readonly pictures: boolean;
}

/** A phone shows no more beside each other. */
export const MOST_COLUMNS = 5;
const LINES_OF_TEXT = 12;
/** Characters of a chart in text; a phone's line has about so many of the small monospaced kind. */
const CHART_COLUMNS = 38;
const WIDEST_COLUMN = 4;
/** Characters that make a column twice as wide as the narrowest. */
const CHARACTERS_OF_WIDTH = 12;

export type Pictures = ReadonlyMap<Chart, Picture>;

/** A part of a card as elements. */
export function partElements(part: CardPart, measure: Measure, pictures: Pictures): Element[] {
  switch (part.type) {
    case 'text':
      return textElements(part.text, measure);
    case 'facts':
      return factElements(part.facts, measure);
    case 'table':
      return tableElements(part, measure);
    case 'chart':
      return chartElements(part, measure, pictures);
    default:
      return part satisfies never;
  }
}

function textElements(text: string, measure: Measure): Element[] {
  const lines = text.split('\n');
  const shown = lines.slice(0, LINES_OF_TEXT).map((one) => line(one, measure.text));
  return lines.length > LINES_OF_TEXT ? [...shown, more(lines.length - LINES_OF_TEXT, 'lines')] : shown;
}

/** Names and values side by side: FactSet reads markdown, and a Table takes its first row for names of columns. */
function factElements(facts: readonly Fact[], { facts: most, cell }: Measure): Element[] {
  const shown = facts.slice(0, most).map(({ name, value, note }, at) => ({
    type: 'ColumnSet',
    ...(at > 0 ? { spacing: 'Small' } : {}),
    columns: [column(2, line(name, cell, { bold: true })), column(3, noted(value, note, cell))],
  }));
  return facts.length > most ? [...shown, more(facts.length - most, 'more')] : shown;
}

function column(width: number, item: Element): Element {
  return { type: 'Column', width, items: [item] };
}

function tableElements(table: Table, { rows: most, cell }: Measure): Element[] {
  const columns = table.columns.slice(0, MOST_COLUMNS);
  const shown = table.rows.slice(0, most);
  const elements: Element[] = [];
  if (table.title !== null) elements.push(line(table.title, cell, { bold: true }));
  if (columns.length > 0)
    elements.push({
      type: 'Table',
      showGridLines: false,
      columns: columns.map(({ name }, at) => ({ width: widthOf(name, at, shown) })),
      rows: [
        row(columns.map(({ name, align }) => line(name, cell, { bold: true, right: align === 'right' }))),
        ...shown.map((cells) =>
          row(columns.map(({ align }, at) => line(cells[at] ?? '', cell, { right: align === 'right' }))),
        ),
      ],
    });
  const hidden = table.columns.slice(MOST_COLUMNS).map(({ name }) => name);
  if (hidden.length > 0)
    elements.push(
      line(`… not shown for want of room: ${hidden.join(', ')}`, cell, { subtle: true, small: true }),
    );
  if (table.rows.length > most) elements.push(more(table.rows.length - most, 'more'));
  if (table.more !== null) elements.push(line(table.more, cell, { subtle: true, small: true }));
  return elements;
}

/** Wider for longer texts, as shares of the whole. */
function widthOf(name: string, at: number, rows: readonly (readonly string[])[]): number {
  const longest = Math.max(name.length, ...rows.map((cells) => (cells[at] ?? '').length));
  return Math.min(WIDEST_COLUMN, 1 + Math.floor(longest / CHARACTERS_OF_WIDTH));
}

function row(items: readonly Element[]): Element {
  return { type: 'TableRow', cells: items.map((item) => ({ type: 'TableCell', items: [item] })) };
}

function chartElements(chart: Chart, measure: Measure, pictures: Pictures): Element[] {
  const picture = measure.pictures ? pictures.get(chart) : undefined;
  if (picture !== undefined)
    return [
      {
        type: 'Image',
        url: `data:image/png;base64,${picture.png.toString('base64')}`,
        altText: plain(chart.alt, measure.text),
        size: 'Stretch',
        msTeams: { allowExpand: true },
      },
    ];
  const lines =
    chart.shape === 'days'
      ? drawDays(chart, CHART_COLUMNS, unpainted)
      : drawBars(chart, CHART_COLUMNS, unpainted);
  return lines.map((one, at) => line(one, measure.cell, { monospace: true, small: true, tight: at > 0 }));
}

function more(hidden: number, what: 'more' | 'lines'): Element {
  const text =
    what === 'more'
      ? `… ${count(hidden)} more are not shown.`
      : `… ${count(hidden)} more lines are not shown.`;
  return line(text, text.length, { subtle: true, small: true });
}
