import type { Session } from './session.js';

/** What the clock or a change leaves to be done. */
export type AlertWork = 'domains' | 'steps' | 'digests' | 'deliveries';

/** Tenants that have something of this to be done by a time. Looks across tenants. */
export async function tenantsWithAlertWork(session: Session, what: AlertWork, at: Date): Promise<number[]> {
  const rows = await session.rows<{ id: number }>('SELECT tenants_with_alert_work($1, $2) AS id', [what, at]);
  return rows.map(({ id }) => id);
}
