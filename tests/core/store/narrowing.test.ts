import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import pg from 'pg';
import { figuresOfDomains } from '../../../src/core/store/domain-figures.js';
import { totals } from '../../../src/core/store/figures.js';
import { byReporter } from '../../../src/core/store/reporter-figures.js';
import type { Filter } from '../../../src/core/store/relation.js';
import { listReports, reportsByReporter } from '../../../src/core/store/reports.js';
import type { Session } from '../../../src/core/store/session.js';
import { authResultsOf } from '../../../src/core/store/source.js';
import { testSystem, type TestSystem } from '../../support/context.js';

/** 20 domains, 40 days and a report with 50 addresses for each; one address sends on two of these domain-days alone. */
const DOMAINS = 20;
const DAYS = 40;
const ROWS = 50;
const RARE = '203.0.113.9';
const FILL = [
  `INSERT INTO domain (tenant_id, id, name, first_seen_at) OVERRIDING SYSTEM VALUE
     SELECT $1, d, 'd' || d || '.example', now() FROM generate_series(1, ${DOMAINS}) d`,
  `INSERT INTO reporter (tenant_id, id, name) OVERRIDING SYSTEM VALUE VALUES ($1, 1, 'Example Mail')`,
  `SELECT ensure_record_month(m) FROM unnest('{2026-01-01,2026-02-01}'::date[]) m WHERE $1 > 0`,
  `INSERT INTO aggregate_report (tenant_id, id, identity, domain_id, reporter_id, first_day, last_day, header, records, messages,
     dmarc_pass, dkim_aligned, spf_aligned, received_at) OVERRIDING SYSTEM VALUE
     SELECT $1, d * 1000 + n, sha256((d * 1000 + n)::text::bytea), d, 1, DATE '2026-01-01' + n, DATE '2026-01-01' + n, '{}',
       ${ROWS}, ${ROWS}, 0, 0, 0, now() FROM generate_series(1, ${DOMAINS}) d, generate_series(0, ${DAYS - 1}) n`,
  `INSERT INTO record (tenant_id, domain_id, day, report_id, ordinal, reporter_id, source_ip, messages, dkim, spf, disposition, details)
     SELECT $1, d, DATE '2026-01-01' + n, d * 1000 + n, o, 1,
       CASE WHEN (d, o) = (7, 1) AND n IN (5, 35) THEN '${RARE}' ELSE '192.0.2.0'::inet + o END, 1, 'fail', 'fail', 'none',
       '{"dkim":[{"domain":"example.com","result":"fail"}]}'
     FROM generate_series(1, ${DOMAINS}) d, generate_series(0, ${DAYS - 1}) n, generate_series(1, ${ROWS}) o`,
  `INSERT INTO rollup_source SELECT $1, domain_id, day, source_ip, messages, 0, 0, 0, 0, 0 FROM record WHERE tenant_id = $1`,
  `INSERT INTO rollup_result SELECT $1, domain_id, day, 1, 'none', false, false, SUM(messages) FROM record WHERE tenant_id = $1
     GROUP BY 2, 3`,
  `INSERT INTO rollup_domain SELECT $1, domain_id, day, SUM(messages), 0, 0, 0, 0, 0 FROM record WHERE tenant_id = $1 GROUP BY 2, 3`,
];

let system: TestSystem;
let tenant: number;

beforeAll(async () => {
  system = await testSystem();
  ({ tenant } = await system.context());
  await system.db.within(tenant, async (session) => {
    for (const sql of FILL) await session.rows(sql, [tenant]);
  });
  const client = new pg.Client(system.url);
  await client.connect();
  await client.query('ANALYZE');
  await client.end();
});
afterAll(() => system.close());

const filter: Filter = {
  from: '2026-01-01',
  to: '2026-02-28',
  domainId: null,
  reporterId: null,
  source: RARE,
  dkim: null,
  spf: null,
  disposition: null,
};
const page = { limit: 20, after: null };
const ofDomain: Filter = { ...filter, domainId: 7 };
const failing: Filter = { ...filter, dkim: false };

describe('a question about one address reads the records of its domain-days alone', () => {
  it.each<[string, (session: Session) => Promise<unknown>]>([
    ['reporters', (session) => byReporter(session, tenant, filter, page)],
    ['reporters of a domain', (session) => byReporter(session, tenant, ofDomain, page)],
    ['totals of what fails', (session) => totals(session, tenant, failing)],
    ['results of DKIM and SPF', (session) => authResultsOf(session, tenant, filter, 10)],
    ['reports', (session) => listReports(session, tenant, filter, page)],
    ['how many reports of each reporter', (session) => reportsByReporter(session, tenant, filter)],
  ])('%s', async (_name, ask) => {
    const { answer, read } = await system.db.within(tenant, (session) => rowsRead(session, 'record', ask));

    expect(answer).not.toEqual([]);
    expect(read).toBeGreaterThan(0);
    expect(read).toBeLessThanOrEqual(4 * ROWS);
  });
});

it('a page of domains reads the figures of its domains alone', async () => {
  const whole: Filter = { ...filter, source: null };

  const { answer, read } = await system.db.within(tenant, (session) =>
    rowsRead(session, 'rollup_domain', (asked) => figuresOfDomains(asked, tenant, whole, [3])),
  );

  expect(answer).toEqual(new Map([[3, expect.objectContaining({ messages: DAYS * ROWS })]]));
  expect(read).toBe(DAYS);
});

interface Plan {
  readonly 'Relation Name'?: string;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly Plans?: readonly Plan[];
}

/** The answer, and how many rows of a table and its partitions were looked at for it. */
async function rowsRead(
  session: Session,
  table: string,
  ask: (session: Session) => Promise<unknown>,
): Promise<{ answer: unknown; read: number }> {
  let read = 0;
  const explaining: Session = {
    ...session,
    rows: async <Row extends object>(sql: string, parameters: readonly unknown[] = []) => {
      const [row] = await session.rows<{ 'QUERY PLAN': readonly { readonly Plan: Plan }[] }>(
        `EXPLAIN (ANALYZE, FORMAT JSON) ${sql}`,
        parameters,
      );
      for (const { Plan: plan } of row?.['QUERY PLAN'] ?? []) read += rowsOf(table, plan);
      return session.rows<Row>(sql, parameters);
    },
  };
  return { answer: await ask(explaining), read };
}

function rowsOf(table: string, plan: Plan): number {
  const loops = plan['Relation Name']?.startsWith(table) === true ? plan['Actual Loops'] : 0;
  return (plan.Plans ?? []).reduce(
    (sum, below) => sum + rowsOf(table, below),
    loops * (plan['Actual Rows'] + (plan['Rows Removed by Filter'] ?? 0)),
  );
}
