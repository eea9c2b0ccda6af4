import type { Session } from './session.js';

/** What the clock or a change leaves to be done. */
export type AlertWork = 'domains' | 'steps' | 'digests' | 'deliveries';

/** Tenants that have something of this to be done by a time. Looks across tenants. */
export async function tenantsWithAlertWork(session: Session, what: AlertWork, at: Date): Promise<number[]> {
  const rows = await session.rows<{ id: number }>('SELECT tenants_with_alert_work($1, $2) AS id', [what, at]);
  return rows.map(({ id }) => id);
}

/** Has the clock look at an alert later that was due by a time. */
export async function putOffStep(
  session: Session,
  tenant: number,
  id: number,
  { from, to }: { readonly from: Date; readonly to: Date },
): Promise<void> {
  await session.run(
    'UPDATE alert SET next_step_at = $4 WHERE tenant_id = $1 AND id = $2 AND next_step_at <= $3',
    [tenant, id, from, to],
  );
}
