import { readFileSync } from 'node:fs';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { testSystem, type TestSystem } from '../../support/context.js';
import { sampleFiles, takeIn } from '../../support/samples.js';

let system: TestSystem;
beforeAll(async () => {
  system = await testSystem();
});
afterAll(() => system.close());

it('a database from before the sums for domains and tenants gets the same as one that had them all along', async () => {
  const reports = sampleFiles('oddities', 4, '2026-03-14').files.slice(0, 250);
  for (const tenant of ['one', 'two'])
    await takeIn(await system.context(tenant), ...reports.map(({ bytes }) => bytes));
  const client = new pg.Client(system.url);
  await client.connect();
  const sums = async () => [
    await client.query('SELECT * FROM dmarc_ops.rollup_domain ORDER BY 1, 2, 3').then(({ rows }) => rows),
    await client
      .query(
        `SELECT tenant_id, day, reporter_id, disposition, dkim, spf, SUM(messages) FROM dmarc_ops.rollup_tenant
         GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 1, 2, 3, 4, 5, 6`,
      )
      .then(({ rows }) => rows),
  ];
  const before = await sums();
  const migration = readFileSync(new URL('../../../migrations/0005_sums.sql', import.meta.url), 'utf8');
  const [fill = ''] = /DO \$fill\$[^]*\$fill\$;/u.exec(migration) ?? [];

  await client.query(`SET search_path = dmarc_ops; TRUNCATE rollup_domain, rollup_tenant; ${fill}`);

  expect(before[0]?.length).toBeGreaterThan(5);
  expect(await sums()).toEqual(before);
  await client.end();
});
