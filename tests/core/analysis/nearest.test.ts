import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { editDistance, nearest } from '../../../src/core/analysis/nearest.js';

describe('the nearest name', () => {
  const commands = ['summary', 'sources', 'source', 'reports', 'report', 'reporters', 'help'];

  it.each([
    ['sumary', 'summary'],
    ['sumamry', 'summary'],
    ['SUMMARY', 'summary'],
    ['suorces', 'sources'],
    ['hlep', 'help'],
    ['repotrs', 'reports'],
    ['summ', 'summary'],
  ])('%s is %s', (typed, meant) => {
    expect(nearest(typed, commands)[0]).toBe(meant);
  });

  it('is none for a word that is like no other', () => {
    expect(nearest('weather', commands)).toEqual([]);
  });

  it('finds a domain with letters swapped among thousands', () => {
    const domains = Array.from({ length: 5_000 }, (_, at) => `customer${at}.example.net`);

    expect(nearest('exmaple.com', [...domains, 'example.com'])).toEqual(['example.com']);
  });

  it('counts a swap of neighbours as one change', () => {
    expect(editDistance('ab', 'ba', 3)).toBe(1);
    expect(editDistance('kitten', 'sitting', 3)).toBe(3);
    expect(editDistance('abc', '', 5)).toBe(3);
  });

  it('gives up beyond the bound without another answer than the full count would give', () => {
    const word = fc.stringMatching(/^[abc]{0,10}$/);
    fc.assert(
      fc.property(word, word, fc.nat(5), (a, b, bound) => {
        const full = editDistance(a, b, 100);

        expect(editDistance(a, b, bound)).toBe(Math.min(full, bound + 1));
        expect(editDistance(b, a, 100)).toBe(full);
      }),
      { numRuns: 2_000 },
    );
  });
});
