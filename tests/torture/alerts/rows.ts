import type { AlertState } from '../../../src/core/alert/alert.js';
import type { Severity } from '../../../src/core/alert/finding.js';
import type { Suppression } from '../../../src/core/alert/suppression.js';
import type { Context } from '../../../src/core/operations/operation.js';
import { listSuppressions } from '../../../src/core/store/suppressions.js';

export interface AlertRow {
  readonly id: number;
  readonly rule: string;
  readonly domain: string;
  readonly severity: Severity;
  readonly state: AlertState;
  readonly version: number;
  readonly notableVersion: number;
  readonly leadId: number | null;
}

export interface EventRow {
  readonly alert: number;
  readonly version: number;
  readonly kind: string;
}

export interface DeliveryRow {
  readonly alert: number;
  readonly channel: string;
  readonly kind: string;
  readonly ref: Readonly<Record<string, unknown>> | null;
  readonly shownVersion: number;
  readonly toldVersion: number;
  readonly nextAt: Date | null;
  readonly heldCode: string | null;
}

export interface Rows {
  readonly alerts: readonly AlertRow[];
  /** In the order in which they were written. */
  readonly events: readonly EventRow[];
  readonly deliveries: readonly DeliveryRow[];
  readonly suppressions: readonly Suppression[];
}

/** Everything that is stored of alerts. */
export function readRows({ db, tenant, now }: Context): Promise<Rows> {
  return db.within(tenant, async (session) => ({
    alerts: await session.rows<AlertRow>(
      `SELECT a.id, a.rule, d.name AS domain, a.severity, a.state, a.version, a.notable_version AS "notableVersion",
         a.lead_id AS "leadId" FROM alert a JOIN domain d ON d.tenant_id = a.tenant_id AND d.id = a.domain_id ORDER BY a.id`,
    ),
    events: await session.rows<EventRow>(
      'SELECT alert_id AS alert, version, kind FROM alert_event ORDER BY id',
    ),
    deliveries: await session.rows<DeliveryRow>(
      `SELECT d.subject_id AS alert, c.name AS channel, c.kind, d.ref, d.shown_version AS "shownVersion",
         d.told_version AS "toldVersion", d.next_at AS "nextAt", d.held_code AS "heldCode"
       FROM delivery d JOIN channel c ON c.tenant_id = d.tenant_id AND c.id = d.channel_id
       WHERE d.subject = 'alert' ORDER BY d.id`,
    ),
    suppressions: await listSuppressions(
      session,
      tenant,
      { over: true, now: now() },
      { limit: 100_000, before: null },
    ),
  }));
}
