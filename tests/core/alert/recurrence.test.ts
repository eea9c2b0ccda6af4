import fc from 'fast-check';
import { RRule } from 'rrule';
import { describe, expect, it } from 'vitest';
import { occurrences } from '../../../src/core/alert/occurrences.js';
import { readRecurrence, timesOn, type Recurrence } from '../../../src/core/alert/recurrence.js';
import { addDays } from '../../../src/core/analysis/range.js';

function read(text: string, from: string, zone = 'UTC'): Recurrence {
  const { recurrence, error } = { recurrence: null, ...readRecurrence(text, new Date(from), zone) };
  if (recurrence === null) throw new Error(error ?? 'not read');
  return recurrence;
}

const said = (text: string, zone: string, from: string, until: string) =>
  occurrences(read(text, from, zone), zone, new Date(Date.parse(from) - 1), new Date(until)).map((at) =>
    at.toISOString().slice(0, 16),
  );

const list = (values: fc.Arbitrary<number | string>, most: number) =>
  fc.option(fc.uniqueArray(values, { minLength: 1, maxLength: most }), { nil: undefined });
/** The library takes times in the order in which they are written. */
const inOrder = (values: readonly (number | string)[] | undefined) =>
  values?.toSorted((a, b) => Number(a) - Number(b)).join(',');
const DAYS = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'];

const rules = fc
  .record({
    freq: fc.constantFrom('DAILY', 'WEEKLY', 'MONTHLY', 'YEARLY'),
    interval: fc.integer({ min: 1, max: 4 }),
    months: list(fc.integer({ min: 1, max: 12 }), 3),
    monthDays: list(
      fc.integer({ min: -28, max: 28 }).filter((day) => day !== 0),
      3,
    ),
    days: list(fc.constantFrom(...DAYS), 4),
    nth: fc.option(fc.constantFrom(1, 2, 4, 5, -1, -2), { nil: undefined }),
    hours: list(fc.integer({ min: 0, max: 23 }), 3),
    minutes: list(fc.integer({ min: 0, max: 59 }), 2),
    place: fc.option(fc.constantFrom(1, 2, -1, -2), { nil: undefined }),
    wkst: fc.option(fc.constantFrom('MO', 'SU', 'WE'), { nil: undefined }),
  })
  .map(({ freq, interval, months, monthDays, days, nth, hours, minutes, place, wkst }) => {
    // The library looks until the year 9999 for what never comes, and begins the first week of WEEKLY at its start.
    const isLong = freq === 'MONTHLY' || freq === 'YEARLY';
    const counted = isLong && monthDays === undefined ? (nth ?? '') : '';
    const places =
      isLong && days !== undefined && monthDays === undefined && counted === '' ? place : undefined;
    const part = (name: string, value: string | number | undefined) =>
      value === undefined ? [] : [`${name}=${value}`];
    return [
      `FREQ=${freq}`,
      `INTERVAL=${interval}`,
      ...part('BYMONTH', months?.join(',')),
      ...part('BYMONTHDAY', freq === 'WEEKLY' ? undefined : monthDays?.join(',')),
      ...part('BYDAY', days?.map((day) => `${counted}${String(day)}`).join(',')),
      ...part('BYHOUR', inOrder(hours)),
      ...part('BYMINUTE', inOrder(minutes)),
      ...part('BYSETPOS', places),
      ...part('WKST', wkst),
    ].join(';');
  });

describe('a recurrence', () => {
  it('comes on the days and at the times that the rrule library says, for whatever it takes', () => {
    fc.assert(
      fc.property(
        rules,
        fc.integer({ min: 0, max: 900 }),
        fc.integer({ min: 0, max: 1_439 }),
        (text, day, minute) => {
          const from = new Date(Date.UTC(2025, 0, 1) + day * 86_400_000 + minute * 60_000);
          const mine = readRecurrence(text, from, 'UTC');
          fc.pre(mine.error === null);
          const until = new Date(from.getTime() + 500 * 86_400_000);
          const theirs = new RRule({ ...RRule.parseString(text), dtstart: from, until });

          const days = Array.from({ length: 499 }, (_, at) => addDays(from.toISOString().slice(0, 10), at));
          const all = days.flatMap((each) =>
            timesOn(mine.recurrence, each).map((at) => Date.parse(each) + at * 60_000),
          );

          const end = Date.parse(days.at(-1) ?? '');
          const before = (at: number) => at < end;
          expect(all.filter(before)).toEqual(theirs.all().map(Number).filter(before));
        },
      ),
      { numRuns: 60 },
    );
  });

  it.each([
    ['Europe/Berlin', '2026-03-27T01:30:00Z', ['2026-03-28T01:30', '2026-03-29T01:00', '2026-03-30T00:30']],
    ['Europe/Berlin', '2026-10-23T00:30:00Z', ['2026-10-24T00:30', '2026-10-25T00:30', '2026-10-26T01:30']],
    [
      'America/New_York',
      '2026-03-06T07:30:00Z',
      ['2026-03-07T07:30', '2026-03-08T07:00', '2026-03-09T06:30'],
    ],
    [
      'America/New_York',
      '2026-10-30T05:30:00Z',
      ['2026-10-31T05:30', '2026-11-01T05:30', '2026-11-02T06:30'],
    ],
    [
      'Australia/Lord_Howe',
      '2026-10-01T15:45:00Z',
      ['2026-10-02T15:45', '2026-10-03T15:30', '2026-10-04T15:15'],
    ],
    ['Asia/Kolkata', '2026-03-27T21:00:00Z', ['2026-03-28T21:00', '2026-03-29T21:00', '2026-03-30T21:00']],
  ])(
    'each day keeps to the clock of %s from %s on: after a gap, and once where the hour comes twice',
    (zone, from, expected) => {
      const until = new Date(Date.parse(from) + 3 * 86_400_000 + 3_600_000).toISOString();

      expect(said('FREQ=DAILY', zone, from, until).slice(1, 4)).toEqual(expected);
    },
  );

  it.each([
    'FREQ=SECONDLY;COUNT=1000000000',
    'FREQ=MINUTELY',
    'FREQ=DAILY;COUNT=5',
    'FREQ=DAILY;UNTIL=20300101T000000Z',
    'FREQ=DAILY;BYSECOND=1',
    'FREQ=YEARLY;BYYEARDAY=1',
    'FREQ=YEARLY;BYWEEKNO=1',
    'FREQ=DAILY;INTERVAL=0',
    'FREQ=DAILY;INTERVAL=1001',
    'FREQ=DAILY;BYMONTH=13',
    'FREQ=MONTHLY;BYMONTHDAY=0',
    'FREQ=MONTHLY;BYDAY=XX',
    'FREQ=WEEKLY;BYDAY=1MO',
    'FREQ=WEEKLY;BYMONTHDAY=1',
    'FREQ=DAILY;FREQ=DAILY',
    'FREQ=DAILY;;',
    'FREQ=DAILY;X=1',
    'INTERVAL=2',
    '',
    `FREQ=DAILY;BYHOUR=${Array.from({ length: 24 }, (_, at) => at).join(',')};BYMINUTE=0,30`,
    `FREQ=DAILY;BYMONTHDAY=${Array.from({ length: 300 }, () => 1).join(',')}`,
    'FREQ=DAILY\nRRULE:FREQ=DAILY',
  ])('is not %j, and says in one sentence why', (text) => {
    const read_ = readRecurrence(text, new Date('2026-03-01T00:00:00Z'), 'UTC');

    expect(read_.error).toMatch(/^This rule .*\.$/u);
  });

  it('that never comes costs no more than one that does', () => {
    const hostile = read(
      'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30,31;BYDAY=MO,TU,WE,TH,FR,SA,SU;BYSETPOS=-366,366',
      '2026-01-01T00:00:00Z',
    );
    const started = performance.now();

    for (let turn = 0; turn < 50; turn += 1)
      expect(occurrences(hostile, 'UTC', new Date('2099-02-20'), new Date('2099-03-01'))).toEqual([]);

    expect(performance.now() - started).toBeLessThan(2_000);
  });
});
