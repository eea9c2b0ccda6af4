import { z } from 'zod';
import { emailField } from '../identity/email.js';
import { hashPassword, isHashingBusy } from '../identity/hash.js';
import { passwordFault } from '../identity/password.js';
import { readSecret } from '../identity/secret.js';
import { addAudit } from '../store/audit.js';
import { dropLinkCodeOf, dropLinksOf } from '../store/chat-people.js';
import { revokeKeysOf } from '../store/keys.js';
import { forgetTries } from '../store/rate.js';
import type { Session } from '../store/session.js';
import { revokeSessionsOf } from '../store/sessions.js';
import {
  dropSetupCode,
  setPasswordHash,
  takeSetupCode,
  userOfSetupCode,
  type UserRow,
} from '../store/users.js';
import { openOperation } from './open.js';
import { operation, OperationError, type SystemContext } from './operation.js';
import { newSetupCode, type SetupCode } from './setup-code.js';
import { ACCOUNT_RATE, accountKey } from './sign-in.js';
import { heldUser, userItem, type UserItem } from './users.js';

const LONGEST_GIVEN = 1_000;
export const passwordField = z
  .string()
  .min(1)
  .max(LONGEST_GIVEN)
  .meta({ writeOnly: true, format: 'password' });
/** A narrow terminal or a mail may have broken the line. */
const codeField = z
  .string()
  .max(LONGEST_GIVEN)
  .transform((text) => text.replaceAll(/\s/gu, ''))
  .meta({ writeOnly: true });

export interface PasswordSet {
  readonly user: UserItem;
  /** Sign-ins that ended by it. */
  readonly ended: number;
}

export const setPassword = openOperation({
  name: 'set-password',
  summary: 'Set a password with the code that an admin gave',
  input: z.object({
    code: codeField,
    password: passwordField,
  }),
  run: async (system, { code, password }): Promise<PasswordSet> => {
    const secret = readSecret('setup', code);
    if (secret === null) throw codeInvalid();
    const { tenant, digest } = secret;
    const user = await system.db.within(tenant, (session) =>
      userOfSetupCode(session, tenant, digest, system.now()),
    );
    if (user === null) throw codeInvalid();
    const hash = await newHash(password, user);
    const set = await system.db.within(tenant, async (session) => {
      const now = system.now();
      const still = await userOfSetupCode(session, tenant, digest, now);
      if (still === null || !(await takeSetupCode(session, tenant, digest))) throw codeInvalid();
      const ended = await store(system, session, tenant, still, hash);
      await addAudit(session, tenant, {
        at: now,
        actorId: `user:${still.id}`,
        actorName: still.name,
        operation: setPassword.name,
        input: { email: still.email, ended },
        outcome: 'done',
      });
      return { user: userItem({ ...still, passwordHash: hash }), ended };
    });
    await countAnew(system, set.user.email);
    return set;
  },
});

export const userSetPassword = operation({
  name: 'user-set-password',
  summary: 'Set the password of a user; sign-ins of theirs end',
  role: 'admin',
  effect: 'changes',
  local: true,
  input: z.object({ email: emailField, password: passwordField }),
  run: async (context, { email, password }): Promise<PasswordSet> => {
    const { db, tenant } = context;
    const user = await db.within(tenant, (session) => heldUser(context, session, email));
    const hash = await newHash(password, user);
    const set = await db.within(tenant, async (session) => {
      const held = await heldUser(context, session, email);
      const ended = await store(context, session, tenant, held, hash);
      return { user: userItem({ ...held, passwordHash: hash }), ended };
    });
    await countAnew(context, email);
    return set;
  },
  changed: ({ ended }) => ({ ended }),
});

export interface UserReset extends PasswordSet {
  /** API keys of theirs that were revoked. */
  readonly keysRevoked: number;
  /** Links of people in chats to this user that ended; whose address the platform vouches for is linked again. */
  readonly linksEnded: number;
  readonly setup: SetupCode;
}

export const userReset = operation({
  name: 'user-reset',
  summary:
    'Take a password away, end sign-ins, keys and chat links of the user, and give a code for a new one',
  role: 'admin',
  effect: 'changes',
  personal: true,
  input: z.object({ email: emailField }),
  run: async (context, { email }): Promise<UserReset> => {
    const reset = await context.db.within(context.tenant, async (session) => {
      const held = await heldUser(context, session, email);
      if (held.disabledAt !== null)
        throw new OperationError(
          'user-disabled',
          `${email} is locked out; let them in first: dmarc-ops user enable ${email}`,
        );
      const ended = await store(context, session, context.tenant, held, null);
      const keysRevoked = await revokeKeysOf(session, context.tenant, held.id, context.now());
      await dropLinkCodeOf(session, context.tenant, held.id);
      const linksEnded = await dropLinksOf(session, context.tenant, held.id);
      const setup = await newSetupCode(context, session, held.id);
      return { user: userItem({ ...held, passwordHash: null }), ended, keysRevoked, linksEnded, setup };
    });
    await countAnew(context, email);
    return reset;
  },
  changed: ({ ended, keysRevoked, linksEnded }) => ({ ended, keysRevoked, linksEnded }),
});

/** Throws OperationError with what is wrong with a password that a user wants. */
export async function refuseFault(
  password: string,
  { email, name }: Pick<UserRow, 'email' | 'name'>,
): Promise<void> {
  const fault = await passwordFault(password, [email, name]);
  if (fault !== null) throw new OperationError(fault.code, fault.message);
}

/** The hash of a user's new password. Throws OperationError with what is wrong with it, and `sign-in-busy`. */
export async function newHash(password: string, user: UserRow): Promise<string> {
  await refuseFault(password, user);
  if (isHashingBusy())
    throw new OperationError('sign-in-busy', 'Too many people sign in at this moment. Try again shortly.');
  return hashPassword(password);
}

/** With another password nothing of before is good any more. Gives how many sign-ins ended. */
async function store(
  system: SystemContext,
  session: Session,
  tenant: number,
  user: UserRow,
  hash: string | null,
): Promise<number> {
  await setPasswordHash(session, tenant, user.id, hash);
  await dropSetupCode(session, tenant, user.id);
  return revokeSessionsOf(session, tenant, user.id, 'password', system.now());
}

/** Forgets wrong tries at an account; outside a transaction, as it takes another connection. */
export function countAnew({ db }: SystemContext, email: string): Promise<void> {
  return forgetTries(db, ACCOUNT_RATE, accountKey(email));
}

function codeInvalid(): OperationError {
  return new OperationError(
    'code-invalid',
    'This code is not good, or not any more. Ask an admin for another: dmarc-ops user reset',
  );
}
