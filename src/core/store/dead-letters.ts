import { QUEUE_SCHEMA } from './queue-schema.js';
import type { ReadTask } from './read-jobs.js';
import type { Session } from './session.js';

/** A document that was given up: its state says so, and its job lies in the queue `dead`. */
export interface DeadLetter {
  readonly id: number;
  readonly task: string;
  readonly name: string;
  readonly source: string;
  readonly size: number;
  readonly receivedAt: Date;
  readonly failedAt: Date;
  readonly code: string;
  readonly message: string;
  /** Whether its bytes are still there, so that it can be tried again. */
  readonly kept: boolean;
}

/** Dead letters, the latest that came first, from before an id on. */
export function listDead(
  session: Session,
  tenant: number,
  page: { readonly before: number | null; readonly limit: number },
): Promise<DeadLetter[]> {
  return session.rows<DeadLetter>(
    `SELECT id, task_id AS task, name, source, size, received_at AS "receivedAt", processed_at AS "failedAt",
       error_code AS code, error_message AS message, removed_at IS NULL AS kept
     FROM raw_document WHERE tenant_id = $1 AND state = 'failed' AND ($2::bigint IS NULL OR id < $2)
     ORDER BY id DESC LIMIT $3`,
    [tenant, page.before, page.limit],
  );
}

/** Makes dead letters pending again, all that are kept or one, so many at most; they are to be queued anew. */
export async function revive(
  session: Session,
  tenant: number,
  which: { readonly task: string | null; readonly most: number },
): Promise<ReadTask[]> {
  const tasks = await session.rows<ReadTask>(
    `WITH chosen AS (
       SELECT id FROM raw_document
       WHERE tenant_id = $1 AND state = 'failed' AND removed_at IS NULL AND ($2::uuid IS NULL OR task_id = $2)
       ORDER BY id LIMIT $3 FOR NO KEY UPDATE)
     UPDATE raw_document r SET state = 'pending', processed_at = NULL, error_code = NULL, error_message = NULL
     FROM chosen c WHERE r.tenant_id = $1 AND r.id = c.id
     RETURNING r.id, r.size, r.task_id AS task`,
    [tenant, which.task, which.most],
  );
  await session.run('DELETE FROM raw_attempt WHERE tenant_id = $1 AND raw_id = ANY ($2::bigint[])', [
    tenant,
    tasks.map(({ id }) => id),
  ]);
  return tasks;
}

/** Forgets the jobs of dead letters that were read after all, as by reprocess, or are gone. */
export function clearDead(session: Session, tenant: number): Promise<number> {
  return session.run(
    `DELETE FROM ${QUEUE_SCHEMA}.job j WHERE j.name = 'dead' AND NOT EXISTS (
       SELECT FROM raw_document r WHERE r.tenant_id = $1 AND r.id = (j.data ->> 'raw')::bigint AND r.state = 'failed')`,
    [tenant],
  );
}
