import type { StepSettings } from '../alert/escalation.js';
import type { Severity } from '../alert/finding.js';
import { SEVERITIES } from '../alert/finding.js';
import type { Session } from './session.js';

/** To whom, and when again, a rule's alerts of a domain are told. */
export interface Telling extends StepSettings {
  /** Ids; null for channels that take all. */
  readonly channels: readonly number[] | null;
  readonly escalateTo: readonly number[];
  readonly ownerId: number | null;
}

const ALL: Telling = {
  channels: null,
  escalateMinutes: null,
  escalateTo: [],
  remindMinutes: null,
  ownerId: null,
};

/** How alerts of a rule are told, after all layers: what is set for the domain stands above what is set for all. */
export async function tellingOf(
  session: Session,
  tenant: number,
  rule: string,
  domainId: number | null,
): Promise<Telling> {
  const rows = await session.rows<{ [Name in keyof Telling]: Telling[Name] | null }>(
    `SELECT channels, escalate_minutes AS "escalateMinutes", escalate_to AS "escalateTo",
       remind_minutes AS "remindMinutes", owner_id AS "ownerId"
     FROM alert_rule WHERE tenant_id = $1 AND name = $2 AND (domain_id IS NULL OR domain_id = $3)
     ORDER BY domain_id IS NULL DESC`,
    [tenant, rule, domainId],
  );
  return rows.reduce<Telling>(
    (below, row) => ({
      channels: row.channels ?? below.channels,
      escalateMinutes: row.escalateMinutes ?? below.escalateMinutes,
      escalateTo: row.escalateTo ?? below.escalateTo,
      remindMinutes: row.remindMinutes ?? below.remindMinutes,
      ownerId: row.ownerId ?? below.ownerId,
    }),
    ALL,
  );
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
