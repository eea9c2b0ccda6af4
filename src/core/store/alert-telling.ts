import type { Severity } from '../alert/finding.js';
import { SEVERITIES } from '../alert/finding.js';
import { tellingAfter, type LayerTelling } from '../alert/layers.js';
import type { Session } from './session.js';

/** To whom, and when again, a rule's alerts of a domain are told. */
export type Telling = ReturnType<typeof tellingAfter>;

/** How alerts of a rule are told, after all layers: what is set for the domain stands above what is set for all. */
export async function tellingOf(
  session: Session,
  tenant: number,
  rule: string,
  domainId: number | null,
): Promise<Telling> {
  const layers = await session.rows<LayerTelling>(
    `SELECT channels, escalate_minutes AS "escalateMinutes", escalate_to AS "escalateTo",
       remind_minutes AS "remindMinutes", CASE WHEN owner_nobody THEN 0 ELSE owner_id END AS "ownerId"
     FROM alert_rule WHERE tenant_id = $1 AND name = $2 AND (domain_id IS NULL OR domain_id = $3)
     ORDER BY domain_id IS NULL DESC`,
    [tenant, rule, domainId],
  );
  return tellingAfter(layers);
}

/**
 * Ids of the channels that alerts of this severity are told to: those named, or all that take all where none is named or
 * all that were are gone since the rule was read.
 */
export async function channelsToTell(
  session: Session,
  tenant: number,
  named: readonly number[] | null,
  severity: Severity,
): Promise<number[]> {
  const least = SEVERITIES.slice(0, SEVERITIES.indexOf(severity) + 1);
  const rows = await session.rows<{ id: number }>(
    `SELECT id FROM channel WHERE tenant_id = $1 AND least_severity = ANY ($3)
       AND CASE WHEN EXISTS (SELECT FROM channel WHERE tenant_id = $1 AND id = ANY ($2::integer[]))
         THEN id = ANY ($2) ELSE takes_all END ORDER BY id`,
    [tenant, named, least],
  );
  return rows.map(({ id }) => id);
}
