import {
  completeJobs,
  failJob,
  maintainJobs,
  putJobs,
  takeJobs,
  type Failure,
  type Queue,
  type TickQueue,
} from '../store/queue.js';
import { clearDead } from '../store/dead-letters.js';
import { waitingWork } from '../store/read-jobs.js';
import { eachTenant } from './each.js';
import type { Context } from './operation.js';

/** What the jobs' room needs of the queue; these are no operations that people ask for. */

/** Tenants whose work is due, by queue. */
export function waitingTenants(
  { db }: Context,
  queues: readonly Queue[],
): Promise<{ readonly queue: string; readonly tenant: number }[]> {
  return db.across((session) => waitingWork(session, queues));
}

export type { TickQueue };

export interface TickJob {
  readonly id: string;
  readonly name: string;
  readonly queue: TickQueue;
}

/** Puts a tick into the queue, unless it was there before or one of its name waits. */
export function putTick(
  { db }: Context,
  { id, name, queue, expiresAfterSeconds }: TickJob & { readonly expiresAfterSeconds: number },
): Promise<void> {
  return db.across((session) =>
    putJobs(session, [{ id, queue, data: { tick: name }, key: name, expiresAfter: expiresAfterSeconds }]),
  );
}

/** Takes one tick of a queue, for good: others see it as under way. Null where none is due. */
export async function takeTick({ db }: Context, queue: TickQueue): Promise<TickJob | null> {
  const [job] = await db.across((session) => takeJobs(session, queue, 1));
  return job === undefined ? null : { id: job.id, name: String(job.data['tick']), queue };
}

/** Says that a tick was done, or why not. */
export function endTick({ db }: Context, { id, queue }: TickJob, failure: Failure | null): Promise<void> {
  return db.across((session) =>
    failure === null ? completeJobs(session, queue, [id]) : failJob(session, queue, id, failure),
  );
}

/** Clears the queue of what was done long ago, and takes ticks back from workers that are gone. */
export async function maintainQueue(context: Context): Promise<void> {
  await context.db.across(maintainJobs);
  await eachTenant(context, 'the queue of a tenant could not be cleared', ({ db, tenant }) =>
    db.within(tenant, async (session) => {
      await clearDead(session, tenant);
      await maintainJobs(session);
    }),
  );
}
