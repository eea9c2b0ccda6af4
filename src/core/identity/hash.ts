import pLimit from 'p-limit';
import { lazily } from '../report/loading.js';
import { isHashable, normalPassword } from './password.js';

/** 2^12 rounds: about a quarter of a second, on a thread of libuv's pool. */
const ROUNDS = 12;
/** Of the pool's four threads, so that files and DNS have theirs while many sign in. */
const AT_ONCE = 2;
/** More than these wait in vain: who comes later is told to come again. */
const MOST_WAITING = 40;
/** Some hash with the same rounds: comparing with it takes as long as with a real one. What matches it is refused. */
const NOBODY = '$2b$12$FvHlkm39p19Z1vLw8cHAUuYuHHBygVe/uqCRJvAGb9FrCo6EoUioi';

const bcrypt = lazily(async () => (await import('bcrypt')).default);
const pool = pLimit(AT_ONCE);

/** Whether so many passwords wait to be looked at that one more should not. */
export function isHashingBusy(): boolean {
  return pool.pendingCount >= MOST_WAITING;
}

/** The bcrypt hash of a password that passwordFault let through. */
export function hashPassword(password: string): Promise<string> {
  return pool(async () => (await bcrypt()).hash(normalPassword(password), ROUNDS));
}

/** Whether a password is the one of a hash. Takes the same time where there is no hash, and for what cannot be one. */
export function isPasswordOf(password: string, hash: string | null): Promise<boolean> {
  const normal = normalPassword(password);
  const possible = hash !== null && isHashable(normal);
  return pool(async () => {
    const same = await (await bcrypt()).compare(normal, possible ? hash : NOBODY);
    return same && possible;
  });
}
