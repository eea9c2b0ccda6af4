import type { Session } from './session.js';

/** The id of the tenant of a name; made if new. Looks across tenants. */
export async function ensureTenant(session: Session, name: string): Promise<number> {
  const { id } = await session.row<{ id: number }>('SELECT ensure_tenant($1) AS id', [name]);
  return id;
}

/** Every tenant, for work that goes round. Looks across tenants. */
export function allTenants(session: Session): Promise<{ id: number; name: string }[]> {
  return session.rows<{ id: number; name: string }>('SELECT id, name FROM all_tenants()');
}
