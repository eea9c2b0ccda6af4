import type { Table } from '../card.js';
import type { Paint } from './style.js';
import { fit, pad, visible, width } from './text.js';

/** Rows drawn at most; a card is a page for eyes, and lists are paged by their operation. */
export const MOST_ROWS = 60;
/** Columns narrower than this say nothing. */
const NARROWEST = 6;
const GAP = 2;

/** A table in lines of at most `columns`; columns shrink, then leave from the right, and both can be seen. */
export function drawTable(table: Table, columns: number, paint: Paint): string[] {
  const lines: string[] = [];
  if (table.title !== null) lines.push(paint('bold', fit(visible(table.title), columns)));
  const rows = table.rows
    .slice(0, MOST_ROWS)
    .map((row) => table.columns.map((_, at) => visible((row[at] ?? '').slice(0, columns * 4))));
  const widths = shrink(
    table.columns.map((column, at) =>
      Math.max(width(visible(column.name)), ...rows.map((row) => width(row[at] ?? ''))),
    ),
    table.columns.map((column) => column.align === 'right'),
    columns,
  );
  const draw = (cells: readonly string[]) =>
    widths
      .map((wide, at) => pad(cells[at] ?? '', wide, table.columns[at]?.align ?? 'left'))
      .join(' '.repeat(GAP))
      .trimEnd();

  lines.push(paint('dim', draw(table.columns.map((column) => visible(column.name)))));
  for (const row of rows) lines.push(draw(row));
  const notes = [...hiddenRows(table), ...hiddenColumns(table, widths.length)];
  for (const note of notes) lines.push(paint('dim', fit(visible(note), columns)));
  return lines;
}

function hiddenRows(table: Table): string[] {
  const hidden = table.rows.length - MOST_ROWS;
  const own = table.more === null ? [] : [table.more];
  return hidden > 0 ? [`… ${hidden} more rows are not drawn.`, ...own] : own;
}

function hiddenColumns(table: Table, shown: number): string[] {
  const names = table.columns.slice(shown).map((column) => column.name);
  return names.length === 0 ? [] : [`… not shown for want of room: ${names.join(', ')}`];
}

/** Widths that fit. The widest text columns give first, numbers last; the rightmost columns leave if need be. */
function shrink(natural: readonly number[], isNumber: readonly boolean[], columns: number): number[] {
  const widths = [...natural];
  const over = () => widths.reduce((sum, wide) => sum + wide, 0) + GAP * (widths.length - 1) - columns;
  while (over() > 0) {
    const widest = (numbers: boolean) => {
      let best = -1;
      for (const [at, wide] of widths.entries())
        if (isNumber[at] === numbers && wide > NARROWEST && wide > (widths[best] ?? 0)) best = at;
      return best;
    };
    const text = widest(false);
    const at = text === -1 ? widest(true) : text;
    if (at !== -1) widths[at] = (widths[at] ?? 0) - 1;
    else if (widths.length > 1) widths.pop();
    else return [columns];
  }
  return widths;
}
