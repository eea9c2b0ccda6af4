import type { Session } from './session.js';

/** What a tenant has, in numbers that a scraper asks for again and again. */
export interface TenantMeasures {
  readonly pending: number;
  readonly processed: number;
  readonly failed: number;
  readonly reports: number;
  readonly records: number;
  /** Seconds that the oldest pending document has waited; 0 where none waits. */
  readonly oldestPendingSeconds: number;
}

/** Numbers of one tenant. Reads every raw document and report once: ask it now and then, not for each request. */
export function measureTenant(session: Session, tenant: number, now: Date): Promise<TenantMeasures> {
  return session.row<TenantMeasures>(
    `SELECT d.*, r.* FROM (
       SELECT COUNT(*) FILTER (WHERE state = 'pending') AS pending, COUNT(*) FILTER (WHERE state = 'processed') AS processed,
         COUNT(*) FILTER (WHERE state = 'failed') AS failed,
         COALESCE(GREATEST(EXTRACT(EPOCH FROM $2::timestamptz - MIN(received_at) FILTER (WHERE state = 'pending')), 0), 0)::float8
           AS "oldestPendingSeconds"
       FROM raw_document WHERE tenant_id = $1) d,
       (SELECT COUNT(*) AS reports, COALESCE(SUM(records::bigint), 0) AS records FROM aggregate_report WHERE tenant_id = $1) r`,
    [tenant, now],
  );
}
