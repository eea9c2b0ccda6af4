import type { Alert, AlertState } from '../alert/alert.js';
import type { Cause, Finding, Severity } from '../alert/finding.js';

/** An alert with what is not for its card. */
export interface AlertRow extends Alert {
  readonly domainId: number | null;
  /** The version of its lead's card from which on it stands there as it is; means nothing where it has its own card. */
  readonly shownSince: number;
  /** When the clock alone changes it next. */
  readonly nextStepAt: string | null;
}

/** A row that ALERTS gives. */
export interface RawAlert {
  readonly id: number;
  readonly rule: string;
  readonly kind: string;
  readonly domain: string | null;
  readonly domainId: number | null;
  readonly cause: Cause;
  readonly severity: Severity;
  readonly state: AlertState;
  readonly version: number;
  readonly notableVersion: number;
  readonly leadId: number | null;
  readonly shownSince: number;
  readonly sender: string | null;
  readonly finding: Finding;
  readonly timesFound: number;
  readonly openedAt: Date;
  readonly lastFoundAt: Date;
  readonly clearSince: Date | null;
  readonly snoozedUntil: Date | null;
  readonly assigneeId: number | null;
  readonly assigneeName: string | null;
  readonly acknowledgedAt: Date | null;
  readonly acknowledgedBy: string | null;
  readonly resolvedAt: Date | null;
  readonly resolvedBy: string | null;
  readonly escalation: number;
  readonly nextStepAt: Date | null;
}

/** Alerts of the tenant that is the first parameter; further conditions follow. */
export const ALERTS = `SELECT a.id, a.rule, a.kind, d.name AS domain, a.domain_id AS "domainId", a.cause, a.severity, a.state,
    a.version, a.notable_version AS "notableVersion", a.lead_id AS "leadId", a.shown_since AS "shownSince",
    a.sender::text AS sender, a.finding,
    a.times_found AS "timesFound", a.opened_at AS "openedAt", a.last_found_at AS "lastFoundAt",
    a.clear_since AS "clearSince", a.snoozed_until AS "snoozedUntil", a.assignee_id AS "assigneeId",
    u.name AS "assigneeName", a.acknowledged_at AS "acknowledgedAt", a.acknowledged_by AS "acknowledgedBy",
    a.resolved_at AS "resolvedAt", a.resolved_by AS "resolvedBy", a.escalation, a.next_step_at AS "nextStepAt"
  FROM alert a LEFT JOIN domain d ON d.tenant_id = a.tenant_id AND d.id = a.domain_id
  LEFT JOIN account u ON u.tenant_id = a.tenant_id AND u.id = a.assignee_id WHERE a.tenant_id = $1`;

/** Rows as alerts. */
export function readAlerts(rows: readonly RawAlert[]): AlertRow[] {
  return rows.map((row) => {
    const { assigneeId, assigneeName, acknowledgedAt, acknowledgedBy, resolvedAt, resolvedBy, ...rest } = row;
    return {
      ...rest,
      openedAt: row.openedAt.toISOString(),
      lastFoundAt: row.lastFoundAt.toISOString(),
      clearSince: row.clearSince?.toISOString() ?? null,
      snoozedUntil: row.snoozedUntil?.toISOString() ?? null,
      nextStepAt: row.nextStepAt?.toISOString() ?? null,
      assignee: assigneeId === null ? null : { id: assigneeId, name: assigneeName ?? '' },
      acknowledged:
        acknowledgedAt === null ? null : { at: acknowledgedAt.toISOString(), by: acknowledgedBy ?? '' },
      resolved: resolvedAt === null ? null : { at: resolvedAt.toISOString(), by: resolvedBy ?? '' },
    };
  });
}
