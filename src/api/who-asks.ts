import { authenticate, type Identity } from '../core/operations/authenticate.js';
import { digestOf } from '../core/identity/secret.js';
import { OperationError, type SystemContext } from '../core/operations/operation.js';
import { bearerOf } from './bearer.js';
import type { Call } from './call.js';
import { strangerAt, type CallLimits } from './limits.js';

/** Who was let in is not held up by strangers at the same address for as long as an access token is good. */
const LET_IN_MS = 15 * 60_000;
/** Keys and tokens of an address that is over its limit which are looked up all the same, as one may be good. */
const LOOKED_UP = 10;
const LOOKED_UP_MS = 1_000;
/** Entries of each kind that are remembered. */
const REMEMBERED = 10_000;

/**
 * Finds out who asks. Only failures are counted by address, after they failed: many people may share one, and one of
 * them who guesses must not lock the others out. Keys are too long to be guessed; an address over its limit has no more
 * than a few of them looked up in a second, so that it cannot keep the database busy either.
 */
export function whoAsks(system: SystemContext, limits: CallLimits): (call: Call) => Promise<Identity> {
  const letIn = new Map<string, number>();
  const lookedUp = new Map<string, { readonly until: number; count: number }>();
  const lookUpFewOf = (where: string): void => {
    const held = lookedUp.get(where);
    if (held !== undefined && held.until > Date.now()) {
      held.count += 1;
      if (held.count > LOOKED_UP) limits.refuseKnown('strangers', where);
      return;
    }
    if (lookedUp.size >= REMEMBERED) lookedUp.clear();
    lookedUp.set(where, { until: Date.now() + LOOKED_UP_MS, count: 1 });
  };
  return async (call) => {
    const where = strangerAt(call.ip);
    try {
      const bearer = bearerOf(call);
      const digest = digestOf(bearer).toString('base64url');
      const isKnown = (letIn.get(digest) ?? 0) > Date.now();
      if (!isKnown) lookUpFewOf(where);
      const identity = await authenticate(system, bearer);
      if (letIn.size >= REMEMBERED) letIn.clear();
      letIn.set(digest, Date.now() + LET_IN_MS);
      return identity;
    } catch (error) {
      if (error instanceof OperationError) await limits.take(call, 'strangers', where);
      throw error;
    }
  };
}
