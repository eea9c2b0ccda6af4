import { describe, expect, it } from 'vitest';
import {
  ago,
  change,
  compact,
  count,
  counted,
  moment,
  momentFor,
  percent,
  period,
  pointsChange,
} from '../../src/bot/figures.js';

describe('figures for people', () => {
  it.each([
    [982, 1_000, '98.2 %'],
    [1_000, 1_000, '100.0 %'],
    [999_999, 1_000_000, '99.9 %'],
    [9_996, 10_000, '99.9 %'],
    [9_994, 10_000, '99.9 %'],
    [0, 1_000, '0.0 %'],
    [1, 1_000_000, '<0.1 %'],
    [1, 3, '33.3 %'],
    [0, 0, '–'],
  ])('%d of %d are %s', (part, of, text) => {
    expect(percent(part, of)).toBe(text);
  });

  it.each([
    [0, '0'],
    [41_310, '41,310'],
    [9_007_199_254_740_991, '9,007,199,254,740,991'],
  ])('%d is written %s', (value, text) => {
    expect(count(value)).toBe(text);
  });

  it('one is singular, all else plural', () => {
    expect([counted(1, 'message'), counted(0, 'message'), counted(2, 'reply', 'replies')]).toEqual([
      '1 message',
      '0 messages',
      '2 replies',
    ]);
  });

  it.each([
    [103, 100, '+3.0 %'],
    [50, 100, '−50.0 %'],
    [100, 100, 'unchanged'],
    [5, 0, 'none before, so all new'],
    [0, 0, 'none before'],
    [2_000, 100, '20 times as many'],
  ])('%d after %d is %s', (now, before, text) => {
    expect(change(now, before)).toBe(text);
  });

  it('a change of shares is in points, and none where one is missing', () => {
    expect(pointsChange({ part: 98, of: 100 }, { part: 97, of: 100 })).toBe('+1.0 points');
    expect(pointsChange({ part: 0, of: 0 }, { part: 97, of: 100 })).toBeNull();
  });

  it.each([
    [0, '0'],
    [850, '850'],
    [999, '999'],
    [999.9, '1k'],
    [1_200, '1.2k'],
    [41_310, '41k'],
    [999_999, '1M'],
    [3_400_000, '3.4M'],
    [Number.MAX_SAFE_INTEGER, '9P'],
  ])('%d is %s on an axis', (value, text) => {
    expect(compact(value)).toBe(text);
    expect(compact(value).length).toBeLessThanOrEqual(5);
  });

  it('times and periods name their zone', () => {
    const now = new Date('2026-01-30T12:00:00Z');

    expect(moment('2026-01-30T14:05:59Z', now)).toBe('2026-01-30 14:05 UTC');
    expect(moment('soon', now)).toBe('soon');
    expect(period({ from: '2026-01-01', to: '2026-01-30', days: 30 }, now)).toBe(
      '2026-01-01 to 2026-01-30 (30 days, UTC)',
    );
    expect(period({ from: '2026-01-01', to: '2026-01-01', days: 1 }, now)).toBe('2026-01-01 (1 day, UTC)');
  });

  it.each([
    ['UTC', 'iso', '2026-01-30 23:05 UTC', '2026-01-01'],
    ['Europe/Berlin', 'iso', '2026-01-31 00:05 +01:00', '2026-01-01'],
    ['Asia/Kolkata', 'day-first', '31/01/2026 04:35 +05:30', '01/01/2026'],
    ['America/New_York', 'month-first', '01/30/2026 18:05 -05:00', '01/01/2026'],
    ['Etc/UTC', 'month-first', '01/30/2026 23:05 +00:00', '01/01/2026'],
  ] as const)(
    'times are those of %s and written %s, while days of reports stay UTC days',
    (zone, dates, time, day) => {
      const now = momentFor(new Date('2026-01-30T12:00:00Z'), { zone, dates });

      expect(moment('2026-01-30T23:05:59Z', now)).toBe(time);
      expect(period({ from: '2026-01-01', to: '2026-01-01', days: 1 }, now)).toBe(`${day} (1 day, UTC)`);
      expect(ago('2026-01-30T11:58:00Z', now)).toBe('2 minutes ago');
    },
  );

  it.each([
    ['2026-01-30T11:59:30Z', 'just now'],
    ['2026-01-30T11:58:00Z', '2 minutes ago'],
    ['2026-01-30T10:30:00Z', '1 hour ago'],
    ['2026-01-20T10:30:00Z', '10 days ago'],
    ['2026-01-31T10:30:00Z', 'just now'],
  ])('%s is %s', (iso, text) => {
    expect(ago(iso, new Date('2026-01-30T12:00:00Z'))).toBe(text);
  });
});
