import type { Role } from '../identity/role.js';
import type { Session } from './session.js';

/** A sign-in and who signed in, as they are now. */
export interface SignInRow {
  readonly id: string;
  readonly startedAt: Date;
  readonly revokedAt: Date | null;
  readonly userId: number;
  readonly email: string;
  readonly name: string;
  readonly role: Role;
  readonly disabled: boolean;
}

export type Revoker = 'sign-out' | 'sign-out-all' | 'reuse' | 'password' | 'disabled';

const SIGN_INS = `SELECT s.id, s.started_at AS "startedAt", s.revoked_at AS "revokedAt", a.id AS "userId", a.email, a.name, a.role,
    a.disabled_at IS NOT NULL AS disabled
  FROM session s JOIN account a ON a.tenant_id = s.tenant_id AND a.id = s.account_id`;

/** A sign-in by its id; null where there is none. */
export async function findSignIn(session: Session, tenant: number, id: string): Promise<SignInRow | null> {
  const [row] = await session.rows<SignInRow>(`${SIGN_INS} WHERE s.tenant_id = $1 AND s.id = $2`, [
    tenant,
    id,
  ]);
  return row ?? null;
}

export interface NewToken {
  readonly digest: Buffer;
  readonly expiresAt: Date;
}

/** Begins a session with its first refresh token. */
export async function startSession(
  session: Session,
  tenant: number,
  started: { readonly id: string; readonly userId: number; readonly at: Date; readonly token: NewToken },
): Promise<void> {
  const { id, userId, at, token } = started;
  await session.run(
    'INSERT INTO session (tenant_id, id, account_id, started_at, expires_at) VALUES ($1, $2, $3, $4, $5)',
    [tenant, id, userId, at, token.expiresAt],
  );
  await addRefreshToken(session, tenant, id, token);
}

/** Adds the next refresh token of a session, which lives as long as it. */
export async function addRefreshToken(
  session: Session,
  tenant: number,
  id: string,
  token: NewToken,
): Promise<void> {
  await session.run(
    'INSERT INTO refresh_token (tenant_id, sha256, session_id, expires_at) VALUES ($1, $2, $3, $4)',
    [tenant, token.digest, id, token.expiresAt],
  );
  await session.run('UPDATE session SET expires_at = $3 WHERE tenant_id = $1 AND id = $2', [
    tenant,
    id,
    token.expiresAt,
  ]);
}

/**
 * The session of a refresh token, held until the end of the transaction: two who bring tokens of one session come one
 * after the other. Null where there is no such token.
 */
export async function holdSessionOf(
  session: Session,
  tenant: number,
  digest: Buffer,
): Promise<SignInRow | null> {
  const [row] = await session.rows<SignInRow>(
    `${SIGN_INS} WHERE s.tenant_id = $1
       AND s.id = (SELECT session_id FROM refresh_token WHERE tenant_id = $1 AND sha256 = $2) FOR UPDATE OF s`,
    [tenant, digest],
  );
  return row ?? null;
}

/** A refresh token as it is now; its session is to be held. */
export function refreshToken(
  session: Session,
  tenant: number,
  digest: Buffer,
): Promise<{ readonly expiresAt: Date; readonly usedAt: Date | null }> {
  return session.row(
    'SELECT expires_at AS "expiresAt", used_at AS "usedAt" FROM refresh_token WHERE tenant_id = $1 AND sha256 = $2',
    [tenant, digest],
  );
}

/** Notes that a refresh token was used. */
export async function useRefreshToken(
  session: Session,
  tenant: number,
  digest: Buffer,
  at: Date,
): Promise<void> {
  await session.run('UPDATE refresh_token SET used_at = $3 WHERE tenant_id = $1 AND sha256 = $2', [
    tenant,
    digest,
    at,
  ]);
}

/** Revokes one session. False where it was revoked already. */
export async function revokeSession(
  session: Session,
  tenant: number,
  id: string,
  by: Revoker,
  at: Date,
): Promise<boolean> {
  const changed = await session.run(
    'UPDATE session SET revoked_at = $3, revoked_by = $4 WHERE tenant_id = $1 AND id = $2 AND revoked_at IS NULL',
    [tenant, id, at, by],
  );
  return changed > 0;
}

/** Revokes all sessions of a user, but for one that may be spared; gives how many were good until now. Index session_of_account. */
export async function revokeSessionsOf(
  session: Session,
  tenant: number,
  userId: number,
  by: Revoker,
  at: Date,
  spared: string | null = null,
): Promise<number> {
  const { live } = await session.row<{ live: number }>(
    `WITH revoked AS (UPDATE session SET revoked_at = $3, revoked_by = $4
       WHERE tenant_id = $1 AND account_id = $2 AND revoked_at IS NULL AND id IS DISTINCT FROM $5::uuid RETURNING expires_at)
     SELECT COUNT(*) FILTER (WHERE expires_at > $3) AS live FROM revoked`,
    [tenant, userId, at, by, spared],
  );
  return live;
}

/** Forgets sessions that ended before a time, with their refresh tokens. */
export function forgetSessions(session: Session, tenant: number, endedBefore: Date): Promise<number> {
  return session.run('DELETE FROM session WHERE tenant_id = $1 AND expires_at < $2', [tenant, endedBefore]);
}
