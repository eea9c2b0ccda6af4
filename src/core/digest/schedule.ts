import { DateTime, IANAZone } from 'luxon';
import { addDays } from '../analysis/range.js';

/** How often a digest comes. */
export const PERIODS = ['daily', 'weekly', 'monthly'] as const;
export type Period = (typeof PERIODS)[number];

/** When a digest is due, on the clock of its readers. */
export interface Schedule {
  readonly period: Period;
  /** ISO: Monday is 1. Of weekly ones alone. */
  readonly weekday: number | null;
  /** Of monthly ones alone; a month without that day takes its last. */
  readonly monthDay: number | null;
  /** `HH:MM` of the local clock. */
  readonly time: string;
  /** Name of the IANA time zone database. */
  readonly zone: string;
}

/** One time at which a digest is due. */
export interface Due {
  readonly at: Date;
  /** The local day that it stands for, `YYYY-MM-DD`: that of the moment, but where a change of clocks passed over it. */
  readonly day: string;
}

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const WEEK = 7;

/** The first time after a moment. */
export function dueAfter(schedule: Schedule, after: Date): Due {
  let day = dayFrom(schedule, addDays(localDay(after, schedule.zone), -1));
  for (;;) {
    const at = instantOf(day, schedule.time, schedule.zone);
    if (at > after) return latestAt(schedule, { at, day });
    day = dayFrom(schedule, addDays(day, 1));
  }
}

/** The last time up to a moment, that moment included. */
export function dueUntil(schedule: Schedule, until: Date): Due {
  let day = dayUntil(schedule, addDays(localDay(until, schedule.zone), 1));
  for (;;) {
    const at = instantOf(day, schedule.time, schedule.zone);
    if (at <= until) return { at, day };
    day = dayUntil(schedule, addDays(day, -1));
  }
}

/** The time before this one, by the days that they stand for. */
export function dueBefore(schedule: Schedule, day: string): Due {
  const before = dayUntil(schedule, addDays(day, -1));
  return { at: instantOf(before, schedule.time, schedule.zone), day: before };
}

/**
 * The moment at which a local clock first shows a time of a day or, where it never does, has passed over it: right after
 * the gap of a change of clocks. A time that comes twice is taken the first time.
 */
export function instantOf(day: string, time: string, zone: string): Date {
  const clock = IANAZone.create(zone);
  const wanted = Date.parse(`${day}T${time}:00Z`);
  const offset = (at: number) => clock.offset(at) * MINUTE_MS;
  const before = offset(wanted - DAY_MS);
  const after = offset(wanted + DAY_MS);
  for (const one of [before, after]) if (offset(wanted - one) === one) return new Date(wanted - one);
  let low = wanted - DAY_MS;
  let high = wanted + DAY_MS;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offset(middle) === before) low = middle;
    else high = middle;
  }
  return new Date(high);
}

/** The day that a local clock shows at a moment. */
export function localDay(at: Date, zone: string): string {
  return new Date(at.getTime() + IANAZone.create(zone).offset(at.getTime()) * MINUTE_MS)
    .toISOString()
    .slice(0, 10);
}

/** Where clocks passed over whole days, these fall on one moment, which stands for the last of them. */
function latestAt(schedule: Schedule, due: Due): Due {
  const day = dayFrom(schedule, addDays(due.day, 1));
  const at = instantOf(day, schedule.time, schedule.zone);
  return at.getTime() === due.at.getTime() ? latestAt(schedule, { at, day }) : due;
}

/** The first day of the schedule from a day on. */
function dayFrom(schedule: Schedule, day: string): string {
  if (schedule.period === 'daily') return day;
  if (schedule.period === 'weekly') return addDays(day, modulo(weekdayOf(schedule) - isoWeekday(day), WEEK));
  const same = inMonth(schedule, day);
  if (same >= day) return same;
  return inMonth(schedule, monthsAfter(day, 1));
}

/** The last day of the schedule up to a day. */
function dayUntil(schedule: Schedule, day: string): string {
  if (schedule.period === 'daily') return day;
  if (schedule.period === 'weekly') return addDays(day, -modulo(isoWeekday(day) - weekdayOf(schedule), WEEK));
  const same = inMonth(schedule, day);
  if (same <= day) return same;
  return inMonth(schedule, monthsAfter(day, -1));
}

function inMonth({ monthDay }: Schedule, day: string): string {
  const month = DateTime.fromISO(day, { zone: 'utc' });
  const date = Math.min(monthDay ?? 1, month.daysInMonth ?? 1);
  return `${day.slice(0, 8)}${String(date).padStart(2, '0')}`;
}

function monthsAfter(day: string, months: number): string {
  const first = new Date(`${day.slice(0, 8)}01T00:00:00Z`);
  return new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + months, 1))
    .toISOString()
    .slice(0, 10);
}

function weekdayOf({ weekday }: Schedule): number {
  return weekday ?? 1;
}

function isoWeekday(day: string): number {
  return new Date(day).getUTCDay() || WEEK;
}

function modulo(value: number, by: number): number {
  return ((value % by) + by) % by;
}
