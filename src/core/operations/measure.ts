import { measureTenant, type TenantMeasures } from '../store/measures.js';
import { allTenants } from '../store/tenants.js';
import type { SystemContext } from './operation.js';

/** Numbers of one tenant, named. */
export interface Measured extends TenantMeasures {
  readonly tenant: string;
}

/** Numbers of all tenants, for whoever runs the service: no operation, as it asks for no tenant. */
export async function measure(system: SystemContext): Promise<readonly Measured[]> {
  const tenants = await system.db.across((session) => allTenants(session));
  const measured: Measured[] = [];
  for (const { id, name } of tenants)
    measured.push({
      tenant: name,
      ...(await system.db.within(id, (session) => measureTenant(session, id, system.now()))),
    });
  return measured;
}
