import { byLookUps } from './look-ups.js';
import { UNKNOWN_DAY } from './placed.js';
import type { Session } from './session.js';

/** Days after which things go; null keeps them. */
export interface RetentionDays {
  /** Records, and the reports that they came in. Their figures stay in the rollups. */
  readonly records: number | null;
  /** The bytes of what came in; its hash stays, so that a resend is known. */
  readonly raw: number | null;
  /** Failure reports, which hold what is left of people's mail, and the files that brought them. */
  readonly failures: number | null;
}

export interface Retention extends RetentionDays {
  /** Null where nobody ever set it. */
  readonly changedAt: Date | null;
  readonly changedBy: string | null;
  /** Records of days before this one are gone; null where none ever went. */
  readonly expiredBefore: string | null;
}

/** What a tenant keeps for how long. */
export async function retentionOf(session: Session, tenant: number): Promise<Retention> {
  const [row] = await session.rows<Retention>(
    `SELECT records_days AS records, raw_days AS raw, failure_days AS failures, changed_at AS "changedAt",
       changed_by AS "changedBy", expired_before AS "expiredBefore"
     FROM retention WHERE tenant_id = $1`,
    [tenant],
  );
  return (
    row ?? { records: null, raw: null, failures: null, changedAt: null, changedBy: null, expiredBefore: null }
  );
}

/** Sets what a tenant keeps for how long. */
export async function setRetention(
  session: Session,
  tenant: number,
  days: RetentionDays,
  by: { readonly name: string; readonly at: Date },
): Promise<void> {
  await session.run(
    `INSERT INTO retention (tenant_id, records_days, raw_days, failure_days, changed_at, changed_by) VALUES ($1, $2, $3, $4, $5, $6)
     ON CONFLICT (tenant_id) DO UPDATE SET records_days = excluded.records_days, raw_days = excluded.raw_days,
       failure_days = excluded.failure_days, changed_at = excluded.changed_at, changed_by = excluded.changed_by`,
    [tenant, days.records, days.raw, days.failures, by.at, by.name],
  );
}

/** Says that records of days before this one may go; never takes a day back. To be committed before they do. */
export async function expireBefore(session: Session, tenant: number, day: string): Promise<void> {
  await session.run(
    'UPDATE retention SET expired_before = GREATEST(expired_before, $2::date) WHERE tenant_id = $1',
    [tenant, day],
  );
}

/**
 * Takes reports away whose last day is before this one, so many at most, and remembers their identity. Gives how many.
 * Reports without a day that can be believed go by when they came, with their records.
 */
export async function expireReports(
  session: Session,
  tenant: number,
  day: string,
  most: number,
): Promise<number> {
  // Both in the order of index aggregate_report_by_day, so that what goes another time is not gone through as well.
  const chosen = await byLookUps(session, () =>
    session.rows<{ id: number; domainId: number; lastDay: string }>(
      `SELECT id, domain_id AS "domainId", last_day AS "lastDay" FROM (
       (SELECT id, domain_id, last_day FROM aggregate_report WHERE tenant_id = $1 AND last_day < $2::date
        ORDER BY last_day, id LIMIT $4)
       UNION ALL
       (SELECT id, domain_id, last_day FROM aggregate_report WHERE tenant_id = $1 AND last_day = $3 AND received_at < $2::date
        ORDER BY id LIMIT $4)) r LIMIT $4`,
      [tenant, day, UNKNOWN_DAY, most],
    ),
  );
  if (chosen.length === 0) return 0;
  const parameters = [tenant, chosen.map(({ id }) => id)];
  await session.run(
    `INSERT INTO expired_report (tenant_id, identity)
     SELECT $1, identity FROM aggregate_report WHERE tenant_id = $1 AND id = ANY ($2::bigint[]) ON CONFLICT DO NOTHING`,
    parameters,
  );
  await session.run(
    'UPDATE document SET report_id = NULL WHERE tenant_id = $1 AND report_id = ANY ($2::bigint[])',
    parameters,
  );
  const undated = chosen.filter(({ lastDay }) => lastDay === UNKNOWN_DAY);
  if (undated.length > 0)
    await byLookUps(session, () =>
      session.run(
        `DELETE FROM record s USING unnest($2::int[], $3::bigint[]) AS r (domain_id, id)
         WHERE s.tenant_id = $1 AND s.domain_id = r.domain_id AND s.day = $4 AND s.report_id = r.id`,
        [tenant, undated.map(({ domainId }) => domainId), undated.map(({ id }) => id), UNKNOWN_DAY],
      ),
    );
  await session.run(
    'DELETE FROM aggregate_report WHERE tenant_id = $1 AND id = ANY ($2::bigint[])',
    parameters,
  );
  return chosen.length;
}

/** Takes SMTP TLS reports away that ended before a day, so many at most. */
export function expireTls(session: Session, tenant: number, day: string, most: number): Promise<number> {
  return session.run(
    `DELETE FROM tls_result WHERE tenant_id = $1 AND id IN (
       SELECT id FROM tls_result WHERE tenant_id = $1 AND end_at < $2::date ORDER BY id LIMIT $3)`,
    [tenant, day, most],
  );
}

/** Takes records of days before this one away, so many at most. */
export function deleteRecords(session: Session, tenant: number, day: string, most: number): Promise<number> {
  return byLookUps(session, () =>
    session.run(
      `DELETE FROM record WHERE tenant_id = $1 AND day < $2::date AND (domain_id, day, report_id, ordinal) IN (
       SELECT domain_id, day, report_id, ordinal FROM record WHERE tenant_id = $1 AND day < $2::date LIMIT $3)`,
      [tenant, day, most],
    ),
  );
}

/** Drops the partitions of months that every tenant let go. Gives their names. Looks across tenants. */
export async function dropExpiredMonths(session: Session): Promise<string[]> {
  const rows = await session.rows<{ name: string }>('SELECT drop_expired_months() AS name');
  return rows.map(({ name }) => name);
}

/** Takes the bytes of documents away that came before a time and are not waiting, so many at most. */
export async function removeRaw(
  session: Session,
  tenant: number,
  before: Date,
  at: Date,
  most: number,
): Promise<number> {
  const chosen = await session.rows<{ id: number }>(
    `SELECT id FROM raw_document WHERE tenant_id = $1 AND received_at < $2 AND removed_at IS NULL AND state <> 'pending'
     ORDER BY received_at LIMIT $3`,
    [tenant, before, most],
  );
  await removeChunks(
    session,
    tenant,
    chosen.map(({ id }) => id),
    at,
  );
  return chosen.length;
}

/**
 * Takes the bytes of files away that came before a time and brought failure reports, resends among them, with the
 * failure reports; so many files at most. Gives how many.
 */
export async function removeFailures(
  session: Session,
  tenant: number,
  before: Date,
  at: Date,
  most: number,
): Promise<number> {
  // Where the bytes went first, by a shorter retention of raw documents, the failure reports are still to go.
  const chosen = await session.rows<{ id: number }>(
    `SELECT DISTINCT r.id FROM document d
     JOIN raw_document r ON r.tenant_id = $1 AND r.id = d.raw_id
     LEFT JOIN failure_report f ON f.tenant_id = $1 AND f.document_id = d.id
     WHERE d.tenant_id = $1 AND d.kind = 'failure' AND r.received_at < $2 AND r.state <> 'pending'
       AND (r.removed_at IS NULL OR f.id IS NOT NULL)
     ORDER BY r.id LIMIT $3`,
    [tenant, before, most],
  );
  const rawIds = chosen.map(({ id }) => id);
  await session.run(
    `DELETE FROM failure_report WHERE tenant_id = $1 AND document_id IN (
       SELECT id FROM document WHERE tenant_id = $1 AND raw_id = ANY ($2::bigint[]))`,
    [tenant, rawIds],
  );
  await removeChunks(session, tenant, rawIds, at);
  return chosen.length;
}

async function removeChunks(
  session: Session,
  tenant: number,
  rawIds: readonly number[],
  at: Date,
): Promise<void> {
  if (rawIds.length === 0) return;
  await session.run('DELETE FROM raw_chunk WHERE tenant_id = $1 AND raw_id = ANY ($2::bigint[])', [
    tenant,
    rawIds,
  ]);
  await session.run(
    'UPDATE raw_document SET removed_at = COALESCE(removed_at, $3) WHERE tenant_id = $1 AND id = ANY ($2::bigint[])',
    [tenant, rawIds, at],
  );
}

/**
 * Which of these reports, by identity in hexadecimal, retention took away, in whole or in part: whatever comes under
 * their identity counts no more, because what is left of them cannot say what was counted.
 */
export async function expiredIdentities(
  session: Session,
  tenant: number,
  identities: readonly string[],
): Promise<Set<string>> {
  if (identities.length === 0) return new Set();
  const rows = await session.rows<{ identity: string }>(
    `WITH given AS (SELECT decode(i, 'hex') AS identity FROM unnest($2::text[]) AS i)
     SELECT encode(e.identity, 'hex') AS identity FROM retention r, given g, expired_report e
     WHERE r.tenant_id = $1 AND r.expired_before IS NOT NULL AND e.tenant_id = $1 AND e.identity = g.identity
     UNION ALL
     SELECT encode(a.identity, 'hex') FROM retention r, given g, aggregate_report a
     WHERE r.tenant_id = $1 AND a.tenant_id = $1 AND a.identity = g.identity AND a.first_day < r.expired_before`,
    [tenant, identities],
  );
  return new Set(rows.map(({ identity }) => identity));
}
