import { describe, expect, it } from 'vitest';
import * as fc from 'fast-check';
import { reportDays, spreadOverDays } from '../../../src/core/report/days.js';

const HOUR = 3_600_000;
const iso = (time: number): string => new Date(time).toISOString().replace('.000Z', 'Z');
const seconds = fc.integer({ min: Date.UTC(2010, 0, 1) / 1000, max: Date.UTC(2040, 0, 1) / 1000 });

describe('the days of a report', () => {
  it('are the one day of a report from midnight to the second before midnight', () => {
    expect(reportDays('2026-03-01T00:00:00Z', '2026-03-01T23:59:59Z')).toEqual([
      { day: '2026-03-01', share: 1 },
    ]);
  });

  it('are the day of the middle for a range that crosses midnight', () => {
    expect(reportDays('2026-03-01T16:00:00Z', '2026-03-02T16:00:00Z')).toEqual([
      { day: '2026-03-02', share: 1 },
    ]);
    expect(reportDays('2026-03-01T07:00:00Z', '2026-03-02T06:59:59Z')).toEqual([
      { day: '2026-03-01', share: 1 },
    ]);
  });

  it('are one day for begin = end and for an end before the begin', () => {
    expect(reportDays('2026-03-01T05:00:00Z', '2026-03-01T05:00:00Z')).toEqual([
      { day: '2026-03-01', share: 1 },
    ]);
    expect(reportDays('2026-03-02T12:00:00Z', '2026-03-01T20:00:00Z')).toEqual([
      { day: '2026-03-02', share: 1 },
    ]);
  });

  it('are one day at 36 hours and two a second later', () => {
    expect(reportDays('2026-03-01T00:00:00Z', '2026-03-02T12:00:00Z')).toHaveLength(1);
    expect(reportDays('2026-03-01T00:00:00Z', '2026-03-02T12:00:01Z').map(({ day }) => day)).toEqual([
      '2026-03-01',
      '2026-03-02',
    ]);
  });

  it('leave out a day that the range ends at the start of', () => {
    const days = reportDays('2026-03-01T00:00:00Z', '2026-03-04T00:00:00Z');

    expect(days.map(({ day }) => day)).toEqual(['2026-03-01', '2026-03-02', '2026-03-03']);
    expect(days.map(({ share }) => share)).toEqual([1 / 3, 2 / 3, 1]);
  });

  it('are one day for a range too long to be believed', () => {
    expect(reportDays('2026-01-01T00:00:00Z', '2026-04-04T00:00:00Z')).toHaveLength(93);
    expect(reportDays('2026-01-01T00:00:00Z', '2026-04-04T00:00:01Z')).toEqual([
      { day: '2026-02-16', share: 1 },
    ]);
  });

  it('are refused for a date that is none', () => {
    expect(() => reportDays('yesterday', '2026-03-01T00:00:00Z')).toThrow(RangeError);
  });

  it('lie within the range, in order, and end with a share of 1', () => {
    fc.assert(
      fc.property(seconds, fc.integer({ min: 0, max: 120 * 86_400 }), (begin, length) => {
        const days = reportDays(iso(begin * 1000), iso((begin + length) * 1000));

        expect(days.at(-1)?.share).toBe(1);
        for (const { day } of days) {
          expect(Date.parse(day)).toBeLessThanOrEqual((begin + length) * 1000);
          expect(Date.parse(day) + 24 * HOUR).toBeGreaterThan(begin * 1000);
        }
        const shares = days.map(({ share }) => share);
        expect(shares).toEqual([...new Set(shares)].sort((a, b) => a - b));
      }),
    );
  });

  it('are always one up to 36 hours', () => {
    fc.assert(
      fc.property(seconds, fc.integer({ min: 0, max: 36 * 3600 }), (begin, length) => {
        expect(reportDays(iso(begin * 1000), iso((begin + length) * 1000))).toHaveLength(1);
      }),
    );
  });
});

describe('messages over days', () => {
  it('are rounded half up at the end of each day', () => {
    const days = reportDays('2026-03-01T00:00:00Z', '2026-03-05T00:00:00Z');

    expect(spreadOverDays(2, days)).toEqual([1, 0, 1, 0]);
    expect(spreadOverDays(1, days)).toEqual([0, 1, 0, 0]);
    expect(spreadOverDays(0, days)).toEqual([0, 0, 0, 0]);
  });

  it('keep their exact sum, and no day gets less than none', () => {
    fc.assert(
      fc.property(
        seconds,
        fc.integer({ min: 1, max: 100 * 86_400 }),
        fc.oneof(fc.nat({ max: 100 }), fc.maxSafeNat()),
        (begin, length, count) => {
          const days = reportDays(iso(begin * 1000), iso((begin + length) * 1000));

          const spread = spreadOverDays(count, days);

          expect(spread).toHaveLength(days.length);
          expect(spread.reduce((sum, messages) => sum + BigInt(messages), 0n)).toBe(BigInt(count));
          expect(Math.min(...spread)).toBeGreaterThanOrEqual(0);
        },
      ),
    );
  });
});
