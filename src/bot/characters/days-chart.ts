import type { Chart } from '../card.js';
import { compact, count, percentText } from '../figures.js';
import type { Paint } from './style.js';
import { fit, visible, width } from './text.js';

type DaysChart = Extract<Chart, { readonly shape: 'days' }>;
type Series = DaysChart['series'][number];

/** Lines of bars; with title, axis and dates a chart takes nine. */
const ROWS = 6;
const EIGHTHS = ['', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] as const;
/** Series from the bottom: told apart without colour. Only the first has parts of a cell. */
const FILLS = ['█', '▒', '░', '▓'] as const;
/** Where a line passes. */
const LINE = '━';
const WIDEST_BAR = 6;
/** Enough for most figures, and what stands between them and the bars. */
const AXIS_WIDTH = 6;
/** Tops of the axis, in powers of ten, whose half is short too. */
const TOPS = [1, 1.2, 1.6, 2, 2.4, 3, 4, 5, 6, 8, 10] as const;

interface Bucket {
  /** First day of the bar. */
  readonly day: string;
  /** Average of the days that have a value, per series; null where none has. */
  readonly values: readonly (number | null)[];
}

/** Stacked bars over days, in at most so many columns. Where days are too many, a bar is the average of several. */
export function drawDays(chart: DaysChart, columns: number, paint: Paint, axisWidth = AXIS_WIDTH): string[] {
  const plot = Math.max(columns - axisWidth - 1, 8);
  const perBar = daysPerBar(chart.days.length, plot);
  const lines = heading(chart, perBar, columns, paint);
  if (chart.days.length === 0) return [...lines, paint('dim', 'no days')];

  const buckets = group(chart, perBar);
  const isLine = chart.series.map((series) => series.as === 'line');
  const piled = (bucket: Bucket) =>
    bucket.values.map((value, at) => (isLine[at] === true ? 0 : (value ?? 0)));
  const lined = (bucket: Bucket) => bucket.values.map((value, at) => (isLine[at] === true ? value : null));
  const heights = buckets.flatMap((bucket) => [sum(piled(bucket)), ...lined(bucket)]);
  const top = axisTop(Math.max(...heights.map((height) => height ?? 0)), chart.unit);
  const longest = Math.max(...[top, top / 2].map((figure) => axisLabel(figure, chart.unit).length));
  if (longest >= axisWidth) return drawDays(chart, columns, paint, longest + 1);
  const step = Math.min(WIDEST_BAR, Math.floor(plot / buckets.length));
  const barWidth = step >= 3 ? step - 1 : step;

  const stacks = buckets.map((bucket) => cross(stack(piled(bucket), top), lined(bucket), top));
  for (let row = ROWS - 1; row >= 0; row -= 1) {
    const label = row === ROWS - 1 ? top : row === ROWS / 2 - 1 ? top / 2 : null;
    const bars = stacks.map((cells) => cells[row] ?? { glyph: ' ', series: 0 });
    const drawn = runs(bars, chart.series, barWidth, step, paint);
    lines.push(
      `${axisLabel(label, chart.unit).padStart(axisWidth - 1)} ${label === null ? '│' : '┤'}${drawn}`.trimEnd(),
    );
  }
  lines.push(`${'0'.padStart(axisWidth - 1)} └${'─'.repeat(step * buckets.length)}`);
  lines.push(' '.repeat(axisWidth + 1) + dates(buckets, step, plot));
  return lines;
}

/** Title and legend, on one line where they fit. */
function heading(chart: DaysChart, perBar: number, columns: number, paint: Paint): string[] {
  const grouped = perBar === 7 ? ', by week' : `, by ${perBar} days`;
  const title = fit(visible(chart.title) + (perBar > 1 ? grouped : ''), columns);
  const entries = chart.series.map((series, at) => ({
    series,
    text: `${series.as === 'line' ? LINE : (FILLS[at] ?? '▓')} ${visible(series.name)} ${summaryOf(series, chart, at)}`,
  }));
  const legend = entries.map((entry) => entry.text).join('   ');
  const painted = entries.map((entry) => paint(entry.series.tone, entry.text)).join('   ');
  if (width(title) + 3 + width(legend) <= columns) return [`${paint('bold', title)}   ${painted}`];
  return [paint('bold', title), width(legend) <= columns ? painted : fit(legend, columns)];
}

/** The total, and for what lies on top the worst day, which may be too small to be drawn. */
function summaryOf(series: Series, chart: DaysChart, at: number): string {
  let worst = 0;
  for (const [day, value] of series.values.entries())
    if ((value ?? 0) > (series.values[worst] ?? 0)) worst = day;
  const most = series.values[worst] ?? 0;
  const where = most > 0 ? ` on ${chart.days[worst] ?? ''}` : '';
  if (chart.unit === 'percent') return `highest ${percentText(most)}${where}`;
  const total = count(sum(series.values.map((value) => value ?? 0)));
  return at === 0 || most === 0 ? total : `${total}, most${where} (${count(most)})`;
}

/** One day each where there is room, else weeks, else as many as needed. */
function daysPerBar(days: number, plot: number): number {
  if (days <= plot) return 1;
  return days <= plot * 7 ? 7 : Math.ceil(days / plot);
}

/** Counted from the last day back, so that the newest bar is a full one. */
function group(chart: DaysChart, perBar: number): Bucket[] {
  const buckets: Bucket[] = [];
  for (let end = chart.days.length; end > 0; end -= perBar) {
    const start = Math.max(0, end - perBar);
    buckets.unshift({
      day: chart.days[start] ?? '',
      values: chart.series.map((series) => average(series.values.slice(start, end))),
    });
  }
  return buckets;
}

function average(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : sum(known) / known.length;
}

interface Cell {
  readonly glyph: string;
  readonly series: number;
}

/** Cells of one bar from the bottom. Series above the first take whole cells, rounded. */
function stack(values: readonly number[], top: number): Cell[] {
  const total = sum(values);
  if (total <= 0) return [];
  const [first = 0, ...upper] = values;
  const heights = upper.map((value) => Math.round((value / top) * ROWS));
  if (first <= 0 && sum(heights) === 0) heights[upper.indexOf(Math.max(...upper))] = 1;
  const above = sum(heights);
  let eighths = Math.max(1, Math.round((total / top) * ROWS * 8)) - above * 8;
  if (above > 0) eighths = first > 0 ? Math.max(1, Math.round(eighths / 8)) * 8 : 0;

  const cells: Cell[] = [];
  for (let left = eighths; left > 0; left -= 8)
    cells.push({ glyph: EIGHTHS[Math.min(8, left)] ?? '█', series: 0 });
  for (const [at, height] of heights.entries())
    for (let cell = 0; cell < height; cell += 1) cells.push({ glyph: FILLS[at + 1] ?? '▓', series: at + 1 });
  return cells.slice(0, ROWS);
}

/** The cells of one bar, crossed by lines where they pass. */
function cross(cells: readonly Cell[], lines: readonly (number | null)[], top: number): Cell[] {
  const crossed: Cell[] = [...cells];
  for (const [series, value] of lines.entries()) {
    if (value === null) continue;
    const row = Math.min(ROWS - 1, Math.max(0, Math.round((value / top) * ROWS - 0.5)));
    while (crossed.length < row) crossed.push({ glyph: ' ', series: -1 });
    crossed[row] = { glyph: LINE, series };
  }
  return crossed;
}

/** One line of cells; neighbours of the same series are painted in one go. */
function runs(
  cells: readonly Cell[],
  series: readonly Series[],
  barWidth: number,
  step: number,
  paint: Paint,
): string {
  let line = '';
  let run = '';
  let of = -1;
  const flush = () => {
    line += of === -1 ? run : paint(series[of]?.tone ?? 'neutral', run);
    run = '';
  };
  const last = cells.findLastIndex((cell) => cell.glyph !== ' ');
  for (const cell of cells.slice(0, last + 1)) {
    const owner = cell.glyph === ' ' ? -1 : cell.series;
    if (owner !== of) {
      flush();
      of = owner;
    }
    run += cell.glyph.repeat(barWidth) + ' '.repeat(step - barWidth);
  }
  flush();
  return line;
}

/** A short round number that no bar passes. */
function axisTop(highest: number, unit: DaysChart['unit']): number {
  if (highest <= 0) return unit === 'percent' ? 1 : 2;
  const power = 10 ** Math.floor(Math.log10(highest));
  for (const factor of [...TOPS, 12, 16, 20]) {
    const top = factor * power;
    const short = unit === 'percent' || (top >= 2 && Number.isInteger(top / 2));
    if (top >= highest && short) return unit === 'percent' ? Math.min(top, 100) : top;
  }
  return 20 * power;
}

function axisLabel(value: number | null, unit: DaysChart['unit']): string {
  if (value === null) return '';
  return unit === 'percent' ? `${Number(value.toPrecision(2))}%` : compact(value);
}

/** Days under their bars: the first in full, then month and day where there is room. */
function dates(buckets: readonly Bucket[], step: number, plot: number): string {
  const line: string[] = Array.from({ length: plot }, () => ' ');
  const put = (at: number, text: string) => {
    const start = Math.min(at, plot - text.length);
    const free = line.slice(Math.max(0, start - 1), start + text.length + 1).every((cell) => cell === ' ');
    if (start >= 0 && free) line.splice(start, text.length, ...Array.from(text));
  };
  const last = buckets.length - 1;
  put(0, buckets[0]?.day ?? '');
  for (const share of [1, 0.5, 0.25, 0.75]) {
    const at = Math.round(last * share);
    if (at > 0) put(at * step, (buckets[at]?.day ?? '').slice(5));
  }
  return line.join('').trimEnd();
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
