import { randomBytes, randomUUID } from 'node:crypto';
import type { SigningKey } from '../identity/token.js';
import type { Session } from './session.js';

const SECRET_BYTES = 32;

/** A key by its id: the one in use, or one retired after a time. Null where there is none. */
export async function findSigningKey(
  session: Session,
  tenant: number,
  id: string,
  retiredAfter: Date,
): Promise<SigningKey | null> {
  const [row] = await session.rows<SigningKey>(
    'SELECT id, secret FROM signing_key WHERE tenant_id = $1 AND id = $2 AND (retired_at IS NULL OR retired_at > $3)',
    [tenant, id, retiredAfter],
  );
  return row ?? null;
}

/** The key that signs now; the first is made when it is asked for. */
export async function signingKeyInUse(session: Session, tenant: number, now: Date): Promise<SigningKey> {
  const IN_USE = 'SELECT id, secret FROM signing_key WHERE tenant_id = $1 AND retired_at IS NULL';
  const [there] = await session.rows<SigningKey>(IN_USE, [tenant]);
  if (there !== undefined) return there;
  await addSigningKey(session, tenant, now);
  return session.row<SigningKey>(IN_USE, [tenant]);
}

/**
 * Retires the key in use and makes another. Those retired before a time are forgotten, with the tokens that they
 * signed.
 */
export async function rotateSigningKey(
  session: Session,
  tenant: number,
  now: Date,
  forgetBefore: Date,
): Promise<void> {
  // One at a time, or the second would find the first one's new key in its way.
  await session.rows('SELECT FROM signing_key WHERE tenant_id = $1 AND retired_at IS NULL FOR UPDATE', [
    tenant,
  ]);
  await session.run('UPDATE signing_key SET retired_at = $2 WHERE tenant_id = $1 AND retired_at IS NULL', [
    tenant,
    now,
  ]);
  await session.run('DELETE FROM signing_key WHERE tenant_id = $1 AND retired_at <= $2', [
    tenant,
    forgetBefore,
  ]);
  await addSigningKey(session, tenant, now);
}

/** Where another process made one at the same moment, that one stays. */
async function addSigningKey(session: Session, tenant: number, now: Date): Promise<void> {
  await session.run(
    `INSERT INTO signing_key (tenant_id, id, secret, created_at) VALUES ($1, $2, $3, $4)
     ON CONFLICT (tenant_id) WHERE retired_at IS NULL DO NOTHING`,
    [tenant, randomUUID(), randomBytes(SECRET_BYTES), now],
  );
}
