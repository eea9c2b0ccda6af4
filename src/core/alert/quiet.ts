import { addDays } from './calendar.js';
import { instantOf, localDay } from '../digest/schedule.js';

/** Hours in which nobody wants to be told, on the clock of a zone; null for none. */
export interface QuietHours {
  /** `HH:MM`, or `HH:MM:SS` as PostgreSQL gives it. */
  readonly from: string;
  readonly until: string;
  /** Name of the IANA time zone database. */
  readonly zone: string;
}

/** A span of quiet hours, from its first moment to the first after it. */
export interface QuietSpan {
  readonly from: Date;
  readonly until: Date;
  /** The local day on which it ends, `YYYY-MM-DD`. */
  readonly day: string;
}

/** The quiet hours in which a moment lies; null where people may be told. */
export function quietAt(hours: QuietHours | null, now: Date): QuietSpan | null {
  return spansAround(hours, now).find(({ from, until }) => from <= now && now < until) ?? null;
}

/** The quiet hours that ended last, at a moment or before it; null where there are none. */
export function quietBefore(hours: QuietHours | null, now: Date): QuietSpan | null {
  return spansAround(hours, now).findLast(({ from, until }) => from < until && until <= now) ?? null;
}

/** Those that begin on the local days around a moment, oldest first. From an hour to the same are none. */
function spansAround(hours: QuietHours | null, now: Date): readonly QuietSpan[] {
  if (hours === null || clock(hours.from) === clock(hours.until)) return [];
  const { zone } = hours;
  const [from, until] = [clock(hours.from), clock(hours.until)];
  const today = localDay(now, zone);
  return [-2, -1, 0, 1].map((days) => {
    const begins = addDays(today, days);
    const day = until < from ? addDays(begins, 1) : begins;
    return { from: instantOf(begins, from, zone), until: instantOf(day, until, zone), day };
  });
}

function clock(time: string): string {
  return time.slice(0, 5);
}
