/** A UTC day that a report's messages belong to. */
export interface ReportDay {
  /** `YYYY-MM-DD`, UTC. */
  readonly day: string;
  /** Part of the report's range that is over at the end of this day: grows to exactly 1 on the last day. */
  readonly share: number;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Longest range that is taken for one day's report: a day, half a day late. Over it lie weekly summaries. */
const ONE_DAY_HOURS = 36;
/** Longest range that is believed: a quarter. Beyond it a wrong date is likelier than so late a report. */
const BELIEVED_DAYS = 93;

function dayOf(time: number): string {
  // All but the time; a year beyond 9999 has more than four digits.
  return new Date(time).toISOString().slice(0, -'T00:00:00.000Z'.length);
}

/**
 * The UTC days of a report with this range (ISO 8601, as in AggregateReport). Up to 36 h, and over 93 days, it
 * is one day: that of the middle of the range. Between these it is every day that [begin, end) touches.
 * Throws a RangeError where a date is none.
 */
export function reportDays(begin: string, end: string): ReportDay[] {
  const from = Date.parse(begin);
  const to = Date.parse(end);
  const length = to - from;
  if (Number.isNaN(length)) throw new RangeError(`no range of dates: ${begin} to ${end}`);
  if (length <= ONE_DAY_HOURS * HOUR_MS || length > BELIEVED_DAYS * DAY_MS)
    return [{ day: dayOf(from + length / 2), share: 1 }];

  const days: ReportDay[] = [];
  for (let midnight = Math.floor(from / DAY_MS) * DAY_MS; midnight < to; midnight += DAY_MS) {
    const over = Math.min(midnight + DAY_MS, to) - from;
    days.push({ day: dayOf(midnight), share: over / length });
  }
  return days;
}

/**
 * Whole messages per day, in the order of `days`, whose sum is exactly `count`. Each day gets what is due at its
 * end, rounded, less what the days before it got; so no day gets less than 0.
 */
export function spreadOverDays(count: number, days: readonly ReportDay[]): number[] {
  let given = 0;
  return days.map(({ share }) => {
    // The last share needs no rounding: adding 0.5 to a count near 2^53 would change it.
    const due = share === 1 ? count : Math.floor(count * share + 0.5);
    const messages = due - given;
    given = due;
    return messages;
  });
}
