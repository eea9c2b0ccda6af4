import { IANAZone } from 'luxon';
import { addDays, dayOf, lastDays, rangeOf, type Range } from '../analysis/range.js';
import { dueBefore, type Due, type Period, type Schedule } from './schedule.js';

/** After a long pause a digest tells of so many periods at most; days before them are in no digest. */
const MOST_PERIODS = 2;
/** Late reports change a digest for so long after it was due: they come one to three days late. */
const OPEN_MS = 3 * 86_400_000;
/** Years over which a zone's clocks are looked at, as far as its rules are written down, every other month. */
const FIRST_YEAR = 2020;
const LAST_YEAR = 2037;
const MONTHS = [0, 2, 4, 6, 8, 10] as const;
const MINUTES_PER_HOUR = 60;

/**
 * The UTC days that a digest tells of: from the day after the last one's end, so that no day is told twice or left out,
 * to the day before the local day that it is due on. The first one tells of one period. null where it has no day.
 */
export function windowOf(schedule: Schedule, due: Due, lastToldDay: string | null): Range | null {
  const to = lastDayOf(schedule, due);
  const before = dueBefore(schedule, due.day);
  const usual = addDays(lastDayOf(schedule, before), 1);
  if (lastToldDay === null) return rangeOrNull(usual, to);
  let earliest = before;
  for (let periods = 1; periods < MOST_PERIODS; periods += 1) earliest = dueBefore(schedule, earliest.day);
  const bound = addDays(lastDayOf(schedule, earliest), 1);
  const next = addDays(lastToldDay, 1);
  return rangeOrNull(next > bound ? next : bound, to);
}

/** What a digest of this period would tell of now: one period that ends with the last whole UTC day. */
export function windowNow(period: Period, now: Date): Range {
  const to = addDays(dayOf(now), -1);
  if (period === 'daily') return lastDays(1, to);
  if (period === 'weekly') return lastDays(7, to);
  return rangeOf(addDays(monthBefore(to), 1), to);
}

/** Until when late reports change a digest. */
export function openUntil(due: Due): Date {
  return new Date(due.at.getTime() + OPEN_MS);
}

/**
 * The last UTC day of a digest. Early in the morning east of Greenwich the day before has not ended in UTC, and the one
 * before that is the last. This hangs on the zone and the time alone: with the season it would change, and twice a year
 * a digest would have two days or none.
 */
function lastDayOf({ zone, time }: Schedule, { at, day }: Due): string {
  const early = minutesOf(time) < mostEast(zone);
  const last = addDays(day, early ? -2 : -1);
  const whole = addDays(dayOf(at), -1);
  return last < whole ? last : whole;
}

const known = new Map<string, number>();

/** The farthest that the zone's clocks go before UTC, in minutes. */
function mostEast(zone: string): number {
  const found = known.get(zone);
  if (found !== undefined) return found;
  const clock = IANAZone.create(zone);
  let most = -Infinity;
  for (let year = FIRST_YEAR; year <= LAST_YEAR; year += 1)
    for (const month of MONTHS) most = Math.max(most, clock.offset(Date.UTC(year, month, 1)));
  known.set(zone, most);
  return most;
}

function minutesOf(time: string): number {
  return Number(time.slice(0, 2)) * MINUTES_PER_HOUR + Number(time.slice(3, 5));
}

/** The same day of the month before, or its last day. */
function monthBefore(day: string): string {
  const endOfLast = addDays(`${day.slice(0, 8)}01`, -1);
  const isEnd = dayOf(new Date(Date.parse(day) + 86_400_000)).endsWith('-01');
  const same = `${endOfLast.slice(0, 8)}${day.slice(8)}`;
  return isEnd || same > endOfLast ? endOfLast : same;
}

function rangeOrNull(from: string, to: string): Range | null {
  return from > to ? null : rangeOf(from, to);
}
