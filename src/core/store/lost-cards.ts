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

/** Channels that are about to go: one, or all of a workspace. */
export type GoingChannels = { readonly id: number } | { readonly kind: string; readonly workspace: string };

/**
 * Notes of alerts that are not resolved, and were not told yet in channels that are about to go, that they are not told
 * there; so they count as lost where that was their only one.
 */
export async function noteLost(
  session: Session,
  tenant: number,
  going: GoingChannels,
  at: Date,
): Promise<void> {
  const [id, kind, workspace] = 'id' in going ? [going.id, null, null] : [null, going.kind, going.workspace];
  await session.run(
    `INSERT INTO delivery_log (tenant_id, subject, subject_id, channel, channel_id, version, at, what, code, detail)
     SELECT $1, d.subject, d.subject_id, c.name, c.id, d.wanted_version, $5, 'skipped', 'removed', 'the channel was removed'
     FROM delivery d JOIN channel c ON c.tenant_id = $1 AND c.id = d.channel_id
       JOIN alert a ON a.tenant_id = $1 AND a.id = d.subject_id AND a.state <> 'resolved'
     WHERE d.tenant_id = $1 AND d.subject = 'alert' AND d.told_version = 0
       AND (c.id = $2::integer OR c.kind = $3::text AND c.workspace = $4::text) ORDER BY d.id`,
    [tenant, id, kind, workspace, at],
  );
}
