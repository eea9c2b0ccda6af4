import type { DaysSpec } from './spec.js';

/** How many days make a bar, and how far an axis goes. */

/** Narrower bars cannot be told from each other; pixels with their gap. */
const NARROWEST_BAR = 8;
const WEEK = 7;
/** Steps between lines of an axis, in powers of ten. */
const STEPS = [1, 2, 2.5, 5, 10] as const;
/** Lines above zero: enough to read a value, few enough to see the bars. */
const MOST_LINES = 4;

/** Labels with the gap between them. */
const LABEL_ROOM = 1.6;

export interface Buckets {
  readonly perBar: number;
  /** First day of each bar. */
  readonly days: readonly string[];
  /** Average of the days that have a value, by series and bar; null where none has. */
  readonly values: readonly (readonly (number | null)[])[];
}

/** One day each where there is room, else weeks, else as many days as needed; the newest bar is a full one. */
export function bucketsOf(spec: DaysSpec, pixels: number): Buckets {
  const room = Math.max(1, Math.floor(pixels / NARROWEST_BAR));
  const perBar = daysPerBar(spec.days.length, room);
  const starts: number[] = [];
  for (let end = spec.days.length; end > 0; end -= perBar) starts.unshift(end - perBar);
  return {
    perBar,
    days: starts.map((start) => spec.days[Math.max(0, start)] ?? ''),
    values: spec.series.map(({ values }) =>
      starts.map((start) => average(values.slice(Math.max(0, start), start + perBar))),
    ),
  };
}

function daysPerBar(days: number, room: number): number {
  if (days <= room) return 1;
  return days <= room * WEEK ? WEEK : Math.ceil(days / room);
}

function average(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
}

export interface Axis {
  readonly top: number;
  readonly step: number;
}

/** Round numbers up to just above the highest value. Counts have no lines between whole numbers; a share ends at 100. */
export function axisFor(highest: number, unit: DaysSpec['unit']): Axis {
  if (highest <= 0) return { top: 1, step: 1 };
  const power = 10 ** Math.floor(Math.log10(highest / MOST_LINES));
  const step =
    STEPS.map((factor) => factor * power).find(
      (one) => one * MOST_LINES >= highest && (unit === 'percent' || Number.isInteger(one)),
    ) ?? 1;
  const top = Math.ceil(highest / step - 1e-9) * step;
  if (unit === 'percent' && top >= 100) return { top: 100, step: 25 };
  return { top, step };
}

/** Which of so many places along a width get a label of some width: the last, and back from it at even steps. */
export function labelled(places: number, width: number, label: number): ReadonlySet<number> {
  const step = Math.max(1, Math.ceil((label * LABEL_ROOM * places) / width));
  const named = new Set<number>();
  for (let at = places - 1; at >= 0; at -= step) named.add(at);
  return named;
}
