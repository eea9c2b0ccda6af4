import fc from 'fast-check';
import { IANAZone } from 'luxon';
import { describe, expect, it } from 'vitest';
import { addDays } from '../../../src/core/analysis/range.js';
import {
  dueAfter,
  dueUntil,
  instantOf,
  PERIODS,
  type Due,
  type Schedule,
} from '../../../src/core/digest/schedule.js';
import { openUntil, windowNow, windowOf } from '../../../src/core/digest/window.js';

const DAY_MS = 86_400_000;
const DAILY: Schedule = { period: 'daily', weekday: null, monthDay: null, time: '09:00', zone: 'UTC' };

describe('the moment of a local time', () => {
  it.each([
    // Clocks go from 02:00 to 03:00.
    ['2026-03-29', '01:59', 'Europe/Berlin', '2026-03-29T00:59:00.000Z'],
    ['2026-03-29', '02:30', 'Europe/Berlin', '2026-03-29T01:00:00.000Z'],
    ['2026-03-29', '03:00', 'Europe/Berlin', '2026-03-29T01:00:00.000Z'],
    ['2026-03-29', '03:30', 'Europe/Berlin', '2026-03-29T01:30:00.000Z'],
    // And back from 03:00 to 02:00.
    ['2026-10-25', '02:30', 'Europe/Berlin', '2026-10-25T00:30:00.000Z'],
    ['2026-10-25', '03:00', 'Europe/Berlin', '2026-10-25T02:00:00.000Z'],
    ['2026-03-08', '02:30', 'America/New_York', '2026-03-08T07:00:00.000Z'],
    ['2026-11-01', '01:30', 'America/New_York', '2026-11-01T05:30:00.000Z'],
    // Half an hour: 02:00 to 02:30, and back.
    ['2026-10-04', '02:15', 'Australia/Lord_Howe', '2026-10-03T15:30:00.000Z'],
    ['2026-04-05', '01:45', 'Australia/Lord_Howe', '2026-04-04T14:45:00.000Z'],
    // Midnight itself is passed over.
    ['2018-11-04', '00:30', 'America/Sao_Paulo', '2018-11-04T03:00:00.000Z'],
    ['2026-03-15', '09:00', 'Asia/Kolkata', '2026-03-15T03:30:00.000Z'],
    // A whole day is.
    ['2011-12-30', '09:00', 'Pacific/Apia', '2011-12-30T10:00:00.000Z'],
  ])('%s %s in %s is %s', (day, time, zone, at) => {
    expect(instantOf(day, time, zone).toISOString()).toBe(at);
  });
});

describe('a schedule', () => {
  it('of the 31st takes the last day of shorter months', () => {
    const monthly: Schedule = { ...DAILY, period: 'monthly', monthDay: 31 };

    expect(sequence(monthly, '2027-12-31T09:00:00Z', 4).map(({ day }) => day)).toEqual([
      '2028-01-31',
      '2028-02-29',
      '2028-03-31',
      '2028-04-30',
    ]);
  });

  it('of a weekday takes that weekday of the local calendar', () => {
    const mondays: Schedule = { ...DAILY, period: 'weekly', weekday: 1, time: '00:30', zone: 'Asia/Tokyo' };

    expect(sequence(mondays, '2026-03-15T12:00:00Z', 2).map(({ at }) => at.toISOString())).toEqual([
      '2026-03-15T15:30:00.000Z',
      '2026-03-22T15:30:00.000Z',
    ]);
  });

  it('stays at its local time over both changes of clocks', () => {
    const daily = { ...DAILY, zone: 'America/New_York' };
    const hours = sequence(daily, '2026-01-01T00:00:00Z', 365).map(({ at }) =>
      at.toLocaleTimeString('en-GB', { timeZone: daily.zone }),
    );

    expect(new Set(hours)).toEqual(new Set(['09:00:00']));
  });

  it('has one digest where clocks passed over two of its times at once', () => {
    const daily = { ...DAILY, time: '00:00', zone: 'Pacific/Apia' };
    const days = sequence(daily, '2011-12-28T12:00:00Z', 3);

    expect(days.map(({ day }) => day)).toEqual(['2011-12-29', '2011-12-31', '2012-01-01']);
  });
});

describe('the days of a digest', () => {
  it('are the calendar week before a Monday, and the calendar month before a first', () => {
    const weekly: Schedule = { ...DAILY, period: 'weekly', weekday: 1, zone: 'Europe/Berlin' };
    const monthly: Schedule = { ...DAILY, period: 'monthly', monthDay: 1, zone: 'America/New_York' };

    expect(firstWindow(weekly, '2026-03-15T12:00:00Z')).toEqual(['2026-03-09', '2026-03-15']);
    expect(firstWindow(monthly, '2026-03-15T12:00:00Z')).toEqual(['2026-03-01', '2026-03-31']);
  });

  it('end a day earlier where it is too early in the morning for the day before to be over in UTC', () => {
    const early = { ...DAILY, time: '01:30', zone: 'Europe/Berlin' };
    const dues = sequence(early, '2026-01-01T00:00:00Z', 365);
    const windows = dues.map((due) => windowOf(early, due, addDays(due.day, -3)));

    expect(new Set(windows.map((window) => window?.days))).toEqual(new Set([1]));
    expect(windows.every((window, at) => window?.to === addDays(dues[at]?.day ?? '', -2))).toBe(true);
  });

  it('begin where the last digest ended, two periods back at most', () => {
    const weekly: Schedule = { ...DAILY, period: 'weekly', weekday: 1 };
    const [due = { at: new Date(), day: '' }] = sequence(weekly, '2026-03-15T12:00:00Z', 1);

    expect(windowOf(weekly, due, '2026-03-08')).toMatchObject({ from: '2026-03-09', days: 7 });
    expect(windowOf(weekly, due, '2026-03-05')).toMatchObject({ from: '2026-03-06', days: 10 });
    expect(windowOf(weekly, due, '2026-01-05')).toMatchObject({ from: '2026-03-02', days: 14 });
    expect(windowOf(weekly, due, '2026-03-15')).toBeNull();
  });

  it('of now are one period that ends yesterday', () => {
    const at = (time: string) => new Date(time);

    expect(windowNow('daily', at('2026-03-15T00:10:00Z'))).toMatchObject({ from: '2026-03-14', days: 1 });
    expect(windowNow('weekly', at('2026-03-15T23:00:00Z'))).toMatchObject({ from: '2026-03-08', days: 7 });
    expect(windowNow('monthly', at('2026-03-01T12:00:00Z'))).toMatchObject({ from: '2026-02-01', days: 28 });
    expect(windowNow('monthly', at('2026-03-31T12:00:00Z'))).toMatchObject({ from: '2026-03-01', days: 30 });
  });

  it('are open to late reports for three days', () => {
    const due: Due = { at: new Date('2026-03-15T09:00:00Z'), day: '2026-03-15' };

    expect(openUntil(due).toISOString()).toBe('2026-03-18T09:00:00.000Z');
  });
});

describe('in every zone', () => {
  const zones = Intl.supportedValuesOf('timeZone');
  const schedules = fc.record({
    period: fc.constantFrom(...PERIODS),
    weekday: fc.integer({ min: 1, max: 7 }),
    monthDay: fc.integer({ min: 1, max: 31 }),
    time: fc
      .tuple(fc.integer({ min: 0, max: 23 }), fc.constantFrom(0, 15, 30, 45, 59))
      .map(([hour, minute]) => `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`),
  });
  const starts = fc
    .integer({ min: Date.parse('2024-01-01'), max: Date.parse('2032-01-01') })
    .map((time) => new Date(time));
  it('digests come in order, at their time or right after the gap that took it, and their days have no gap', () => {
    const one = fc.tuple(fc.constantFrom(...zones), schedules, starts);
    const everyZone = fc.tuple(schedules, starts);

    const wrong = zones.flatMap((zone) =>
      fc.sample(everyZone, 2).flatMap(([schedule, start]) => wrongOf({ ...schedule, zone }, start)),
    );

    expect(wrong).toEqual([]);
    fc.assert(
      fc.property(one, ([zone, schedule, start]) => wrongOf({ ...schedule, zone }, start).length === 0),
      { numRuns: 50 },
    );
  });
});

/** What is wrong about some digests of a schedule. */
function wrongOf(schedule: Schedule, start: Date): string[] {
  const wrong: string[] = [];
  let told: string | null = null;
  let before: Date | null = null;
  for (const due of sequence(schedule, start.toISOString(), 10)) {
    const window = windowOf(schedule, due, told);
    const holds = {
      'is after the one before': due.at > (before ?? start),
      'is at its local time': isAtLocalTime(schedule, due),
      'is the last up to its moment': isSame(dueUntil(schedule, due.at), due),
      'is not there before its moment':
        before === null ||
        dueUntil(schedule, new Date(due.at.getTime() - 1)).at.getTime() === before.getTime(),
      'has days': window !== null,
      'begins where the last ended': told === null || window?.from === addDays(told, 1),
      'is as long as its period':
        schedule.period === 'monthly' || window?.days === (schedule.period === 'daily' ? 1 : 7),
      'tells of whole days': Date.parse(window?.to ?? '') + DAY_MS <= due.at.getTime(),
    };
    for (const [what, does] of Object.entries(holds))
      if (!does) wrong.push(`not so: ${due.at.toISOString()} ${what}; ${JSON.stringify(schedule)}`);
    told = window?.to ?? null;
    before = due.at;
  }
  return wrong;
}

const isSame = (a: Due, b: Due) => a.at.getTime() === b.at.getTime() && a.day === b.day;

/** The clock shows the time, for the first time; or it went past it at this very moment. */
function isAtLocalTime({ time, zone }: Schedule, { at, day }: Due): boolean {
  const wanted = Date.parse(`${day}T${time}:00Z`);
  const shown = (ms: number) => ms + IANAZone.create(zone).offset(ms) * 60_000;
  const earlier = [1, 1_800_000, 3_600_000, 7_200_000];
  return shown(at.getTime()) >= wanted && earlier.every((before) => shown(at.getTime() - before) < wanted);
}

function sequence(schedule: Schedule, after: string, many: number): Due[] {
  const dues: Due[] = [];
  for (let last = new Date(after); dues.length < many;) {
    const due = dueAfter(schedule, last);
    dues.push(due);
    last = due.at;
  }
  return dues;
}

function firstWindow(schedule: Schedule, after: string): [string?, string?] {
  const window = windowOf(schedule, dueAfter(schedule, new Date(after)), null);
  return [window?.from, window?.to];
}
