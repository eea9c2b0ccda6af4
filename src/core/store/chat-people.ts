import type { Role } from '../identity/role.js';
import type { WorkspaceKey } from './chat-workspaces.js';
import type { Session } from './session.js';

/** Somebody in a workspace, by the platform's id. */
export interface PersonKey extends WorkspaceKey {
  readonly person: string;
}

/** The user that somebody in a workspace is, as they are now. */
export interface LinkedRow {
  readonly userId: number;
  readonly email: string;
  readonly name: string;
  readonly role: Role;
  readonly disabled: boolean;
  readonly how: 'email' | 'code';
  readonly linkedAt: Date;
}

export interface NewLink {
  readonly name: string;
  readonly userId: number;
  readonly how: LinkedRow['how'];
  readonly at: Date;
}

/** The user that a person is linked to; null where they are not. */
export async function findLinked(
  session: Session,
  tenant: number,
  { platform, workspace, person }: PersonKey,
): Promise<LinkedRow | null> {
  const [row] = await session.rows<LinkedRow>(
    `SELECT a.id AS "userId", a.email, a.name, a.role, a.disabled_at IS NOT NULL AS disabled, p.how, p.linked_at AS "linkedAt"
     FROM chat_person p JOIN account a ON a.tenant_id = p.tenant_id AND a.id = p.account_id
     WHERE p.tenant_id = $1 AND p.platform = $2 AND p.workspace = $3 AND p.person = $4`,
    [tenant, platform, workspace, person],
  );
  return row ?? null;
}

/** Who a user is in a workspace. */
export interface PersonOfUser extends PersonKey {
  readonly userId: number;
}

/** Who users are in the workspaces where they are linked. Index chat_person_of_account. */
export function personsOf(
  session: Session,
  tenant: number,
  users: readonly number[],
): Promise<PersonOfUser[]> {
  return session.rows<PersonOfUser>(
    `SELECT account_id AS "userId", platform, workspace, person FROM chat_person
     WHERE tenant_id = $1 AND account_id = ANY ($2) ORDER BY account_id, platform, workspace, person`,
    [tenant, users],
  );
}

/** Links a person to a user, or to another one. */
export async function setLink(
  session: Session,
  tenant: number,
  { platform, workspace, person }: PersonKey,
  { name, userId, how, at }: NewLink,
): Promise<void> {
  await session.run(
    `INSERT INTO chat_person (tenant_id, platform, workspace, person, name, account_id, how, linked_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
     ON CONFLICT (tenant_id, platform, workspace, person) DO UPDATE SET name = excluded.name,
       account_id = excluded.account_id, how = excluded.how, linked_at = excluded.linked_at`,
    [tenant, platform, workspace, person, name, userId, how, at],
  );
}

/** Ends a person's link. False where there was none. */
export async function dropLink(
  session: Session,
  tenant: number,
  { platform, workspace, person }: PersonKey,
): Promise<boolean> {
  const changed = await session.run(
    'DELETE FROM chat_person WHERE tenant_id = $1 AND platform = $2 AND workspace = $3 AND person = $4',
    [tenant, platform, workspace, person],
  );
  return changed > 0;
}

/** Ends all links of a user, in every workspace; gives how many there were. Index chat_person_of_account. */
export function dropLinksOf(session: Session, tenant: number, userId: number): Promise<number> {
  return session.run('DELETE FROM chat_person WHERE tenant_id = $1 AND account_id = $2', [tenant, userId]);
}

/** Takes the code back with which a user could be linked, if there is one. */
export async function dropLinkCodeOf(session: Session, tenant: number, userId: number): Promise<void> {
  await session.run('DELETE FROM link_code WHERE tenant_id = $1 AND account_id = $2', [tenant, userId]);
}

/** Sets the one code with which a user links themselves; an older one is good no more. */
export async function setLinkCode(
  session: Session,
  tenant: number,
  userId: number,
  code: { readonly digest: Buffer; readonly binds: boolean; readonly expiresAt: Date },
): Promise<void> {
  await session.run(
    `INSERT INTO link_code (tenant_id, account_id, sha256, binds, expires_at) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (tenant_id, account_id) DO UPDATE
       SET sha256 = excluded.sha256, binds = excluded.binds, expires_at = excluded.expires_at`,
    [tenant, userId, code.digest, code.binds, code.expiresAt],
  );
}

/** Whose code it is and whether it binds, if it is good and they are not disabled; held until the end of the transaction. */
export async function holdLinkCode(
  session: Session,
  tenant: number,
  digest: Buffer,
  now: Date,
): Promise<{
  readonly userId: number;
  readonly email: string;
  readonly name: string;
  readonly binds: boolean;
} | null> {
  const [row] = await session.rows<{ userId: number; email: string; name: string; binds: boolean }>(
    `SELECT a.id AS "userId", a.email, a.name, c.binds FROM link_code c
     JOIN account a ON a.tenant_id = c.tenant_id AND a.id = c.account_id
     WHERE c.tenant_id = $1 AND c.sha256 = $2 AND c.expires_at > $3 AND a.disabled_at IS NULL FOR UPDATE OF c`,
    [tenant, digest, now],
  );
  return row ?? null;
}

/** Uses up a code, or takes it back. False where there is none. */
export async function dropLinkCode(session: Session, tenant: number, digest: Buffer): Promise<boolean> {
  const dropped = await session.run('DELETE FROM link_code WHERE tenant_id = $1 AND sha256 = $2', [
    tenant,
    digest,
  ]);
  return dropped > 0;
}

/** Forgets codes that ended before a time. */
export function forgetLinkCodes(session: Session, tenant: number, endedBefore: Date): Promise<number> {
  return session.run('DELETE FROM link_code WHERE tenant_id = $1 AND expires_at < $2', [tenant, endedBefore]);
}
