import { byLookUps } from './look-ups.js';
import type { RawDocument } from './raw.js';
import { daysOfReport } from './report-days.js';
import type { Session } from './session.js';

export interface Selection {
  readonly domainId: number | null;
  readonly failedOnly: boolean;
}

/**
 * What retention took from: the bytes are gone, or a report that it brought, or records of one. Reading it again would
 * make figures anew from what is left, and lose the rest.
 */
const LOST = `(r.removed_at IS NOT NULL OR EXISTS (
  SELECT FROM document x
  LEFT JOIN aggregate_report y ON y.tenant_id = $1 AND y.id = x.report_id
  LEFT JOIN retention t ON t.tenant_id = $1
  WHERE x.tenant_id = $1 AND x.raw_id = r.id AND x.kind = 'aggregate' AND x.outcome <> 'unreadable'
    AND (x.report_id IS NULL OR y.first_day < t.expired_before)))`;

/** Raw documents that were read and that a selection names, in the order of arrival; not those of which something is lost. */
export function selectRaw(
  session: Session,
  tenant: number,
  selection: Selection,
): Promise<{ readonly id: number; readonly size: number }[]> {
  return session.rows<{ id: number; size: number }>(
    `SELECT r.id, r.size FROM raw_document r
     WHERE r.tenant_id = $1 AND r.state <> 'pending' AND NOT ${LOST}
       AND ($2::int IS NULL OR EXISTS (
         SELECT FROM document c
         LEFT JOIN aggregate_report a ON a.tenant_id = $1 AND a.id = c.report_id
         LEFT JOIN failure_report f ON f.tenant_id = $1 AND f.document_id = c.id
         LEFT JOIN tls_result t ON t.tenant_id = $1 AND t.document_id = c.id
         WHERE c.tenant_id = $1 AND c.raw_id = r.id AND $2 IN (a.domain_id, f.domain_id, t.domain_id)))
       AND (NOT $3 OR r.state = 'failed' OR EXISTS (
         SELECT FROM document c WHERE c.tenant_id = $1 AND c.raw_id = r.id AND c.outcome = 'unreadable'))
     ORDER BY r.id`,
    [tenant, selection.domainId, selection.failedOnly],
  );
}

export interface Sharer extends RawDocument {
  /** Retention took something of it: it cannot be read again. */
  readonly lost: boolean;
}

/**
 * The raw documents of these ids and all that brought a version of one of their reports, and so on: what must be
 * read together, because a report may be the union of several. In the order of arrival.
 */
export function withSharers(session: Session, tenant: number, ids: readonly number[]): Promise<Sharer[]> {
  return session.rows<Sharer>(
    // From bytes to reports and back: each report is asked once for all that brought it, or those who brought many
    // versions of one would each be asked for all the others.
    `WITH RECURSIVE reached (kind, id) AS (
       SELECT 'raw', id FROM unnest($2::bigint[]) AS id
       UNION
       SELECT next.* FROM reached CROSS JOIN LATERAL (
         SELECT 'report', c.report_id FROM document c
         WHERE reached.kind = 'raw' AND c.tenant_id = $1 AND c.raw_id = reached.id AND c.report_id IS NOT NULL
         UNION ALL
         SELECT 'raw', c.raw_id FROM document c
         WHERE reached.kind = 'report' AND c.tenant_id = $1 AND c.report_id = reached.id) AS next),
     together AS (SELECT id FROM reached WHERE kind = 'raw')
     SELECT r.id, r.name, r.size, r.encoding, r.received_at AS "receivedAt", ${LOST} AS lost FROM raw_document r
     WHERE r.tenant_id = $1 AND r.id IN (SELECT id FROM together) ORDER BY r.id`,
    [tenant, ids],
  );
}

export interface DomainDay {
  readonly domainId: number;
  readonly day: string;
}

/**
 * Domain-days that the reports of these raw documents have rows on, but for days of which retention took records: their
 * figures stand in the rollups alone.
 */
export function touchedDays(
  session: Session,
  tenant: number,
  rawIds: readonly number[],
): Promise<DomainDay[]> {
  return session.rows<DomainDay>(
    `SELECT DISTINCT a.domain_id AS "domainId", g.day FROM document c
     CROSS JOIN LATERAL (SELECT id, domain_id, first_day, last_day FROM aggregate_report
       WHERE tenant_id = $1 AND id = c.report_id OFFSET 0) a
     CROSS JOIN ${daysOfReport('a')} AS g
     LEFT JOIN retention t ON t.tenant_id = $1
     WHERE c.tenant_id = $1 AND c.raw_id = ANY ($2::bigint[]) AND (t.expired_before IS NULL OR g.day >= t.expired_before)
       AND EXISTS (SELECT FROM record s WHERE s.tenant_id = $1 AND s.domain_id = a.domain_id AND s.day = g.day
         AND s.report_id = a.id OFFSET 0)`,
    [tenant, rawIds],
  );
}

/** Forgets all that was read from these raw documents, and makes them pending; the rollups are left to the caller. */
export async function forgetRead(session: Session, tenant: number, rawIds: readonly number[]): Promise<void> {
  const parameters = [tenant, rawIds];
  const { ids } = await session.row<{ ids: number[] | null }>(
    `SELECT array_agg(DISTINCT report_id) AS ids FROM document WHERE tenant_id = $1 AND raw_id = ANY ($2::bigint[]) AND report_id IS NOT NULL`,
    parameters,
  );
  await session.run('DELETE FROM document WHERE tenant_id = $1 AND raw_id = ANY ($2::bigint[])', parameters);
  await byLookUps(session, () =>
    session.run(
      `DELETE FROM record s USING (
       SELECT a.id, a.domain_id, g.day FROM aggregate_report a CROSS JOIN ${daysOfReport('a')} AS g
       WHERE a.tenant_id = $1 AND a.id = ANY ($2::bigint[]) OFFSET 0) d
     WHERE s.tenant_id = $1 AND s.domain_id = d.domain_id AND s.day = d.day AND s.report_id = d.id`,
      [tenant, ids ?? []],
    ),
  );
  await session.run('DELETE FROM aggregate_report WHERE tenant_id = $1 AND id = ANY ($2::bigint[])', [
    tenant,
    ids ?? [],
  ]);
  await session.run(
    'DELETE FROM raw_attempt WHERE tenant_id = $1 AND raw_id = ANY ($2::bigint[])',
    parameters,
  );
  await session.run(
    `UPDATE raw_document SET state = 'pending' WHERE tenant_id = $1 AND id = ANY ($2::bigint[])`,
    parameters,
  );
}
