import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../ingest/context.js';
import type { Database } from '../store/database.js';
import { openLeader } from '../store/leader.js';

/** The right to do what one process of many does at a time, such as holding the only connection to a platform. */
export interface Leadership {
  /**
   * Waits until this process leads `name`, and then runs `work` once; `end` aborts when the right is lost or `stop`
   * aborts, and `work` has to end then. Whenever it ends, the right is given back; unless it was stopped, it is waited
   * for again. Rejects only with what `work` throws.
   */
  lead(name: string, work: (end: AbortSignal) => Promise<void>, stop: AbortSignal): Promise<void>;
}

/** Between attempts to lead what another process leads, and to ask whether the connection still holds. */
const TICK_MS = 1_000;
/** Between attempts to come to a database that does not answer. */
const AWAY_MS = 5_000;
/** No tenant has this number: what is led here is the whole service's. */
const EVERYBODY = 0;

/** Leadership held by an advisory lock of the database: PostgreSQL frees it when a process ends in whatever way. */
export function createLeadership(db: Database, log: Log): Leadership {
  return {
    lead: async (name, work, stop) => {
      while (!stop.aborted) {
        const leader = await openLeader(db, null, `dmarc-ops ${name}`).catch((error: unknown) => {
          log.warn('a part rests until the database answers again', { part: name, error });
          return null;
        });
        if (leader === null) {
          await pause(AWAY_MS, stop);
          continue;
        }
        const end = AbortSignal.any([stop, leader.lost]);
        try {
          if (await isOurs(() => leader.lead({ tenant: EVERYBODY, name }), end)) {
            const watch = new AbortController();
            const watching = keepChecking(() => leader.check(), AbortSignal.any([end, watch.signal]));
            await work(end).finally(() => watch.abort());
            await watching;
          }
        } finally {
          await leader.close();
        }
        await pause(TICK_MS, stop);
      }
    },
  };
}

/** Asks until the right is ours; false when that was not to be. A connection that breaks says so by itself. */
async function isOurs(lead: () => Promise<boolean>, end: AbortSignal): Promise<boolean> {
  while (!end.aborted) {
    if (await lead().catch(() => false)) return true;
    await pause(TICK_MS, end);
  }
  return false;
}

async function keepChecking(check: () => Promise<void>, end: AbortSignal): Promise<void> {
  while (!end.aborted) {
    await check().catch(() => {});
    await pause(TICK_MS, end);
  }
}

async function pause(ms: number, end: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal: end }).catch(() => {});
}
