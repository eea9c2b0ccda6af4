import pLimit from 'p-limit';
import { requeue, withoutJob } from '../store/read-jobs.js';
import type { IngestContext } from './context.js';
import { addProcessed, NOTHING_PROCESSED, type Processed } from './processed.js';
import { readBatch, type Lane } from './read-batch.js';

/** Transactions at once: one reads, which takes a core, while the others wait for PostgreSQL. */
export const SMALL_LANES = 3;
export const LARGE_LANES = 2;
/** Documents looked for and queued in one transaction. */
const REQUEUED_AT_ONCE = 1_000;

/**
 * Reads what waits for this tenant and stores what it says, until nothing is left that nobody else is at work on. Any
 * number of processes may do so at once, beside the workers of a service. Waits for no delay between tries. Throws the
 * reason of the context's signal when that ends it.
 */
export async function processPending(context: IngestContext): Promise<Processed> {
  await requeueLost(context);
  let total = NOTHING_PROCESSED;
  const drain = async (lane: Lane): Promise<void> => {
    for (;;) {
      context.signal?.throwIfAborted();
      const { jobs, processed } = await readBatch(context, lane);
      if (jobs === 0) return;
      total = addProcessed(total, processed);
      context.progress?.({ unit: 'documents', done: total.raws, total: null });
    }
  };
  const small: Lane = { queue: 'read', reading: pLimit(1), anyTime: true };
  const large: Lane = { queue: 'read-large', reading: pLimit(1), anyTime: true };
  const lanes = (lane: Lane, count: number) => Array.from({ length: count }, () => drain(lane));
  // Let every lane come to its end before an error is thrown: none may go on unseen.
  const ends = await Promise.allSettled([...lanes(small, SMALL_LANES), ...lanes(large, LARGE_LANES)]);
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
  // What the small lanes set apart meanwhile.
  await drain(large);
  return total;
}

/** Queues pending documents anew that no job would read, as after a restore. Gives how many there were. */
export async function requeueLost(context: IngestContext): Promise<number> {
  const { db, tenant, retries } = context;
  let count = 0;
  for (let after = 0; ;) {
    const lost = await db.within(tenant, async (session) => {
      const tasks = await withoutJob(session, tenant, after, REQUEUED_AT_ONCE);
      await requeue(session, tenant, tasks, retries);
      return tasks;
    });
    count += lost.length;
    after = lost.at(-1)?.id ?? after;
    if (lost.length < REQUEUED_AT_ONCE) return count;
  }
}
