import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../core/ingest/context.js';

/** Wishes that a source look now, and the source that takes them while it runs. */
export interface Asks {
  /** Somebody wants it to look. While one wish is being answered, all that come are one further wish. */
  readonly ask: () => void;
  /** The source runs and looks in this way when it is asked. */
  readonly takenBy: (look: () => Promise<void>) => void;
  /** It does not run any more. */
  readonly left: () => void;
  /** It does not run, and all that is to be said of that has been said. */
  readonly ended: () => void;
  /** Waits until the source has looked or has failed to; one that pauses is woken. */
  readonly look: (signal: AbortSignal) => Promise<void>;
  /** Waits so long, or until somebody wants a look. */
  readonly pause: (milliseconds: number, signal: AbortSignal) => Promise<void>;
}

/** `answer` is called when somebody asks, never twice at once. */
export function createAsks(answer: () => Promise<void>, log: Log): Asks {
  let looking: (() => Promise<void>) | null = null;
  /** Aborts when a run begins to take wishes, and when one ends. */
  let turn = new AbortController();
  let wake = new AbortController();
  let waiting = 0;
  let isAnswering = false;
  let isAskedAgain = false;

  const signalTurn = () => {
    turn.abort();
    turn = new AbortController();
  };
  const ask = () => {
    if (isAnswering) {
      isAskedAgain = true;
      return;
    }
    isAnswering = true;
    void answer()
      .catch((error: unknown) => log.warn('a wish to look now failed', { error }))
      .finally(() => {
        isAnswering = false;
        if (!isAskedAgain) return;
        isAskedAgain = false;
        ask();
      });
  };
  return {
    ask,
    takenBy: (look) => {
      looking = look;
      signalTurn();
    },
    left: () => {
      looking = null;
    },
    ended: signalTurn,
    look: async (signal) => {
      waiting += 1;
      try {
        if (looking === null) {
          wake.abort();
          await aborted(turn.signal, signal);
        }
        if (looking !== null && !signal.aborted)
          await Promise.race([looking(), aborted(turn.signal, signal)]);
      } finally {
        waiting -= 1;
      }
    },
    pause: async (milliseconds, signal) => {
      if (waiting > 0) return;
      wake = new AbortController();
      const either = AbortSignal.any([signal, wake.signal]);
      await sleep(milliseconds, undefined, { signal: either }).catch(() => {});
    },
  };
}

/** Resolves when one of the signals aborts. */
function aborted(...signals: readonly AbortSignal[]): Promise<void> {
  const either = AbortSignal.any([...signals]);
  return new Promise((resolve) => {
    if (either.aborted) resolve();
    else either.addEventListener('abort', () => resolve(), { once: true });
  });
}
