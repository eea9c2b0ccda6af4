import { z } from 'zod';
import { newSecret, readSecret } from '../identity/secret.js';
import { addAudit } from '../store/audit.js';
import type { Session } from '../store/session.js';
import {
  addRefreshToken,
  holdSessionOf,
  refreshToken,
  revokeSession,
  useRefreshToken,
  type SignInRow,
} from '../store/sessions.js';
import { openOperation } from './open.js';
import { OperationError, type SystemContext } from './operation.js';
import { REFRESH_TOKEN_MS, SIGN_IN_MS, tokensFor, type Tokens } from './sign-in.js';

/**
 * So long after its use a token that comes again is only refused and audited: two windows of one person ask at the same
 * moment. Later it means that somebody has a copy. A thief who comes first is found when the owner comes later than
 * this, or in the audit, and has no more than is left of SIGN_IN_MS.
 */
const USED_JUST_NOW_MS = 10_000;
const LONGEST_GIVEN = 200;

const input = z.object({ refreshToken: z.string().min(1).max(LONGEST_GIVEN).meta({ writeOnly: true }) });

type Outcome =
  | { readonly kind: 'renewed'; readonly tokens: Tokens }
  | { readonly kind: 'unknown' | 'revoked' | 'expired' | 'used-just-now' | 'reused' };

export const refresh = openOperation({
  name: 'refresh',
  summary: 'Get an access token and the next refresh token for a refresh token',
  input,
  run: async (system, given): Promise<Tokens> => {
    const secret = readSecret('refresh', given.refreshToken);
    if (secret === null) throw refusal('unknown');
    const { tenant, digest } = secret;
    // Decided inside and thrown outside: what reuse revokes has to stay revoked.
    const outcome = await system.db.within(tenant, (session) => renew(system, session, tenant, digest));
    if (outcome.kind === 'renewed') return outcome.tokens;
    if (outcome.kind === 'reused')
      system.log.warn('a refresh token came again after its use; its sign-in is ended', { tenant });
    throw refusal(outcome.kind);
  },
});

async function renew(
  system: SystemContext,
  session: Session,
  tenant: number,
  digest: Buffer,
): Promise<Outcome> {
  const now = system.now();
  const signIn = await holdSessionOf(session, tenant, digest);
  if (signIn === null) return { kind: 'unknown' };
  if (signIn.revokedAt !== null || signIn.disabled) return { kind: 'revoked' };
  const token = await refreshToken(session, tenant, digest);
  if (token.usedAt !== null && now.getTime() - token.usedAt.getTime() < USED_JUST_NOW_MS)
    return refuseUsed(session, tenant, signIn, now);
  if (token.usedAt !== null) return endReused(session, tenant, signIn, now);
  const end = signIn.startedAt.getTime() + SIGN_IN_MS;
  if (token.expiresAt <= now || end <= now.getTime()) return { kind: 'expired' };

  await useRefreshToken(session, tenant, digest, now);
  const next = newSecret('refresh', tenant);
  const expiresAt = new Date(Math.min(now.getTime() + REFRESH_TOKEN_MS, end));
  await addRefreshToken(session, tenant, signIn.id, { digest: next.digest, expiresAt });
  const access = await tokensFor(session, { tenant, user: signIn.userId, session: signIn.id }, now);
  return {
    kind: 'renewed',
    tokens: { ...access, refreshToken: next.text, refreshExpiresAt: expiresAt.toISOString() },
  };
}

async function refuseUsed(
  session: Session,
  tenant: number,
  { userId, name }: SignInRow,
  now: Date,
): Promise<Outcome> {
  await addAudit(session, tenant, {
    at: now,
    actorId: `user:${userId}`,
    actorName: name,
    operation: refresh.name,
    input: { ended: 'nothing: two windows may have asked at one moment' },
    outcome: 'token-used',
  });
  return { kind: 'used-just-now' };
}

/** Nobody can tell whether the thief or the owner comes second, so both have to sign in again (RFC 9700 §4.14.2). */
async function endReused(
  session: Session,
  tenant: number,
  { id, userId, name }: SignInRow,
  now: Date,
): Promise<Outcome> {
  await revokeSession(session, tenant, id, 'reuse', now);
  await addAudit(session, tenant, {
    at: now,
    actorId: `user:${userId}`,
    actorName: name,
    operation: refresh.name,
    input: { ended: 'the sign-in, because its refresh token came again' },
    outcome: 'refresh-token-reused',
  });
  return { kind: 'reused' };
}

const REFUSALS: Readonly<
  Record<Exclude<Outcome['kind'], 'renewed'>, readonly [code: string, sentence: string]>
> = {
  unknown: ['unauthenticated', 'This refresh token is not known. Sign in again.'],
  revoked: ['token-revoked', 'This sign-in was ended. Sign in again.'],
  expired: ['token-expired', 'This refresh token has ended. Sign in again.'],
  'used-just-now': [
    'token-used',
    'This refresh token was used a moment ago; go on with the one that came back, or sign in again.',
  ],
  reused: [
    'token-revoked',
    'This refresh token was used before, so somebody else may have it: the sign-in was ended. Sign in again.',
  ],
};

function refusal(kind: keyof typeof REFUSALS): OperationError {
  return new OperationError(...REFUSALS[kind]);
}

export const signOut = openOperation({
  name: 'sign-out',
  summary: 'End the sign-in that a refresh token is of, with all its tokens',
  input,
  run: async (system, given): Promise<{ readonly ended: boolean }> => {
    const secret = readSecret('refresh', given.refreshToken);
    if (secret === null) return { ended: false };
    const { tenant, digest } = secret;
    const now = system.now();
    return system.db.within(tenant, async (session) => {
      const signIn = await holdSessionOf(session, tenant, digest);
      if (signIn === null) return { ended: false };
      const ended = await revokeSession(session, tenant, signIn.id, 'sign-out', now);
      if (ended)
        await addAudit(session, tenant, {
          at: now,
          actorId: `user:${signIn.userId}`,
          actorName: signIn.name,
          operation: signOut.name,
          input: {},
          outcome: 'done',
        });
      return { ended };
    });
  },
});
