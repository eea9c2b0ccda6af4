import type PgBoss from 'pg-boss';
import { QUEUE_SCHEMA } from './queue-schema.js';
import type { Session } from './session.js';

/**
 * Queues, as the migrations make them. `dead` holds what was given up; `tick` what the clock asks for, and `tick-soon` what
 * of it waits for nothing else.
 */
export type Queue = 'read' | 'read-large' | 'dead' | TickQueue;
export type TickQueue = 'tick' | 'tick-soon';

/** Work to be put in a queue. A session with a tenant puts and sees that tenant's work alone. */
export interface NewJob {
  /** A job whose id is there already is not put again. */
  readonly id: string;
  readonly queue: Queue;
  readonly data: JobData;
  /** How often it is tried again when it fails; the queue's own number when absent. */
  readonly retries?: number;
  /** At most one job with the same key waits, in queues that are so. */
  readonly key?: string;
  /** After so many seconds the job is taken from a worker that committed taking it and is never heard of again. */
  readonly expiresAfter?: number;
}

/** What a job is about: names, never contents. */
export type JobData = Readonly<Record<string, string | number>>;

/** A job that was taken: it is ours until the transaction ends, or was committed. */
export interface Job {
  readonly id: string;
  readonly data: JobData;
  /** How often it failed before. */
  readonly failures: number;
  /** How often it may. */
  readonly retries: number;
}

/** What is kept of a failure: a name and a sentence, without secrets. */
export interface Failure {
  readonly code: string;
  readonly message: string;
}

/** Jobs that are done stay for so long, for people who look them up; the documents themselves tell longer. */
const KEEP_DONE_SECONDS = 3_600;
/** Failed jobs, whose dead letters stay. */
const KEEP_FAILED_SECONDS = 7 * 24 * 3_600;
/** After that they are in pg-boss's archive for this long. */
const KEEP_ARCHIVED_DAYS = 7;

/** Puts jobs into their queues, in the session's transaction. */
export async function putJobs(session: Session, jobs: readonly NewJob[]): Promise<void> {
  if (jobs.length === 0) return;
  const queues = await boss();
  await queues.insert(
    jobs.map(({ id, queue, data, retries, key, expiresAfter }) => ({
      id,
      name: queue,
      data,
      ...(retries !== undefined && { retryLimit: retries }),
      ...(key !== undefined && { singletonKey: key }),
      ...(expiresAfter !== undefined && { expireInSeconds: expiresAfter }),
    })),
    { db: executor(session) },
  );
}

/**
 * Takes the first jobs that are due; passes over those that others hold. A transaction that ends without commit, be it
 * by kill -9, gives them back at once. `anyTime` takes those too that wait for their next try.
 */
export async function takeJobs(
  session: Session,
  queue: Queue,
  most: number,
  anyTime = false,
): Promise<Job[]> {
  const queues = await boss();
  const db = executor(session);
  const jobs = await queues.fetch<JobData>(queue, {
    db,
    batchSize: most,
    includeMetadata: true,
    ignoreStartAfter: anyTime,
  });
  // pg-boss takes every error for a lost race; in our transaction it is the end of it.
  if (db.failure !== null) throw db.failure;
  return jobs.map(({ id, data, retryCount, retryLimit }) => ({
    id,
    data,
    failures: retryCount,
    retries: retryLimit,
  }));
}

/** Marks taken jobs as done. */
export async function completeJobs(session: Session, queue: Queue, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  const queues = await boss();
  // pg-boss takes several with data, though its types do not say so.
  await queues.complete(queue, ids as unknown as string, {}, { db: executor(session) });
}

/** Marks a taken job as failed: it is tried again later, with growing delays, or ends as a dead letter. */
export async function failJob(session: Session, queue: Queue, id: string, failure: Failure): Promise<void> {
  const queues = await boss();
  await queues.fail(queue, id, failure, { db: executor(session) });
}

/** Forgets jobs, whatever their state. */
export async function deleteJobs(session: Session, queue: Queue, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await session.run(`DELETE FROM ${QUEUE_SCHEMA}.job WHERE name = $1 AND id = ANY ($2::uuid[])`, [
    queue,
    ids,
  ]);
}

/** Takes jobs back from workers that are not heard of any more, and clears away what was done long ago. */
export async function maintainJobs(session: Session): Promise<void> {
  const db = executor(session);
  const { default: Boss } = await import('pg-boss');
  const keeper = new Boss({
    ...OPTIONS,
    // pg-boss wraps this in a transaction of its own; we are in one already.
    db: { executeSql: (sql, values) => db.executeSql(withoutTransaction(sql), values ?? []) },
  });
  await keeper.maintain();
}

function withoutTransaction(sql: string): string {
  return sql.replace(/^\s*BEGIN;/u, '').replace(/COMMIT;\s*$/u, '');
}

const OPTIONS = {
  schema: QUEUE_SCHEMA,
  migrate: false,
  supervise: false,
  schedule: false,
  archiveCompletedAfterSeconds: KEEP_DONE_SECONDS,
  archiveFailedAfterSeconds: KEEP_FAILED_SECONDS,
  deleteAfterDays: KEEP_ARCHIVED_DAYS,
} as const;

interface Executor extends PgBoss.Db {
  /** The last error, for functions of pg-boss that swallow it. */
  failure: unknown;
}

/** What pg-boss runs its statements on: our session, in our transaction, as the runtime role. */
function executor(session: Session): Executor {
  const db: Executor = {
    failure: null,
    executeSql: async (sql, values) => {
      try {
        return { rows: await session.rows(sql, values) };
      } catch (error) {
        db.failure = error;
        throw error;
      }
    },
  };
  return db;
}

let loaded: Promise<PgBoss> | null = null;

/** pg-boss, loaded when first needed: most commands ask questions and have no work to queue. It is never started. */
function boss(): Promise<PgBoss> {
  loaded ??= import('pg-boss').then(
    ({ default: Boss }) =>
      new Boss({ ...OPTIONS, db: { executeSql: () => Promise.reject(new Error('no session was named')) } }),
  );
  return loaded;
}
