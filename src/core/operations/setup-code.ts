import { newSecret } from '../identity/secret.js';
import type { Session } from '../store/session.js';
import { setSetupCode } from '../store/users.js';
import type { Context } from './operation.js';

/** 24 hours. */
const SETUP_CODE_MS = 24 * 60 * 60 * 1000;

/** With which a person sets the password, once. */
export interface SetupCode {
  readonly code: string;
  /** ISO 8601. */
  readonly expiresAt: string;
}

/** A new code of a user; an older one is good no more. */
export async function newSetupCode(
  { tenant, now }: Context,
  session: Session,
  userId: number,
): Promise<SetupCode> {
  const { text, digest } = newSecret('setup', tenant);
  const expiresAt = new Date(now().getTime() + SETUP_CODE_MS);
  await setSetupCode(session, tenant, userId, { digest, expiresAt });
  return { code: text, expiresAt: expiresAt.toISOString() };
}
