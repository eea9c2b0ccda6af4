import { z } from 'zod';
import { ACCESS_TOKEN_SECONDS } from '../identity/token.js';
import { forgetCounters } from '../store/rate.js';
import { forgetSessions, revokeSessionsOf } from '../store/sessions.js';
import { rotateSigningKey as rotate } from '../store/signing-keys.js';
import { forgetSetupCodes } from '../store/users.js';
import { operation, OperationError, type Context } from './operation.js';

/** So long after its end a sign-in is still known, and its tokens are told from forged ones. */
const ENDED_KEPT_MS = 7 * 24 * 60 * 60 * 1000;

export const signOutAll = operation({
  name: 'sign-out-all',
  summary: 'End all your sign-ins, on every device',
  role: 'viewer',
  effect: 'changes',
  personal: true,
  input: z.object({}),
  run: ({ db, tenant, actor, now }): Promise<{ readonly ended: number }> =>
    db.within(tenant, async (session) => {
      if (actor.user === undefined)
        throw new OperationError('no-user', 'You did not sign in as a user, so there is nothing to end.');
      const ended = await revokeSessionsOf(session, tenant, actor.user, 'sign-out-all', now());
      return { ended };
    }),
  changed: ({ ended }) => ({ ended }),
});

export const rotateSigningKey = operation({
  name: 'rotate-signing-key',
  summary: 'Sign access tokens with a new key from now on',
  role: 'admin',
  effect: 'changes',
  local: true,
  input: z.object({
    forget: z
      .boolean()
      .default(false)
      .describe('Believe no token of before, as when the key became known to others'),
  }),
  run: ({ db, tenant, now }, { forget }): Promise<{ readonly forgotten: boolean }> =>
    db.within(tenant, async (session) => {
      const at = now();
      const forgetBefore = forget ? at : new Date(at.getTime() - ACCESS_TOKEN_SECONDS * 1000);
      await rotate(session, tenant, at, forgetBefore);
      return { forgotten: forget };
    }),
});

/** Forgets sign-ins and codes of a tenant that ended long ago, and counters of tries that are over; for a daily tick. */
export async function forgetEnded({ db, tenant, now }: Context): Promise<void> {
  const before = new Date(now().getTime() - ENDED_KEPT_MS);
  await db.within(tenant, async (session) => {
    await forgetSessions(session, tenant, before);
    await forgetSetupCodes(session, tenant, before);
  });
  await forgetCounters(db, before);
}
