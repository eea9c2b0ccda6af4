import { askedOf } from '../alert/asked.js';
import { POLICY_DAYS, RECENT_DAYS, type DomainFacts, type PolicyFact } from '../alert/facts.js';
import { grouped, withoutId, type About, type Rows } from './alert-figures.js';

export interface SeenBy {
  readonly id: number;
  readonly reporterId: number;
  readonly span: number;
  readonly policy: PolicyFact;
}

export async function seenPolicies(
  { session, tenant, ids, day }: About,
  names: ReadonlyMap<number, string>,
): Promise<Rows<SeenBy>> {
  const rows = await session.rows<
    Omit<PolicyFact, 'reporter'> & { readonly id: number; readonly reporterId: number; readonly span: number }
  >(
    `SELECT domain_id AS id, reporter_id AS "reporterId", MIN(last_day) AS "firstDay", MAX(last_day) AS day,
       MAX(last_day - first_day) + 1 AS span, p.p, p.sp, p.np, p.pct, p.testing
     FROM aggregate_report r, jsonb_to_record(r.header -> 'policy') AS p (p text, sp text, np text, pct float8, testing text)
     WHERE r.tenant_id = $1 AND r.domain_id = ANY ($2::int[]) AND r.last_day BETWEEN $3::date - ${POLICY_DAYS - 1} AND $3
     GROUP BY 1, 2, 6, 7, 8, 9, 10`,
    [tenant, ids, day],
  );
  return grouped(
    rows.map(({ id, reporterId, span, ...policy }) => ({
      id,
      reporterId,
      span,
      policy: { reporter: names.get(reporterId) ?? '', ...policy },
    })),
  );
}

/** Failing mail that was delivered, by what the policy of its report asks for. Rollups say where to look for it. */
export async function violationsOf(
  { session, tenant, ids, day }: About,
  names: ReadonlyMap<number, string>,
): Promise<ReadonlyMap<number, DomainFacts['violations']>> {
  const rows = await session.rows<ViolationRow>(
    violationRows('= ANY ($2::int[])', `$3::date - ${RECENT_DAYS - 1}`, '$3'),
    [tenant, ids, day],
  );
  return new Map([...grouped(rows)].map(([id, list]) => [id, violationFacts(list, names)]));
}

export interface ViolationRow {
  readonly id: number;
  readonly day: string;
  readonly reporterId: number;
  readonly subdomain: boolean;
  readonly messages: number;
  readonly p: string | null;
  readonly sp: string | null;
  readonly np: string | null;
  readonly pct: number | null;
  readonly testing: string | null;
}

/**
 * The statement for violations: which domains, and the first and the last day, as SQL; $1 is the tenant. Reports are
 * looked up by index aggregate_report_by_pair: a domain may have as many reporters as a reporter has domains. `until` is
 * a column, since under row-level security an index cannot look up a sum of what the other side of a join says.
 */
export function violationRows(domains: string, first: string, last: string): string {
  return `WITH suspect AS MATERIALIZED (
      SELECT domain_id, day, day + 93 AS until, reporter_id FROM rollup_result
      WHERE tenant_id = $1 AND domain_id ${domains} AND day BETWEEN ${first} AND ${last}
        AND disposition = 'none' AND NOT dkim AND NOT spf AND messages > 0
      GROUP BY 1, 2, 4),
    asking AS MATERIALIZED (
      SELECT s.domain_id, s.day, s.reporter_id, a.id AS report_id, a.header -> 'policy' AS policy, '.' || d.name AS suffix
      FROM suspect s JOIN domain d ON d.tenant_id = $1 AND d.id = s.domain_id
      JOIN aggregate_report a ON a.tenant_id = $1 AND a.domain_id = s.domain_id AND a.reporter_id = s.reporter_id
        AND a.last_day BETWEEN s.day AND s.until AND a.first_day <= s.day
      WHERE a.header -> 'policy' ->> 'p' IN ('quarantine', 'reject') OR a.header -> 'policy' ->> 'sp' IN ('quarantine', 'reject'))
    SELECT s.domain_id AS id, s.day, s.reporter_id AS "reporterId", lower(c.header_from) LIKE '%' || s.suffix AS subdomain,
      p.p, p.sp, p.np, p.pct, p.testing, SUM(c.messages) AS messages
    FROM asking s CROSS JOIN LATERAL jsonb_to_record(s.policy) AS p (p text, sp text, np text, pct float8, testing text)
    JOIN record c ON c.tenant_id = $1 AND c.domain_id = s.domain_id AND c.day = s.day AND c.report_id = s.report_id
    WHERE c.disposition = 'none' AND c.dkim IS DISTINCT FROM 'pass' AND c.spf IS DISTINCT FROM 'pass' AND c.messages > 0
      AND NOT EXISTS (SELECT FROM jsonb_array_elements(c.details -> 'reasons') AS x
        WHERE COALESCE(x ->> 'type', '') <> '' OR COALESCE(x ->> 'comment', '') <> '')
    GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9 ORDER BY 1, 2`;
}

/** Rows summed up by day, reporter and what was asked for. */
export function violationFacts(
  rows: readonly ViolationRow[],
  names: ReadonlyMap<number, string>,
): DomainFacts['violations'] {
  const facts = new Map<string, DomainFacts['violations'][number]>();
  for (const row of rows) {
    const asked = askedOf(row, row.subdomain);
    if (asked === null) continue;
    const { day } = row;
    const reporter = names.get(row.reporterId) ?? '';
    const key = `${day} ${reporter} ${asked}`;
    facts.set(key, { day, reporter, asked, messages: (facts.get(key)?.messages ?? 0) + row.messages });
  }
  return [...facts].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, fact]) => fact);
}

export async function newNames({
  session,
  tenant,
  ids,
  day,
}: About): Promise<ReadonlyMap<number, DomainFacts['names']>> {
  const rows = await session.rows<DomainFacts['names'][number] & { readonly id: number }>(
    `WITH k AS MATERIALIZED (
       SELECT domain_id, name, first_seen FROM known_name
       WHERE tenant_id = $1 AND domain_id = ANY ($2::int[]) AND first_seen BETWEEN $3::date - ${RECENT_DAYS - 1} AND $3),
     c AS (
       SELECT domain_id, lower(header_from) AS name, SUM(messages) AS messages,
         COALESCE(SUM(messages) FILTER (WHERE dkim = 'pass' OR spf = 'pass'), 0) AS passed
       FROM record WHERE tenant_id = $1 AND domain_id IN (SELECT domain_id FROM k) AND day BETWEEN $3::date - ${RECENT_DAYS - 1} AND $3
       GROUP BY 1, 2)
     SELECT k.domain_id AS id, k.name, k.first_seen AS "firstSeen", COALESCE(c.messages, 0) AS messages, COALESCE(c.passed, 0) AS passed
     FROM k LEFT JOIN c USING (domain_id, name) ORDER BY k.name COLLATE "C"`,
    [tenant, ids, day],
  );
  return withoutId(rows);
}
