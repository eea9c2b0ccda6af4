import type { Chart } from '../card.js';
import { count, percentText } from '../figures.js';
import type { Paint } from './style.js';
import { MARKS } from './style.js';
import { fit, pad, visible, width } from './text.js';

type BarsChart = Extract<Chart, { readonly shape: 'bars' }>;

/** More bars are no picture. */
const MOST_BARS = 12;
/** Share of the line that names may take. */
const NAME_SHARE = 0.4;
const SHORTEST_BAR = 4;
const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉', '█'] as const;

/** Horizontal bars with their values; a bar of a bad tone is hatched and marked. */
export function drawBars(chart: BarsChart, columns: number, paint: Paint): string[] {
  const shown = chart.bars.slice(0, MOST_BARS).map((bar) => ({
    ...bar,
    label: visible(bar.name),
    figure: chart.unit === 'percent' ? percentText(bar.value) : count(bar.value),
  }));
  const figures = Math.max(0, ...shown.map((bar) => bar.figure.length));
  const names = Math.min(
    Math.max(0, ...shown.map((bar) => width(bar.label))),
    Math.floor(columns * NAME_SHARE),
    Math.max(1, columns - figures - SHORTEST_BAR - 5),
  );
  const room = Math.max(SHORTEST_BAR, columns - names - figures - 5);
  const highest = chart.unit === 'percent' ? 100 : Math.max(1, ...shown.map((bar) => bar.value));

  const lines = [paint('bold', fit(visible(chart.title), columns))];
  for (const bar of shown) {
    const drawn = paint(bar.tone, draw(bar.value / highest, room, bar.tone === 'bad'));
    const mark = bar.tone === 'bad' || bar.tone === 'warning' ? ` ${paint(bar.tone, MARKS[bar.tone])}` : '';
    lines.push(`${pad(bar.label, names)}  ${bar.figure.padStart(figures)}${mark || '  '} ${drawn}`.trimEnd());
  }
  if (chart.bars.length > MOST_BARS)
    lines.push(paint('dim', `… and ${count(chart.bars.length - MOST_BARS)} more`));
  return lines;
}

function draw(share: number, room: number, hatched: boolean): string {
  const eighths = Math.min(room * 8, Math.max(share > 0 ? 1 : 0, Math.round(share * room * 8)));
  if (hatched) return '▒'.repeat(Math.ceil(eighths / 8));
  return '█'.repeat(Math.floor(eighths / 8)) + (EIGHTHS[eighths % 8] ?? '');
}
