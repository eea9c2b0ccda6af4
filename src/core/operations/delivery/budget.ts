import { closeBudget, giveToBudgets, takeFromBudgets, type Budget } from '../../store/budgets.js';
import type { SystemContext } from '../operation.js';

export type { Budget };

/** A destination that says "later" is believed for so long. */
export const LATEST_MS = 3_600_000;

/**
 * Takes one from each budget of each asker: from all that an asker names, or from none. Gives for each when it may come
 * again; null for those that may send. No key is named by two askers.
 */
export function takeBudgets(
  { db, now }: SystemContext,
  askers: readonly (readonly Budget[])[],
): Promise<readonly (Date | null)[]> {
  const at = now();
  return db.across(
    async (session) => {
      const refused = await takeFromBudgets(session, at, askers.flat());
      const wait = askers.map((asker) => latest(asker.map(({ key }) => refused.get(key))));
      const unused = askers.flatMap((asker, index) =>
        wait[index] === null ? [] : asker.filter(({ key }) => !refused.has(key)),
      );
      await giveToBudgets(session, unused);
      return wait;
    },
    // A crash of the server that forgets the last few of them does no harm, and everybody would wait for the disk.
    { passing: true },
  );
}

/** Has all processes wait with a destination that said so. Gives until when. */
export async function closeBudgets(
  { db, now }: SystemContext,
  budgets: readonly Budget[],
  afterMs: number,
): Promise<Date> {
  const until = new Date(now().getTime() + Math.min(Math.max(afterMs, 1), LATEST_MS));
  await db.across(
    async (session) => {
      for (const budget of budgets.toSorted((a, b) => (a.key < b.key ? -1 : 1)))
        await closeBudget(session, budget, until);
    },
    { passing: true },
  );
  return until;
}

function latest(times: readonly (Date | undefined)[]): Date | null {
  const some = times.flatMap((time) => (time === undefined ? [] : [time.getTime()]));
  return some.length === 0 ? null : new Date(Math.max(...some));
}
