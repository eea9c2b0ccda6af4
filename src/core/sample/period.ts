import type { Calendar } from './calendar.js';
import type { ReporterPlan } from './scenario-schema.js';

const HOUR_MS = 3_600_000;

/** A time range in milliseconds since 1970, the end not in it. */
export interface Range {
  readonly begin: number;
  readonly end: number;
}

/** What one report covers. */
export interface Period {
  readonly range: Range;
  /** Days of the scenario whose traffic it tells of. */
  readonly firstDay: number;
  readonly lastDay: number;
  /** Whether no later report tells of the same day. */
  readonly isLastOfDay: boolean;
}

/** How many reports a reporter makes about one day, at least one. */
export function reportsPerDay(reporter: ReporterPlan): number {
  return reporter.hours < 24 ? 24 / reporter.hours : 1;
}

/** What a reporter's report covers that is due after a part of a day; null when none is due. */
export function periodEnding(
  reporter: ReporterPlan,
  day: number,
  slot: number,
  scenarioDays: number,
  days: Calendar,
): Period | null {
  if (reporter.hours < 24) {
    const begin = days.midnight(day) + slot * reporter.hours * HOUR_MS;
    const range = { begin, end: begin + reporter.hours * HOUR_MS };
    return { range, firstDay: day, lastDay: day, isLastOfDay: slot === reportsPerDay(reporter) - 1 };
  }
  const length = reporter.hours / 24;
  if (day % length !== 0 && day !== scenarioDays) return null;
  const firstDay = day - ((day - 1) % length);
  const offset = reporter.offset * HOUR_MS;
  const range = { begin: days.midnight(firstDay) + offset, end: days.midnight(day + 1) + offset };
  return { range, firstDay, lastDay: day, isLastOfDay: true };
}
