import type { Reconciler } from '../bot/delivery/reconcile.js';
import type { Log } from '../core/ingest/context.js';
import { runLoop } from './loop.js';
import type { Wake } from './wake.js';

/** Deliveries as they run. */
export interface RunningDeliveries {
  /** No new ones; those in hand may end within so many milliseconds. */
  stop(withinMs: number): Promise<void>;
}

/** Brings deliveries up to date, when something changed and by looking once in a while, until it is stopped. */
export function runDeliveries(reconciler: Reconciler, wake: Wake, log: Log): RunningDeliveries {
  const stopping = new AbortController();
  const loop = runLoop({
    name: 'deliveries',
    log,
    wake,
    stopping: stopping.signal,
    turn: () => reconciler.turn(),
  });
  return {
    stop: async (withinMs) => {
      stopping.abort();
      await Promise.all([reconciler.stop(withinMs), loop]);
    },
  };
}
