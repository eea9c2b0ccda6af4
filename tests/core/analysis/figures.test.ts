import { describe, expect, it } from 'vitest';
import { everyDay, NO_FIGURES, sumFigures, type Figures } from '../../../src/core/analysis/figures.js';
import { nextStep } from '../../../src/core/analysis/next-step.js';
import { failureTrend } from '../../../src/core/analysis/trend.js';

const figures = (messages: number, dmarcPass: number): Figures => ({ ...NO_FIGURES, messages, dmarcPass });
const source = (address: string | null, messages: number, dmarcPass: number) => ({
  source: address,
  figures: figures(messages, dmarcPass),
});

describe('figures', () => {
  it('sum up, and over nothing are none', () => {
    expect(sumFigures([figures(3, 1), figures(4, 2)])).toEqual(figures(7, 3));
    expect(sumFigures([])).toEqual(NO_FIGURES);
  });

  it('have an entry for every day asked, in order', () => {
    const found = [{ day: '2026-03-02', figures: figures(1, 1) }];

    expect(everyDay(found, ['2026-03-01', '2026-03-02'])).toEqual([
      { day: '2026-03-01', figures: NO_FIGURES },
      ...found,
    ]);
  });
});

describe('the failure trend', () => {
  it('gives the rate of each day, and the average of seven days by their messages', () => {
    const days = Array.from({ length: 8 }, (_, index) => ({
      day: `2026-03-0${index + 1}`,
      figures: index === 0 ? figures(1_000, 0) : figures(10, 9),
    }));

    const trend = failureTrend(days);

    expect(trend[0]).toEqual({ day: '2026-03-01', messages: 1_000, failed: 1_000, rate: 1, average7: 1 });
    expect(trend[6]?.average7).toBeCloseTo(1_006 / 1_060);
    expect(trend[7]).toMatchObject({ rate: 0.1, average7: 0.1 });
  });

  it('has no rate on a day without messages', () => {
    expect(failureTrend([{ day: '2026-03-01', figures: NO_FIGURES }])[0]).toMatchObject({
      rate: null,
      average7: null,
    });
  });
});

describe('the next step', () => {
  const known = { figures: figures(1_000, 990), policy: { p: 'none' }, topSources: [], newFailing: [] };

  it.each([
    ['nothing came', { ...known, figures: NO_FIGURES }, { code: 'get-reports' }],
    [
      'a new source fails',
      { ...known, newFailing: [source('192.0.2.1', 40, 0)] },
      { code: 'look-at-new-source', source: '192.0.2.1', failed: 40 },
    ],
    ['nearly all passes at p=none', known, { code: 'raise-policy', from: 'none', to: 'quarantine' }],
    [
      'nearly all passes at p=quarantine',
      { ...known, policy: { p: 'quarantine' } },
      { code: 'raise-policy', from: 'quarantine', to: 'reject' },
    ],
    ['all is well', { ...known, policy: { p: 'reject' } }, { code: 'keep-watching' }],
    [
      'much fails and is let through',
      {
        ...known,
        figures: figures(1_000, 500),
        topSources: [source('192.0.2.1', 600, 500), source('192.0.2.2', 400, 0), source(null, 500, 0)],
      },
      { code: 'look-at-failing-source', source: '192.0.2.2', failed: 400 },
    ],
    [
      'much fails and is refused',
      {
        ...known,
        figures: figures(1_000, 500),
        policy: { p: 'reject' },
        topSources: [source('192.0.2.2', 400, 0)],
      },
      { code: 'keep-watching' },
    ],
    ['all domains are asked', { ...known, policy: null }, null],
  ] as const)('when %s', (_, given, expected) => {
    expect(nextStep(given)).toEqual(expected);
  });
});
