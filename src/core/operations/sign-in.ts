import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { countedAddress } from '../identity/address.js';
import { emailField } from '../identity/email.js';
import { isHashingBusy, isPasswordOf } from '../identity/hash.js';
import type { Role } from '../identity/role.js';
import { digestOf, newSecret } from '../identity/secret.js';
import { ACCESS_TOKEN_SECONDS, issueToken } from '../identity/token.js';
import { addAudit } from '../store/audit.js';
import { forgetTries, type Rate } from '../store/rate.js';
import type { Session } from '../store/session.js';
import { startSession } from '../store/sessions.js';
import { signingKeyInUse } from '../store/signing-keys.js';
import { findUser, holdUser, noteSignIn, tenantOfSignInName, type UserRow } from '../store/users.js';
import { giveBack, refuseTooMany, refuseTooManyHere, TooManyTries } from './limit.js';
import { openOperation, type Visitor } from './open.js';
import { OperationError, type SystemContext } from './operation.js';

/** 7 days. */
export const REFRESH_TOKEN_MS = 7 * 24 * 60 * 60 * 1000;
/** 30 days after the password was given it has to be given again, however often tokens are renewed (NIST SP 800-63B §4.1.3). */
export const SIGN_IN_MS = 30 * 24 * 60 * 60 * 1000;
/** Tries at one account from everywhere, and from one address at all accounts. */
export const ACCOUNT_RATE: Rate = { name: 'sign-in-account', tries: 10, seconds: 15 * 60 };
export const ADDRESS_RATE: Rate = { name: 'sign-in-address', tries: 50, seconds: 15 * 60 };
/** More is no password, and would only cost time. */
const LONGEST_GIVEN = 1_000;
/** No tenant has this id: an unknown address is looked for there, so that it takes the same time as a known one. */
const NO_TENANT = 0;

/** What somebody who signed in gets. */
export interface Tokens {
  readonly accessToken: string;
  /** Seconds. */
  readonly expiresIn: number;
  /** Good once; what comes back brings the next. */
  readonly refreshToken: string;
  /** ISO 8601. */
  readonly refreshExpiresAt: string;
}

export interface SignedIn extends Tokens {
  readonly user: { readonly email: string; readonly name: string; readonly role: Role };
}

export const signIn = openOperation({
  name: 'sign-in',
  summary: 'Sign in with a password, for an access token and a refresh token',
  input: z.object({
    email: emailField,
    password: z.string().min(1).max(LONGEST_GIVEN).meta({ writeOnly: true, format: 'password' }),
  }),
  run: async (system, { email, password }, visitor): Promise<SignedIn> => {
    await slowDown(system, email, visitor);
    const { tenant, user } = await lookUp(system, email);
    const right = await isPasswordOf(password, user?.passwordHash ?? null);
    if (user !== null && right && user.disabledAt === null) {
      const signedIn = await begin(system, tenant, user, visitor);
      if (signedIn !== null) return signedIn;
    }
    if (user !== null) noteFailure(system, tenant, user, visitor);
    throw new OperationError(
      'sign-in-failed',
      'The address or the password is wrong. An admin can let you set a new password: dmarc-ops user reset',
    );
  },
});

/**
 * Counted before the password is looked at, so that many tries at once gain nothing; the address first, so that who is
 * slowed down there does not use up the tries of others' accounts.
 */
async function slowDown(system: SystemContext, email: string, { address }: Visitor): Promise<void> {
  try {
    await refuseTooManyHere(system, ADDRESS_RATE, countedAddress(address));
    await refuseTooMany(system, ACCOUNT_RATE, accountKey(email));
  } catch (error) {
    // The address may be nobody's, so it has no tenant in whose audit this could stand.
    if (error instanceof TooManyTries)
      system.log.warn('somebody tries to sign in too often', { address, account: accountKey(email) });
    throw error;
  }
  if (isHashingBusy())
    throw new OperationError('sign-in-busy', 'Too many people sign in at this moment. Try again shortly.');
}

/** Under which tries at an account are counted: says nothing of whose they are. */
export function accountKey(email: string): string {
  return digestOf(email).toString('base64url');
}

async function lookUp(
  { db }: SystemContext,
  email: string,
): Promise<{ readonly tenant: number; readonly user: UserRow | null }> {
  const found = await db.across((session) => tenantOfSignInName(session, digestOf(email)));
  const tenant = found ?? NO_TENANT;
  return { tenant, user: await db.within(tenant, (session) => findUser(session, tenant, email)) };
}

/** Null where the user was disabled or got another password while this one was looked at. */
async function begin(
  system: SystemContext,
  tenant: number,
  seen: UserRow,
  visitor: Visitor,
): Promise<SignedIn | null> {
  const now = system.now();
  const signedIn = await system.db.within(tenant, async (session) => {
    const user = await holdUser(session, tenant, seen.email);
    if (user === null || user.disabledAt !== null || user.passwordHash !== seen.passwordHash) return null;
    const id = randomUUID();
    const refresh = newSecret('refresh', tenant);
    const expiresAt = new Date(now.getTime() + REFRESH_TOKEN_MS);
    await startSession(session, tenant, {
      id,
      userId: user.id,
      at: now,
      token: { digest: refresh.digest, expiresAt },
    });
    await noteSignIn(session, tenant, user.id, now);
    await auditSignIn(session, tenant, user, now, visitor, 'done');
    const tokens = await tokensFor(session, { tenant, user: user.id, session: id }, now);
    return {
      ...tokens,
      refreshToken: refresh.text,
      refreshExpiresAt: expiresAt.toISOString(),
      user: { email: user.email, name: user.name, role: user.role },
    };
  });
  if (signedIn === null) return null;
  await forgetTries(system.db, ACCOUNT_RATE, accountKey(seen.email));
  // Wrong tries from there stay counted: with an account of their own somebody could guess at others' for ever.
  await giveBack(system, ADDRESS_RATE, countedAddress(visitor.address));
  return signedIn;
}

/** An access token, signed with the key that the tenant uses now. */
export async function tokensFor(
  session: Session,
  claims: { readonly tenant: number; readonly user: number; readonly session: string },
  now: Date,
): Promise<Pick<Tokens, 'accessToken' | 'expiresIn'>> {
  const key = await signingKeyInUse(session, claims.tenant, now);
  return { accessToken: await issueToken(claims, key, now), expiresIn: ACCESS_TOKEN_SECONDS };
}

/** Behind the answer: a known address would take longer to refuse than an unknown one otherwise. */
function noteFailure(system: SystemContext, tenant: number, user: UserRow, visitor: Visitor): void {
  system.db
    .within(tenant, (session) => auditSignIn(session, tenant, user, system.now(), visitor, 'sign-in-failed'))
    .catch((error: unknown) => {
      system.log.error('a line of the audit could not be written', {
        tenant,
        actorId: `user:${user.id}`,
        operation: signIn.name,
        outcome: 'sign-in-failed',
        error,
      });
    });
}

function auditSignIn(
  session: Session,
  tenant: number,
  user: UserRow,
  at: Date,
  { address }: Visitor,
  outcome: string,
): Promise<void> {
  return addAudit(session, tenant, {
    at,
    actorId: `user:${user.id}`,
    actorName: user.name,
    operation: signIn.name,
    input: { address },
    outcome,
  });
}
