import { addDays } from '../analysis/range.js';
import { POLICY_DAYS, WINDOW_DAYS, type DomainFacts } from '../alert/facts.js';
import { inOrder } from '../alert/history.js';
import {
  allReporters,
  conflictsOf,
  firstDays,
  knownSenders,
  MOST_ODD,
  parsedDays,
  reporterDays,
  tenantDays,
  tlsDays,
  totals,
} from './alert-figures.js';
import { recentNetworks } from './alert-networks.js';
import { newNames, seenPolicies, violationsOf } from './alert-policies.js';
import type { Session } from './session.js';

/**
 * Facts of domains as of the end of a day, by id: what rules look at. A few statements, however many domains there are.
 */
export async function loadFacts(
  session: Session,
  tenant: number,
  domains: readonly { readonly id: number; readonly name: string }[],
  day: string,
): Promise<Map<number, DomainFacts>> {
  const ids = domains.map(({ id }) => id);
  const from = addDays(day, 1 - WINDOW_DAYS);
  const about = { session, tenant, ids, from, day };
  const reporterNames = await allReporters(session, tenant);
  const anywhere = await tenantDays(session, tenant, from, day);
  const first = await firstDays(about);
  const reporters = await reporterDays(about);
  const { networks, failing } = await recentNetworks(about);
  const policies = await seenPolicies(about, reporterNames);
  const violations = await violationsOf(about, reporterNames);
  const names = await newNames(about);
  const tls = await tlsDays(about);
  const conflicts = await conflictsOf(about, reporterNames, addDays(day, 1 - POLICY_DAYS));
  const known = await knownSenders(about);
  const facts = domains.map(({ id, name }): [number, DomainFacts] => {
    const days = totals(reporters.get(id) ?? []);
    const seen = policies.get(id) ?? [];
    const spans = new Map<number, number>();
    for (const { reporterId, span } of seen)
      spans.set(reporterId, Math.max(span, spans.get(reporterId) ?? 1));
    const told = (reporters.get(id) ?? []).map(({ reporterId, days: sent }) => ({
      reporter: reporterNames.get(reporterId) ?? '',
      span: spans.get(reporterId) ?? 1,
      days: sent.map((one) => ({ day: one.day, messages: one.messages })),
      lastAnywhere: anywhere.last.get(reporterId) ?? null,
    }));
    return [
      id,
      {
        domain: name,
        from,
        to: day,
        firstDay: first.get(id) ?? null,
        days,
        reporters: told.toSorted((a, b) => (a.reporter < b.reporter ? -1 : 1)),
        tenantDays: anywhere.days,
        networks: networks.get(id) ?? [],
        failingAddresses: failing.get(id) ?? [],
        known: (known.get(id) ?? []).map(({ network }) => network),
        policies: inOrder(seen.map(({ policy }) => policy)),
        violations: violations.get(id) ?? [],
        names: names.get(id) ?? [],
        tls: tls.get(id) ?? [],
        conflicts: conflicts.get(id) ?? [],
        unreadable: [],
      },
    ];
  });
  return new Map(facts);
}

/** Facts of the tenant as a whole: reporters by day, and documents that could not be read. */
export async function loadTenantFacts(session: Session, tenant: number, day: string): Promise<DomainFacts> {
  const from = addDays(day, 1 - WINDOW_DAYS);
  const names = await allReporters(session, tenant);
  const rows = await session.rows<{ reporterId: number; span: number; days: string }>(
    `WITH s AS (
       SELECT reporter_id, day, SUM(messages) AS messages, COALESCE(SUM(messages) FILTER (WHERE dkim OR spf), 0) AS passed
       FROM rollup_tenant WHERE tenant_id = $1 AND day BETWEEN $2 AND $3 GROUP BY 1, 2 HAVING SUM(messages) > 0)
     SELECT reporter_id AS "reporterId", string_agg(day || ' ' || messages || ' ' || passed, ',' ORDER BY day) AS days,
       (SELECT COALESCE(MAX(a.last_day - a.first_day), 0) + 1 FROM aggregate_report a
        WHERE a.tenant_id = $1 AND a.reporter_id = s.reporter_id AND a.last_day BETWEEN $4 AND $3) AS span
     FROM s GROUP BY 1`,
    [tenant, from, day, addDays(day, 1 - POLICY_DAYS)],
  );
  const { first } = await session.row<{ first: string | null }>(
    'SELECT MIN(day) AS first FROM rollup_tenant WHERE tenant_id = $1 AND day <= $2',
    [tenant, day],
  );
  const reporters = rows.map((row) => ({ ...row, days: parsedDays(row.days) }));
  const unreadable = await session.rows<{ day: string; documents: number }>(
    `SELECT (r.received_at AT TIME ZONE 'UTC')::date AS day, COUNT(*) AS documents FROM (
       SELECT raw_id FROM document WHERE tenant_id = $1 AND outcome = 'unreadable' ORDER BY raw_id DESC LIMIT ${MOST_ODD}) d
     JOIN raw_document r ON r.tenant_id = $1 AND r.id = d.raw_id
     WHERE (r.received_at AT TIME ZONE 'UTC')::date BETWEEN $2 AND $3 GROUP BY 1 ORDER BY 1`,
    [tenant, from, day],
  );
  const days = totals(reporters);
  return {
    domain: null,
    from,
    to: day,
    firstDay: first,
    days,
    reporters: reporters
      .map(({ reporterId, span, days: sent }) => ({
        reporter: names.get(reporterId) ?? '',
        span,
        days: sent.map((one) => ({ day: one.day, messages: one.messages })),
        lastAnywhere: sent.at(-1)?.day ?? null,
      }))
      .toSorted((a, b) => (a.reporter < b.reporter ? -1 : 1)),
    tenantDays: days.map((one) => one.day),
    networks: [],
    failingAddresses: [],
    known: [],
    policies: [],
    violations: [],
    names: [],
    tls: [],
    conflicts: [],
    unreadable,
  };
}
