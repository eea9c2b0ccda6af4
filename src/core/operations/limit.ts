import { takeTry, type Rate, type Taken } from '../store/rate.js';
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
