import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Context } from '../../../src/core/operations/operation.js';
import { testSystem, type TestSystem } from '../../support/context.js';
import { reportXml, type WrittenRecord } from '../../support/reports.js';
import { takeIn } from '../../support/samples.js';
import { until } from '../../support/until.js';

let system: TestSystem;
beforeAll(async () => {
  system = await testSystem();
});
afterAll(() => system.close());

const rows = <Row extends object>(context: Context, sql: string): Promise<Row[]> =>
  context.db.within(context.tenant, (session) => session.rows<Row>(sql));

const address = (index: number) => `10.1.${index >> 8}.${index & 255}`;

describe('rows that say what others say', () => {
  /** Each wording many times, one with what COPY escapes, and a row that is like no other. */
  const written = (length: number): WrittenRecord[] =>
    Array.from({ length }, (_, index) => ({
      sourceIp: address(index),
      count: index + 1,
      dkim: index % 2 === 0 ? 'pass' : 'fail',
      headerFrom:
        index === length - 1 ? 'once.example.com' : index % 3 === 0 ? 'a\\n.example' : 'example.com',
    }));

  it('are stored with all that they say', async () => {
    const context = await system.context('wordings');
    const records = written(700);

    await takeIn(context, reportXml({ records }));

    const stored = await rows(
      context,
      `SELECT host(source_ip) AS "sourceIp", messages AS count, dkim, header_from AS "headerFrom" FROM record ORDER BY ordinal`,
    );
    expect(stored).toEqual(records);
    const details = await rows(context, 'SELECT DISTINCT jsonb_typeof(details) AS type FROM record');
    expect(details).toEqual([{ type: 'object' }]);
  });

  it('are known again in another order, and merged with those of another version', async () => {
    const context = await system.context('versions');
    const records = written(300);
    await takeIn(context, reportXml({ records }));

    const reordered = await takeIn(context, reportXml({ records: records.toReversed() }));
    const grown = await takeIn(
      context,
      reportXml({
        records: records.map((record, index) => (index === 250 ? { ...record, count: 1_000 } : record)),
      }),
    );

    expect(reordered.documents).toMatchObject({ duplicate: 1, merged: 0 });
    expect(grown.documents).toMatchObject({ duplicate: 0, merged: 1 });
    const [sums] = await rows(context, 'SELECT SUM(messages) AS messages FROM rollup_source');
    expect(sums).toEqual({ messages: (300 * 301) / 2 + 1_000 - 251 });
  });
});

describe('a large report about a day of which nothing is counted yet', () => {
  it('adds to what another transaction counts there meanwhile', async () => {
    const context = await system.context('race');
    await takeIn(context, reportXml({ reportId: 'empty', records: [] }));
    const records = Array.from({ length: 1_500 }, (_, index) => ({ sourceIp: address(index), count: 2 }));
    const warnings: string[] = [];
    const log = { ...context.log, warn: (line: string) => void warnings.push(line) };
    const { db, tenant } = context;

    const taken = await db.within(tenant, async (session) => {
      await session.run(
        `INSERT INTO rollup_source (tenant_id, domain_id, day, source_ip, messages, dmarc_pass, dkim_aligned, spf_aligned, quarantined, rejected)
         SELECT $1, id, '2026-03-01', '10.1.2.3', 5, 0, 0, 0, 0, 0 FROM domain`,
        [tenant],
      );
      const taking = takeIn({ ...context, log }, reportXml({ records }));
      await until('the other transaction waits for this one', async () => {
        const waiting = await session.rows(
          'SELECT FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))',
        );
        return waiting.length > 0 ? waiting : null;
      });
      return { taking };
    });
    const { documents } = await taken.taking;

    expect(documents).toMatchObject({ stored: 1 });
    expect(warnings).toEqual([]);
    const counted = await rows(
      context,
      `SELECT COUNT(*) AS sources, SUM(messages) AS messages, SUM(messages) FILTER (WHERE source_ip = '10.1.2.3') AS both
       FROM rollup_source`,
    );
    expect(counted).toEqual([{ sources: 1_500, messages: 3_005, both: 7 }]);
  });
});
