import { addDays } from '../analysis/range.js';
import { askedOf } from '../alert/asked.js';
import {
  BEFORE_DAYS,
  LEAST_NETWORK_MESSAGES,
  MEMORY_DAYS,
  MOST_NETWORKS,
  POLICY_DAYS,
  RECENT_DAYS,
  WINDOW_DAYS,
  type DomainFacts,
  type NetworkFact,
  type PolicyFact,
} from '../alert/facts.js';
import { inOrder } from '../alert/history.js';
import type { Session } from './session.js';

/** Odd documents that are looked at, the newest first: more of them tell nothing else. */
export const MOST_ODD = 10_000;

/** The network of a source, as core/alert/network.ts says. The cast clears the bits of the host. */
export const NETWORK = `set_masklen(r.source_ip::cidr, CASE family(r.source_ip) WHEN 4 THEN 24 ELSE 64 END)`;

type Rows<Row> = ReadonlyMap<number, readonly Row[]>;

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
  const conflicts = await conflictsOf(about, reporterNames);
  const known = await knownSenders(about);
  const facts = domains.map(({ id, name }): [number, DomainFacts] => {
    const days = totals(reporters.get(id) ?? []);
    const seen = policies.get(id) ?? [];
    const told = (reporters.get(id) ?? []).map(({ reporterId, days: sent }) => ({
      reporter: reporterNames.get(reporterId) ?? '',
      span: Math.max(1, ...seen.filter((one) => one.reporterId === reporterId).map(({ span }) => span)),
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

/** Which domains, and until which day. */
interface About {
  readonly session: Session;
  readonly tenant: number;
  readonly ids: readonly number[];
  /** First day of the window. */
  readonly from: string;
  readonly day: string;
}

/** Names of all reporters by id. */
export async function allReporters(session: Session, tenant: number): Promise<ReadonlyMap<number, string>> {
  const rows = await session.rows<{ id: number; name: string }>(
    'SELECT id, name FROM reporter WHERE tenant_id = $1',
    [tenant],
  );
  return new Map(rows.map(({ id, name }) => [id, name]));
}

async function tenantDays(session: Session, tenant: number, from: string, day: string) {
  const rows = await session.rows<{ day: string; reporterId: number }>(
    `SELECT day, reporter_id AS "reporterId" FROM rollup_tenant WHERE tenant_id = $1 AND day BETWEEN $2 AND $3
     GROUP BY 1, 2 HAVING SUM(messages) > 0 ORDER BY 1`,
    [tenant, from, day],
  );
  return {
    days: [...new Set(rows.map((row) => row.day))],
    last: new Map(rows.map((row) => [row.reporterId, row.day])),
  };
}

async function firstDays({ session, tenant, ids, day }: About): Promise<ReadonlyMap<number, string | null>> {
  const rows = await session.rows<{ id: number; first: string | null }>(
    `SELECT d.id, (SELECT MIN(r.day) FROM rollup_domain r WHERE r.tenant_id = $1 AND r.domain_id = d.id AND r.day <= $3) AS first
     FROM unnest($2::int[]) AS d (id)`,
    [tenant, ids, day],
  );
  return new Map(rows.map(({ id, first }) => [id, first]));
}

interface ReporterDays {
  readonly reporterId: number;
  readonly days: readonly CountedDay[];
}

interface CountedDay {
  readonly day: string;
  readonly messages: number;
  readonly passed: number;
}

async function reporterDays({ session, tenant, ids, from, day }: About): Promise<Rows<ReporterDays>> {
  const rows = await session.rows<{ id: number; reporterId: number; days: string }>(
    `SELECT domain_id AS id, reporter_id AS "reporterId", string_agg(day || ' ' || messages || ' ' || passed, ',' ORDER BY day) AS days
     FROM (SELECT domain_id, reporter_id, day, SUM(messages) AS messages, COALESCE(SUM(messages) FILTER (WHERE dkim OR spf), 0) AS passed
       FROM rollup_result WHERE tenant_id = $1 AND domain_id = ANY ($2::int[]) AND day BETWEEN $3 AND $4
       GROUP BY 1, 2, 3 HAVING SUM(messages) > 0) s GROUP BY 1, 2`,
    [tenant, ids, from, day],
  );
  return grouped(rows.map((row) => ({ ...row, days: parsedDays(row.days) })));
}

/** Days as text: an array of a thousand rows would cost the driver more than all the rest. */
function parsedDays(text: string): CountedDay[] {
  return text.split(',').map((one) => {
    const [day = '', messages, passed] = one.split(' ');
    return { day, messages: Number(messages), passed: Number(passed) };
  });
}

function totals(reporters: readonly ReporterDays[]): CountedDay[] {
  const byDay = new Map<string, CountedDay>();
  for (const { days } of reporters)
    for (const { day, messages, passed } of days) {
      const known = byDay.get(day);
      byDay.set(day, {
        day,
        messages: (known?.messages ?? 0) + messages,
        passed: (known?.passed ?? 0) + passed,
      });
    }
  return [...byDay.values()].toSorted((a, b) => (a.day < b.day ? -1 : 1));
}

/**
 * The leading networks of the recent days with how they were before, and how many addresses fail on each day. The
 * recent days are read wholly, the days before for the networks that lead alone.
 */
async function recentNetworks({ session, tenant, ids, day }: About) {
  const rows = await session.rows<{
    id: number;
    network: string | null;
    days: string;
    before: string | null;
  }>(
    `WITH n AS MATERIALIZED (
       SELECT r.domain_id, ${NETWORK} AS network, r.day, SUM(r.messages) AS messages, SUM(r.dmarc_pass) AS passed,
         SUM(r.dkim_aligned) AS dkim, SUM(r.spf_aligned) AS spf, COUNT(*) FILTER (WHERE r.failed >= 1) AS failing
       FROM rollup_source r WHERE r.tenant_id = $1 AND r.domain_id = ANY ($2::int[]) AND r.day BETWEEN $3::date - ${RECENT_DAYS - 1} AND $3
       GROUP BY 1, 2, 3),
     t AS (
       SELECT domain_id, network, SUM(messages) AS messages, SUM(messages - passed) AS failed FROM n WHERE network IS NOT NULL
       GROUP BY 1, 2 HAVING SUM(messages) >= ${LEAST_NETWORK_MESSAGES}),
     ranked AS (
       SELECT domain_id, network, failed,
         row_number() OVER (PARTITION BY domain_id ORDER BY messages DESC, network::text COLLATE "C") AS by_messages,
         row_number() OVER (PARTITION BY domain_id ORDER BY failed DESC, network::text COLLATE "C") AS by_failed FROM t),
     foremost AS MATERIALIZED (
       SELECT domain_id, network FROM ranked WHERE by_messages <= ${MOST_NETWORKS} OR (by_failed <= ${MOST_NETWORKS} AND failed > 0)),
     before AS (
       SELECT domain_id, network, SUM(messages) || ' ' || SUM(passed) || ' ' || SUM(dkim) || ' ' || SUM(spf) || ' ' || COUNT(*) AS sums
       FROM (SELECT r.domain_id, l.network, r.day, SUM(r.messages) AS messages, SUM(r.dmarc_pass) AS passed,
           SUM(r.dkim_aligned) AS dkim, SUM(r.spf_aligned) AS spf
         FROM foremost l JOIN rollup_source r ON r.domain_id = l.domain_id AND ${NETWORK} = l.network
         WHERE r.tenant_id = $1 AND r.domain_id = ANY ($2::int[])
           AND r.day BETWEEN $3::date - ${RECENT_DAYS + BEFORE_DAYS - 1} AND $3::date - ${RECENT_DAYS}
         GROUP BY 1, 2, 3) s GROUP BY 1, 2)
     SELECT n.domain_id AS id, n.network::text AS network, b.sums AS before,
       string_agg(n.day || ' ' || n.messages || ' ' || n.passed || ' ' || n.dkim || ' ' || n.spf, ',' ORDER BY n.day) AS days
     FROM n JOIN foremost USING (domain_id, network) LEFT JOIN before b USING (domain_id, network)
     WHERE n.messages > 0 GROUP BY 1, 2, 3
     UNION ALL
     SELECT domain_id, NULL, NULL, string_agg(day || ' ' || failing, ',' ORDER BY day)
     FROM (SELECT domain_id, day, SUM(failing) AS failing FROM n GROUP BY 1, 2 HAVING SUM(failing) > 0) f GROUP BY 1`,
    [tenant, ids, day],
  );
  const failing = new Map(
    rows
      .filter(({ network }) => network === null)
      .map((row) => [
        row.id,
        row.days.split(',').map((one) => {
          const [on = '', addresses] = one.split(' ');
          return { day: on, addresses: Number(addresses) };
        }),
      ]),
  );
  const seen = rows.flatMap(({ network, ...row }) => (network === null ? [] : [{ ...row, network }]));
  const unknown = seen.filter(({ before }) => before === null);
  const remembered = await seenEarlier({ session, tenant, day }, unknown);
  const networks = grouped(
    seen.map(({ id, network, days, before }) => {
      const [messages = 0, passed = 0, dkim = 0, spf = 0, count = 0] = (before ?? '').split(' ').map(Number);
      const fact: NetworkFact = {
        network,
        days: days.split(',').map((one) => {
          const [on = '', ...sums] = one.split(' ');
          const [all = 0, pass = 0, byDkim = 0, bySpf = 0] = sums.map(Number);
          return { day: on, messages: all, passed: pass, dkim: byDkim, spf: bySpf };
        }),
        before: { messages, passed, dkim, spf, days: count },
        seenBefore: before !== null || remembered.has(`${id} ${network}`),
      };
      return { id, ...fact };
    }),
  );
  const sorted = new Map(
    [...networks].map(([id, list]) => [
      id,
      list.map(({ id: _id, ...fact }) => fact).toSorted((a, b) => (a.network < b.network ? -1 : 1)),
    ]),
  );
  return { networks: sorted, failing };
}

/** Of these networks, those that sent in the days of memory before: one look-up a day in the unique index. */
async function seenEarlier(
  { session, tenant, day }: Pick<About, 'session' | 'tenant' | 'day'>,
  asked: readonly { readonly id: number; readonly network: string }[],
): Promise<Set<string>> {
  if (asked.length === 0) return new Set();
  const rows = await session.rows<{ id: number; network: string }>(
    `SELECT c.id, c.network::text AS network FROM unnest($2::int[], $3::cidr[]) AS c (id, network)
     WHERE EXISTS (SELECT FROM generate_series($4::date - ${RECENT_DAYS + MEMORY_DAYS - 1}, $4::date - ${RECENT_DAYS + BEFORE_DAYS}, interval '1 day') AS d (day),
       LATERAL (SELECT FROM rollup_source r WHERE r.tenant_id = $1 AND r.domain_id = c.id AND r.day = d.day::date
         AND r.source_ip BETWEEN host(c.network)::inet AND host(broadcast(c.network))::inet LIMIT 1) s)`,
    [tenant, asked.map(({ id }) => id), asked.map(({ network }) => network), day],
  );
  return new Set(rows.map(({ id, network }) => `${id} ${network}`));
}

interface SeenBy {
  readonly id: number;
  readonly reporterId: number;
  readonly span: number;
  readonly policy: PolicyFact;
}

async function seenPolicies(
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
async function violationsOf(
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

/** The statement for violations: which domains, and the first and the last day, as SQL; $1 is the tenant. */
export function violationRows(domains: string, first: string, last: string): string {
  return `WITH suspect AS MATERIALIZED (
      SELECT DISTINCT domain_id, day, reporter_id FROM rollup_result
      WHERE tenant_id = $1 AND domain_id ${domains} AND day BETWEEN ${first} AND ${last}
        AND disposition = 'none' AND NOT dkim AND NOT spf AND messages > 0),
    asking AS MATERIALIZED (
      SELECT s.domain_id, s.day, s.reporter_id, a.id AS report_id, a.header -> 'policy' AS policy, '.' || d.name AS suffix
      FROM suspect s JOIN domain d ON d.tenant_id = $1 AND d.id = s.domain_id
      JOIN aggregate_report a ON a.tenant_id = $1 AND a.domain_id = s.domain_id AND a.reporter_id = s.reporter_id
        AND a.last_day BETWEEN s.day AND s.day + 93 AND a.first_day <= s.day
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

async function newNames({
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

async function tlsDays({
  session,
  tenant,
  ids,
  from,
  day,
}: About): Promise<ReadonlyMap<number, DomainFacts['tls']>> {
  const rows = await session.rows<DomainFacts['tls'][number] & { readonly id: number }>(
    `SELECT domain_id AS id, (begin_at AT TIME ZONE 'UTC')::date AS day, SUM(successful) AS successful, SUM(failed) AS failed
     FROM tls_result WHERE tenant_id = $1 AND domain_id = ANY ($2::int[])
       AND begin_at >= $3::date::timestamp AT TIME ZONE 'UTC' AND begin_at < ($4::date + 1)::timestamp AT TIME ZONE 'UTC'
     GROUP BY 1, 2 ORDER BY 2`,
    [tenant, ids, from, day],
  );
  return withoutId(rows);
}

async function conflictsOf(
  { session, tenant, ids, day }: About,
  names: ReadonlyMap<number, string>,
): Promise<ReadonlyMap<number, DomainFacts['conflicts']>> {
  const rows = await session.rows<{ id: number; day: string; reporterId: number; reports: number }>(
    `SELECT a.domain_id AS id, (r.received_at AT TIME ZONE 'UTC')::date AS day, a.reporter_id AS "reporterId", COUNT(*) AS reports
     FROM (SELECT raw_id, report_id FROM document WHERE tenant_id = $1 AND outcome = 'merged' ORDER BY raw_id DESC LIMIT ${MOST_ODD}) d
     JOIN raw_document r ON r.tenant_id = $1 AND r.id = d.raw_id
     JOIN aggregate_report a ON a.tenant_id = $1 AND a.id = d.report_id
     WHERE a.domain_id = ANY ($2::int[]) AND (r.received_at AT TIME ZONE 'UTC')::date BETWEEN $3::date - ${POLICY_DAYS - 1} AND $3
     GROUP BY 1, 2, 3 ORDER BY 2`,
    [tenant, ids, day],
  );
  return withoutId(rows.map(({ reporterId, ...row }) => ({ ...row, reporter: names.get(reporterId) ?? '' })));
}

function knownSenders({ session, tenant, ids }: About): Promise<Rows<{ id: number; network: string }>> {
  return session
    .rows<{ id: number; network: string }>(
      'SELECT domain_id AS id, network::text AS network FROM known_sender WHERE tenant_id = $1 AND domain_id = ANY ($2::int[]) ORDER BY network',
      [tenant, ids],
    )
    .then(grouped);
}

function grouped<Row extends { readonly id: number }>(rows: readonly Row[]): Map<number, Row[]> {
  const byId = new Map<number, Row[]>();
  for (const row of rows) {
    const list = byId.get(row.id);
    if (list === undefined) byId.set(row.id, [row]);
    else list.push(row);
  }
  return byId;
}

function withoutId<Row extends { readonly id: number }>(
  rows: readonly Row[],
): Map<number, Omit<Row, 'id'>[]> {
  return new Map([...grouped(rows)].map(([id, list]) => [id, list.map(({ id: _id, ...row }) => row)]));
}
