import type { Session } from './session.js';

/**
 * Points the members of a lead, but one of them, to that one, whose card shows them from this version on. Gives how many
 * there were. Index alert_led.
 */
export function leadInstead(
  session: Session,
  tenant: number,
  lead: number,
  heir: { readonly id: number; readonly version: number },
): Promise<number> {
  return session.run(
    'UPDATE alert SET lead_id = $3, shown_since = $4 WHERE tenant_id = $1 AND lead_id = $2 AND id <> $3',
    [tenant, lead, heir.id, heir.version],
  );
}

/** Notes that these stand on the card of their lead as they are from this version of it on. */
export async function showOnCard(
  session: Session,
  tenant: number,
  lead: { readonly id: number; readonly version: number },
  ids: readonly number[],
): Promise<void> {
  await session.run(
    'UPDATE alert SET shown_since = $4 WHERE tenant_id = $1 AND lead_id = $2 AND id = ANY ($3)',
    [tenant, lead.id, ids, lead.version],
  );
}
