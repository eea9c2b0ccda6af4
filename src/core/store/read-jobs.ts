import { completeJobs, deleteJobs, failJob, putJobs, type Failure, type Job, type NewJob } from './queue.js';
import { QUEUE_SCHEMA } from './queue-schema.js';
import type { Session } from './session.js';

/**
 * Documents up to this size are read many in a transaction, larger ones alone and in lanes of their own: so many of
 * the small ones are read in a second or two, and held in a few megabytes.
 */
const SMALL_BYTES = 64 * 1024;

/** `read` holds small documents that nobody tried yet; `read-large` all others, which are read alone. */
export const READ_QUEUES = ['read', 'read-large'] as const;
export type ReadQueue = (typeof READ_QUEUES)[number];

/** A document that shall be read. */
export interface ReadTask {
  readonly id: number;
  readonly task: string;
  /** Bytes. */
  readonly size: number;
}

/** The job of a document. Its data names the document and nothing else. */
export function readJob(tenant: number, { id, task, size }: ReadTask, retries: number | undefined): NewJob {
  return {
    id: task,
    queue: size > SMALL_BYTES ? 'read-large' : 'read',
    data: { tenant, raw: id },
    ...(retries !== undefined && { retries }),
  };
}

/** Moves taken jobs to the documents that are read alone, to be taken again after so many seconds. */
export async function setApart(
  session: Session,
  from: ReadQueue,
  jobs: readonly { readonly id: string; readonly seconds: number }[],
): Promise<void> {
  if (jobs.length === 0) return;
  await session.run(
    `UPDATE ${QUEUE_SCHEMA}.job j SET name = 'read-large', start_after = now() + g.seconds * interval '1 second',
       -- Taking counts as a try from the second time on; this was none.
       retry_count = GREATEST(j.retry_count - 1, 0),
       state = CASE WHEN j.retry_count > 0 THEN 'retry' ELSE 'created' END::${QUEUE_SCHEMA}.job_state,
       started_on = CASE WHEN j.retry_count > 0 THEN j.started_on END
     FROM unnest($2::uuid[], $3::float8[]) AS g (id, seconds) WHERE j.name = $1 AND j.id = g.id`,
    [from, jobs.map((job) => job.id), jobs.map((job) => job.seconds)],
  );
}

/** Fails a job that will be tried alone from now on. True where it was the last try: then it is a dead letter. */
export async function failRead(
  session: Session,
  from: ReadQueue,
  job: Job,
  failure: Failure,
): Promise<boolean> {
  if (from === 'read')
    await session.run(`UPDATE ${QUEUE_SCHEMA}.job SET name = 'read-large' WHERE name = 'read' AND id = $1`, [
      job.id,
    ]);
  await failJob(session, 'read-large', job.id, failure);
  return job.failures >= job.retries;
}

/** Makes a dead letter of a job without any further try. */
export async function buryRead(session: Session, from: ReadQueue, job: Job, failure: Failure): Promise<void> {
  await session.run(`UPDATE ${QUEUE_SCHEMA}.job SET retry_count = retry_limit WHERE name = $1 AND id = $2`, [
    from,
    job.id,
  ]);
  await failJob(session, from, job.id, failure);
}

/** Marks jobs as done. */
export function completeRead(session: Session, from: ReadQueue, jobs: readonly Job[]): Promise<void> {
  return completeJobs(
    session,
    from,
    jobs.map((job) => job.id),
  );
}

/** Pending documents that no job will read, as after the queue was lost: in the order of arrival, after an id. */
export function withoutJob(
  session: Session,
  tenant: number,
  after: number,
  most: number,
): Promise<ReadTask[]> {
  return session.rows<ReadTask>(
    `SELECT r.id, r.size, r.task_id AS task FROM raw_document r
     WHERE r.tenant_id = $1 AND r.state = 'pending' AND r.id > $2
       AND NOT EXISTS (SELECT FROM ${QUEUE_SCHEMA}.job j
         WHERE j.name IN ('read', 'read-large') AND j.id = r.task_id AND j.state < 'completed')
     ORDER BY r.id LIMIT $3`,
    [tenant, after, most],
  );
}

/** Puts documents into the queue anew: what is left of earlier jobs of theirs goes, dead letters too. */
export async function requeue(
  session: Session,
  tenant: number,
  tasks: readonly ReadTask[],
  retries: number | undefined,
): Promise<void> {
  if (tasks.length === 0) return;
  for (const queue of READ_QUEUES)
    await deleteJobs(
      session,
      queue,
      tasks.map(({ task }) => task),
    );
  await session.run(
    `DELETE FROM ${QUEUE_SCHEMA}.job WHERE name = 'dead' AND (data ->> 'raw')::bigint = ANY ($1::bigint[])`,
    [tasks.map(({ id }) => id)],
  );
  await putJobs(
    session,
    tasks.map((task) => readJob(tenant, task, retries)),
  );
}

/** Whose work is due in which queue; tenant 0 stands for the system's own. Looks across tenants. */
export function waitingWork(
  session: Session,
  queues: readonly string[],
): Promise<{ readonly queue: string; readonly tenant: number }[]> {
  return session.rows('SELECT queue, tenant FROM waiting_work($1)', [queues]);
}
