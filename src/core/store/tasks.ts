import type { Outcome } from './documents.js';
import { QUEUE_SCHEMA } from './queue-schema.js';
import type { Session } from './session.js';

/**
 * Tasks as people see them: a task is the reading of one raw document, and its id stays through retries and redrives.
 * A job that is being read looks as if it waited, for the worker has not committed that it took it; that it is under way
 * is told by its attempt, whose transaction is in progress. One of another server, as after a restore, is not.
 */
const UNDER_WAY = `(a.attempts > 0 AND CASE WHEN a.holder < pg_snapshot_xmax(pg_current_snapshot())
  THEN pg_xact_status(a.holder) = 'in progress' ELSE false END)`;

export interface QueueFigures {
  readonly queue: string;
  /** Due or not yet due, never tried or given back. */
  readonly waiting: number;
  readonly active: number;
  /** Failed before, and tried again. */
  readonly retrying: number;
  /** When the oldest of these was queued; null where there is none. */
  readonly oldest: Date | null;
}

/** What is in the queues of a tenant's readings. */
export function queueFigures(session: Session, tenant: number): Promise<QueueFigures[]> {
  return session.rows<QueueFigures>(
    `WITH active AS (
       SELECT r.task_id AS id FROM raw_attempt a JOIN raw_document r ON r.tenant_id = $1 AND r.id = a.raw_id AND r.state = 'pending'
       WHERE a.tenant_id = $1 AND ${UNDER_WAY})
     SELECT q.name AS queue, COUNT(j.id) FILTER (WHERE j.state = 'created' AND a.id IS NULL) AS waiting,
       COUNT(a.id) AS active, COUNT(j.id) FILTER (WHERE j.state = 'retry' AND a.id IS NULL) AS retrying,
       MIN(j.created_on) AS oldest
     FROM unnest(ARRAY['read', 'read-large']) WITH ORDINALITY AS q (name, place)
     LEFT JOIN ${QUEUE_SCHEMA}.job j ON j.name = q.name AND j.name IN ('read', 'read-large') AND j.state < 'active'
     LEFT JOIN active a ON a.id = j.id
     GROUP BY q.name, q.place ORDER BY q.place`,
    [tenant],
  );
}

/** How many documents were given up. */
export async function countDead(session: Session, tenant: number): Promise<number> {
  const { dead } = await session.row<{ dead: number }>(
    `SELECT COUNT(*) AS dead FROM raw_document WHERE tenant_id = $1 AND state = 'failed'`,
    [tenant],
  );
  return dead;
}

export interface TaskRow {
  readonly id: number;
  readonly task: string;
  readonly state: 'waiting' | 'active' | 'retrying' | 'done' | 'dead';
  readonly queue: string | null;
  readonly name: string;
  readonly source: string;
  readonly size: number;
  readonly receivedAt: Date;
  readonly endedAt: Date | null;
  /** How often it could not be stored; readings that never ended are counted apart. */
  readonly failures: number;
  readonly unfinished: number;
  /** When it is tried again at the earliest. */
  readonly nextTryAt: Date | null;
  /** Why it failed last, or for good. */
  readonly code: string | null;
  readonly message: string | null;
  /** When retention took its bytes. */
  readonly removedAt: Date | null;
}

/** One task; null where this tenant has none of that id. */
export async function findTask(session: Session, tenant: number, task: string): Promise<TaskRow | null> {
  const [row] = await session.rows<TaskRow>(
    `SELECT r.id, r.task_id AS task, j.name AS queue, r.name, r.source, r.size, r.received_at AS "receivedAt",
       r.processed_at AS "endedAt", r.removed_at AS "removedAt",
       CASE WHEN r.state = 'processed' THEN 'done' WHEN r.state = 'failed' THEN 'dead' WHEN ${UNDER_WAY} THEN 'active'
         WHEN j.state = 'retry' THEN 'retrying' ELSE 'waiting' END AS state,
       COALESCE(j.retry_count + CASE WHEN j.state IN ('retry', 'failed') THEN 1 ELSE 0 END, 0) AS failures,
       COALESCE(a.attempts, 0) AS unfinished,
       CASE WHEN r.state = 'pending' AND j.start_after > now() THEN j.start_after END AS "nextTryAt",
       COALESCE(r.error_code, CASE WHEN j.state = 'retry' THEN j.output ->> 'code' END) AS code,
       COALESCE(r.error_message, CASE WHEN j.state = 'retry' THEN j.output ->> 'message' END) AS message
     FROM raw_document r
     LEFT JOIN raw_attempt a ON a.tenant_id = $1 AND a.raw_id = r.id
     LEFT JOIN ${QUEUE_SCHEMA}.job j ON j.name IN ('read', 'read-large') AND j.id = r.task_id
     WHERE r.tenant_id = $1 AND r.task_id = $2`,
    [tenant, task],
  );
  return row ?? null;
}

export interface FoundDocument {
  readonly kind: string;
  readonly outcome: string;
  readonly member: string | null;
  /** The aggregate report that it brought or changed. */
  readonly reportId: number | null;
  readonly messages: number;
  readonly problems: number;
  readonly code: string | null;
  readonly message: string | null;
}

/** The first documents that were found in a raw one. */
export function documentsOf(
  session: Session,
  tenant: number,
  rawId: number,
  limit: number,
): Promise<FoundDocument[]> {
  return session.rows<FoundDocument>(
    `SELECT kind, outcome, member, report_id AS "reportId", messages, problems, error_code AS code, error_message AS message
     FROM document WHERE tenant_id = $1 AND raw_id = $2 ORDER BY id LIMIT $3`,
    [tenant, rawId, limit],
  );
}

export interface Settled {
  readonly pending: number;
  readonly processed: number;
  readonly failed: number;
}

/** How many of some raw documents are read, given up, or still wait. */
export function settled(session: Session, tenant: number, rawIds: readonly number[]): Promise<Settled> {
  return session.row<Settled>(
    `SELECT COUNT(*) FILTER (WHERE state = 'pending') AS pending, COUNT(*) FILTER (WHERE state = 'processed') AS processed,
       COUNT(*) FILTER (WHERE state = 'failed') AS failed
     FROM raw_document WHERE tenant_id = $1 AND id = ANY ($2::bigint[])`,
    [tenant, rawIds],
  );
}

/** What was found in some raw documents, by outcome. */
export function outcomesOf(
  session: Session,
  tenant: number,
  rawIds: readonly number[],
): Promise<
  {
    readonly outcome: Outcome;
    readonly documents: number;
    readonly messages: number;
    readonly problems: number;
  }[]
> {
  return session.rows(
    `SELECT outcome, COUNT(*) AS documents, SUM(messages) AS messages, SUM(problems) AS problems FROM document
     WHERE tenant_id = $1 AND raw_id = ANY ($2::bigint[]) GROUP BY 1`,
    [tenant, rawIds],
  );
}
