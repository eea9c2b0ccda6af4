import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { randomFor } from '../../../src/core/sample/random.js';
import { leadingSources } from '../../../src/core/store/leading-sources.js';
import type { Filter } from '../../../src/core/store/relation.js';
import { topSources } from '../../../src/core/store/source-figures.js';
import { testSystem, type TestSystem } from '../../support/context.js';

let system: TestSystem;
let tenant: number;
beforeAll(async () => {
  system = await testSystem();
  ({ tenant } = await system.context());
  await system.db.within(tenant, (session) =>
    session.run(
      `INSERT INTO domain (tenant_id, id, name, first_seen_at) OVERRIDING SYSTEM VALUE
       SELECT $1, d, 'd' || d || '.example', now() FROM generate_series(1, 40) d`,
      [tenant],
    ),
  );
});
afterAll(() => system.close());

const DAYS = Array.from({ length: 12 }, (_, day) => `2026-03-${String(day + 1).padStart(2, '0')}`);
const LIMITS = { largest: 5, failing: 20 };

function ofDomain(domainId: number): Filter {
  const any = { reporterId: null, source: null, dkim: null, spf: null, disposition: null };
  return { from: '2026-03-01', to: '2026-03-12', domainId, ...any };
}

interface Row {
  readonly day: string;
  readonly source: string | null;
  readonly messages: number;
  readonly passed: number;
}

/** Sources as they come: from all alike to few that send nearly everything; some absent on most days, one unnamed. */
function rowsOf(domain: number): Row[] {
  const random = randomFor('leading', domain);
  const skew = 1 + random.below(12);
  const most = 1 + random.below(2_000);
  return Array.from({ length: 20 + random.below(300) }, (_, number) => {
    const source = number === 3 ? null : `192.0.${Math.floor(number / 250)}.${number % 250}`;
    const weight = random.next() ** skew;
    const often = random.next();
    const failing = random.next() < 0.3;
    return DAYS.filter(() => random.next() < often).map((day) => {
      const messages = 1 + Math.floor(most * weight * random.next());
      return { day, source, messages, passed: failing ? random.below(messages + 1) : messages };
    });
  }).flat();
}

async function store(domain: number, rows: readonly Row[]): Promise<void> {
  await system.db.within(tenant, (session) =>
    session.run(
      `INSERT INTO rollup_source SELECT $1, $2, r.day, r.ip, r.messages, r.passed, 0, 0, 0, 0
       FROM unnest($3::date[], $4::inet[], $5::bigint[], $6::bigint[]) AS r (day, ip, messages, passed)`,
      [
        tenant,
        domain,
        rows.map((row) => row.day),
        rows.map((row) => row.source),
        rows.map((row) => row.messages),
        rows.map((row) => row.passed),
      ],
    ),
  );
}

/** By the plain way: everything is summed, sorted and cut. */
function ranked(rows: readonly Row[], count: (row: Row) => number, limit: number): number[] {
  const sums = new Map<string | null, number>();
  for (const row of rows) sums.set(row.source, (sums.get(row.source) ?? 0) + count(row));
  return [...sums.values()]
    .filter((sum) => sum > 0)
    .toSorted((a, b) => b - a)
    .slice(0, limit);
}

describe('the sources that lead', () => {
  it('are those of a pass over everything, whatever the shape of the traffic', async () => {
    let shortcuts = 0;
    for (let domain = 1; domain <= 40; domain += 1) {
      const rows = rowsOf(domain);
      await store(domain, rows);

      const { top, leading } = await system.db.within(tenant, async (session) => ({
        top: await topSources(session, tenant, ofDomain(domain), LIMITS, Infinity),
        leading: await leadingSources(session, tenant, ofDomain(domain), LIMITS),
      }));

      if (leading !== null && leading.length < 100) shortcuts += 1;
      const failed = (row: Row) => row.messages - row.passed;
      expect(top.largest.map(({ figures }) => figures.messages)).toEqual(
        ranked(rows, (row) => row.messages, LIMITS.largest),
      );
      expect(top.failing.map(({ figures }) => figures.messages - figures.dmarcPass)).toEqual(
        ranked(rows, failed, LIMITS.failing),
      );
    }

    expect(shortcuts).toBeGreaterThan(10);
  });

  it('are left to a pass over everything where no source stands out of the many', async () => {
    const rows = Array.from({ length: 100 }, (_, n) => ({
      source: `198.51.100.${n}`,
      messages: 2,
      passed: 2,
    }));
    const domain = 1;
    await system.db.within(tenant, (session) =>
      session.run('DELETE FROM rollup_source WHERE domain_id = $1', [domain]),
    );
    await store(
      domain,
      rows.map((row) => ({ ...row, day: '2026-03-05' })),
    );

    const { top, leading } = await system.db.within(tenant, async (session) => ({
      top: await topSources(session, tenant, ofDomain(domain), LIMITS, Infinity),
      leading: await leadingSources(session, tenant, ofDomain(domain), LIMITS),
    }));

    expect(leading).toBeNull();
    expect(top.largest.map(({ source }) => source)).toEqual(rows.slice(0, 5).map(({ source }) => source));
    expect(top.failing).toEqual([]);
  });
});
