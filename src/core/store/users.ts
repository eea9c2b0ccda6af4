import type { Role } from '../identity/role.js';
import type { Session } from './session.js';

/** Somebody who may sign in. */
export interface UserRow {
  readonly id: number;
  readonly email: string;
  readonly name: string;
  readonly role: Role;
  /** bcrypt; null until the person set a password. */
  readonly passwordHash: string | null;
  readonly createdAt: Date;
  readonly createdBy: string;
  readonly lastSignInAt: Date | null;
  readonly disabledAt: Date | null;
}

const USERS = `SELECT id, email, name, role, password_hash AS "passwordHash", created_at AS "createdAt",
    created_by AS "createdBy", last_sign_in_at AS "lastSignInAt", disabled_at AS "disabledAt" FROM account`;

/** The tenant of an address at sign-in, by the SHA-256 of the address; null where it has none. Looks across tenants. */
export async function tenantOfSignInName(session: Session, digest: Buffer): Promise<number | null> {
  const { id } = await session.row<{ id: number | null }>('SELECT tenant_of_sign_in_name($1) AS id', [
    digest,
  ]);
  return id;
}

/** The user of an address; null where there is none. */
export async function findUser(session: Session, tenant: number, email: string): Promise<UserRow | null> {
  const [row] = await session.rows<UserRow>(`${USERS} WHERE tenant_id = $1 AND email = $2`, [tenant, email]);
  return row ?? null;
}

/** The user of an id; null where there is none. */
export async function findUserById(session: Session, tenant: number, id: number): Promise<UserRow | null> {
  const [row] = await session.rows<UserRow>(`${USERS} WHERE tenant_id = $1 AND id = $2`, [tenant, id]);
  return row ?? null;
}

/** The user of an address, held until the end of the transaction: nobody else changes it meanwhile. */
export async function holdUser(session: Session, tenant: number, email: string): Promise<UserRow | null> {
  const [row] = await session.rows<UserRow>(
    `${USERS} WHERE tenant_id = $1 AND email = $2 FOR NO KEY UPDATE`,
    [tenant, email],
  );
  return row ?? null;
}

/** Users by address. */
export function listUsers(
  session: Session,
  tenant: number,
  page: { readonly limit: number; readonly after: string | null },
): Promise<UserRow[]> {
  return session.rows<UserRow>(
    `${USERS} WHERE tenant_id = $1 AND ($2::text IS NULL OR email > $2) ORDER BY email LIMIT $3`,
    [tenant, page.after, page.limit],
  );
}

/** Addresses of all users, for finding the nearest to a typo; bounded. */
export async function userEmails(session: Session, tenant: number, limit: number): Promise<string[]> {
  const rows = await session.rows<{ email: string }>(
    'SELECT email FROM account WHERE tenant_id = $1 ORDER BY id LIMIT $2',
    [tenant, limit],
  );
  return rows.map((row) => row.email);
}

export interface NewUser {
  readonly email: string;
  /** SHA-256 of the address. */
  readonly emailDigest: Buffer;
  readonly name: string;
  readonly role: Role;
  readonly createdBy: string;
  readonly createdAt: Date;
}

/** Makes a user. Null where the address is taken, in whichever tenant: then nothing was changed. */
export async function addUser(session: Session, tenant: number, user: NewUser): Promise<UserRow | null> {
  const { email, emailDigest, name, role, createdBy, createdAt } = user;
  const [row] = await session.rows<{ id: number }>(
    `INSERT INTO account (tenant_id, email, name, role, created_by, created_at) VALUES ($1, $2, $3, $4, $5, $6)
     ON CONFLICT (tenant_id, email) DO NOTHING RETURNING id`,
    [tenant, email, name, role, createdBy, createdAt],
  );
  if (row === undefined) return null;
  const named = await session.run(
    'INSERT INTO sign_in_name (digest, tenant_id, account_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING',
    [emailDigest, tenant, row.id],
  );
  if (named > 0) return findUser(session, tenant, email);
  await session.run('DELETE FROM account WHERE tenant_id = $1 AND id = $2', [tenant, row.id]);
  return null;
}

/** Gives a user another role. */
export async function setRole(session: Session, tenant: number, id: number, role: Role): Promise<void> {
  await session.run('UPDATE account SET role = $3 WHERE tenant_id = $1 AND id = $2', [tenant, id, role]);
}

/** Disables a user at a time, or enables with null. */
export async function setDisabled(
  session: Session,
  tenant: number,
  id: number,
  at: Date | null,
): Promise<void> {
  await session.run('UPDATE account SET disabled_at = $3 WHERE tenant_id = $1 AND id = $2', [tenant, id, at]);
}

/** Sets a password, or takes it away with null. */
export async function setPasswordHash(
  session: Session,
  tenant: number,
  id: number,
  hash: string | null,
): Promise<void> {
  await session.run('UPDATE account SET password_hash = $3 WHERE tenant_id = $1 AND id = $2', [
    tenant,
    id,
    hash,
  ]);
}

/** Notes that a user signed in. */
export async function noteSignIn(session: Session, tenant: number, id: number, at: Date): Promise<void> {
  await session.run('UPDATE account SET last_sign_in_at = $3 WHERE tenant_id = $1 AND id = $2', [
    tenant,
    id,
    at,
  ]);
}

/** Names of admins who are not disabled, those first who were here last. */
export async function someAdmins(session: Session, tenant: number, limit: number): Promise<string[]> {
  const rows = await session.rows<{ name: string }>(
    `SELECT name FROM account WHERE tenant_id = $1 AND role = 'admin' AND disabled_at IS NULL
     ORDER BY last_sign_in_at DESC NULLS LAST, id LIMIT $2`,
    [tenant, limit],
  );
  return rows.map(({ name }) => name);
}

/**
 * How many admins are not disabled, all of them held until the end of the transaction: two who take each other's role
 * away come one after the other.
 */
export async function holdAdmins(session: Session, tenant: number): Promise<number> {
  const rows = await session.rows(
    `SELECT id FROM account WHERE tenant_id = $1 AND role = 'admin' AND disabled_at IS NULL ORDER BY id FOR NO KEY UPDATE`,
    [tenant],
  );
  return rows.length;
}

/** Sets the one code with which a user may set the password; an older one is good no more. */
export async function setSetupCode(
  session: Session,
  tenant: number,
  id: number,
  code: { readonly digest: Buffer; readonly expiresAt: Date },
): Promise<void> {
  await session.run(
    `INSERT INTO setup_code (tenant_id, account_id, sha256, expires_at) VALUES ($1, $2, $3, $4)
     ON CONFLICT (tenant_id, account_id) DO UPDATE SET sha256 = excluded.sha256, expires_at = excluded.expires_at`,
    [tenant, id, code.digest, code.expiresAt],
  );
}

/** Whose code it is, if it is good and they are not disabled; null otherwise. */
export async function userOfSetupCode(
  session: Session,
  tenant: number,
  digest: Buffer,
  now: Date,
): Promise<UserRow | null> {
  const [row] = await session.rows<UserRow>(
    `${USERS} WHERE tenant_id = $1 AND disabled_at IS NULL
       AND id = (SELECT account_id FROM setup_code WHERE tenant_id = $1 AND sha256 = $2 AND expires_at > $3)`,
    [tenant, digest, now],
  );
  return row ?? null;
}

/** Uses up the code of a user, whichever it is. */
export async function dropSetupCode(session: Session, tenant: number, id: number): Promise<void> {
  await session.run('DELETE FROM setup_code WHERE tenant_id = $1 AND account_id = $2', [tenant, id]);
}

/** Uses up a code. False where it was used or replaced meanwhile. */
export async function takeSetupCode(session: Session, tenant: number, digest: Buffer): Promise<boolean> {
  return (
    (await session.run('DELETE FROM setup_code WHERE tenant_id = $1 AND sha256 = $2', [tenant, digest])) > 0
  );
}

/** Forgets codes that ended before a time. */
export function forgetSetupCodes(session: Session, tenant: number, endedBefore: Date): Promise<number> {
  return session.run('DELETE FROM setup_code WHERE tenant_id = $1 AND expires_at < $2', [
    tenant,
    endedBefore,
  ]);
}
