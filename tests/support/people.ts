import bcrypt from 'bcrypt';
import { setPassword } from '../../src/core/operations/passwords.js';
import { performOpen } from '../../src/core/operations/open.js';
import { perform } from '../../src/core/operations/perform.js';
import { signIn, type SignedIn } from '../../src/core/operations/sign-in.js';
import { userCreate } from '../../src/core/operations/users.js';
import type { Context, Role } from '../../src/core/operations/operation.js';

export const PASSWORD = 'correct horse battery staple';
export const VISITOR = { address: '192.0.2.1' };

/** A user with a password, as an admin and then the user themselves make one. */
export async function person(admin: Context, email: string, role: Role = 'viewer'): Promise<void> {
  const { setup } = await perform(userCreate, admin, { email, role });
  await performOpen(setPassword, admin, { code: setup.code, password: PASSWORD }, VISITOR);
}

/**
 * Gives the users of a tenant who have PASSWORD a hash of few rounds: signing in, right or wrong, then takes a
 * millisecond and not a quarter of a second.
 */
export async function hashLightly({ db, tenant }: Context): Promise<void> {
  const hash = await bcrypt.hash(PASSWORD, 4);
  await db.within(tenant, (session) =>
    session.run('UPDATE account SET password_hash = $1 WHERE password_hash IS NOT NULL', [hash]),
  );
}

export function signedIn(system: Context, email: string, password = PASSWORD): Promise<SignedIn> {
  return performOpen(signIn, system, { email, password }, VISITOR);
}
