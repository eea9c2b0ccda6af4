import { describe, expect, it } from 'vitest';
import type { Chart } from '../../../src/bot/card.js';
import { drawBars } from '../../../src/bot/characters/bars-chart.js';
import { drawDays } from '../../../src/bot/characters/days-chart.js';
import { plain } from '../../../src/bot/characters/style.js';
import { addDays } from '../../../src/core/analysis/range.js';

type DaysChart = Extract<Chart, { shape: 'days' }>;

function days(pass: readonly number[], fail?: readonly number[]): DaysChart {
  const series = [{ name: 'pass', tone: 'good' as const, values: pass }];
  return {
    type: 'chart',
    shape: 'days',
    title: 'Messages a day',
    alt: '',
    unit: 'messages',
    days: pass.map((_, at) => addDays('2026-01-01', at)),
    series: fail === undefined ? series : [...series, { name: 'fail', tone: 'bad', values: fail }],
  };
}

describe('a chart of days in characters', () => {
  it('stacks failures on passes, hatched, above an axis with figures and days', () => {
    const drawn = drawDays(days([500, 1_000, 0, 250, 5], [500, 0, 0, 0, 0]), 50, plain);

    expect(drawn).toEqual(
      [
        'Messages a day',
        '█ pass 1,755   ▒ fail 500, most on 2026-01-01 (500)'.slice(0, 49) + '…',
        '    1k ┤▒▒▒▒▒ █████',
        '       │▒▒▒▒▒ █████',
        '       │▒▒▒▒▒ █████',
        '   500 ┤█████ █████',
        '       │█████ █████       ▄▄▄▄▄',
        '       │█████ █████       █████ ▁▁▁▁▁',
        '     0 └──────────────────────────────',
        '        2026-01-01  01-03 01-04 01-05',
      ].map((line) => line.replace(/^ (?= )/, '')),
    );
  });

  it('draws a line across the bars, with a gap where it has no value', () => {
    const bars = days([4, 4, 4, 4]);

    const drawn = drawDays(
      {
        ...bars,
        unit: 'percent',
        series: [...bars.series, { name: 'average', tone: 'bad', as: 'line', values: [1, 2, null, 4] }],
      },
      40,
      plain,
    );

    expect(drawn[1]).toBe('█ pass highest 4.0 % on 2026-01-01   ━ …');
    const column = (at: number) => drawn.slice(2, 8).map((line) => line[7 + at * 6] ?? ' ');
    expect(column(0)).toEqual(['█', '█', '█', '█', '━', '█']);
    expect(column(1)).toEqual(['█', '█', '━', '█', '█', '█']);
    expect(column(2)).toEqual(['█', '█', '█', '█', '█', '█']);
    expect(column(3)).toEqual(['━', '█', '█', '█', '█', '█']);
  });

  it('names the worst day where failures are too few to be drawn', () => {
    const drawn = drawDays(days([10_000, 10_000], [0, 3]), 78, plain);

    expect(drawn[0]).toBe('Messages a day   █ pass 20,000   ▒ fail 3, most on 2026-01-02 (3)');
    expect(drawn.slice(1).join('')).not.toContain('▒');
  });

  it('draws a day of failures alone as failures, however few', () => {
    const drawn = drawDays(days([10_000, 0], [0, 3]), 78, plain);

    expect(drawn.slice(1).join('')).toContain('▒');
  });

  it('gives every day its own bar while there is room, else averages weeks', () => {
    const month = drawDays(days(Array.from({ length: 30 }, () => 10)), 78, plain);
    const quarter = drawDays(days(Array.from({ length: 90 }, () => 10)), 78, plain);
    const decade = drawDays(days(Array.from({ length: 3_650 }, () => 10)), 78, plain);

    expect(month[0]).not.toContain('by ');
    expect(quarter[0]).toContain('by week');
    expect(decade[0]).toContain('by 52 days');
    for (const drawn of [month, quarter, decade]) expect(drawn[1]).toMatch(/^ {3}10 ┤█/);
  });

  it('is at most nine lines tall', () => {
    expect(drawDays(days([1, 2, 3]), 78, plain).length).toBeLessThanOrEqual(9);
  });

  it('draws nothing where there was nothing', () => {
    const drawn = drawDays(days([0, 0, 0]), 78, plain);

    expect(drawn.join('')).not.toMatch(/[▁-█▒]  /u);
    expect(drawDays(days([]), 78, plain)).toContain('no days');
  });

  it('reads a percentage on its axis', () => {
    const drawn = drawDays({ ...days([0, 4, 2]), unit: 'percent' }, 78, plain);

    expect(drawn[0]).toContain('█ pass highest 4.0 % on 2026-01-02');
    expect(drawn[1]).toMatch(/^ {3}4% ┤/);
  });

  it('keeps within its columns where the figures of its axis are long', () => {
    const year = Array.from({ length: 200 }, (_, at) => addDays('2026-01-01', at));
    for (const share of [0.000_03, 0.000_012_5, 0.000_000_7, 0.24])
      for (const columns of [40, 78]) {
        const lines = drawDays(
          {
            type: 'chart',
            shape: 'days',
            title: 'Share failing',
            alt: '',
            unit: 'percent',
            days: year,
            series: [{ name: 'fail', tone: 'bad', values: year.map(() => share) }],
          },
          columns,
          plain,
        );

        expect(lines.filter((line) => line.length > columns)).toEqual([]);
        const axis = new Set(lines.flatMap((line) => (/[│┤└]/u.test(line) ? [line.search(/[│┤└]/u)] : [])));
        expect(axis.size).toBe(1);
      }
  });
});

describe('a chart of bars in characters', () => {
  it('shows names, figures and lengths, and hatches and marks what is bad', () => {
    const drawn = drawBars(
      {
        type: 'chart',
        shape: 'bars',
        title: 'Reporters',
        alt: '',
        unit: 'messages',
        bars: [
          { name: 'example.net', tone: 'good', value: 1_000 },
          { name: 'example.org', tone: 'bad', value: 500 },
          { name: 'tiny', tone: 'neutral', value: 1 },
        ],
      },
      40,
      plain,
    );

    expect(drawn).toEqual([
      'Reporters',
      'example.net  1,000   ███████████████████',
      'example.org    500 ✘ ▒▒▒▒▒▒▒▒▒▒',
      'tiny             1   ▏',
    ]);
  });

  it('counts the bars that are not drawn', () => {
    const bars = Array.from({ length: 30 }, (_, at) => ({
      name: `n${at}`,
      tone: 'good' as const,
      value: at,
    }));

    const drawn = drawBars(
      { type: 'chart', shape: 'bars', title: 'T', alt: '', unit: 'percent', bars },
      78,
      plain,
    );

    expect(drawn.at(-1)).toBe('… and 18 more');
  });
});
