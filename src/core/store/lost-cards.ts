import { SEVERITIES } from '../alert/finding.js';
import type { Session } from './session.js';

/**
 * Ids of alerts with a card that was told in channels which are all gone, where something on it is not resolved and bad
 * enough for a channel that is there. Indexes alert_by_group and delivery_log_of_subject.
 */
export async function lostCards(session: Session, tenant: number): Promise<number[]> {
  const rows = await session.rows<{ id: number }>(
    `SELECT DISTINCT card.id FROM alert a CROSS JOIN LATERAL (SELECT COALESCE(a.lead_id, a.id) AS id) AS card
     WHERE a.tenant_id = $1 AND a.state <> 'resolved'
       AND NOT EXISTS (SELECT FROM delivery d WHERE d.tenant_id = $1 AND d.subject = 'alert' AND d.subject_id = card.id)
       AND EXISTS (SELECT FROM delivery_log l WHERE l.tenant_id = $1 AND l.subject = 'alert' AND l.subject_id = card.id)
       AND EXISTS (SELECT FROM channel c WHERE c.tenant_id = $1
         AND array_position($2::text[], c.least_severity) <= array_position($2, a.severity))
     ORDER BY 1`,
    [tenant, SEVERITIES],
  );
  return rows.map(({ id }) => id);
}
