/** Lets loops of one process wait for work, and wakes them when it comes. */
export interface Wake {
  /** There is work: who waits goes on at once, and who is about to wait does not. */
  readonly wake: () => void;
  /** How often it was woken; to be asked before one looks for work. */
  readonly count: () => number;
  /** Waits so long, or until it is woken more often than `seen`, or the signal aborts. */
  readonly wait: (seen: number, ms: number, signal: AbortSignal) => Promise<void>;
}

/** Makes one. */
export function createWake(): Wake {
  const waiting = new Set<() => void>();
  let count = 0;
  return {
    wake: () => {
      count += 1;
      for (const go of waiting) go();
    },
    count: () => count,
    wait: (seen, ms, signal) =>
      new Promise((resolve) => {
        if (count > seen || signal.aborted) {
          resolve();
          return;
        }
        const go = () => {
          clearTimeout(timer);
          signal.removeEventListener('abort', go);
          waiting.delete(go);
          resolve();
        };
        const timer = setTimeout(go, ms);
        waiting.add(go);
        signal.addEventListener('abort', go, { once: true });
      }),
  };
}
