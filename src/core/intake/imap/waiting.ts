import type { Pace } from './settings.js';
import type { Again } from './trouble.js';

/**
 * Milliseconds to wait before the next try: doubled with each failure, never beyond the longest, and a part of it by
 * chance, so that many mailboxes of one server do not come back in one moment. `chance` is from 0 to 1.
 */
export function waitAfter(failures: number, again: Again, pace: Pace, chance: number): number {
  const [first, longest] =
    again === 'soon' ? [pace.retry, pace.longestRetry] : [pace.refused, pace.longestRefused];
  const full = Math.min(longest, first * 2 ** Math.min(failures - 1, 30));
  return full * (0.5 + chance / 2);
}

/** Why a wait ended. */
export type Woken = 'time' | 'bell' | 'closed' | 'stop';

/** Wakes who waits: new mail rings it, and people who ask for a look. */
export interface Bell {
  readonly ring: () => void;
  /** Rings, and resolves when a look that began afterwards has ended. */
  ask(): Promise<void>;
  /** Begins a look: what rang before is answered by it. */
  look(): void;
  /** Ends it: tells those who asked before it began. */
  answer(): void;
  /** Waits until it rings, the time is over, or one of the others happens. */
  wait(milliseconds: number, signal: AbortSignal, closed?: Promise<void>): Promise<Woken>;
}

/** A bell that did not ring yet. */
export function createBell(): Bell {
  let rung = false;
  let asking: (() => void)[] = [];
  let looked: (() => void)[] = [];
  let wake: () => void = () => {};
  const ring = (): void => {
    rung = true;
    wake();
  };
  return {
    ring,
    ask: () =>
      new Promise((resolve) => {
        asking.push(resolve);
        ring();
      }),
    look: () => {
      rung = false;
      looked.push(...asking);
      asking = [];
    },
    answer: () => {
      for (const tell of looked) tell();
      looked = [];
    },
    wait: (milliseconds, signal, closed) =>
      new Promise((resolve) => {
        let ended = false;
        const end = (why: Woken): void => {
          // A connection that closes later must not silence the wait of that time.
          if (ended) return;
          ended = true;
          clearTimeout(timer);
          signal.removeEventListener('abort', stop);
          wake = () => {};
          resolve(why);
        };
        const stop = (): void => end('stop');
        const timer = setTimeout(() => end('time'), milliseconds);
        wake = () => end('bell');
        signal.addEventListener('abort', stop, { once: true });
        void closed?.then(() => end('closed'));
        if (signal.aborted) end('stop');
        else if (rung) end('bell');
      }),
  };
}
