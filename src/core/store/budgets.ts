import type { Session } from './session.js';

/** A rate that a destination allows (GCRA): one each so many milliseconds, and so many at once after a pause. */
export interface Budget {
  /** A digest of the destination: it tells nothing of a tenant. */
  readonly key: string;
  readonly everyMs: number;
  readonly burst: number;
}

/** Later than this no budget is used up: one that says so was written by a clock that was wrong. */
export const BUDGET_HORIZON_MS = 2 * 3_600_000;

const ASKED = `unnest($2::text[], $3::float8[], $4::float8[]) AS a (key, every, room)`;
/** What is used up, read by a clock that may have been set back. */
const USED_UP = `CASE WHEN b.used_up > $1::timestamptz + interval '${BUDGET_HORIZON_MS} milliseconds' THEN $1::timestamptz
  ELSE GREATEST(b.used_up, $1::timestamptz) END`;

/**
 * Takes one from each budget that has one left; all processes take from the same. Gives when the others have one again,
 * by key. Keys are different ones.
 */
export async function takeFromBudgets(
  session: Session,
  now: Date,
  budgets: readonly Budget[],
): Promise<ReadonlyMap<string, Date>> {
  if (budgets.length === 0) return new Map();
  const rows = await session.rows<{ key: string }>(
    `INSERT INTO send_budget AS b (key, used_up)
     SELECT a.key, $1::timestamptz + a.every * interval '1 millisecond' FROM ${ASKED} ORDER BY a.key
     ON CONFLICT (key) DO UPDATE SET used_up = ${USED_UP} + (excluded.used_up - $1::timestamptz)
     WHERE ${USED_UP} + (excluded.used_up - $1::timestamptz)
       <= $1::timestamptz + (SELECT a.room * interval '1 millisecond' FROM ${ASKED} WHERE a.key = b.key)
     RETURNING b.key`,
    [
      now,
      budgets.map(({ key }) => key),
      budgets.map(({ everyMs }) => everyMs),
      budgets.map(({ everyMs, burst }) => everyMs * burst),
    ],
  );
  const taken = new Set(rows.map(({ key }) => key));
  const refused = budgets.filter(({ key }) => !taken.has(key));
  if (refused.length === 0) return new Map();
  const used = await session.rows<{ key: string; usedUp: Date }>(
    'SELECT key, used_up AS "usedUp" FROM send_budget WHERE key = ANY ($1)',
    [refused.map(({ key }) => key)],
  );
  const at = new Map(used.map(({ key, usedUp }) => [key, usedUp.getTime()]));
  return new Map(
    refused.map(({ key, everyMs, burst }) => {
      const free = (at.get(key) ?? now.getTime()) - everyMs * (burst - 1);
      return [key, new Date(Math.max(free, now.getTime() + 1))];
    }),
  );
}

/** Gives back what was taken and is not used. */
export async function giveToBudgets(session: Session, budgets: readonly Budget[]): Promise<void> {
  if (budgets.length === 0) return;
  await session.run(
    `UPDATE send_budget b SET used_up = b.used_up - a.every * interval '1 millisecond'
     FROM unnest($1::text[], $2::float8[]) AS a (key, every) WHERE b.key = a.key`,
    [budgets.map(({ key }) => key), budgets.map(({ everyMs }) => everyMs)],
  );
}

/** Has nobody take from a budget before a time, because its destination said so. */
export async function closeBudget(
  session: Session,
  { key, everyMs, burst }: Budget,
  until: Date,
): Promise<void> {
  const usedUp = new Date(until.getTime() + everyMs * (burst - 1));
  await session.run(
    `INSERT INTO send_budget AS b (key, used_up) VALUES ($1, $2)
     ON CONFLICT (key) DO UPDATE SET used_up = GREATEST(b.used_up, excluded.used_up)`,
    [key, usedUp],
  );
}

/** Forgets budgets that nobody took from since a time. */
export function forgetBudgets(session: Session, before: Date): Promise<number> {
  return session.run('DELETE FROM send_budget WHERE used_up < $1', [before]);
}
