import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { conflictsOf } from '../../../src/core/store/alert-figures.js';
import { loadFacts } from '../../../src/core/store/alert-facts.js';
import { violationsOf } from '../../../src/core/store/alert-policies.js';
import { countOf } from '../../../src/core/store/figures.js';
import { learnNames } from '../../../src/core/store/known-names.js';
import type { Filter } from '../../../src/core/store/relation.js';
import { recordDays } from '../../../src/core/store/report-days.js';
import { recordsOf, reportsByReporter } from '../../../src/core/store/reports.js';
import { forgetRead, touchedDays, withSharers } from '../../../src/core/store/reprocess.js';
import { deleteRecords, expireReports } from '../../../src/core/store/retention.js';
import type { Session } from '../../../src/core/store/session.js';
import { topSources } from '../../../src/core/store/source-figures.js';
import { NOW, testSystem, type TestSystem } from '../../support/context.js';

/** Domain 1: as many reporters on one day, each with a report of some rows, the first with one of many. Nothing is analysed. */
const REPORTS = 600;
const ROWS = 20;
const MANY_ROWS = 6_000;
const DAY = '2026-03-10';
/** Reporter 1 tells of each of these domains on each of these days, of mail that its policy forbids. */
const DOMAINS = 150;
const DAYS = 7;
/** Versions of one report, each in bytes of its own. */
const VERSIONS = 400;
const FILL = [
  `INSERT INTO domain (tenant_id, id, name, first_seen_at) OVERRIDING SYSTEM VALUE
     SELECT $1::int, d, 'd' || d || '.example', now() FROM generate_series(1, ${DOMAINS + 1}) d`,
  `INSERT INTO reporter (tenant_id, id, name) OVERRIDING SYSTEM VALUE
     SELECT $1::int, r, 'r' || r || '.example' FROM generate_series(1, ${REPORTS}) r`,
  `SELECT ensure_record_month(DATE '${DAY}') WHERE $1 > 0`,
  `INSERT INTO aggregate_report (tenant_id, id, identity, domain_id, reporter_id, first_day, last_day, header, records, messages,
     dmarc_pass, dkim_aligned, spf_aligned, received_at) OVERRIDING SYSTEM VALUE
     SELECT $1::int, n, sha256(n::text::bytea), 1, n, DATE '${DAY}', DATE '${DAY}', '{}'::jsonb, ${ROWS}, ${ROWS}, 0, 0, 0, now()
     FROM generate_series(1, ${REPORTS}) n
     UNION ALL
     SELECT $1::int, d * 1000 + n, sha256((d * 1000 + n)::text::bytea), d, 1, DATE '${DAY}' - n, DATE '${DAY}' - n,
       '{"policy":{"p":"reject"}}'::jsonb, 1, 1, 0, 0, 0, now()
     FROM generate_series(2, ${DOMAINS + 1}) d, generate_series(0, ${DAYS - 1}) n`,
  `INSERT INTO record (tenant_id, domain_id, day, report_id, ordinal, reporter_id, source_ip, messages, dkim, spf, disposition, header_from)
     SELECT $1::int, 1, DATE '${DAY}', n, o, n, '192.0.2.1'::inet, 1, 'pass', 'pass', 'none', 'h' || o || '.d1.example'
     FROM generate_series(1, ${REPORTS}) n, generate_series(1, CASE n WHEN 1 THEN ${MANY_ROWS} ELSE ${ROWS} END) o
     UNION ALL
     SELECT $1::int, d, DATE '${DAY}' - n, d * 1000 + n, 1, 1, '192.0.2.1'::inet, 1, 'fail', 'fail', 'none', 'd' || d || '.example'
     FROM generate_series(2, ${DOMAINS + 1}) d, generate_series(0, ${DAYS - 1}) n`,
  `INSERT INTO rollup_result SELECT $1::int, domain_id, day, reporter_id, disposition, dkim = 'pass', spf = 'pass', SUM(messages)
     FROM record WHERE tenant_id = $1 GROUP BY 2, 3, 4, 5, 6, 7`,
  `INSERT INTO raw_document (tenant_id, id, sha256, size, encoding, source, name, received_at, state) OVERRIDING SYSTEM VALUE
     SELECT $1::int, n, sha256(n::text::bytea), 1, 'as-is', 'test', 'n', now(), 'processed' FROM generate_series(1, ${REPORTS + VERSIONS}) n`,
  `INSERT INTO document (tenant_id, raw_id, sha256, kind, outcome, report_id)
     SELECT $1::int, n, sha256(n::text::bytea), 'aggregate', 'stored', CASE WHEN n > ${REPORTS} THEN 2000 ELSE n END
     FROM generate_series(1, ${REPORTS + VERSIONS}) n`,
  // Far behind, so that all reports are looked at, and with room for more names.
  'INSERT INTO domain_evaluation VALUES ($1, 1, 0, now())',
];
const RAWS = Array.from({ length: REPORTS }, (_, index) => index + 1);
/** Of the tables and indexes that one look-up goes through, with room. */
const BLOCKS_A_LOOK_UP = 20;

let system: TestSystem;
let tenant: number;

beforeAll(async () => {
  system = await testSystem();
  ({ tenant } = await system.context());
  await system.db.within(tenant, async (session) => {
    for (const sql of FILL) await session.rows(sql, [tenant]);
  });
});
afterAll(() => system.close());

describe('the records of many reports of one domain and day are looked up one report after the other', () => {
  const filter: Filter = {
    from: DAY,
    to: DAY,
    domainId: 1,
    reporterId: null,
    source: '198.51.100.0/24',
    dkim: null,
    spf: null,
    disposition: null,
  };

  it.each<[string, (session: Session) => Promise<unknown>]>([
    ['for those that a filter asks for', (session) => reportsByReporter(session, tenant, filter)],
    ['for the days that they touch', (session) => touchedDays(session, tenant, RAWS)],
    [
      'for the names in them',
      (session) => learnNames(session, tenant, [{ id: 1, name: 'd1.example' }], DAY, NOW),
    ],
  ])('%s', async (_name, work) => {
    const { blocks, rows } = await undone((session) => measured(session, work));

    expect(blocks).toBeLessThan(REPORTS * 2 * BLOCKS_A_LOOK_UP);
    expect(rows).toBeLessThan(REPORTS * 20 * ROWS);
  });

  it('for a page of one that has many', async () => {
    const report = { id: 1, domainId: 1, firstDay: DAY, lastDay: DAY };

    const { answer, blocks } = await undone((session) =>
      measured(session, (asked) => recordsOf(asked, tenant, report, { limit: 5, after: 3 })),
    );

    expect(answer).toMatchObject([4, 5, 6, 7, 8].map((ordinal) => ({ ordinal })));
    expect(blocks).toBeLessThan(BLOCKS_A_LOOK_UP);
  });
});

it('a reporter that tells of many domains is not asked for all of them for each', async () => {
  const ids = Array.from({ length: DOMAINS }, (_, index) => index + 2);

  const { answer, rows } = await undone((session) =>
    measured(session, (asked) =>
      violationsOf({ session: asked, tenant, ids, from: DAY, day: DAY }, new Map()),
    ),
  );

  expect(answer).toHaveProperty('size', DOMAINS);
  expect(rows).toBeLessThan(DOMAINS * DAYS * 40);
});

it('what is read anew is looked up, though a table that was never analysed seems small enough to be read wholly', async () => {
  const { rows } = await undone((session) =>
    measured(session, (asked) => forgetRead(asked, tenant, [5, 6, 7])),
  );

  expect(rows).toBeLessThan(REPORTS * ROWS);
});

it.each<[string, (session: Session) => Promise<unknown>]>([
  ['records', (session) => deleteRecords(session, tenant, '2026-12-01', 50)],
  ['reports', (session) => expireReports(session, tenant, '2026-12-01', 5)],
])('retention takes some %s away without going through all that has to go', async (_name, work) => {
  const { answer, rows } = await undone((session) => measured(session, work));

  expect(answer).toBeGreaterThan(0);
  expect(rows).toBeLessThan(5 * REPORTS);
});

it('who brought many versions of a report is not asked for the others once for each', async () => {
  const { answer, rows } = await undone((session) =>
    measured(session, (asked) => withSharers(asked, tenant, [REPORTS + 1])),
  );

  expect(answer).toHaveLength(VERSIONS);
  expect(rows).toBeLessThan(50 * VERSIONS);
});

it('conflicts are looked up, however many reports the domain has', async () => {
  const { answer, rows } = await undone(async (session) => {
    await session.run(`UPDATE document SET outcome = 'merged' WHERE tenant_id = $1`, [tenant]);
    return measured(session, (asked) =>
      conflictsOf({ session: asked, tenant, ids: [1], from: DAY, day: '9999-01-01' }, new Map(), DAY),
    );
  });

  expect(answer.get(1)).toHaveLength(REPORTS);
  expect(rows).toBeLessThan(30 * (REPORTS + VERSIONS));
});

it('names beyond those that are learned are not counted one by one', async () => {
  const forged = 4_000;
  const { blocks } = await undone(async (session) => {
    await session.run(
      `INSERT INTO known_name SELECT $1::int, 1, 'k' || n || '.d1.example', '2026-01-01' FROM generate_series(1, 9999) n`,
      [tenant],
    );
    await session.run(
      `UPDATE record SET header_from = 'x' || ordinal || '.d1.example' WHERE tenant_id = $1 AND report_id = 1`,
      [tenant],
    );
    return measured(session, (asked) => learnNames(asked, tenant, [{ id: 1, name: 'd1.example' }], DAY, NOW));
  });

  expect(blocks).toBeLessThan(forged * 2 * BLOCKS_A_LOOK_UP);
});

it('the facts of a domain with many reporters are made in one pass over them', async () => {
  const many = 40_000;
  const used = await undone(async (session) => {
    await session.run(
      `INSERT INTO reporter (tenant_id, id, name) OVERRIDING SYSTEM VALUE
         SELECT $1::int, n, 'many' || n FROM generate_series(${REPORTS + 1}, ${REPORTS + many}) n`,
      [tenant],
    );
    await session.run(
      `INSERT INTO rollup_result SELECT $1::int, 1, DATE '${DAY}', n, 'none', true, true, 1
         FROM generate_series(${REPORTS + 1}, ${REPORTS + many}) n`,
      [tenant],
    );
    await session.run(
      `INSERT INTO aggregate_report (tenant_id, id, identity, domain_id, reporter_id, first_day, last_day, header, records, messages,
         dmarc_pass, dkim_aligned, spf_aligned, received_at) OVERRIDING SYSTEM VALUE
       SELECT $1::int, 1000000 + n, sha256(('many' || n)::bytea), 1, n, DATE '${DAY}' - 2, DATE '${DAY}', '{"policy":{"p":"none"}}', 1, 1, 1, 1, 1, now()
       FROM generate_series(${REPORTS + 1}, ${REPORTS + many}) n`,
      [tenant],
    );
    const before = process.cpuUsage();
    const facts = await loadFacts(session, tenant, [{ id: 1, name: 'd1.example' }], DAY);
    const { user } = process.cpuUsage(before);
    expect(facts.get(1)?.reporters.filter(({ span }) => span === 3)).toHaveLength(many);
    return user / 1_000;
  });

  // Milliseconds of computing, whatever else the machine does; a pass for each reporter takes several seconds.
  expect(used).toBeLessThan(2_000);
});

describe('with many sources', () => {
  const sources = 100_000;
  const filter: Filter = {
    from: '2026-01-01',
    to: '2026-01-30',
    domainId: 1,
    reporterId: null,
    source: null,
    dkim: null,
    spf: null,
    disposition: null,
  };

  beforeAll(async () => {
    // Ten lead on every day; each of the others sends once.
    await system.db.within(tenant, (session) =>
      session.run(
        `INSERT INTO rollup_source
           SELECT $1::int, 1, DATE '2026-01-01' + n % 30, '10.0.0.0'::inet + n, 1, 0, 0, 0, 0, 0 FROM generate_series(1, ${sources}) n
           UNION ALL
           SELECT $1::int, 1, DATE '2026-01-01' + n / 10, '192.0.2.0'::inet + n % 10, 1000 + n, 0, 0, 0, 0, 0 FROM generate_series(0, 299) n`,
        [tenant],
      ),
    );
    const client = new pg.Client(system.url);
    await client.connect();
    // As samples of large tables often say; then workers do not give nearly all rows on.
    await client.query('ALTER TABLE dmarc_ops.rollup_source ALTER source_ip SET (n_distinct = 1000)');
    await client.query('ANALYZE dmarc_ops.rollup_source');
    await client.end();
  });

  it('those that lead are looked up by a plan that knows how few they are, however often it is asked', async () => {
    const plans = await system.db.reading(tenant, async (session) => {
      for (let time = 0; time < 8; time += 1)
        await topSources(session, tenant, filter, { largest: 5, failing: 5 }, sources);
      return session.row<{ generic: number; custom: number }>(
        `SELECT SUM(generic_plans)::int AS generic, SUM(custom_plans)::int AS custom FROM pg_prepared_statements
         WHERE statement LIKE '%''largest'' AS list%'`,
      );
    });

    expect(plans).toEqual({ generic: 0, custom: 8 });
  });

  it('several workers that count them do not fill a hash table in the order of another', async () => {
    const plan = await system.db.within(tenant, async (session) => {
      for (const setting of ['parallel_setup_cost', 'parallel_tuple_cost', 'min_parallel_table_scan_size'])
        await session.run(`SET LOCAL ${setting} = 0`);
      await session.run('SET LOCAL max_parallel_workers_per_gather = 2');
      for (const setting of ['enable_indexscan', 'enable_indexonlyscan', 'enable_bitmapscan', 'enable_sort'])
        await session.run(`SET LOCAL ${setting} = off`);
      const lines: string[] = [];
      const explaining: Session = {
        ...session,
        row: async (sql, parameters = []) => {
          const explained = await session.rows<{ 'QUERY PLAN': string }>(
            `EXPLAIN (COSTS OFF) ${sql}`,
            parameters,
          );
          lines.push(...explained.map((line) => line['QUERY PLAN'].trim()));
          return session.row(sql, parameters);
        },
      };
      expect(await countOf(explaining, tenant, { ...filter, domainId: null }, 'source')).toBe(sources + 10);
      return lines;
    });

    // What the workers found is hashed anew, in another way: that is what a finalizing node does.
    expect(plan.some((line) => line.includes('Gather'))).toBe(true);
    expect(plan).toContain('->  Finalize HashAggregate');
  });
});

describe('the days on which a report may have records', () => {
  it('are all from its first to its last', () => {
    expect(recordDays({ firstDay: '2026-02-27', lastDay: '2026-03-01' })).toEqual([
      '2026-02-27',
      '2026-02-28',
      '2026-03-01',
    ]);
    expect(recordDays({ firstDay: '9999-12-31', lastDay: '9999-12-31' })).toEqual(['9999-12-31']);
  });

  it('are a quarter and the last where its dates were not believed at first', () => {
    const days = recordDays({ firstDay: '2026-01-01', lastDay: '9999-12-31' });

    expect(days).toHaveLength(95);
    expect([days[0], ...days.slice(-2)]).toEqual(['2026-01-01', '2026-04-04', '9999-12-31']);
  });
});

/** Does work in a transaction that leaves nothing behind. */
async function undone<Result>(work: (session: Session) => Promise<Result>): Promise<Result> {
  let result: { readonly value: Result } | undefined;
  const stop = new Error('stop');
  await system.db
    .within(tenant, async (session) => {
      result = { value: await work(session) };
      throw stop;
    })
    .catch((error: unknown) => {
      if (error !== stop) throw error;
    });
  if (result === undefined) throw stop;
  return result.value;
}

interface Plan {
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly 'Shared Hit Blocks': number;
  readonly 'Shared Read Blocks': number;
  readonly Plans?: readonly Plan[];
}

/** The answer, and how many blocks and rows PostgreSQL looked at for it, in all statements. */
async function measured<Answer>(
  session: Session,
  ask: (session: Session) => Promise<Answer>,
): Promise<{ answer: Answer; blocks: number; rows: number }> {
  let blocks = 0;
  let rows = 0;
  const look = async (sql: string, parameters: readonly unknown[]) => {
    if (sql.startsWith('SET')) return;
    await session.run('SAVEPOINT before');
    const found = await session.rows<{ 'QUERY PLAN': readonly { readonly Plan: Plan }[] }>(
      `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${sql}`,
      parameters,
    );
    await session.run('ROLLBACK TO SAVEPOINT before');
    for (const { Plan: plan } of found[0]?.['QUERY PLAN'] ?? []) {
      blocks += plan['Shared Hit Blocks'] + plan['Shared Read Blocks'];
      rows += rowsOf(plan);
    }
  };
  const rowsAsked: Session['rows'] = async (sql, parameters = []) => {
    await look(sql, parameters);
    return session.rows(sql, parameters);
  };
  const answer = await ask({
    ...session,
    rows: rowsAsked,
    row: async (sql, parameters = []) => {
      await look(sql, parameters);
      return session.row(sql, parameters);
    },
    run: async (sql, parameters = []) => {
      await look(sql, parameters);
      return session.run(sql, parameters);
    },
  });
  return { answer, blocks, rows };
}

function rowsOf(plan: Plan): number {
  return (plan.Plans ?? []).reduce(
    (sum, below) => sum + rowsOf(below),
    plan['Actual Loops'] * (plan['Actual Rows'] + (plan['Rows Removed by Filter'] ?? 0)),
  );
}
