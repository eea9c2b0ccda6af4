import { z } from 'zod';
import { isPasswordOf } from '../identity/hash.js';
import { revokeSessionsOf } from '../store/sessions.js';
import { dropSetupCode, findUserById, holdUser, setPasswordHash, type UserRow } from '../store/users.js';
import { refuseTooMany } from './limit.js';
import { operation, OperationError, type Context } from './operation.js';
import { countAnew, newHash, passwordField, refuseFault } from './passwords.js';
import { ACCOUNT_RATE, accountKey } from './sign-in.js';

export const passwordChange = operation({
  name: 'password-change',
  summary: 'Change your own password; all your other sign-ins end',
  role: 'viewer',
  effect: 'changes',
  personal: true,
  input: z.object({ oldPassword: passwordField, newPassword: passwordField }),
  run: async (context, { oldPassword, newPassword }): Promise<{ readonly ended: number }> => {
    const user = await whoActs(context);
    // What is wrong with the new one says nothing of the old one, and costs no try.
    await refuseFault(newPassword, user);
    if (newPassword === oldPassword)
      throw new OperationError('password-same', 'The new password is the old one; choose another.');
    // Who found an unlocked screen shall guess no faster than at sign-in.
    await refuseTooMany(context, ACCOUNT_RATE, accountKey(user.email));
    if (!(await isPasswordOf(oldPassword, user.passwordHash))) throw wrongPassword();
    const hash = await newHash(newPassword, user);
    const ended = await replace(context, user, hash);
    await countAnew(context, user.email);
    return { ended };
  },
  changed: ({ ended }) => ({ ended }),
});

async function whoActs({ db, tenant, actor }: Context): Promise<UserRow> {
  const id = actor.user;
  const user =
    id === undefined ? null : await db.within(tenant, (session) => findUserById(session, tenant, id));
  if (user !== null) return user;
  throw new OperationError(
    'no-user',
    'You did not sign in as a user, so there is no password; for others: dmarc-ops user set-password',
  );
}

/** Gives how many sign-ins ended. Throws OperationError where the password became another meanwhile. */
function replace(context: Context, { id, email, passwordHash }: UserRow, hash: string): Promise<number> {
  const { db, tenant, actor, now } = context;
  return db.within(tenant, async (session) => {
    const held = await holdUser(session, tenant, email);
    if (held === null || held.disabledAt !== null || held.passwordHash !== passwordHash)
      throw wrongPassword();
    await setPasswordHash(session, tenant, id, hash);
    await dropSetupCode(session, tenant, id);
    return revokeSessionsOf(session, tenant, id, 'password', now(), actor.session ?? null);
  });
}

function wrongPassword(): OperationError {
  return new OperationError(
    'password-wrong',
    'The old password is not right. An admin can let you set a new one: dmarc-ops user reset',
  );
}
