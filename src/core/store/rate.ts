import { lazily } from '../report/loading.js';
import type { Database } from './database.js';

/** So many tries in so many seconds, counted from the first. */
export interface Rate {
  /** Names the counter, such as `sign-in-account`. */
  readonly name: string;
  readonly tries: number;
  readonly seconds: number;
}

/** Whether a try is within its rate. */
export type Taken =
  | { readonly allowed: true; readonly left: number; readonly endsInMs: number }
  | { readonly allowed: false; readonly retryAfterMs: number };

const TABLE = 'rate_limit';
const library = lazily(() => import('rate-limiter-flexible'));

/**
 * Counts a try, or so many at once, and says whether that is too many; by the clock of this machine. All processes count
 * together. What is refused counts too.
 */
export async function takeTry(db: Database, rate: Rate, key: string, tries = 1): Promise<Taken> {
  const { RateLimiterRes } = await library();
  const limiter = await limiterFor(db, rate);
  try {
    const { remainingPoints, msBeforeNext } = await limiter.consume(key, tries);
    return { allowed: true, left: remainingPoints, endsInMs: msBeforeNext };
  } catch (refusal) {
    if (!(refusal instanceof RateLimiterRes)) throw refusal;
    return { allowed: false, retryAfterMs: refusal.msBeforeNext };
  }
}

/** Takes a try back that turned out to be none. Without a counter, as after its end, there is nothing to take back. */
export async function giveBackTry(db: Database, rate: Rate, key: string): Promise<void> {
  const limiter = await limiterFor(db, rate);
  if ((await limiter.get(key)) !== null) await limiter.reward(key, 1);
}

/** Forgets the tries of a key. */
export async function forgetTries(db: Database, rate: Rate, key: string): Promise<void> {
  await (await limiterFor(db, rate)).delete(key);
}

/** Removes counters that ended before a time. */
export function forgetCounters(db: Database, endedBefore: Date): Promise<number> {
  return db.across((session) =>
    session.run(`DELETE FROM ${TABLE} WHERE expire < $1`, [endedBefore.getTime()]),
  );
}

async function limiterFor(db: Database, { name, tries, seconds }: Rate) {
  const { RateLimiterPostgres } = await library();
  return new RateLimiterPostgres({
    storeClient: clientOn(db),
    storeType: 'client',
    tableName: TABLE,
    keyPrefix: name,
    points: tries,
    duration: seconds,
    // A migration makes the table, and forgetCounters clears it.
    tableCreated: true,
    clearExpiredByTimeout: false,
  });
}

/** Our database in the shape in which the library asks: each statement in a transaction of its own. */
function clientOn(db: Database) {
  return {
    query: ({ text, values }: { readonly text: string; readonly values: readonly unknown[] }) =>
      db.across(
        async (session) => {
          const rows = await session.rows(text, values);
          return { rows, rowCount: rows.length };
        },
        // Who calls often would wait for the disk each time, and so would others at the same counter.
        { passing: true },
      ),
  };
}
