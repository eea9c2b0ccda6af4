import type { ClaimedDomain } from './evaluations.js';
import { daysOfReport } from './report-days.js';
import type { Session } from './session.js';

/** The first day of names that were there before rules looked at their domain: no day of a report is so early. */
export const ALWAYS_KNOWN = '1970-01-01';
/** Names learned at once, and those of one domain: forgers make names up. */
const MOST_AT_ONCE = 2_000;
const MOST_OF_DOMAIN = 10_000;
/** Days that a first look at a domain goes back. */
const FIRST_LOOK_DAYS = 90;
/** Reports are numbered before they are committed: so many before the last one are looked at once more. */
const OVERLAP = 2_000;

/** Whether a name (SQL) lies under the domain `d`. */
const UNDER = (name: string) => `right(${name}, length(d.name) + 1) = '.' || d.name`;

/**
 * Learns the names that new reports told of, under these domains. Those of a domain that is looked at for the first time
 * are known from the start, and nobody is told.
 */
export async function learnNames(
  session: Session,
  tenant: number,
  domains: readonly ClaimedDomain[],
  day: string,
  now: Date,
): Promise<void> {
  const ids = domains.map(({ id }) => id);
  const { last } = await session.row<{ last: number }>(
    'SELECT COALESCE(MAX(id), 0) AS last FROM aggregate_report WHERE tenant_id = $1',
    [tenant],
  );
  const rows = await session.rows<{ id: number; until: number }>(
    'SELECT domain_id AS id, names_until AS until FROM domain_evaluation WHERE tenant_id = $1 AND domain_id = ANY ($2::int[])',
    [tenant, ids],
  );
  const until = new Map(rows.map((row) => [row.id, row.until]));
  const unknown = ids.filter((id) => !until.has(id));
  if (unknown.length > 0) await learnAll(session, tenant, unknown, day);
  const behind = rows.filter((row) => row.until < last);
  if (behind.length > 0) await learnNew(session, tenant, behind);
  await session.run(
    `INSERT INTO domain_evaluation (tenant_id, domain_id, names_until, evaluated_at)
     SELECT $1, d.id, $3, $4 FROM unnest($2::int[]) AS d (id) ORDER BY d.id
     ON CONFLICT (tenant_id, domain_id) DO UPDATE SET names_until = excluded.names_until, evaluated_at = excluded.evaluated_at`,
    [tenant, ids, last, now],
  );
}

async function learnAll(
  session: Session,
  tenant: number,
  domainIds: readonly number[],
  day: string,
): Promise<void> {
  await session.run(
    `INSERT INTO known_name (tenant_id, domain_id, name, first_seen)
     SELECT $1, d.id, n.name, '${ALWAYS_KNOWN}' FROM domain d CROSS JOIN LATERAL (
       SELECT DISTINCT left(lower(r.header_from), 300) AS name FROM record r
       WHERE r.tenant_id = $1 AND r.domain_id = d.id AND r.day BETWEEN $3::date - ${FIRST_LOOK_DAYS} AND $3::date + 2
         AND r.header_from <> d.name AND ${UNDER('lower(r.header_from)')} LIMIT ${MOST_OF_DOMAIN}) AS n
     WHERE d.tenant_id = $1 AND d.id = ANY ($2::int[]) ORDER BY d.id, n.name
     ON CONFLICT DO NOTHING`,
    [tenant, domainIds, day],
  );
}

async function learnNew(
  session: Session,
  tenant: number,
  behind: readonly { readonly id: number; readonly until: number }[],
): Promise<void> {
  const since = Math.min(...behind.map(({ until }) => until)) - OVERLAP;
  await session.run(
    `INSERT INTO known_name (tenant_id, domain_id, name, first_seen)
     SELECT $1, s.domain_id, s.name, s.first_seen FROM (
       SELECT a.domain_id, left(lower(r.header_from), 300) AS name, MIN(r.day) AS first_seen
       FROM (SELECT e.* FROM unnest($2::int[], $3::bigint[]) AS e (id, until)
         WHERE (SELECT COUNT(*) FROM known_name k WHERE k.tenant_id = $1 AND k.domain_id = e.id) < ${MOST_OF_DOMAIN} OFFSET 0) e
       JOIN aggregate_report a ON a.domain_id = e.id AND a.id > e.until - ${OVERLAP}
       JOIN domain d ON d.tenant_id = $1 AND d.id = a.domain_id
       CROSS JOIN ${daysOfReport('a')} AS g
       CROSS JOIN LATERAL (SELECT r.header_from, r.day FROM record r
         WHERE r.tenant_id = $1 AND r.domain_id = a.domain_id AND r.day = g.day AND r.report_id = a.id OFFSET 0) r
       WHERE a.tenant_id = $1 AND a.id > $4 AND r.header_from <> d.name AND ${UNDER('lower(r.header_from)')}
       GROUP BY 1, 2) s
     WHERE NOT EXISTS (SELECT FROM known_name k WHERE k.tenant_id = $1 AND k.domain_id = s.domain_id AND k.name = s.name)
     ORDER BY s.domain_id, s.name LIMIT ${MOST_AT_ONCE} ON CONFLICT DO NOTHING`,
    [tenant, behind.map(({ id }) => id), behind.map(({ until }) => until), since],
  );
}
