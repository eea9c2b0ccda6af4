import { count, percentText } from './numbers.js';
import type { DaysSeries, DaysSpec } from './spec.js';

/** What a picture of days says in words: its unit and period, and a figure to each series. */

/** `messages a day, average by week · 2026-02-17 to 2026-03-18 (30 days, UTC)`, without the unit where the title is it. */
export function subtitleOf({ title, days, unit }: DaysSpec, perBar: number): string {
  const unitName = unit === 'percent' ? 'percent of messages' : 'messages a day';
  const grouped = perBar === 7 ? 'average by week' : `average by ${perBar} days`;
  const of = [
    ...(title.toLowerCase().startsWith(unitName) ? [] : [unitName]),
    ...(perBar === 1 ? [] : [grouped]),
  ].join(', ');
  return [of, periodOf(days)].filter((part) => part !== '').join(' · ');
}

function periodOf(days: readonly string[]): string {
  const first = days[0];
  const last = days.at(-1);
  if (first === undefined || last === undefined) return '';
  if (days.length === 1) return `${first} (1 day, UTC)`;
  return `${first} to ${last} (${count(days.length)} days, UTC)`;
}

/** The total with its share and, of what is bad, the worst day; of shares the day that people ask about. */
export function figureOf(series: DaysSeries, spec: DaysSpec): string {
  if (spec.unit === 'percent') return extremeOf(series, spec.days);
  const total = totalOf(series);
  const all = spec.series.reduce((sum, one) => (one.as === 'line' ? sum : sum + totalOf(one)), 0);
  if (total === 0) return '0';
  const share = series.as === 'line' ? '' : ` (${percentText((total / all) * 100)})`;
  const worst = furthest(series, (value, most) => value > most);
  const day = series.tone === 'bad' && worst !== null ? spec.days[worst.at] : undefined;
  return `${count(total)}${share}${day === undefined || worst === null ? '' : `, most ${count(worst.value)} on ${day}`}`;
}

/** The highest share, or of what is good the lowest. */
function extremeOf(series: DaysSeries, days: readonly string[]): string {
  const good = series.tone === 'good';
  const found = furthest(series, (value, other) => (good ? value < other : value > other));
  const day = found === null ? undefined : days[found.at];
  if (found === null || day === undefined) return '–';
  if (found.value === 0 && !good) return '0 %';
  return `${good ? 'at least' : 'at most'} ${percentText(found.value)} on ${day}`;
}

function furthest(
  { values }: DaysSeries,
  further: (value: number, found: number) => boolean,
): { readonly at: number; readonly value: number } | null {
  let found: { at: number; value: number } | null = null;
  for (const [at, value] of values.entries())
    if (value !== null && (found === null || further(value, found.value))) found = { at, value };
  return found;
}

function totalOf({ values }: DaysSeries): number {
  return values.reduce<number>((sum, value) => sum + (value ?? 0), 0);
}
