import type { DomainFacts } from '../alert/facts.js';
import type { Session } from './session.js';

/** Which domains, and until which day. */
export interface About {
  readonly session: Session;
  readonly tenant: number;
  readonly ids: readonly number[];
  /** First day of the window. */
  readonly from: string;
  readonly day: string;
}

export interface CountedDay {
  readonly day: string;
  readonly messages: number;
  readonly passed: number;
}

export interface ReporterDays {
  readonly reporterId: number;
  readonly days: readonly CountedDay[];
}

/** Rows by the id of their domain. */
export type Rows<Row> = ReadonlyMap<number, readonly Row[]>;

export function grouped<Row extends { readonly id: number }>(rows: readonly Row[]): Map<number, Row[]> {
  const byId = new Map<number, Row[]>();
  for (const row of rows) {
    const list = byId.get(row.id);
    if (list === undefined) byId.set(row.id, [row]);
    else list.push(row);
  }
  return byId;
}

export function withoutId<Row extends { readonly id: number }>(
  rows: readonly Row[],
): Map<number, Omit<Row, 'id'>[]> {
  return new Map([...grouped(rows)].map(([id, list]) => [id, list.map(({ id: _id, ...row }) => row)]));
}

/** Odd documents that are looked at, the newest first: more of them tell nothing else. */
export const MOST_ODD = 10_000;

/** Names of all reporters by id. */
export async function allReporters(session: Session, tenant: number): Promise<ReadonlyMap<number, string>> {
  const rows = await session.rows<{ id: number; name: string }>(
    'SELECT id, name FROM reporter WHERE tenant_id = $1',
    [tenant],
  );
  return new Map(rows.map(({ id, name }) => [id, name]));
}

export async function tenantDays(session: Session, tenant: number, from: string, day: string) {
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

export async function firstDays({
  session,
  tenant,
  ids,
  day,
}: About): Promise<ReadonlyMap<number, string | null>> {
  const rows = await session.rows<{ id: number; first: string | null }>(
    `SELECT d.id, (SELECT MIN(r.day) FROM rollup_domain r WHERE r.tenant_id = $1 AND r.domain_id = d.id AND r.day <= $3) AS first
     FROM unnest($2::int[]) AS d (id)`,
    [tenant, ids, day],
  );
  return new Map(rows.map(({ id, first }) => [id, first]));
}

export async function reporterDays({ session, tenant, ids, from, day }: About): Promise<Rows<ReporterDays>> {
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
export function parsedDays(text: string): CountedDay[] {
  return text.split(',').map((one) => {
    const [day = '', messages, passed] = one.split(' ');
    return { day, messages: Number(messages), passed: Number(passed) };
  });
}

export function totals(reporters: readonly ReporterDays[]): CountedDay[] {
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

export async function tlsDays({
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

export async function conflictsOf(
  { session, tenant, ids, day }: About,
  names: ReadonlyMap<number, string>,
  /** First day. */
  from: string,
): Promise<ReadonlyMap<number, DomainFacts['conflicts']>> {
  // Looked up one by one: as joins, all reports of the domains may be gone through for each conflict.
  const rows = await session.rows<{ id: number; day: string; reporterId: number; reports: number }>(
    `SELECT a.domain_id AS id, (r.received_at AT TIME ZONE 'UTC')::date AS day, a.reporter_id AS "reporterId", COUNT(*) AS reports
     FROM (SELECT raw_id, report_id FROM document WHERE tenant_id = $1 AND outcome = 'merged' ORDER BY raw_id DESC LIMIT ${MOST_ODD}) d
     CROSS JOIN LATERAL (SELECT received_at FROM raw_document WHERE tenant_id = $1 AND id = d.raw_id OFFSET 0) r
     CROSS JOIN LATERAL (SELECT domain_id, reporter_id FROM aggregate_report WHERE tenant_id = $1 AND id = d.report_id OFFSET 0) a
     WHERE a.domain_id = ANY ($2::int[]) AND (r.received_at AT TIME ZONE 'UTC')::date BETWEEN $3 AND $4
     GROUP BY 1, 2, 3 ORDER BY 2`,
    [tenant, ids, from, day],
  );
  return withoutId(rows.map(({ reporterId, ...row }) => ({ ...row, reporter: names.get(reporterId) ?? '' })));
}

export function knownSenders({
  session,
  tenant,
  ids,
}: About): Promise<Rows<{ id: number; network: string }>> {
  return session
    .rows<{ id: number; network: string }>(
      'SELECT domain_id AS id, network::text AS network FROM known_sender WHERE tenant_id = $1 AND domain_id = ANY ($2::int[]) ORDER BY network',
      [tenant, ids],
    )
    .then(grouped);
}
