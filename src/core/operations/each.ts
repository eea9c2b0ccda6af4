import { DatabaseError } from '../store/errors.js';
import type { Facts } from '../ingest/context.js';
import type { Context } from './operation.js';
import { allTenants } from './tenants.js';

/** One that failed is put off by so long, and lets the others go first. Milliseconds. */
export const FAILED_WAIT_MS = 5 * 60_000;

/** What is said of one that failed, and which it is. */
export interface Trouble<Item> {
  readonly says: string;
  readonly of: (item: Item) => Facts;
}

/**
 * Does something to each of many, one after the other. Trouble with one is logged, and keeps none of the others waiting;
 * that of all of them throws: the database does not answer. Ends early when the process has to go. Gives those that failed.
 */
export async function eachAlone<Item>(
  { log, signal }: Pick<Context, 'log' | 'signal'>,
  items: readonly Item[],
  trouble: Trouble<Item>,
  work: (item: Item) => Promise<unknown>,
): Promise<readonly Item[]> {
  const failed: Item[] = [];
  const stopping = () => signal?.aborted === true;
  for (const item of items) {
    if (stopping()) break;
    try {
      await work(item);
    } catch (error) {
      if (error instanceof DatabaseError || stopping()) throw error;
      log.error(trouble.says, { ...trouble.of(item), error });
      failed.push(item);
    }
  }
  return failed;
}

/** Does something for each of these tenants, or else for every tenant, as `eachAlone` does; gives those where it failed. */
export async function eachTenant(
  context: Context,
  says: string,
  work: (context: Context) => Promise<unknown>,
  tenants?: readonly number[],
): Promise<readonly number[]> {
  const ids = tenants ?? (await allTenants(context)).map(({ id }) => id);
  return eachAlone(context, ids, { says, of: (tenant) => ({ tenant }) }, (tenant) =>
    work({ ...context, tenant }),
  );
}
