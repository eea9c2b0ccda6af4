import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { axisFor, bucketsOf, labelled } from '../../../src/core/chart/scale.js';
import { messagesByDay } from './support.js';

describe('days in bars', () => {
  it.each([
    [30, 1],
    [92, 1],
    [366, 7],
    [3_650, 31],
  ])('%i days are bars of %i', (days, perBar) => {
    expect(bucketsOf(messagesByDay(days), 960).perBar).toBe(perBar);
  });

  it('are averaged, the newest bar over whole days, and a day without a value counts as none', () => {
    const spec = messagesByDay(9);
    const values = [1, 1, null, 2, 2, 2, 2, 4, null];

    const buckets = bucketsOf({ ...spec, series: [{ name: '', tone: 'good', values }] }, 16);

    expect(buckets.perBar).toBe(7);
    expect(buckets.days).toEqual(['2026-01-01', '2026-01-03']);
    expect(buckets.values).toEqual([[1, 2.4]]);
  });
});

describe('an axis', () => {
  it.each([
    [1, 1, 1],
    [3, 3, 1],
    [7, 8, 2],
    [1_686, 2_000, 500],
    [41_310, 60_000, 20_000],
  ])('of counts up to %d ends at %d in steps of %d', (highest, top, step) => {
    expect(axisFor(highest, 'messages')).toEqual({ top, step });
  });

  it.each([
    [0.02, 0.02, 0.005],
    [2.6, 3, 1],
    [93, 100, 25],
    [100, 100, 25],
  ])('of shares up to %d ends at %d in steps of %d', (highest, top, step) => {
    expect(axisFor(highest, 'percent').top).toBeCloseTo(top);
    expect(axisFor(highest, 'percent').step).toBeCloseTo(step);
  });

  it('reaches every value with at most four lines, on whole numbers of messages', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (highest) => {
        const { top, step } = axisFor(highest, 'messages');

        expect(top).toBeGreaterThanOrEqual(highest);
        expect(Math.round(top / step)).toBeLessThanOrEqual(4);
        expect(Number.isInteger(step)).toBe(true);
      }),
    );
  });
});

describe('labels', () => {
  it('stand at even steps back from the last, as many as have room', () => {
    expect([...labelled(30, 960, 110)]).toEqual([29, 23, 17, 11, 5]);
    expect([...labelled(3, 960, 110)]).toEqual([2, 1, 0]);
    expect([...labelled(0, 960, 110)]).toEqual([]);
  });
});
