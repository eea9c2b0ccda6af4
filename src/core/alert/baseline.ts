import { addDays } from './calendar.js';

/** What is usual on a day, as the days before it were. */
export interface Baseline {
  readonly median: number;
  /** Standard deviation, estimated from the median of the absolute deviations; never less than chance alone brings. */
  readonly spread: number;
  /** The smallest but one of the days it is made of: a single holiday says little. */
  readonly least: number;
  /** Days it is made of. */
  readonly samples: number;
}

/** So many weeks back. */
const WEEKS = 8;
/** The same weekday counts where it is known so often, else all days do, where they are known so often. */
const LEAST_WEEKDAYS = 4;
const LEAST_DAYS = 14;
/** The standard deviation of a normal distribution in median absolute deviations. */
const NORMAL = 1.4826;
/** Counts vary by their square root alone; days vary by a tenth even where the last ones happened to be alike. */
const LEAST_SHARE = 0.1;

/**
 * What is usual on a day: median and spread of the same weekday in the eight weeks before, or of all days where these
 * are too few; null where nothing can be said. `value` gives a day's value, 0 for one without messages; days before
 * `first` are not known. Medians are not moved by a single outlier, nor by a few.
 */
export function baselineOf(
  day: string,
  first: string | null,
  value: (day: string) => number,
): Baseline | null {
  if (first === null) return null;
  const known = (back: number) => {
    const earlier = addDays(day, -back);
    return earlier >= first ? [value(earlier)] : [];
  };
  const weekdays = Array.from({ length: WEEKS }, (_, index) => known(7 * (index + 1))).flat();
  if (weekdays.length >= LEAST_WEEKDAYS) return robust(weekdays);
  // Weekends among them are no outliers: the spread reaches from the smallest to the largest.
  const all = Array.from({ length: 7 * WEEKS }, (_, index) => known(index + 1)).flat();
  if (all.length < LEAST_DAYS) return null;
  const mixed = robust(all);
  return { ...mixed, spread: Math.max(mixed.spread, (Math.max(...all) - Math.min(...all)) / 2) };
}

function robust(values: readonly number[]): Baseline {
  const median = medianOf(values);
  const deviations = values.map((value) => Math.abs(value - median));
  const chance = Math.max(Math.sqrt(median), LEAST_SHARE * median, 1);
  const spread = Math.max(NORMAL * medianOf(deviations), chance);
  return { median, spread, least: [...values].sort((a, b) => a - b)[1] ?? 0, samples: values.length };
}

/** The value in the middle; 0 of none. */
export function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const [upper = 0, lower = upper] = [sorted[middle], sorted[middle - 1]];
  return sorted.length % 2 === 1 ? upper : (lower + upper) / 2;
}
