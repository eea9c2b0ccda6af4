import type { Context } from '../../../src/core/operations/operation.js';

/** The id of a domain of a tenant. */
export async function listDomains({ db, tenant }: Context, name: string): Promise<number> {
  return await db.within(tenant, async (session) => {
    const { id } = await session.row<{ id: number }>(
      'SELECT id FROM domain WHERE tenant_id = $1 AND name = $2',
      [tenant, name],
    );
    return id;
  });
}
