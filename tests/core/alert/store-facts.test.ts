import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Collector } from '../../../src/core/alert/collect.js';
import { factsOf, tenantDays } from '../../../src/core/alert/history.js';
import { addDays } from '../../../src/core/analysis/range.js';
import { processPending } from '../../../src/core/ingest/process.js';
import type { Context } from '../../../src/core/operations/operation.js';
import { loadFacts, loadTenantFacts } from '../../../src/core/store/alert-facts.js';
import { claimedDomains } from '../../../src/core/store/evaluations.js';
import { keepAll, sampleFiles } from '../../support/samples.js';
import { testSystem, type TestSystem } from '../../support/context.js';
import { collect } from './support/collected.js';

describe('the facts that the store gives', () => {
  let system: TestSystem;
  let context: Context;
  const collector = new Collector();
  const last = '2026-03-14';

  beforeAll(async () => {
    system = await testSystem();
    let today = new Date();
    context = await system.context('test', { now: () => today });
    const { files } = sampleFiles('demo', 3, last);
    const recent = files.filter(({ name }) => name.slice(0, 10) > addDays(last, -75));
    const odd = ['2026-03-01', '2026-03-02'].map((day) => ({
      name: `${day}/spam`,
      bytes: Buffer.from(`no report of ${day}`),
    }));
    const all = [...recent, ...odd];
    // Each lot comes in on one day, in whole.
    for (const day of [...new Set(all.map(({ name }) => name.slice(0, 10)))].sort()) {
      const lot = all.filter(({ name }) => name.startsWith(day));
      today = new Date(`${day}T09:00:00Z`);
      await keepAll(context, lot);
      await processPending(context);
      await collect(collector, lot, day);
    }
  }, 240_000);
  afterAll(() => system.close());

  it.each([0, 1, 2, 12, 20])(
    'are those of reports that were summed up in memory, %i days before the end',
    async (back) => {
      const day = addDays(last, -back);

      const stored = await context.db.within(context.tenant, async (session) =>
        loadFacts(session, context.tenant, await claimedDomains(session, context.tenant, 0, 100), day),
      );

      const tenant = tenantDays(collector.tenantHistory(day));
      expect(stored.size).toBe(4);
      expect([...stored.values()].some(({ networks }) => networks.length > 1)).toBe(true);
      for (const facts of stored.values()) {
        const domain = facts.domain ?? '';
        // Names are learned by evaluations, of which there was none.
        expect(facts).toEqual({ ...factsOf(collector.history(domain, day), tenant, day), names: [] });
      }
    },
  );

  it('are the same of the tenant as a whole', async () => {
    const stored = await context.db.within(context.tenant, (session) =>
      loadTenantFacts(session, context.tenant, last),
    );

    const expected = factsOf(collector.tenantHistory(last), tenantDays(collector.tenantHistory(last)), last);
    expect(stored).toEqual({ ...expected, policies: [] });
    expect(stored.unreadable).toEqual([
      { day: '2026-03-01', documents: 1 },
      { day: '2026-03-02', documents: 1 },
    ]);
  });
});
