import type { Session } from './session.js';

/** What waits or was given up, in numbers that a scraper asks for again and again. */
export interface WaitingMeasures {
  readonly pending: number;
  readonly failed: number;
  /** Seconds that the oldest pending document has waited; 0 where none waits. */
  readonly oldestPendingSeconds: number;
}

/** What a tenant has in all. */
export interface StoredMeasures {
  readonly processed: number;
  readonly reports: number;
  readonly records: number;
}

/** What waits and what failed, of one tenant; indexes raw_document_waiting and raw_document_failed alone. */
export function measureWaiting(session: Session, tenant: number, now: Date): Promise<WaitingMeasures> {
  return session.row<WaitingMeasures>(
    `SELECT ${countOf('pending')} AS pending, ${countOf('failed')} AS failed,
       -- Ids grow with time.
       COALESCE((SELECT GREATEST(EXTRACT(EPOCH FROM $2::timestamptz - received_at), 0) FROM raw_document
         WHERE tenant_id = $1 AND state = 'pending' ORDER BY id LIMIT 1), 0)::float8 AS "oldestPendingSeconds"`,
    [tenant, now],
  );
}

/** What one tenant has in all. Goes through every raw document and report: ask it now and then, not for each request. */
export function measureStored(session: Session, tenant: number): Promise<StoredMeasures> {
  return session.row<StoredMeasures>(
    // The whole is counted in the primary key, which is a small part of the table.
    `SELECT (SELECT COUNT(*) FROM raw_document WHERE tenant_id = $1) - ${countOf('pending')} - ${countOf('failed')} AS processed,
       r.* FROM (SELECT COUNT(*) AS reports, COALESCE(SUM(records::bigint), 0) AS records
         FROM aggregate_report WHERE tenant_id = $1) r`,
    [tenant],
  );
}

function countOf(state: 'pending' | 'failed'): string {
  return `(SELECT COUNT(*) FROM raw_document WHERE tenant_id = $1 AND state = '${state}')`;
}
