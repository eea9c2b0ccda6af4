import { giveBackTry, takeTry, type Rate, type Taken } from '../store/rate.js';
import { OperationError, type SystemContext } from './operation.js';

export type { Rate, Taken };

/** Too many tries in too short a time. */
export class TooManyTries extends OperationError {
  /** Whole seconds after which it may be tried again. */
  readonly retryAfterSeconds: number;

  constructor(retryAfterMs: number) {
    const seconds = Math.max(1, Math.ceil(retryAfterMs / 1000));
    const wait = seconds < 120 ? `${seconds} seconds` : `${Math.ceil(seconds / 60)} minutes`;
    super('too-many-tries', `That was tried too often. Wait ${wait} and try again.`);
    this.retryAfterSeconds = seconds;
  }
}

/** Counts a try over all processes, or so many at once, and says whether that is too many. */
export function countTry(system: SystemContext, rate: Rate, key: string, tries = 1): Promise<Taken> {
  return takeTry(system.db, rate, key, tries);
}

/** The same for where one too many is the end of it. Throws TooManyTries. */
export async function refuseTooMany(system: SystemContext, rate: Rate, key: string): Promise<void> {
  const taken = await countTry(system, rate, key);
  if (!taken.allowed) throw new TooManyTries(taken.retryAfterMs);
}

/** Refusals of one database that are remembered; beyond it they cost a look at it again. */
const REMEMBERED = 10_000;
const refused = new WeakMap<SystemContext['db'], Map<string, number>>();

/**
 * The same for who would go on all the same: who was refused costs no look at the database until the end of it. Tries
 * may be given back by giveBack alone. Throws TooManyTries.
 */
export async function refuseTooManyHere(system: SystemContext, rate: Rate, key: string): Promise<void> {
  const here = refused.get(system.db) ?? new Map<string, number>();
  refused.set(system.db, here);
  const left = (here.get(nameOf(rate, key)) ?? 0) - Date.now();
  if (left > 0) throw new TooManyTries(left);
  const taken = await countTry(system, rate, key);
  if (taken.allowed) return;
  if (here.size >= REMEMBERED) here.clear();
  here.set(nameOf(rate, key), Date.now() + taken.retryAfterMs);
  throw new TooManyTries(taken.retryAfterMs);
}

/** Takes a try back that turned out to be none. */
export async function giveBack({ db }: SystemContext, rate: Rate, key: string): Promise<void> {
  await giveBackTry(db, rate, key);
  refused.get(db)?.delete(nameOf(rate, key));
}

function nameOf({ name }: Rate, key: string): string {
  return `${name} ${key}`;
}
