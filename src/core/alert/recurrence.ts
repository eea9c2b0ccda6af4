import { IANAZone } from 'luxon';
import { addDays } from './calendar.js';

/**
 * Recurring times by a part of RFC 5545 §3.3.10 that is bounded by itself: whether a day is one of them is worked out
 * from that day alone, so that no rule, however it is written, costs more than a few days' work. Days and times are those
 * of a local clock; what they are in UTC is asked for each of them.
 */
export interface Recurrence {
  readonly freq: 'DAILY' | 'WEEKLY' | 'MONTHLY' | 'YEARLY';
  readonly interval: number;
  readonly months: readonly number[];
  readonly monthDays: readonly number[];
  /** Monday is 0; `nth` is 0 for every one. */
  readonly weekdays: readonly { readonly day: number; readonly nth: number }[];
  /** Minutes of the day. */
  readonly times: readonly number[];
  /** Which ones of a period's times; empty for all of them. */
  readonly places: readonly number[];
  readonly weekStart: number;
  /** The local day and minute from which on it counts. */
  readonly from: LocalTime;
}

export interface LocalTime {
  /** `YYYY-MM-DD`. */
  readonly day: string;
  /** Minute of the day. */
  readonly minute: number;
}

/** Why a rule is not taken, in one sentence; or what it says. */
export type ReadRecurrence =
  { readonly recurrence: Recurrence; readonly error: null } | { readonly error: string };

export const LONGEST_RRULE = 500;
/** Times of one day. */
const MOST_TIMES = 24;
const LARGEST_INTERVAL = 1_000;
const DAYS = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'];
const FREQS = ['DAILY', 'WEEKLY', 'MONTHLY', 'YEARLY'] as const;
const PARTS = [
  'FREQ',
  'INTERVAL',
  'BYMONTH',
  'BYMONTHDAY',
  'BYDAY',
  'BYHOUR',
  'BYMINUTE',
  'BYSETPOS',
  'WKST',
];
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** Reads a rule such as `FREQ=WEEKLY;BYDAY=SA,SU;BYHOUR=0`; what it leaves open is as at `from` on the zone's clock. */
export function readRecurrence(text: string, from: Date, zone: string): ReadRecurrence {
  if (text.length > LONGEST_RRULE) return wrong(`is longer than ${LONGEST_RRULE} characters`);
  const parts = new Map<string, string>();
  for (const part of text
    .trim()
    .replace(/^RRULE:/iu, '')
    .toUpperCase()
    .split(';')) {
    const [name = '', value = '', ...more] = part.split('=');
    if (value === '' || more.length > 0)
      return wrong(`has a part that cannot be read: ${part.replaceAll(/\s+/gu, ' ').slice(0, 40)}`);
    if (name === 'UNTIL' || name === 'COUNT') return wrong(`ends by until, not by ${name}`);
    if (!PARTS.includes(name)) return wrong(`takes ${PARTS.join(', ')}, not ${name.slice(0, 40)}`);
    if (parts.has(name)) return wrong(`has ${name} twice`);
    parts.set(name, value);
  }
  const freq = FREQS.find((each) => each === parts.get('FREQ'));
  if (freq === undefined) return wrong(`begins with FREQ, one of ${FREQS.join(', ')}`);
  const lists = readLists(parts);
  if (typeof lists === 'string') return wrong(lists);
  const trouble = troubleOf(freq, lists);
  if (trouble !== null) return wrong(trouble);
  return { recurrence: complete(freq, lists, localTime(from, zone)), error: null };
}

/** The minutes of a day at which it comes. */
export function timesOn(recurrence: Recurrence, day: string): readonly number[] {
  const { places, times, from } = recurrence;
  const begun = (minute: number) => day > from.day || (day === from.day && minute >= from.minute);
  if (day < from.day || !inStep(recurrence, day) || !matches(recurrence, day)) return [];
  if (places.length === 0) return times.filter(begun);
  return chosenTimes(recurrence, day).get(day)?.filter(begun) ?? [];
}

/** Of the periods looked at last: whoever walks along the days asks for the same one again and again. */
const MOST_PERIODS = 4;
const periods = new WeakMap<Recurrence, Map<string, ReadonlyMap<string, readonly number[]>>>();

/** The times that BYSETPOS chooses of the period in which a day lies, by day; worked out once for each period. */
function chosenTimes(recurrence: Recurrence, day: string): ReadonlyMap<string, readonly number[]> {
  const { first, length } = periodOf(recurrence, day);
  const known = periods.get(recurrence) ?? new Map<string, ReadonlyMap<string, readonly number[]>>();
  periods.set(recurrence, known);
  const before = known.get(first);
  if (before !== undefined) return before;
  if (known.size >= MOST_PERIODS) known.clear();
  const chosen = chooseTimes(recurrence, first, length);
  known.set(first, chosen);
  return chosen;
}

function chooseTimes(
  recurrence: Recurrence,
  first: string,
  length: number,
): ReadonlyMap<string, readonly number[]> {
  const { places, times } = recurrence;
  const days = Array.from({ length }, (_, at) => addDays(first, at)).filter((day) =>
    matches(recurrence, day),
  );
  const count = days.length * times.length;
  const indexes = new Set(places.map((place) => (place > 0 ? place - 1 : count + place)));
  const chosen = new Map<string, number[]>();
  for (const index of [...indexes].toSorted((a, b) => a - b)) {
    const day = days[Math.floor(index / times.length)];
    const minute = times[index % times.length];
    if (index < 0 || day === undefined || minute === undefined) continue;
    chosen.set(day, [...(chosen.get(day) ?? []), minute]);
  }
  return chosen;
}

interface Lists {
  readonly interval: number;
  readonly months: readonly number[];
  readonly monthDays: readonly number[];
  readonly weekdays: Recurrence['weekdays'];
  readonly hours: readonly number[];
  readonly minutes: readonly number[];
  readonly places: readonly number[];
  readonly weekStart: number;
}

function readLists(parts: ReadonlyMap<string, string>): Lists | string {
  const numbers = (name: string, least: number, most: number) =>
    (parts.get(name)?.split(',') ?? []).map((text) => {
      const value = /^[+-]?\d{1,4}$/u.test(text) ? Number(text) : Number.NaN;
      return value >= least && value <= most ? value : Number.NaN;
    });
  const weekdays = (parts.get('BYDAY')?.split(',') ?? []).map((text) => {
    const [, nth = '0', name = ''] = /^([+-]?\d{1,2})?([A-Z]{2})$/u.exec(text) ?? [];
    return { day: DAYS.indexOf(name), nth: Number(nth) };
  });
  const lists = {
    interval: numbers('INTERVAL', 1, LARGEST_INTERVAL)[0] ?? 1,
    months: numbers('BYMONTH', 1, 12),
    monthDays: numbers('BYMONTHDAY', -31, 31),
    weekdays,
    hours: numbers('BYHOUR', 0, 23),
    minutes: numbers('BYMINUTE', 0, 59),
    places: numbers('BYSETPOS', -366, 366),
    weekStart: parts.has('WKST') ? DAYS.indexOf(parts.get('WKST') ?? '') : 0,
  };
  const all = [
    lists.interval,
    ...lists.months,
    ...lists.monthDays,
    ...lists.hours,
    ...lists.minutes,
    ...lists.places,
  ];
  if (all.some(Number.isNaN) || lists.monthDays.includes(0) || lists.places.includes(0))
    return 'has a number that is out of bounds';
  if (weekdays.some(({ day, nth }) => day < 0 || Math.abs(nth) > 53) || lists.weekStart < 0)
    return `names days of the week as ${DAYS.join(', ')}`;
  return lists;
}

function troubleOf(
  freq: Recurrence['freq'],
  { weekdays, monthDays, hours, minutes, places }: Lists,
): string | null {
  if (weekdays.some(({ nth }) => nth !== 0) && (freq === 'DAILY' || freq === 'WEEKLY'))
    return 'counts days of the week (such as 1MO) in months and years alone';
  if (freq === 'WEEKLY' && monthDays.length > 0) return 'has no BYMONTHDAY in weeks';
  if (Math.max(hours.length, 1) * Math.max(minutes.length, 1) > MOST_TIMES)
    return `comes at most ${MOST_TIMES} times a day`;
  return places.length > MOST_TIMES ? `has at most ${MOST_TIMES} places in BYSETPOS` : null;
}

/** What the rule does not say is as at its start. */
function complete(freq: Recurrence['freq'], lists: Lists, from: LocalTime): Recurrence {
  const { months, monthDays, weekdays } = lists;
  const open = monthDays.length === 0 && weekdays.length === 0;
  const hours = lists.hours.length > 0 ? lists.hours : [Math.floor(from.minute / 60)];
  const minutes = lists.minutes.length > 0 ? lists.minutes : [from.minute % 60];
  const times = new Set(hours.flatMap((hour) => minutes.map((minute) => hour * 60 + minute)));
  return {
    freq,
    interval: lists.interval,
    months: open && freq === 'YEARLY' && months.length === 0 ? [monthOf(from.day)] : months,
    monthDays: open && (freq === 'YEARLY' || freq === 'MONTHLY') ? [dateOf(from.day)] : monthDays,
    weekdays: open && freq === 'WEEKLY' ? [{ day: weekdayOf(from.day), nth: 0 }] : weekdays,
    times: [...times].toSorted((a, b) => a - b),
    places: lists.places,
    weekStart: lists.weekStart,
    from,
  };
}

/** Whether its period is one of every so many since the start. */
function inStep({ freq, interval, from, weekStart }: Recurrence, day: string): boolean {
  if (interval === 1) return true;
  if (freq === 'DAILY') return (numberOf(day) - numberOf(from.day)) % interval === 0;
  if (freq === 'WEEKLY')
    return ((numberOf(weekOf(day, weekStart)) - numberOf(weekOf(from.day, weekStart))) / 7) % interval === 0;
  const years = yearOf(day) - yearOf(from.day);
  if (freq === 'YEARLY') return years % interval === 0;
  return (years * 12 + monthOf(day) - monthOf(from.day)) % interval === 0;
}

function matches({ freq, months, monthDays, weekdays }: Recurrence, day: string): boolean {
  if (months.length > 0 && !months.includes(monthOf(day))) return false;
  const length = lengthOfMonth(day);
  const date = dateOf(day);
  if (monthDays.length > 0 && !monthDays.some((each) => (each > 0 ? each : length + 1 + each) === date))
    return false;
  if (weekdays.length === 0) return true;
  const weekday = weekdayOf(day);
  const inYear = freq === 'YEARLY' && months.length === 0;
  const place = inYear ? numberOf(day) - numberOf(`${day.slice(0, 4)}-01-01`) + 1 : date;
  const days = inYear ? lengthOfYear(day) : length;
  const nth = Math.ceil(place / 7);
  const nthLast = -Math.ceil((days - place + 1) / 7);
  return weekdays.some(
    (each) => each.day === weekday && (each.nth === 0 || each.nth === nth || each.nth === nthLast),
  );
}

/** The first day of the period in which a day lies, and how many it has. */
function periodOf(
  { freq, weekStart }: Recurrence,
  day: string,
): { readonly first: string; readonly length: number } {
  if (freq === 'DAILY') return { first: day, length: 1 };
  if (freq === 'WEEKLY') return { first: weekOf(day, weekStart), length: 7 };
  if (freq === 'MONTHLY') return { first: `${day.slice(0, 8)}01`, length: lengthOfMonth(day) };
  return { first: `${day.slice(0, 4)}-01-01`, length: lengthOfYear(day) };
}

function localTime(at: Date, zone: string): LocalTime {
  const offset = IANAZone.create(zone).offset(at.getTime()) * MINUTE_MS;
  const shown = new Date(at.getTime() + offset).toISOString();
  return { day: shown.slice(0, 10), minute: Number(shown.slice(11, 13)) * 60 + Number(shown.slice(14, 16)) };
}

function weekOf(day: string, weekStart: number): string {
  return addDays(day, -((weekdayOf(day) - weekStart + 7) % 7));
}

function numberOf(day: string): number {
  return Math.round(Date.parse(day) / DAY_MS);
}

function weekdayOf(day: string): number {
  return (new Date(day).getUTCDay() + 6) % 7;
}

function yearOf(day: string): number {
  return Number(day.slice(0, 4));
}

function monthOf(day: string): number {
  return Number(day.slice(5, 7));
}

function dateOf(day: string): number {
  return Number(day.slice(8, 10));
}

function lengthOfMonth(day: string): number {
  return new Date(Date.UTC(yearOf(day), monthOf(day), 0)).getUTCDate();
}

function lengthOfYear(day: string): number {
  return numberOf(`${yearOf(day) + 1}-01-01`) - numberOf(`${day.slice(0, 4)}-01-01`);
}

function wrong(what: string): ReadRecurrence {
  return { error: `This rule ${what}.` };
}
