import type { Log } from '../../core/ingest/context.js';

export interface UnderWay {
  /** Does something that nobody waits for; what goes wrong is logged. */
  later(what: string, work: () => Promise<void>): void;
  /** Resolves when nothing is under way any more. */
  end(): Promise<void>;
}

export function underWay(log: Log): UnderWay {
  const running = new Set<Promise<void>>();
  return {
    later: (what, work) => {
      const one = work()
        .catch((error: unknown) => log.warn(`Slack did not take ${what}`, { error }))
        .finally(() => running.delete(one));
      running.add(one);
    },
    end: async () => {
      await Promise.allSettled(running);
    },
  };
}
