import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { programOf } from '../support/programs.js';
import { replaceOwn } from './own-text.js';
import { verdictOf, targetText, type Figure } from './figure.js';
import { median, percentile } from './percentile.js';
import { populationOf, reportsOf } from './population.js';

const main = () => programOf('tests/bench/main.ts');

const figure = (measured: number, target: Figure['target']): Figure => ({
  name: 'a figure',
  unit: 'ms',
  measured,
  target,
  note: '',
});

describe('the bench', () => {
  it('refuses a part that there is not, and says which there are', () => {
    const words = [main(), '--only', 'everything'];

    const { status, stdout } = spawnSync(process.execPath, words, { encoding: 'utf8' });

    expect(status).toBe(2);
    expect(stdout).toContain('one of parse, ingest, summary, start, api, workers, rules, alerts');
  });
});

describe('a verdict', () => {
  it('is ok at a lower bound and a miss at an upper one', () => {
    expect(verdictOf(figure(50, { atLeast: 50 }))).toBe('ok');
    expect(verdictOf(figure(49.9, { atLeast: 50 }))).toBe('miss');
    expect(verdictOf(figure(50, { below: 50 }))).toBe('miss');
    expect(verdictOf(figure(49.9, { below: 50 }))).toBe('ok');
    expect(verdictOf(figure(1, null))).toBe('');
    expect(verdictOf(figure(1, { hope: 'more' }))).toBe('');
  });

  it('is about a target that is spelt out', () => {
    expect(targetText(figure(1, { below: 50 }))).toBe('below 50 ms');
    expect(targetText(figure(1, { atLeast: 100_000 }))).toBe('100,000 ms or more');
    expect(targetText(figure(1, { hope: 'more' }))).toBe('more');
  });
});

describe('the page of several benches', () => {
  const page =
    '# Benchmarks\n\n<!-- bench -->\n\nold\n\n<!-- /bench -->\n\n<!-- bench:chat -->\n\nchat\n\n<!-- /bench:chat -->\n';

  it('gets the text of one, and keeps those of the others', () => {
    expect(replaceOwn(page, 'bench', 'new $1')).toBe(page.replace('old', () => 'new $1'));
    expect(replaceOwn(page, 'bench:chat', 'new\n')).toBe(page.replace('chat\n\n', 'new\n\n'));
  });

  it('gets a new one at its end', () => {
    expect(replaceOwn('# Benchmarks\n', 'bench', 'first')).toBe(
      '# Benchmarks\n\n<!-- bench -->\n\nfirst\n\n<!-- /bench -->\n',
    );
  });
});

describe('a percentile', () => {
  it('is the nearest rank, and the median the middle', () => {
    const values = Array.from({ length: 200 }, (_, index) => 200 - index);

    expect(percentile(values, 99)).toBe(198);
    expect(percentile(values, 50)).toBe(100);
    expect(percentile([7], 99)).toBe(7);
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 3])).toBe(2.5);
  });
});

describe('the stored records', () => {
  it('are as many as said, from as many addresses, with a burst of a tenth of them on one day', () => {
    const population = populationOf(20_000, 50, 20);

    const sizes = population.days.map((day) => {
      const reports = [...reportsOf(population, day)];
      return {
        day,
        records: reports.reduce((sum, { records }) => sum + records, 0),
        names: reports.map(({ name }) => name),
      };
    });

    const total = sizes.reduce((sum, { records }) => sum + records, 0);
    const { burst, domains } = population;
    expect(Math.abs(total - 20_000) / 20_000).toBeLessThan(0.03);
    expect(burst).toMatchObject({ records: 200, domain: domains[9]?.name, day: '2026-06-20' });
    expect(burst.firstSource + burst.records).toBeGreaterThan(1_990);
    expect(burst.firstSource + burst.records).toBeLessThan(2_040);
    expect(sizes.flatMap(({ names }) => names.filter((name) => name.startsWith('stormwatch')))).toHaveLength(
      1,
    );
    expect((domains[0]?.records ?? 0) / (domains[9]?.records ?? 1)).toBeCloseTo(10);
    expect(sizes.at(-1)?.day).toBe('2026-06-30');
  });

  it('are the same each time', () => {
    const made = () => [...reportsOf(populationOf(5_000, 20, 10), '2026-06-25')];

    expect(made()).toEqual(made());
  });
});
