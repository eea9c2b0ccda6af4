import * as store from '../store/tenants.js';
import type { Context } from './operation.js';

/** Every tenant, for jobs that go round. */
export function allTenants(context: Context): Promise<{ readonly id: number; readonly name: string }[]> {
  return context.db.across((session) => store.allTenants(session));
}
