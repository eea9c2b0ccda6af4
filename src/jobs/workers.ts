import pLimit from 'p-limit';
import { LARGE_LANES, SMALL_LANES } from '../core/ingest/process.js';
import { readBatch, type Lane } from '../core/ingest/read-batch.js';
import { waitingTenants } from '../core/operations/queue.js';
import type { Context } from '../core/operations/operation.js';
import type { StartedPart } from '../part.js';
import { runLoop } from './loop.js';
import { createStop } from './stop.js';
import type { Wake } from './wake.js';

/**
 * Reads what waits, for every tenant, until it is stopped. Small documents are read many at a time, and large ones in
 * lanes of their own, so that neither waits for the other. Any number of processes may do so at once.
 */
export function startWorkers(context: Context, wake: Wake): StartedPart {
  const { stopping, broken, stop } = createStop();
  const lanes: readonly Lane[] = [
    ...lanesOf({ queue: 'read', reading: pLimit(1), anyTime: false }, SMALL_LANES),
    ...lanesOf({ queue: 'read-large', reading: pLimit(1), anyTime: false }, LARGE_LANES),
  ];
  const find = together(() => waitingTenants(context, ['read', 'read-large']));
  const loops = lanes.map((lane, index) =>
    runLoop({
      name: `${lane.queue} ${index}`,
      log: context.log,
      wake,
      stopping,
      turn: async () => {
        const tenants = (await find()).filter(({ queue }) => queue === lane.queue);
        let jobs = 0;
        // Lanes begin with different tenants, and each gives every tenant a turn: none waits for all of another's.
        for (const { tenant } of rotated(tenants, index)) {
          if (stopping.aborted) break;
          const batch = await readBatch({ ...context, tenant, signal: broken }, lane);
          jobs += batch.jobs;
          const { raws, failed } = batch.processed;
          if (raws + failed > 0)
            context.log.info('documents were processed', { tenant, documents: raws, failed });
        }
        return jobs;
      },
    }),
  );
  return {
    line: `on: ${SMALL_LANES} lanes for small documents, ${LARGE_LANES} for large ones`,
    stop: (withinMs) => stop(Promise.all(loops), withinMs),
  };
}

function lanesOf(lane: Lane, count: number): Lane[] {
  return Array.from({ length: count }, () => lane);
}

function rotated<One>(list: readonly One[], by: number): readonly One[] {
  const at = list.length === 0 ? 0 : by % list.length;
  return [...list.slice(at), ...list.slice(0, at)];
}

/** Who asks while an answer is on its way gets that answer: idle lanes look at the same moment. */
function together<Answer>(ask: () => Promise<Answer>): () => Promise<Answer> {
  let underWay: Promise<Answer> | null = null;
  return () => {
    underWay ??= ask().finally(() => {
      underWay = null;
    });
    return underWay;
  };
}
