import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addDays, lastDays, parseRange, periodBefore, rangeOf } from '../../../src/core/analysis/range.js';

/** A Wednesday. */
const today = '2026-03-18';
const read = (text: string) => parseRange(text.split(' '), today);

describe('words for a period', () => {
  it.each([
    ['30d', '2026-02-17', '2026-03-18', 30],
    ['1d', '2026-03-18', '2026-03-18', 1],
    ['90days', '2025-12-19', '2026-03-18', 90],
    ['12w', '2025-12-25', '2026-03-18', 84],
    ['6m', '2025-09-19', '2026-03-18', 181],
    ['1y', '2025-03-19', '2026-03-18', 365],
    ['today', '2026-03-18', '2026-03-18', 1],
    ['Yesterday', '2026-03-17', '2026-03-17', 1],
    ['last week', '2026-03-09', '2026-03-15', 7],
    ['this week', '2026-03-16', '2026-03-18', 3],
    ['last month', '2026-02-01', '2026-02-28', 28],
    ['this month', '2026-03-01', '2026-03-18', 18],
    ['last year', '2025-01-01', '2025-12-31', 365],
    ['this year', '2026-01-01', '2026-03-18', 77],
    ['last 10 days', '2026-03-09', '2026-03-18', 10],
    ['past 2 weeks', '2026-03-05', '2026-03-18', 14],
    ['last 30d', '2026-02-17', '2026-03-18', 30],
    ['2026-01', '2026-01-01', '2026-01-31', 31],
    ['2024-02', '2024-02-01', '2024-02-29', 29],
    ['2026-03', '2026-03-01', '2026-03-18', 18],
    ['2025', '2025-01-01', '2025-12-31', 365],
    ['2026-01-05', '2026-01-05', '2026-01-05', 1],
    ['2026-01..2026-02', '2026-01-01', '2026-02-28', 59],
    ['2026-01..2026-03', '2026-01-01', '2026-03-18', 77],
    ['2026-01-05..2026-02-10', '2026-01-05', '2026-02-10', 37],
    ['2026-01-05…2026-02-10', '2026-01-05', '2026-02-10', 37],
  ])('%s', (text, from, to, days) => {
    const reading = read(text);

    expect(reading).toEqual({ range: { from, to, days }, rest: [], error: null });
  });

  it.each([
    [{ from: '2026-01-05', to: '2026-02-10' }, '2026-01-05', '2026-02-10'],
    [{ from: '2026-01', to: '2026-02' }, '2026-01-01', '2026-02-28'],
    [{ from: '2026-03-01' }, '2026-03-01', '2026-03-18'],
    [{ from: 'yesterday', to: 'today' }, '2026-03-17', '2026-03-18'],
    [{ days: '30' }, '2026-02-17', '2026-03-18'],
    [{ from: '2026-01-01', days: '10' }, '2026-01-01', '2026-01-10'],
    [{ to: '2026-01-31', days: '31' }, '2026-01-01', '2026-01-31'],
  ])('options %o', (options, from, to) => {
    expect(parseRange([], today, options).range).toEqual(rangeOf(from, to));
  });

  it('may stand anywhere among other words', () => {
    const reading = read('example.com last month google.com');

    expect(reading.rest).toEqual(['example.com', 'google.com']);
    expect(reading.range).toEqual(rangeOf('2026-02-01', '2026-02-28'));
  });

  it.each([
    'example.com',
    'last',
    'd30',
    '30',
    '2026-1',
    'last thing',
    '192.0.2.1',
    '2001:db8::1',
    '30days.example.com',
  ])('%s is none', (text) => {
    expect(read(text)).toEqual({ range: null, rest: text.split(' '), error: null });
  });

  it.each([
    ['30d 2026-01', 'Two periods were given (30d and 2026-01); give one.'],
    ['0d', 'A period has at least one day, such as 7d.'],
    ['9999d', 'A period has at most 3660 days (ten years).'],
    ['99999m', 'A period has at most 3660 days (ten years).'],
    ['2010..2026', 'A period has at most 3660 days (ten years).'],
    ['2026-13', 'There is no date 2026-13; write 2026-01-05 for a day or 2026-01 for a month.'],
    ['2026-02-30', 'There is no date 2026-02-30; write 2026-01-05 for a day or 2026-01 for a month.'],
    ['2026-02-01..2026-01-01', 'The period ends (2026-01-01) before it begins (2026-02-01).'],
    ['2027-01', 'The period begins on 2027-01-01, which is still to come; today is 2026-03-18 (UTC).'],
    ['1999', 'There are no DMARC reports from before 2010-01-01.'],
  ])('%s is refused in one sentence', (text, error) => {
    expect(read(text).error).toBe(error);
  });

  it.each([
    [{ from: 'tomorrow' }, 'There is no date tomorrow;'],
    [{ days: 'many' }, 'The number of days is a whole number'],
    [{ days: '0' }, 'A period has at least one day'],
    [{ from: '2026-01-01', to: '2026-01-02', days: '2' }, 'Give two of from, to and days'],
    [{ to: '2026-01-31' }, 'A period that ends 2026-01-31 also needs its start, such as from:2026-01-02.'],
  ])('options %o are refused in one sentence', (options, error) => {
    expect(parseRange([], today, options).error).toContain(error);
  });

  it('never throws, whatever the words are', () => {
    const part = fc.oneof(
      fc.string(),
      fc.stringMatching(/^[0-9dwmy.-]{1,12}$/),
      fc.constantFrom('last', 'this', 'week'),
    );
    fc.assert(
      fc.property(fc.array(part), part, part, part, (words, from, to, days) => {
        const reading = parseRange(words, today, { from, to, days });

        const range = reading.range ?? rangeOf(today, today);
        expect(range).toEqual(rangeOf(range.from, range.to));
      }),
      { numRuns: 2_000 },
    );
  });

  it('any two days with dots between are read back', () => {
    fc.assert(
      fc.property(fc.nat(3_000), fc.nat(600), (before, length) => {
        const to = addDays(today, -(before % 3_000));
        const range = lastDays(length + 1, to);

        expect(parseRange([`${range.from}..${range.to}`], today).range).toEqual(range);
      }),
    );
  });

  it('the period before has the same length and ends the day before', () => {
    expect(periodBefore(rangeOf('2026-03-01', '2026-03-10'))).toEqual(rangeOf('2026-02-19', '2026-02-28'));
  });
});
