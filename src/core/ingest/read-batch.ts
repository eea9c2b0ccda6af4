import { randomUUID } from 'node:crypto';
import type { LimitFunction } from 'p-limit';
import { isSurroundings } from '../store/errors.js';
import { lockStoreShared } from '../store/locks.js';
import { takeJobs, type Failure, type Job } from '../store/queue.js';
import { countAttempt, forgiveAttempt, lockPending, markFailed, type PendingDocument } from '../store/raw.js';
import { buryRead, completeRead, failRead, setApart, type ReadQueue } from '../store/read-jobs.js';
import { afterDeadlocks } from '../store/retry.js';
import { backTo, release, savepoint } from '../store/savepoint.js';
import type { Session } from '../store/session.js';
import { clearStaging, openStaging } from '../store/staging.js';
import type { IngestContext } from './context.js';
import { addProcessed, NOTHING_PROCESSED, type Processed } from './processed.js';
import { readAndStore } from './read-and-store.js';

/** Documents read in one transaction: many small ones make it worth its round trips; all others go alone. */
const AT_ONCE: Readonly<Record<ReadQueue, number>> = { read: 100, 'read-large': 1 };
/**
 * Readings that never ended before a document is given up. A crash has mostly another cause than the document: with
 * three, one of two hundred was given up for nothing where a process was killed twice a second.
 */
export const ATTEMPTS = 6;
const NEVER_ENDED: Failure = {
  code: 'reading-never-ended',
  message: `Reading this document was begun ${ATTEMPTS} times and never ended; it is kept, and redrive or reprocess tries it again.`,
};

/** One of several transactions that work at the same time. */
export interface Lane {
  readonly queue: ReadQueue;
  /** Lets one lane of several read at a time: that takes a core, while the others wait for PostgreSQL. */
  readonly reading: LimitFunction;
  /** Takes documents too that wait for their next try. */
  readonly anyTime: boolean;
}

export interface Batch {
  /** Jobs that were taken; 0 where none was due. */
  readonly jobs: number;
  readonly processed: Processed;
}

/**
 * Takes jobs of the context's tenant, reads their documents, stores what they say and marks the jobs as done, all in one
 * transaction: a kill at any time gives the jobs back at once, and nothing is counted twice. What fails by itself is tried
 * again later, alone, and does not harm its neighbours; trouble of the surroundings throws, and costs nobody a try.
 */
export function readBatch(context: IngestContext, lane: Lane): Promise<Batch> {
  const { db, tenant } = context;
  return afterDeadlocks(async () => {
    const counted: number[] = [];
    try {
      return await db.within(tenant, (session) => takeAndRead(context, lane, session, counted));
    } catch (error) {
      // Only now: while the transaction was open, it may have held the very rows that this changes. Not where the
      // database is gone; the next one that comes by is then one attempt short, and no more.
      if (counted.length > 0)
        await db.within(tenant, (apart) => forgiveAttempt(apart, tenant, counted)).catch(() => {});
      throw error;
    }
  });
}

/** A job with the document that it names. */
interface Task {
  readonly job: Job;
  readonly raw: PendingDocument;
}

/** `counted` is told the documents whose attempt is committed, and to be taken back when this throws. */
async function takeAndRead(
  context: IngestContext,
  lane: Lane,
  session: Session,
  counted: number[],
): Promise<Batch> {
  const { queue, anyTime } = lane;
  const { tenant } = context;
  const jobs = await takeJobs(session, queue, AT_ONCE[queue], anyTime);
  if (jobs.length === 0) return { jobs: 0, processed: NOTHING_PROCESSED };
  // In the order in which reprocess locks: the store first, then documents.
  await lockStoreShared(session, tenant);
  const raws = await lockPending(
    session,
    tenant,
    jobs.map((job) => Number(job.data['raw'])),
  );
  const byRaw = new Map(jobs.map((job) => [Number(job.data['raw']), job]));
  const tasks = raws.flatMap((raw) => {
    const job = byRaw.get(raw.id);
    return job === undefined ? [] : [{ job, raw }];
  });
  const held = new Set(tasks.map(({ job }) => job.id));
  // Another job read the document, or retention took it.
  await completeRead(
    session,
    queue,
    jobs.filter((job) => !held.has(job.id)),
  );
  const isLate = ({ raw }: Task) => raw.wait > 0 && !anyTime;
  const isApart = (task: Task) => task.raw.attempts > 0 && (queue === 'read' || isLate(task));
  await setApart(
    session,
    queue,
    tasks.filter(isApart).map((task) => ({ id: task.job.id, seconds: isLate(task) ? task.raw.wait : 0 })),
  );
  const processed = await readTasks(
    context,
    lane,
    session,
    tasks.filter((task) => !isApart(task)),
    counted,
  );
  return { jobs: jobs.length, processed };
}

async function readTasks(
  context: IngestContext,
  lane: Lane,
  session: Session,
  tasks: readonly Task[],
  counted: number[],
): Promise<Processed> {
  const [first] = tasks;
  if (first === undefined) return NOTHING_PROCESSED;
  if (first.raw.attempts >= ATTEMPTS) return giveUp(context, lane, session, first);
  const { db, tenant } = context;
  const ids = tasks.map(({ raw }) => raw.id);
  await db.within(tenant, (apart) => countAttempt(apart, tenant, ids, first.raw.holder));
  counted.push(...ids);
  // Before any savepoint: going back to one would take a new table along.
  await openStaging(session);
  return tryTogether(context, lane, session, tasks);
}

/** Reads documents; when that fails by one of them, each on its own. Throws for trouble of the surroundings alone. */
async function tryTogether(
  context: IngestContext,
  lane: Lane,
  session: Session,
  tasks: readonly Task[],
): Promise<Processed> {
  await savepoint(session);
  const raws = tasks.map(({ raw }) => raw);
  let processed: Processed;
  try {
    processed = await readAndStore(context, session, raws, lane.reading);
  } catch (error) {
    if (isSurroundings(error)) throw error;
    await backTo(session);
    const [only, ...others] = tasks;
    if (only !== undefined && others.length === 0) return fail(context, lane, session, only, error);
    return oneByOne(context, lane, session, tasks, error);
  }
  await release(session);
  await completeRead(
    session,
    lane.queue,
    tasks.map(({ job }) => job),
  );
  return processed;
}

async function oneByOne(
  context: IngestContext,
  lane: Lane,
  session: Session,
  tasks: readonly Task[],
  cause: unknown,
): Promise<Processed> {
  context.log.warn('a batch could not be stored; its documents are tried one by one', {
    error: String(cause),
  });
  let total = NOTHING_PROCESSED;
  for (const task of tasks) {
    total = addProcessed(total, await tryTogether(context, lane, session, [task]));
    await clearStaging(session);
  }
  return total;
}

/** The document is at fault: it is tried again later, or has had its last try. */
async function fail(
  context: IngestContext,
  { queue }: Lane,
  session: Session,
  { job, raw }: Task,
  cause: unknown,
): Promise<Processed> {
  const { tenant, log, now } = context;
  const id = randomUUID();
  const failure: Failure = {
    code: 'not-stored',
    message: `This document could not be stored (log entry ${id}); it is kept, and redrive or reprocess tries it again.`,
  };
  const dead = await failRead(session, queue, job, failure);
  const facts = { id, name: raw.name, task: job.id, error: String(cause) };
  if (dead) log.error('a document could not be stored', facts);
  else log.warn('a document could not be stored; it is tried again', facts);
  await forgiveAttempt(session, tenant, [raw.id]);
  if (dead) await markFailed(session, tenant, raw.id, failure, now());
  return { ...NOTHING_PROCESSED, failed: dead ? 1 : 0 };
}

/** The document, it seems, ends whoever reads it. */
async function giveUp(
  context: IngestContext,
  { queue }: Lane,
  session: Session,
  { job, raw }: Task,
): Promise<Processed> {
  const { tenant, log, now } = context;
  log.error('gave up on a document whose reading never ends', { name: raw.name, task: job.id });
  await buryRead(session, queue, job, NEVER_ENDED);
  await markFailed(session, tenant, raw.id, NEVER_ENDED, now());
  return { ...NOTHING_PROCESSED, failed: 1 };
}
