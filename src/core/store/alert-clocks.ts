import type { AlertState } from '../alert/alert.js';
import type { EventKind } from '../alert/transition.js';
import type { Session } from './session.js';

/** An alert that is not resolved, as far as the clock looks at it. Times are ISO 8601. */
export interface AlertClock {
  readonly id: number;
  readonly domainId: number | null;
  readonly state: AlertState;
  readonly snoozedUntil: string | null;
  readonly escalation: number;
  /** When one of those kinds of lines came into its history last. */
  readonly begunAt: Date;
}

/** The clocks of a rule's alerts that are not resolved, of one domain or of all, in order of id. Index alert_by_group. */
export async function clocksOf(
  session: Session,
  tenant: number,
  rule: string,
  domainId: number | null,
  begunBy: readonly EventKind[],
): Promise<AlertClock[]> {
  const rows = await session.rows<Omit<AlertClock, 'snoozedUntil'> & { readonly snoozedUntil: Date | null }>(
    `SELECT a.id, a.domain_id AS "domainId", a.state, a.snoozed_until AS "snoozedUntil", a.escalation,
       COALESCE((SELECT MAX(e.at) FROM alert_event e
         WHERE e.tenant_id = $1 AND e.alert_id = a.id AND e.kind = ANY ($4)), a.opened_at) AS "begunAt"
     FROM alert a WHERE a.tenant_id = $1 AND a.rule = $2 AND ($3::int IS NULL OR a.domain_id = $3)
       AND a.state <> 'resolved' ORDER BY a.id`,
    [tenant, rule, domainId, begunBy],
  );
  return rows.map((row) => ({ ...row, snoozedUntil: row.snoozedUntil?.toISOString() ?? null }));
}

/** Sets when the clock looks at alerts again; null for never. Nothing that a card shows is changed. */
export async function setClocks(
  session: Session,
  tenant: number,
  clocks: readonly { readonly id: number; readonly nextStepAt: string | null }[],
): Promise<void> {
  await session.run(
    `UPDATE alert a SET next_step_at = c.at
     FROM (SELECT * FROM unnest($2::int[], $3::timestamptz[]) AS c (id, at) ORDER BY id) AS c
     WHERE a.tenant_id = $1 AND a.id = c.id`,
    [tenant, clocks.map(({ id }) => id), clocks.map(({ nextStepAt }) => nextStepAt)],
  );
}
