import { describe, expect, it } from 'vitest';
import { completeness } from '../../../src/core/analysis/completeness.js';
import { addDays, daysOf, rangeOf } from '../../../src/core/analysis/range.js';

const asked = daysOf(rangeOf('2026-03-01', '2026-03-10'));
const every = daysOf(rangeOf('2026-02-15', '2026-03-10'));

describe('completeness', () => {
  it('is whole when every regular reporter sent every day', () => {
    expect(completeness([{ reporter: 'a', days: every }], asked)).toEqual({
      expected: 10,
      received: 10,
      share: 1,
      missing: [],
      missingCount: 0,
    });
  });

  it('expects a reporter that sent on five of the fourteen days before, and not one that sent on four', () => {
    const sentOn = (count: number) =>
      Array.from({ length: count }, (_, index) => addDays('2026-02-28', -index));

    expect(completeness([{ reporter: 'five', days: sentOn(5) }], ['2026-03-01'])).toMatchObject({
      expected: 1,
      received: 0,
      share: 0,
    });
    expect(completeness([{ reporter: 'four', days: sentOn(4) }], ['2026-03-01'])).toMatchObject({
      expected: 0,
      share: null,
    });
  });

  it('stops expecting a reporter that is gone for long, and still names it', () => {
    const gone = daysOf(rangeOf('2026-02-01', '2026-02-20'));

    const { expected, missing } = completeness(
      [{ reporter: 'gone', days: gone }],
      daysOf(rangeOf('2026-03-01', '2026-03-20')),
    );

    expect(expected).toBe(2);
    expect(missing).toEqual(['gone']);
  });

  it('names those that are missing at the end, the most missed first, at most five', () => {
    const until = (day: string) => every.filter((one) => one <= day);
    const reporters = Array.from({ length: 7 }, (_, index) => ({
      reporter: `r${index}`,
      days: until(addDays('2026-03-03', index)),
    }));

    const found = completeness([{ reporter: 'here', days: every }, ...reporters], asked);

    expect(found.missing).toEqual(['r0', 'r1', 'r2', 'r3', 'r4']);
    expect(found.missingCount).toBe(7);
  });

  it('does not take longer for ten years than what was sent on them asks for', () => {
    const week = daysOf(rangeOf('2026-02-20', '2026-02-26'));
    const reporters = Array.from({ length: 10_000 }, (_, index) => ({ reporter: `r${index}`, days: week }));
    const decade = daysOf(rangeOf('2016-03-01', '2026-02-28'));

    const start = performance.now();
    const { expected, received } = completeness(reporters, decade);

    expect({ expected, received }).toEqual({ expected: 40_000, received: 20_000 });
    expect(performance.now() - start).toBeLessThan(2_500);
  });

  it('says nothing where nobody is expected', () => {
    expect(completeness([], asked)).toEqual({
      expected: 0,
      received: 0,
      share: null,
      missing: [],
      missingCount: 0,
    });
  });
});
