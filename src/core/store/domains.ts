import type { Session } from './session.js';

export interface DomainRow {
  readonly id: number;
  readonly name: string;
  readonly firstSeenAt: Date;
  readonly lastReportAt: Date | null;
  readonly claimedAt: Date | null;
  readonly claimedBy: string | null;
}

const COLUMNS = `id, name, first_seen_at AS "firstSeenAt", last_report_at AS "lastReportAt", claimed_at AS "claimedAt", claimed_by AS "claimedBy"`;

/** One domain by name; null where no report brought it and nobody claimed it. */
export async function findDomain(session: Session, tenant: number, name: string): Promise<DomainRow | null> {
  const [row] = await session.rows<DomainRow>(
    `SELECT ${COLUMNS} FROM domain WHERE tenant_id = $1 AND name = $2`,
    [tenant, name],
  );
  return row ?? null;
}

/** Domains by name, from after a name on. */
export function listDomains(
  session: Session,
  tenant: number,
  page: { readonly limit: number; readonly after: string | null },
): Promise<DomainRow[]> {
  return session.rows<DomainRow>(
    `SELECT ${COLUMNS} FROM domain WHERE tenant_id = $1 AND ($2::text IS NULL OR name > $2) ORDER BY name LIMIT $3`,
    [tenant, page.after, page.limit],
  );
}

/** Names of all domains, for finding the nearest to a typo; bounded, first seen first. */
export async function domainNames(session: Session, tenant: number, limit: number): Promise<string[]> {
  const rows = await session.rows<{ name: string }>(
    'SELECT name FROM domain WHERE tenant_id = $1 ORDER BY id LIMIT $2',
    [tenant, limit],
  );
  return rows.map((row) => row.name);
}

/** How many domains there are, and how many are claimed. */
export function countDomains(session: Session, tenant: number): Promise<{ seen: number; claimed: number }> {
  return session.row(
    'SELECT COUNT(*) AS seen, COUNT(claimed_at) AS claimed FROM domain WHERE tenant_id = $1',
    [tenant],
  );
}

/** Claims a domain, seen or not. False where it was claimed already. */
export async function claimDomain(
  session: Session,
  tenant: number,
  name: string,
  by: string,
  at: Date,
): Promise<boolean> {
  const changed = await session.run(
    `INSERT INTO domain AS d (tenant_id, name, first_seen_at, claimed_at, claimed_by) VALUES ($1, $2, $3, $3, $4)
     ON CONFLICT (tenant_id, name) DO UPDATE SET claimed_at = excluded.claimed_at, claimed_by = excluded.claimed_by
     WHERE d.claimed_at IS NULL`,
    [tenant, name, at, by],
  );
  return changed > 0;
}

/** Takes a claim back; reports are still taken in. A domain that none was about is forgotten. False where it was not claimed. */
export async function releaseDomain(session: Session, tenant: number, name: string): Promise<boolean> {
  const forgotten = await session.run(
    `DELETE FROM domain d WHERE d.tenant_id = $1 AND d.name = $2 AND d.claimed_at IS NOT NULL AND d.last_report_at IS NULL
       AND NOT EXISTS (SELECT FROM tls_result t WHERE t.tenant_id = $1 AND t.domain_id = d.id)
       AND NOT EXISTS (SELECT FROM failure_report f WHERE f.tenant_id = $1 AND f.domain_id = d.id)
       AND NOT EXISTS (SELECT FROM alert a WHERE a.tenant_id = $1 AND a.domain_id = d.id)
       AND NOT EXISTS (SELECT FROM alert_rule r WHERE r.tenant_id = $1 AND r.domain_id = d.id)
       AND NOT EXISTS (SELECT FROM suppression s WHERE s.tenant_id = $1 AND s.domain_id = d.id)
       AND NOT EXISTS (SELECT FROM known_sender k WHERE k.tenant_id = $1 AND k.domain_id = d.id)
       AND NOT EXISTS (SELECT FROM known_name n WHERE n.tenant_id = $1 AND n.domain_id = d.id)`,
    [tenant, name],
  );
  const changed = await session.run(
    'UPDATE domain SET claimed_at = NULL, claimed_by = NULL WHERE tenant_id = $1 AND name = $2 AND claimed_at IS NOT NULL',
    [tenant, name],
  );
  return changed + forgotten > 0;
}

/** The policy of a domain as the latest report saw it. */
export interface SeenPolicy {
  readonly p: string | null;
  readonly sp: string | null;
  readonly np: string | null;
  readonly pct: number | null;
  readonly adkim: string | null;
  readonly aspf: string | null;
  readonly testing: string | null;
  /** UTC day of that report. */
  readonly day: string;
}

/** Policies as the latest believable reports saw them, by domain id. Index aggregate_report_by_domain. */
export async function seenPolicies(
  session: Session,
  tenant: number,
  domainIds: readonly number[],
): Promise<Map<number, SeenPolicy>> {
  const rows = await session.rows<{ id: number; day: string; policy: Omit<SeenPolicy, 'day'> }>(
    `SELECT d.id, r.last_day AS day, r.header -> 'policy' AS policy FROM unnest($2::int[]) AS d (id)
     CROSS JOIN LATERAL (SELECT last_day, header FROM aggregate_report
       WHERE tenant_id = $1 AND domain_id = d.id AND last_day < DATE '9999-01-01' ORDER BY last_day DESC, id DESC LIMIT 1) r`,
    [tenant, domainIds],
  );
  return new Map(
    rows.map(({ id, day, policy: { p, sp, np, pct, adkim, aspf, testing } }) => [
      id,
      { p, sp, np, pct, adkim, aspf, testing, day },
    ]),
  );
}
