import type { Finding } from '../alert/finding.js';
import type { Session } from './session.js';

export interface ClaimedDomain {
  readonly id: number;
  readonly name: string;
}

/** Domains (SQL), locked in the order in which those who store reports lock them. */
const inOrder = (which: string) =>
  `SELECT id FROM domain WHERE tenant_id = $1 AND ${which} ORDER BY id FOR NO KEY UPDATE`;

/**
 * Takes domains with new figures, those that wait longest first, and marks them as looked at: what comes from now on
 * marks them again. Others that take some at once get different ones.
 */
export function takeDirtyDomains(
  session: Session,
  tenant: number,
  dirtyBefore: Date,
  most: number,
): Promise<ClaimedDomain[]> {
  return session.rows<ClaimedDomain>(
    `UPDATE domain d SET dirty_since = NULL FROM (
       SELECT id FROM domain WHERE tenant_id = $1 AND claimed_at IS NOT NULL AND dirty_since < $2
       ORDER BY dirty_since, id LIMIT $3 FOR NO KEY UPDATE SKIP LOCKED) t
     WHERE d.tenant_id = $1 AND d.id = t.id RETURNING d.id, d.name`,
    [tenant, dirtyBefore, most],
  );
}

/** Marks domains that were taken as dirty since a time, because nothing came of it; what came in since stands. */
export async function giveBackDomains(
  session: Session,
  tenant: number,
  ids: readonly number[],
  since: Date,
): Promise<void> {
  await session.run(
    `UPDATE domain d SET dirty_since = COALESCE(d.dirty_since, $3) FROM (${inOrder('id = ANY ($2::int[])')}) t
     WHERE d.tenant_id = $1 AND d.id = t.id`,
    [tenant, ids, since],
  );
}

/** Claimed domains by id, from after one on. */
export function claimedDomains(
  session: Session,
  tenant: number,
  after: number,
  most: number,
): Promise<ClaimedDomain[]> {
  return session.rows<ClaimedDomain>(
    'SELECT id, name FROM domain WHERE tenant_id = $1 AND claimed_at IS NOT NULL AND id > $2 ORDER BY id LIMIT $3',
    [tenant, after, most],
  );
}

/** A domain by id, with whether it is claimed; null where there is none. */
export async function domainById(
  session: Session,
  tenant: number,
  id: number,
): Promise<{ readonly name: string; readonly claimed: boolean } | null> {
  const [row] = await session.rows<{ name: string; claimed: boolean }>(
    'SELECT name, claimed_at IS NOT NULL AS claimed FROM domain WHERE tenant_id = $1 AND id = $2',
    [tenant, id],
  );
  return row ?? null;
}

/** Domains that nobody claims and that have alerts that are not resolved: they were opened while it was released. */
export async function releasedWithAlerts(session: Session, tenant: number): Promise<number[]> {
  const rows = await session.rows<{ id: number }>(
    `SELECT DISTINCT d.id FROM alert a JOIN domain d ON d.tenant_id = $1 AND d.id = a.domain_id
     WHERE a.tenant_id = $1 AND a.state <> 'resolved' AND d.claimed_at IS NULL ORDER BY d.id`,
    [tenant],
  );
  return rows.map(({ id }) => id);
}

/** Tenants with a domain whose figures changed before a time. */
export async function tenantsToEvaluate(session: Session, dirtyBefore: Date): Promise<number[]> {
  const rows = await session.rows<{ tenant: number }>(
    `SELECT t AS tenant FROM tenants_with_alert_work('domains', $1) AS t`,
    [dirtyBefore],
  );
  return rows.map(({ tenant }) => tenant);
}

/** What an alert that is not resolved shows. */
export interface OpenFinding {
  readonly id: number;
  readonly finding: Finding;
  readonly clearSince: Date | null;
}

/** Alerts of these domains that are not resolved, as they were found last; `id` is the domain's. */
export function openFindings(
  session: Session,
  tenant: number,
  ids: readonly number[],
): Promise<OpenFinding[]> {
  return session.rows<OpenFinding>(
    `SELECT domain_id AS id, finding, clear_since AS "clearSince" FROM alert
     WHERE tenant_id = $1 AND domain_id = ANY ($2::int[]) AND state <> 'resolved'`,
    [tenant, ids],
  );
}

/** Has a claimed domain, or with null all of them, looked at soon, as if something had come in. */
export async function markDirty(
  session: Session,
  tenant: number,
  domainId: number | null,
  at: Date,
): Promise<void> {
  await session.run(
    `UPDATE domain d SET dirty_since = COALESCE(d.dirty_since, $3)
     FROM (${inOrder('($2::int IS NULL OR id = $2) AND claimed_at IS NOT NULL')}) t
     WHERE d.tenant_id = $1 AND d.id = t.id`,
    [tenant, domainId, at],
  );
}
