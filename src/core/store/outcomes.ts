import type { Session } from './session.js';

/** What became of one raw document. */
export interface RawOutcome {
  readonly id: number;
  readonly outcome: 'readable' | 'unreadable' | 'waiting';
  /** Why it is unreadable; null where it is not. */
  readonly code: string | null;
  readonly message: string | null;
}

/**
 * What became of raw documents: unreadable is one that could not be stored, or in which nothing could be read. Some
 * parts that are no reports do not make it so.
 */
export function rawOutcomes(session: Session, tenant: number, ids: readonly number[]): Promise<RawOutcome[]> {
  return session.rows<RawOutcome>(
    `SELECT r.id, CASE WHEN r.state = 'pending' THEN 'waiting' WHEN r.state = 'failed' OR d.unreadable THEN 'unreadable'
         ELSE 'readable' END AS outcome,
       CASE WHEN r.state <> 'pending' THEN COALESCE(r.error_code, d.code) END AS code,
       CASE WHEN r.state <> 'pending' THEN COALESCE(r.error_message, d.message) END AS message
     FROM raw_document r, LATERAL (
       SELECT bool_and(outcome = 'unreadable') AS unreadable,
         (array_agg(error_code ORDER BY id) FILTER (WHERE outcome = 'unreadable'))[1] AS code,
         (array_agg(error_message ORDER BY id) FILTER (WHERE outcome = 'unreadable'))[1] AS message
       FROM document WHERE tenant_id = $1 AND raw_id = r.id) AS d
     WHERE r.tenant_id = $1 AND r.id = ANY ($2::bigint[])`,
    [tenant, ids],
  );
}
