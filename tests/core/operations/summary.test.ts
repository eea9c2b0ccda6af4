import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { daysOf, rangeOf } from '../../../src/core/analysis/range.js';
import type { Context } from '../../../src/core/operations/operation.js';
import { summary } from '../../../src/core/operations/summary.js';
import { testSystem, type TestSystem } from '../../support/context.js';
import { reportXml, type WrittenRecord } from '../../support/reports.js';
import { takeIn } from '../../support/samples.js';
import { asking } from './asking.js';

let system: TestSystem;
let context: Context;

const history = { from: '2026-02-10', to: '2026-03-10' };
const period = { from: '2026-03-01', to: '2026-03-10' };
const domain = 'example.com';

/** Two regular reporters, of which one sees failing mail now and then; on 2026-03-05 a new source fails. */
beforeAll(async () => {
  system = await testSystem();
  context = await system.context();
  const days = daysOf(rangeOf(history.from, history.to));
  await takeIn(
    context,
    ...days.map((day) => reportOn(day, 'Steady', [{ sourceIp: '192.0.2.1', count: 100 }])),
    ...days.map((day) =>
      reportOn(day, 'Other', [
        { sourceIp: '192.0.2.2', count: 50 },
        ...(day === '2026-03-05' ? [{ sourceIp: '203.0.113.9', count: 40, dkim: 'fail' }] : []),
      ]),
    ),
  );
});
afterAll(() => system.close());

describe('completeness', () => {
  it.each([{ dkim: 'fail' as const }, { source: '203.0.113.9' }, { disposition: 'reject' as const }])(
    'of %j is about whose reports came, whatever rows they have',
    async (rows) => {
      const whole = (await asking(summary, { domain, ...period }, context)).completeness;
      const narrowed = await asking(summary, { domain, ...period, ...rows }, context);

      expect(whole).toMatchObject({ expected: 20, received: 20 });
      expect(narrowed.completeness).toEqual(whole);
      expect(narrowed.figures.messages).toBeLessThan(100);
    },
  );

  it('of one reporter is about that one alone', async () => {
    const { completeness } = await asking(summary, { domain, ...period, reporter: 'Steady' }, context);

    expect(completeness).toMatchObject({ expected: 10, received: 10 });
  });
});

describe('new sources', () => {
  it('are those without mail before the period', async () => {
    const told = await asking(summary, { domain, ...period }, context);

    expect(told.newFailing.map(({ source }) => source)).toEqual(['203.0.113.9']);
    expect(told.topSources.filter(({ isNew }) => isNew).map(({ source }) => source)).toEqual(['203.0.113.9']);
    expect(told.nextStep).toEqual({ code: 'look-at-new-source', source: '203.0.113.9', failed: 40 });
  });

  it('are none where the history begins with the period', async () => {
    const told = await asking(summary, { domain, ...history }, context);

    expect(told.newFailing).toEqual([]);
    expect(told.topSources.map(({ isNew }) => isNew)).toEqual([false, false, false]);
  });

  it('are none where only another domain has a history', async () => {
    const other = { domain: 'example.org', records: [{ sourceIp: '203.0.113.9', count: 40, dkim: 'fail' }] };
    await takeIn(context, onDay('2026-03-05', reportXml({ ...other, orgName: 'Steady', reportId: 'org' })));

    const told = await asking(summary, { domain: 'example.org', ...period }, context);

    expect(told).toMatchObject({ newFailing: [], topSources: [{ source: '203.0.113.9', isNew: false }] });
  });
});

function reportOn(day: string, orgName: string, records: readonly WrittenRecord[]): string {
  return onDay(day, reportXml({ orgName, reportId: `${orgName} ${day}`, records }));
}

function onDay(day: string, xml: string): string {
  const begin = Date.parse(day) / 1000;
  return xml.replace(/<begin>\d+/u, `<begin>${begin}`).replace(/<end>\d+/u, `<end>${begin + 86_399}`);
}
