import { allTenants } from '../store/tenants.js';
import type { SystemContext } from './operation.js';

/** Whether the database answers, and has the tables of this version. Throws what stands in the way. */
export async function checkReady(system: SystemContext): Promise<void> {
  await system.db.across((session) => allTenants(session));
}
