import type { Alert, AlertState } from '../alert/alert.js';
import type { Finding, Severity } from '../alert/finding.js';
import { ALERTS, readAlerts, type AlertRow, type RawAlert } from './alert-row.js';
import type { Session } from './session.js';
import { storable, storableJsonText } from './text.js';

export type { AlertRow } from './alert-row.js';

/** Alerts by id, those that there are. */
export async function findAlerts(
  session: Session,
  tenant: number,
  ids: readonly number[],
): Promise<AlertRow[]> {
  return readAlerts(
    await session.rows<RawAlert>(`${ALERTS} AND a.id = ANY ($2) ORDER BY a.id`, [tenant, ids]),
  );
}

/** What is told on the cards of these, resolved ones included, oldest first; bounded for each. Index alert_led. */
export async function membersOf(
  session: Session,
  tenant: number,
  leads: readonly number[],
  most: number,
): Promise<AlertRow[]> {
  return readAlerts(
    await session.rows<RawAlert>(
      `${ALERTS} AND a.id IN (SELECT m.id FROM unnest($2::int[]) AS l (id) CROSS JOIN LATERAL (
         SELECT m.id FROM alert m WHERE m.tenant_id = $1 AND m.lead_id = l.id
         ORDER BY m.state = 'resolved', m.id LIMIT $3) AS m) ORDER BY a.id`,
      [tenant, leads, most],
    ),
  );
}

/** What is told on the card of one and is not resolved, oldest first. Index alert_led. */
export async function openMembersOf(session: Session, tenant: number, lead: number): Promise<AlertRow[]> {
  return readAlerts(
    await session.rows<RawAlert>(`${ALERTS} AND a.lead_id = $2 AND a.state <> 'resolved' ORDER BY a.id`, [
      tenant,
      lead,
    ]),
  );
}

/** The alerts of a domain, or of none, that are not resolved. Index alert_by_group. */
export async function openAlertsOf(
  session: Session,
  tenant: number,
  domainId: number | null,
): Promise<AlertRow[]> {
  return readAlerts(
    await session.rows<RawAlert>(
      `${ALERTS} AND a.domain_id IS NOT DISTINCT FROM $2 AND a.state <> 'resolved' ORDER BY a.id`,
      [tenant, domainId],
    ),
  );
}

/** Alerts of these kinds and domains that are not resolved, with the id of the alert on whose card each is told. */
export function openOfKinds(
  session: Session,
  tenant: number,
  domainIds: readonly number[],
  kinds: readonly string[],
): Promise<
  { readonly id: number; readonly kind: string; readonly domain: string; readonly group: number }[]
> {
  return session.rows(
    `SELECT a.id, a.kind, d.name AS domain, COALESCE(a.lead_id, a.id) AS "group"
     FROM alert a JOIN domain d ON d.tenant_id = a.tenant_id AND d.id = a.domain_id
     WHERE a.tenant_id = $1 AND a.domain_id = ANY ($2) AND a.kind = ANY ($3) AND a.state <> 'resolved' ORDER BY a.id`,
    [tenant, domainIds, kinds],
  );
}

/** The alert of a fingerprint that is not resolved; null where there is none. Index alert_not_resolved. */
export async function openAlertLike(
  session: Session,
  tenant: number,
  fingerprint: Buffer,
): Promise<AlertRow | null> {
  const rows = await session.rows<RawAlert>(`${ALERTS} AND a.fingerprint = $2 AND a.state <> 'resolved'`, [
    tenant,
    fingerprint,
  ]);
  return readAlerts(rows)[0] ?? null;
}

/** The fingerprint of an alert. */
export async function fingerprintOf(session: Session, tenant: number, id: number): Promise<Buffer> {
  const { fingerprint } = await session.row<{ fingerprint: Buffer }>(
    'SELECT fingerprint FROM alert WHERE tenant_id = $1 AND id = $2',
    [tenant, id],
  );
  return fingerprint;
}

/**
 * Which alert of a fingerprint was resolved last, and when; null where that was because nobody asked about it any more.
 * Index alert_by_fingerprint.
 */
export async function lastResolved(
  session: Session,
  tenant: number,
  fingerprint: Buffer,
): Promise<{ readonly id: number; readonly resolvedAt: Date } | null> {
  const [row] = await session.rows<{ id: number; resolvedAt: Date }>(
    `SELECT last.id, last.resolved_at AS "resolvedAt" FROM (SELECT id, resolved_at FROM alert
       WHERE tenant_id = $1 AND fingerprint = $2 AND resolved_at IS NOT NULL
       ORDER BY resolved_at DESC, id DESC LIMIT 1) AS last
     WHERE NOT EXISTS (SELECT FROM alert_event e WHERE e.tenant_id = $1 AND e.alert_id = last.id
       AND e.kind = 'resolved' AND e.at >= last.resolved_at AND e.details ? 'because')`,
    [tenant, fingerprint],
  );
  return row ?? null;
}

export interface NewAlert {
  readonly fingerprint: Buffer;
  readonly domainId: number | null;
  readonly leadId: number | null;
  readonly finding: Finding;
  readonly at: Date;
  readonly assigneeId: number | null;
}

/** Opens an alert; null where there is one of this fingerprint already that is not resolved. Index alert_not_resolved. */
export async function addAlert(session: Session, tenant: number, alert: NewAlert): Promise<number | null> {
  const { finding } = alert;
  const [row] = await session.rows<{ id: number }>(
    `INSERT INTO alert (tenant_id, fingerprint, rule, kind, domain_id, cause, severity, state, lead_id, sender, finding,
       opened_at, last_found_at, assignee_id)
     VALUES ($1, $2, $3, $4, $5, $6, $7, 'open', $8, network($9::inet), $10, $11, $11, $12)
     ON CONFLICT (tenant_id, fingerprint) WHERE state <> 'resolved' DO NOTHING RETURNING id`,
    [
      tenant,
      alert.fingerprint,
      finding.rule,
      finding.kind,
      alert.domainId,
      finding.cause,
      finding.severity,
      alert.leadId,
      finding.evidence.sender,
      findingJson(finding),
      alert.at,
      alert.assigneeId,
    ],
  );
  return row?.id ?? null;
}

/**
 * Writes an alert as it stands now, if it is still as it was: in the same state and of the same version. False where
 * somebody was first; then nothing was changed.
 */
export async function setAlert(
  session: Session,
  tenant: number,
  before: Pick<Alert, 'id' | 'state' | 'version'>,
  after: Alert,
  nextStepAt: string | null,
): Promise<boolean> {
  const changed = await session.run(
    `UPDATE alert SET severity = $5, state = $6, version = $7, notable_version = $8, lead_id = $9, finding = $10,
       times_found = $11, last_found_at = $12, clear_since = $13, snoozed_until = $14, assignee_id = $15,
       acknowledged_at = $16, acknowledged_by = $17, resolved_at = $18, resolved_by = $19, escalation = $20,
       next_step_at = $21
     WHERE tenant_id = $1 AND id = $2 AND state = $3 AND version = $4`,
    [
      tenant,
      before.id,
      before.state,
      before.version,
      after.severity,
      after.state,
      after.version,
      after.notableVersion,
      after.leadId,
      findingJson(after.finding),
      after.timesFound,
      after.lastFoundAt,
      after.clearSince,
      after.snoozedUntil,
      after.assignee?.id ?? null,
      after.acknowledged?.at ?? null,
      after.acknowledged === null ? null : storable(after.acknowledged.by),
      after.resolved?.at ?? null,
      after.resolved === null ? null : storable(after.resolved.by),
      after.escalation,
      nextStepAt,
    ],
  );
  return changed > 0;
}

/** Alerts whose time has come, longest first; bounded. Index alert_next_step. */
export async function alertsDue(
  session: Session,
  tenant: number,
  now: Date,
  most: number,
): Promise<number[]> {
  const rows = await session.rows<{ id: number }>(
    'SELECT id FROM alert WHERE tenant_id = $1 AND next_step_at <= $2 ORDER BY next_step_at, id LIMIT $3',
    [tenant, now, most],
  );
  return rows.map(({ id }) => id);
}

function findingJson(finding: Finding): string {
  return storableJsonText(JSON.stringify(finding));
}

export interface AlertFilter {
  readonly states: readonly AlertState[];
  readonly severity: Severity | null;
  readonly rule: string | null;
  readonly domainId: number | null;
  /** Those whose source network holds this, or lies in it. */
  readonly sender: string | null;
  readonly assigneeId: number | null;
}

/** Alerts, latest first, from before an id on. */
export async function listAlerts(
  session: Session,
  tenant: number,
  filter: AlertFilter,
  page: { readonly limit: number; readonly before: number | null },
): Promise<AlertRow[]> {
  return readAlerts(
    await session.rows<RawAlert>(
      `${ALERTS} AND a.state = ANY ($2) AND ($3::text IS NULL OR a.severity = $3) AND ($4::text IS NULL OR a.rule = $4)
         AND ($5::integer IS NULL OR a.domain_id = $5) AND ($6::inet IS NULL OR a.sender && $6)
         AND ($7::integer IS NULL OR a.assignee_id = $7) AND ($8::integer IS NULL OR a.id < $8)
       ORDER BY a.id DESC LIMIT $9`,
      [
        tenant,
        filter.states,
        filter.severity,
        filter.rule,
        filter.domainId,
        filter.sender,
        filter.assigneeId,
        page.before,
        page.limit,
      ],
    ),
  );
}

/** How many alerts there are in each state. */
export async function countAlerts(
  session: Session,
  tenant: number,
): Promise<Readonly<Record<AlertState, number>>> {
  const rows = await session.rows<{ state: AlertState; count: number }>(
    'SELECT state, COUNT(*) AS count FROM alert WHERE tenant_id = $1 GROUP BY state',
    [tenant],
  );
  return Object.assign(
    { open: 0, acknowledged: 0, resolved: 0 },
    ...rows.map(({ state, count }) => ({ [state]: count })),
  );
}
