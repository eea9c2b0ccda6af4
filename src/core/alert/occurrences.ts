import { IANAZone } from 'luxon';
import { instantOf } from '../digest/schedule.js';
import { addDays } from './calendar.js';
import { timesOn, type Recurrence } from './recurrence.js';

const MINUTE_MS = 60_000;
const DAY_MINUTES = 1_440;
const DAY_MS = 86_400_000;
/** A local day is at most one from that of UTC, and a change of clocks may move what is near its end. */
const MARGIN_DAYS = 2;

/** The moments at which it comes after one and up to another, oldest first. */
export function occurrences(recurrence: Recurrence, zone: string, after: Date, until: Date): readonly Date[] {
  const last = dayNear(until, MARGIN_DAYS);
  const found: Date[] = [];
  for (let day = dayNear(after, -MARGIN_DAYS); day <= last; day = addDays(day, 1))
    for (const minute of timesOn(recurrence, day)) {
      const at = momentOf(day, minute, zone);
      if (at > after && at <= until) found.push(at);
    }
  return found;
}

/** The last moment at which it comes after one and up to another, looked for backwards; null for none. */
export function lastOccurrence(recurrence: Recurrence, zone: string, after: Date, until: Date): Date | null {
  const first = dayNear(after, -MARGIN_DAYS);
  for (let day = dayNear(until, MARGIN_DAYS); day >= first; day = addDays(day, -1))
    for (const minute of timesOn(recurrence, day).toReversed()) {
      const at = momentOf(day, minute, zone);
      if (at <= until) return at > after ? at : null;
    }
  return null;
}

/** The fewest minutes, on the local clock, between two of its times in so many days from a day on; null for none. */
export function shortestGap(recurrence: Recurrence, first: string, days: number): number | null {
  let before: number | null = null;
  let shortest: number | null = null;
  for (let at = 0; at < days; at += 1) {
    for (const minute of timesOn(recurrence, addDays(first, at))) {
      const now = at * DAY_MINUTES + minute;
      if (before !== null && (shortest === null || now - before < shortest)) shortest = now - before;
      before = now;
    }
  }
  return shortest;
}

function dayNear(at: Date, days: number): string {
  return addDays(at.toISOString().slice(0, 10), days);
}

function momentOf(day: string, minute: number, zone: string): Date {
  const offset = steadyOffset(day, zone);
  if (offset !== null) return new Date(Date.parse(day) + minute * MINUTE_MS - offset);
  return instantOf(day, new Date(minute * MINUTE_MS).toISOString().slice(11, 16), zone);
}

/** Offsets are slow to ask for, and the same few days are asked for again and again. */
const MOST_KEPT = 20_000;
const offsets = new Map<string, number | null>();

/** How far a local clock is from UTC, in milliseconds, on a day around which it does not change; null where it does. */
function steadyOffset(day: string, zone: string): number | null {
  const key = `${zone} ${day}`;
  const known = offsets.get(key);
  if (known !== undefined) return known;
  const clock = IANAZone.create(zone);
  const start = Date.parse(day);
  const before = clock.offset(start - DAY_MS);
  const after = clock.offset(start + 2 * DAY_MS);
  const offset = before === after ? before * MINUTE_MS : null;
  if (offsets.size >= MOST_KEPT) offsets.clear();
  offsets.set(key, offset);
  return offset;
}
