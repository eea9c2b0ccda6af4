import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { processPending } from '../../../src/core/ingest/process.js';
import { reprocessRaw } from '../../../src/core/ingest/reprocess.js';
import { openDatabase } from '../../../src/core/store/database.js';
import type { Context } from '../../../src/core/operations/operation.js';
import type { Truth } from '../../../src/core/sample/truth.js';
import { testSystem, type TestSystem } from '../../support/context.js';
import { keepAll, sampleFiles } from '../../support/samples.js';

let system: TestSystem;

beforeAll(async () => {
  system = await testSystem();
});
afterAll(() => system.close());

/** Figures by domain and day as the rollups hold them, and whether that of all domains says the same. */
async function stored(context: Context) {
  const bySource = await context.db.within(context.tenant, (session) =>
    session.rows<{
      domain: string;
      day: string;
      messages: number;
      dmarcPass: number;
      dkimAligned: number;
      spfAligned: number;
      quarantined: number;
      rejected: number;
    }>(
      `SELECT d.name AS domain, s.day, SUM(messages) AS messages, SUM(dmarc_pass) AS "dmarcPass", SUM(dkim_aligned) AS "dkimAligned",
         SUM(spf_aligned) AS "spfAligned", SUM(quarantined) AS quarantined, SUM(rejected) AS rejected
       FROM rollup_source s JOIN domain d ON d.id = s.domain_id GROUP BY 1, 2 ORDER BY 1, 2`,
    ),
  );
  const byResult = await context.db.within(context.tenant, (session) =>
    session.rows<(typeof bySource)[number]>(
      `SELECT d.name AS domain, s.day, SUM(messages) AS messages, COALESCE(SUM(messages) FILTER (WHERE dkim OR spf), 0) AS "dmarcPass",
         COALESCE(SUM(messages) FILTER (WHERE dkim), 0) AS "dkimAligned", COALESCE(SUM(messages) FILTER (WHERE spf), 0) AS "spfAligned",
         COALESCE(SUM(messages) FILTER (WHERE disposition = 'quarantine'), 0) AS quarantined,
         COALESCE(SUM(messages) FILTER (WHERE disposition = 'reject'), 0) AS rejected
       FROM rollup_result s JOIN domain d ON d.id = s.domain_id GROUP BY 1, 2 ORDER BY 1, 2`,
    ),
  );
  const byDomain = await context.db.within(context.tenant, (session) =>
    session.rows<(typeof bySource)[number]>(
      `SELECT d.name AS domain, s.day, messages, dmarc_pass AS "dmarcPass", dkim_aligned AS "dkimAligned",
         spf_aligned AS "spfAligned", quarantined, rejected
       FROM rollup_domain s JOIN domain d ON d.id = s.domain_id ORDER BY 1, 2`,
    ),
  );
  const together = await context.db.within(context.tenant, (session) =>
    session.rows(
      `SELECT day, reporter_id, disposition, dkim, spf, SUM(messages) AS messages FROM (
         SELECT day, reporter_id, disposition, dkim, spf, messages FROM rollup_result
         UNION ALL SELECT day, reporter_id, disposition, dkim, spf, -messages FROM rollup_tenant) s
       GROUP BY 1, 2, 3, 4, 5 HAVING SUM(messages) <> 0`,
    ),
  );
  return { bySource, byResult, byDomain, together };
}

function expected(truth: Truth) {
  return Object.entries(truth.domains).flatMap(([domain, days]) =>
    Object.entries(days)
      .filter(([, figures]) => figures.messages > 0)
      .map(([day, { messages, dmarcPass, dkimAligned, spfAligned, disposition }]) => ({
        domain,
        day,
        messages,
        dmarcPass,
        dkimAligned,
        spfAligned,
        quarantined: disposition.quarantine ?? 0,
        rejected: disposition.reject ?? 0,
      })),
  );
}

/** How many transactions PostgreSQL ended here because they waited for each other; a second of standstill each. */
async function deadlocks(): Promise<number> {
  const { count } = await system.db.across((session) =>
    session.row<{ count: number }>(
      'SELECT deadlocks AS count FROM pg_stat_database WHERE datname = current_database()',
    ),
  );
  return count;
}

describe('generated months, taken in', () => {
  it.each(['demo', 'oddities'])(
    '%s: give the totals of truth.json by domain and day, exactly, in every rollup',
    async (scenario) => {
      const { files, truth } = sampleFiles(scenario, 7, '2026-03-14');
      const context = await system.context(`truth ${scenario}`);

      await keepAll(context, files);
      const processed = await processPending(context);

      expect(processed.documents.unreadable).toBe(0);
      expect(processed.failed).toBe(0);
      expect(processed.raws).toBe(
        new Set(files.map(({ bytes }) => Buffer.from(bytes).toString('base64'))).size,
      );
      expect(processed.documents.merged).toBe(truth.resent.changed);
      const { bySource, byResult, byDomain, together } = await stored(context);
      expect(bySource).toEqual(expected(truth));
      expect(byResult).toEqual(expected(truth));
      expect(byDomain).toEqual(expected(truth));
      expect(together).toEqual([]);
    },
  );

  it('give the same in any order, by three processes at once, and when read again', async () => {
    const { files, truth } = sampleFiles('oddities', 8, '2026-03-14');
    const context = await system.context('order');
    const others = await Promise.all([1, 2].map(() => openDatabase({ connection: system.url })));

    await keepAll(context, files.toReversed());
    await Promise.all(
      [context, ...others.map((db) => ({ ...context, db }))].map((one) => processPending(one)),
    );
    const once = await stored(context);
    await reprocessRaw(context, { domainId: null, failedOnly: false });
    const again = await stored(context);
    await Promise.all(others.map((db) => db.close()));

    expect(once.bySource).toEqual(expected(truth));
    expect(once.byResult).toEqual(expected(truth));
    expect(once.byDomain).toEqual(expected(truth));
    expect(once.together).toEqual([]);
    expect(again).toEqual(once);
    expect(await deadlocks()).toBe(0);
  });
});
