import { setTimeout as sleep } from 'node:timers/promises';
import { ExpectedError } from '../core/expected-error.js';
import { STOPPING } from '../core/store/errors.js';

/** Of the time to stop, so much is for giving back what did not come to its end. */
const GIVING_BACK_MS = 3_000;

/** Why work under way is broken off; its transaction ends without a trace, and its jobs are there again. */
export class StoppingError extends ExpectedError {
  constructor() {
    super(STOPPING, 'The service is stopping; this work is taken up again by the next one that runs.');
  }
}

/** Two signals: `stopping` for no new work, and `broken`, later, for giving back what is under way. */
export interface Stop {
  readonly stopping: AbortSignal;
  readonly broken: AbortSignal;
  /** Waits for work under way to end, and breaks it off when the time runs out. */
  readonly stop: (work: Promise<unknown>, withinMs: number) => Promise<void>;
}

/** Makes one. */
export function createStop(): Stop {
  const stopping = new AbortController();
  const broken = new AbortController();
  return {
    stopping: stopping.signal,
    broken: broken.signal,
    stop: async (work, withinMs) => {
      stopping.abort();
      const ended = work.then(
        () => true,
        () => true,
      );
      if (await within(ended, Math.max(withinMs - GIVING_BACK_MS, 0))) return;
      broken.abort(new StoppingError());
      await within(ended, GIVING_BACK_MS);
    },
  };
}

async function within(ended: Promise<boolean>, ms: number): Promise<boolean> {
  const late = new AbortController();
  const first = await Promise.race([ended, sleep(ms, false, { signal: late.signal }).catch(() => false)]);
  late.abort();
  return first;
}
