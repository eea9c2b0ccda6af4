const DAY_MS = 86_400_000;
const SATURDAY = 6;
const SUNDAY = 0;

/** The days of a scenario, counted from 1. */
export interface Calendar {
  /** `YYYY-MM-DD` of the first and the last day. */
  readonly first: string;
  readonly last: string;
  /** Milliseconds since 1970 at 00:00 UTC of a day; a day before the first or after the last has one too. */
  midnight(day: number): number;
  /** `YYYY-MM-DD` of a day. */
  date(day: number): string;
  isWeekend(day: number): boolean;
}

/** `days` days from `start`, or those that end with `endDay` (both `YYYY-MM-DD`). Throws a RangeError where it is no date. */
export function calendar(start: string, days: number, endDay?: string): Calendar {
  const begin =
    endDay === undefined
      ? Date.parse(`${start}T00:00:00Z`)
      : Date.parse(`${endDay}T00:00:00Z`) - (days - 1) * DAY_MS;
  if (Number.isNaN(begin)) throw new RangeError(`"${endDay ?? start}" is no date such as 2026-01-31.`);
  const midnight = (day: number): number => begin + (day - 1) * DAY_MS;
  const date = (day: number): string => new Date(midnight(day)).toISOString().slice(0, 10);
  return {
    first: date(1),
    last: date(days),
    midnight,
    date,
    isWeekend: (day) => [SATURDAY, SUNDAY].includes(new Date(midnight(day)).getUTCDay()),
  };
}

/** ISO 8601 in UTC, whole seconds, as reports have it. */
export function isoSeconds(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;
}
