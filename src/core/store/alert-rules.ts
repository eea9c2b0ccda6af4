import type { RuleLayer } from '../alert/layers.js';
import { RULES_LOCK } from './locks.js';
import type { Session } from './session.js';

export interface RuleRow extends RuleLayer {
  readonly id: number;
  readonly domain: string | null;
  readonly changedAt: Date;
  readonly changedBy: string;
}

/** What people changed about rules; of one domain and of all of them, or, with null, everything. By name. */
export function ruleLayers(session: Session, tenant: number, domainId: number | null): Promise<RuleRow[]> {
  return session.rows<RuleRow>(
    `SELECT r.id, r.name, r.kind, r.domain_id AS "domainId", d.name AS domain, r.enabled, r.thresholds, r.severity, r.channels,
       r.cooldown_hours AS "cooldownHours", r.escalate_minutes AS "escalateMinutes", r.escalate_to AS "escalateTo",
       r.remind_minutes AS "remindMinutes", CASE WHEN r.owner_nobody THEN 0 ELSE r.owner_id END AS "ownerId",
       r.changed_at AS "changedAt", r.changed_by AS "changedBy"
     FROM alert_rule r LEFT JOIN domain d ON d.tenant_id = $1 AND d.id = r.domain_id
     WHERE r.tenant_id = $1 AND ($2::int IS NULL OR r.domain_id IS NULL OR r.domain_id = $2) ORDER BY r.name, r.domain_id NULLS FIRST`,
    [tenant, domainId],
  );
}

/** Sets the whole layer of a rule. */
export async function setRuleLayer(
  session: Session,
  tenant: number,
  layer: RuleLayer,
  by: { readonly name: string; readonly at: Date },
): Promise<void> {
  await session.run(
    `INSERT INTO alert_rule (tenant_id, name, kind, domain_id, enabled, thresholds, severity, channels, cooldown_hours,
       escalate_minutes, escalate_to, remind_minutes, owner_id, owner_nobody, changed_at, changed_by)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, NULLIF($13::integer, 0), COALESCE($13 = 0, false), $14, $15)
     ON CONFLICT (tenant_id, name, domain_id) DO UPDATE SET enabled = excluded.enabled, thresholds = excluded.thresholds,
       severity = excluded.severity, channels = excluded.channels, cooldown_hours = excluded.cooldown_hours,
       escalate_minutes = excluded.escalate_minutes, escalate_to = excluded.escalate_to,
       remind_minutes = excluded.remind_minutes, owner_id = excluded.owner_id,
       owner_nobody = excluded.owner_nobody,
       changed_at = excluded.changed_at, changed_by = excluded.changed_by`,
    [
      tenant,
      layer.name,
      layer.kind,
      layer.domainId,
      layer.enabled,
      JSON.stringify(layer.thresholds),
      layer.severity,
      layer.channels,
      layer.cooldownHours,
      layer.escalateMinutes,
      layer.escalateTo,
      layer.remindMinutes,
      layer.ownerId,
      by.at,
      by.name,
    ],
  );
}

/** Takes layers of a rule away: of one domain, or with null all of them. Gives how many there were. */
export function removeRuleLayers(
  session: Session,
  tenant: number,
  name: string,
  domainId: number | null,
): Promise<number> {
  return session.run(
    'DELETE FROM alert_rule WHERE tenant_id = $1 AND name = $2 AND ($3::int IS NULL OR domain_id = $3)',
    [tenant, name, domainId],
  );
}

/**
 * Takes channels that are not there any more out of all rules: where none is left a rule tells those that take all, and
 * escalates to no others.
 */
export async function forgetLostChannels(session: Session, tenant: number): Promise<void> {
  // An empty list was set: all of them, or none.
  const left = (named: string) =>
    `CASE WHEN ${named} = '{}' THEN ${named} ELSE (
       SELECT array_agg(n.id ORDER BY n.at) FROM unnest(${named}) WITH ORDINALITY AS n (id, at)
       JOIN channel c ON c.tenant_id = $1 AND c.id = n.id) END`;
  await session.run(
    `UPDATE alert_rule r SET channels = ${left('r.channels')}, escalate_to = ${left('r.escalate_to')}
     WHERE r.tenant_id = $1 AND EXISTS (SELECT FROM unnest(r.channels || r.escalate_to) AS n (id)
       WHERE NOT EXISTS (SELECT FROM channel c WHERE c.tenant_id = $1 AND c.id = n.id))`,
    [tenant],
  );
}

/** Nobody else changes rules, or alerts by them, until the end of the transaction; taken before all other locks. */
export async function holdRules(session: Session, tenant: number): Promise<void> {
  await session.rows('SELECT pg_advisory_xact_lock($1, $2)', [RULES_LOCK, tenant]);
}
