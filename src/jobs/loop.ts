import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../core/ingest/context.js';
import type { Wake } from './wake.js';

/** Between two looks at an empty queue: work that another process put there waits this long at most. */
const LOOK_EVERY_MS = 1_000;
/** After trouble of the surroundings: half a second, one, two, … */
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;

export interface Loop {
  readonly name: string;
  readonly log: Log;
  readonly wake: Wake;
  /** No new turn when it aborts. */
  readonly stopping: AbortSignal;
  /** Does some work; gives how much there was, and 0 where there was none. */
  readonly turn: () => Promise<number>;
}

/** Takes turns until it is told to stop: at once while there is work, else when woken or after a while. Never throws. */
export async function runLoop({ name, log, wake, stopping, turn }: Loop): Promise<void> {
  let troubles = 0;
  while (!stopping.aborted) {
    const seen = wake.count();
    try {
      const done = await turn();
      troubles = 0;
      if (done === 0) await wake.wait(seen, LOOK_EVERY_MS, stopping);
    } catch (error) {
      if (stopping.aborted) return;
      troubles += 1;
      const pause = Math.min(FIRST_PAUSE_MS * 2 ** (troubles - 1), LONGEST_PAUSE_MS);
      log.warn('work was interrupted; it is taken up again', { loop: name, inMs: pause, error });
      await sleep(pause, undefined, { signal: stopping }).catch(() => {});
    }
  }
}
