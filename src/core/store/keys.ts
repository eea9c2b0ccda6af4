import type { Role } from '../identity/role.js';
import type { Session } from './session.js';

/** An API key; never the key itself. */
export interface KeyRow {
  readonly id: number;
  readonly name: string;
  readonly role: Role;
  /** Whose it is; null: the local operator's. */
  readonly ownerId: number | null;
  readonly owner: string | null;
  readonly ownerRole: Role | null;
  readonly ownerDisabled: boolean;
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
  readonly revokedAt: Date | null;
  readonly lastUsedAt: Date | null;
}

export interface NewKey {
  readonly digest: Buffer;
  readonly name: string;
  readonly role: Role;
  readonly ownerId: number | null;
  readonly createdBy: string;
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
}

const KEYS = `SELECT k.id, k.name, k.role, k.account_id AS "ownerId", a.email AS owner, a.role AS "ownerRole",
    a.disabled_at IS NOT NULL AS "ownerDisabled", k.created_at AS "createdAt", k.expires_at AS "expiresAt",
    k.revoked_at AS "revokedAt", k.last_used_at AS "lastUsedAt"
  FROM api_key k LEFT JOIN account a ON a.tenant_id = k.tenant_id AND a.id = k.account_id`;

/** The key of a SHA-256, whatever became of it; null where there is none. */
export async function findKey(session: Session, tenant: number, digest: Buffer): Promise<KeyRow | null> {
  const [row] = await session.rows<KeyRow>(`${KEYS} WHERE k.tenant_id = $1 AND k.sha256 = $2`, [
    tenant,
    digest,
  ]);
  return row ?? null;
}

/** Notes that a key was used, unless that was noted since a time. */
export async function noteKeyUse(
  session: Session,
  tenant: number,
  id: number,
  at: Date,
  since: Date,
): Promise<void> {
  await session.run(
    `UPDATE api_key SET last_used_at = $3 WHERE tenant_id = $1 AND id = $2 AND (last_used_at IS NULL OR last_used_at < $4)`,
    [tenant, id, at, since],
  );
}

/** Keys that are not revoked, by name; of one owner or of all. */
export function listKeys(
  session: Session,
  tenant: number,
  page: { readonly ownerId: number | null; readonly limit: number; readonly after: string | null },
): Promise<KeyRow[]> {
  return session.rows<KeyRow>(
    `${KEYS} WHERE k.tenant_id = $1 AND k.revoked_at IS NULL AND ($2::int IS NULL OR k.account_id = $2)
       AND ($3::text IS NULL OR lower(k.name) > lower($3)) ORDER BY lower(k.name) LIMIT $4`,
    [tenant, page.ownerId, page.after, page.limit],
  );
}

/** Makes a key. Null where one that is not revoked has the name. */
export async function addKey(session: Session, tenant: number, key: NewKey): Promise<KeyRow | null> {
  const added = await session.run(
    `INSERT INTO api_key (tenant_id, sha256, name, role, account_id, created_by, created_at, expires_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (tenant_id, lower(name)) WHERE revoked_at IS NULL DO NOTHING`,
    [tenant, key.digest, key.name, key.role, key.ownerId, key.createdBy, key.createdAt, key.expiresAt],
  );
  return added === 0 ? null : findKey(session, tenant, key.digest);
}

/** Revokes all keys of an owner; gives how many were good until now. */
export async function revokeKeysOf(
  session: Session,
  tenant: number,
  ownerId: number,
  at: Date,
): Promise<number> {
  const { live } = await session.row<{ live: number }>(
    `WITH revoked AS (UPDATE api_key SET revoked_at = $3
       WHERE tenant_id = $1 AND account_id = $2 AND revoked_at IS NULL RETURNING expires_at)
     SELECT COUNT(*) FILTER (WHERE expires_at IS NULL OR expires_at > $3) AS live FROM revoked`,
    [tenant, ownerId, at],
  );
  return live;
}

/** Revokes the key of a name, in any case, or of a SHA-256; of one owner, or of any. Null where there is none. */
export async function revokeKey(
  session: Session,
  tenant: number,
  which: {
    readonly name: string;
    readonly digest: Buffer | null;
    readonly ownerId: number | null;
    readonly at: Date;
  },
): Promise<{ readonly name: string } | null> {
  const [row] = await session.rows<{ name: string }>(
    `UPDATE api_key SET revoked_at = $4 WHERE tenant_id = $1 AND (lower(name) = lower($2) OR sha256 = $5) AND revoked_at IS NULL
       AND ($3::int IS NULL OR account_id = $3) RETURNING name`,
    [tenant, which.name, which.ownerId, which.at, which.digest],
  );
  return row ?? null;
}
