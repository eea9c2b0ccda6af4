import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { divide, randomFor } from '../../../src/core/sample/random.js';

const draw = (count: number, ...labels: (string | number)[]): number[] => {
  const random = randomFor(...labels);
  return Array.from({ length: count }, () => random.next());
};

describe('a stream of random numbers', () => {
  it('is the same for the same labels and another for others', () => {
    expect(draw(5, 'seed', 'office', 3)).toEqual(draw(5, 'seed', 'office', 3));
    expect(draw(5, 'seed', 'office', 3)).not.toEqual(draw(5, 'seed', 'office', 4));
    expect(draw(5, 'ab', 'c')).not.toEqual(draw(5, 'a', 'bc'));
  });

  it('never changes from release to release, since scenarios are named by their seed', () => {
    expect(randomFor('seed', 1).hex(32)).toMatchInlineSnapshot(`"a1fbe228b590bbfa76dbcf789506fa72"`);
  });

  it('is spread evenly, also over neighbouring labels', () => {
    const first = Array.from({ length: 10_000 }, (_, day) => draw(1, 'seed', day)[0] ?? 0);
    const tenths = Array.from(
      { length: 10 },
      (_, tenth) => first.filter((x) => Math.floor(x * 10) === tenth).length,
    );

    expect(Math.min(...tenths)).toBeGreaterThan(850);
    expect(Math.max(...tenths)).toBeLessThan(1150);
  });

  it('has whole numbers below a bound, and rounds to the mean', () => {
    const random = randomFor('bounds');
    const rounded = Array.from({ length: 10_000 }, () => random.round(0.3));
    const below = Array.from({ length: 1_000 }, () => random.below(7));

    expect(rounded.reduce((sum, x) => sum + x, 0) / 10_000).toBeCloseTo(0.3, 1);
    expect(new Set(below)).toEqual(new Set([0, 1, 2, 3, 4, 5, 6]));
  });

  it('has normal numbers with mean 0 and deviation 1', () => {
    const random = randomFor('normal');
    const numbers = Array.from({ length: 20_000 }, () => random.normal());
    const mean = numbers.reduce((sum, x) => sum + x, 0) / numbers.length;
    const variance = numbers.reduce((sum, x) => sum + x * x, 0) / numbers.length;

    expect(Math.abs(mean)).toBeLessThan(0.03);
    expect(Math.abs(variance - 1)).toBeLessThan(0.05);
  });
});

describe('dividing a total', () => {
  const weights = fc.array(fc.oneof(fc.constant(0), fc.double({ min: 0, max: 100, noNaN: true })), {
    minLength: 1,
    maxLength: 20,
  });

  it('keeps the exact sum, gives nothing to a weight of 0, and everybody nearly their due', () => {
    fc.assert(
      fc.property(fc.nat({ max: 1_000_000 }), weights, fc.string(), (total, parts, seed) => {
        const sum = parts.reduce((all, part) => all + part, 0);
        fc.pre(sum > 1e-6);

        const divided = divide(total, parts, randomFor(seed));

        expect(divided.reduce((all, part) => all + part, 0)).toBe(total);
        expect(divided.filter((part, index) => parts[index] === 0 && part !== 0)).toEqual([]);
        expect(
          divided.filter((part, index) => Math.abs(part - (total * (parts[index] ?? 0)) / sum) > 1.001),
        ).toEqual([]);
      }),
    );
  });

  it('gives nothing where there is no weight at all', () => {
    expect(divide(10, [0, 0], randomFor('x'))).toEqual([0, 0]);
  });
});
