import { lesserRole } from '../identity/role.js';
import { readSecret } from '../identity/secret.js';
import { ACCESS_TOKEN_SECONDS, checkToken, peekToken } from '../identity/token.js';
import { findKey, noteKeyUse, type KeyRow } from '../store/keys.js';
import { findSignIn, type SignInRow } from '../store/sessions.js';
import { findSigningKey } from '../store/signing-keys.js';
import { OperationError, type Actor, type SystemContext } from './operation.js';

/** Who asks, and for which tenant: what makes a Context of a SystemContext. */
export interface Identity {
  readonly tenant: number;
  readonly actor: Actor;
}

/** The last use of a key is noted at most once a minute. */
const USE_NOTED_MS = 60_000;

/**
 * Who brings a bearer token: an API key or an access token. Rights are read from the store each time, so that a
 * demotion or revocation holds at once. Throws OperationError `unauthenticated`, `token-expired` or `token-revoked`;
 * the latter two only to those who have shown that the token was good once.
 */
export function authenticate(system: SystemContext, bearer: string): Promise<Identity> {
  return bearer.startsWith('dmo_') ? byKey(system, bearer) : byToken(system, bearer);
}

async function byKey(system: SystemContext, bearer: string): Promise<Identity> {
  const secret = readSecret('key', bearer);
  if (secret === null) throw unauthenticated();
  const { tenant, digest } = secret;
  const now = system.now();
  const key = await system.db.reading(tenant, (session) => findKey(session, tenant, digest));
  if (key === null) throw unauthenticated();
  refuseDeadKey(key, now);
  const noted = new Date(now.getTime() - USE_NOTED_MS);
  if (key.lastUsedAt === null || key.lastUsedAt < noted)
    await system.db.within(tenant, (session) => noteKeyUse(session, tenant, key.id, now, noted));
  return { tenant, actor: actorOfKey(key) };
}

function refuseDeadKey(key: KeyRow, now: Date): void {
  if (key.revokedAt !== null || key.ownerDisabled)
    throw new OperationError('token-revoked', 'This API key was revoked. Ask an admin for another.');
  if (key.expiresAt !== null && key.expiresAt <= now)
    throw new OperationError('token-expired', 'This API key has ended. Make another: dmarc-ops key create');
}

function actorOfKey({ id, name, role, ownerId, ownerRole }: KeyRow): Actor {
  return {
    id: `key:${id}`,
    name,
    role: ownerRole === null ? role : lesserRole(role, ownerRole),
    key: true,
    ...(ownerId !== null && { user: ownerId }),
  };
}

async function byToken(system: SystemContext, bearer: string): Promise<Identity> {
  const peeked = await peekToken(bearer);
  if (peeked === null) throw unauthenticated();
  const { tenant, user, session: id } = peeked.claims;
  const now = system.now();
  const retiredAfter = new Date(now.getTime() - ACCESS_TOKEN_SECONDS * 1000);
  const { key, signIn } = await system.db.reading(tenant, async (session) => ({
    key: await findSigningKey(session, tenant, peeked.key, retiredAfter),
    signIn: await findSignIn(session, tenant, id),
  }));
  if (key === null) throw unauthenticated();
  const verdict = await checkToken(bearer, key, now);
  if (verdict === 'forged') throw unauthenticated();
  if (verdict === 'expired')
    throw new OperationError(
      'token-expired',
      'This access token has ended. Get another with the refresh token.',
    );
  if (signIn === null || signIn.userId !== user || signIn.revokedAt !== null || signIn.disabled)
    throw new OperationError('token-revoked', 'This sign-in was ended. Sign in again.');
  return { tenant, actor: { ...actorOfUser(signIn), session: signIn.id } };
}

/** The actor that a signed-in user is. */
export function actorOfUser({ userId, name, role }: Pick<SignInRow, 'userId' | 'name' | 'role'>): Actor {
  return { id: `user:${userId}`, name, role, user: userId };
}

function unauthenticated(): OperationError {
  return new OperationError(
    'unauthenticated',
    'This request does not say who asks in a way that is believed. Send an API key or an access token as: Authorization: Bearer …',
  );
}
