import type { Alert } from '../../alert/alert.js';
import { INHIBITIONS, inhibitor } from '../../alert/inhibition.js';
import { plan, type Plan, type QuietChannel } from '../../alert/plan.js';
import { inForce, type InForce } from '../../alert/suppression.js';
import { NOTABLE_EVENTS, type EventKind } from '../../alert/transition.js';
import { lastEventsOf, type AlertEventRow } from '../../store/alert-events.js';
import { tellingOf } from '../../store/alert-telling.js';
import { findAlerts, membersOf, openOfKinds, type AlertRow } from '../../store/alerts.js';
import { liveSuppressions } from '../../store/suppressions.js';
import type { Session } from '../../store/session.js';
import type { Context } from '../operation.js';

/** On one card; those that are not resolved first. */
const MOST_MEMBERS = 200;
/** Of a tenant at a time. */
export const MOST_SUPPRESSIONS = 500;

/** An alert with all that is needed to draw its card and to decide whether a channel hears of it. Plain data. */
export interface AlertSubject {
  readonly alert: Alert;
  /** Told on its card, oldest first. */
  readonly members: readonly Alert[];
  /** The alert that explains this one, or one on its card, by id; absent for none. */
  readonly inhibitedBy: ReadonlyMap<number, Pick<Alert, 'id' | 'kind'>>;
  /** Those of the tenant that keep alerts quiet, when it was loaded. */
  readonly suppressions: readonly InForce[];
  /** The last change that deserves a message of its own; null where none is known. */
  readonly change: SubjectChange | null;
  /** The last note that somebody wrote; null where nobody did. */
  readonly note: SubjectChange | null;
  /** Users to be mentioned with that change, by id. */
  readonly mentions: readonly number[];
}

export interface SubjectChange {
  readonly kind: EventKind;
  /** ISO 8601. */
  readonly at: string;
  readonly by: string;
  readonly note: string | null;
}

/** Alerts by id, in few statements however many there are; those that are gone are left out. */
export function loadSubjects(
  context: Context,
  ids: readonly number[],
): Promise<ReadonlyMap<number, AlertSubject>> {
  const { db, tenant } = context;
  return db.reading(tenant, (session) => subjectsOf(session, tenant, ids, context.now()));
}

/** The same within a transaction. */
export async function subjectsOf(
  session: Session,
  tenant: number,
  ids: readonly number[],
  now: Date,
): Promise<ReadonlyMap<number, AlertSubject>> {
  const alerts = await findAlerts(session, tenant, ids);
  const members = await membersOf(session, tenant, ids, MOST_MEMBERS);
  const suppressions = inForce(await liveSuppressions(session, tenant, now, MOST_SUPPRESSIONS), now);
  const inhibitedBy = await inhibitions(session, tenant, [...alerts, ...members]);
  const changes = byAlert(await lastEventsOf(session, tenant, ids, NOTABLE_EVENTS));
  const notes = byAlert(await lastEventsOf(session, tenant, ids, null));
  const subjects = new Map<number, AlertSubject>();
  for (const alert of alerts) {
    const change = changes.get(alert.id) ?? null;
    subjects.set(alert.id, {
      alert,
      members: members.filter((one) => one.leadId === alert.id),
      inhibitedBy,
      suppressions,
      change,
      note: notes.get(alert.id) ?? null,
      mentions: await mentionsOf(session, tenant, alert, change),
    });
  }
  return subjects;
}

/** Whether a channel hears of it now; see core/alert/plan.ts. */
export function planOf(subject: AlertSubject, channel: QuietChannel, shown: boolean, now: Date): Plan {
  return plan({ ...subject, channel, shown, now });
}

async function inhibitions(
  session: Session,
  tenant: number,
  alerts: readonly AlertRow[],
): Promise<ReadonlyMap<number, Pick<Alert, 'id' | 'kind'>>> {
  const kinds = [...new Set(INHIBITIONS.map(({ by }) => by))];
  const muted = alerts.filter(
    (alert) => alert.state !== 'resolved' && INHIBITIONS.some(({ mutes }) => mutes.includes(alert.kind)),
  );
  const domains = new Set(muted.flatMap(({ domainId }) => (domainId === null ? [] : [domainId])));
  if (domains.size === 0) return new Map();
  const others = await openOfKinds(session, tenant, [...domains], kinds);
  return new Map(
    muted.flatMap((alert) => {
      const by = inhibitor({ ...alert, group: alert.leadId ?? alert.id }, others);
      return by === null ? [] : [[alert.id, { id: by.id, kind: by.kind }] as const];
    }),
  );
}

function byAlert(events: readonly AlertEventRow[]): Map<number, SubjectChange> {
  return new Map(
    events.map(({ alertId, kind, at, actor, note }) => [
      alertId,
      { kind, at: at.toISOString(), by: actor.name, note },
    ]),
  );
}

/** Who was given the alert, or owns its rule, when nobody did what was to be done. */
async function mentionsOf(
  session: Session,
  tenant: number,
  alert: AlertRow,
  change: SubjectChange | null,
): Promise<readonly number[]> {
  if (change?.kind !== 'escalated' && change?.kind !== 'reminded') return [];
  if (alert.assignee !== null) return [alert.assignee.id];
  const { ownerId } = await tellingOf(session, tenant, alert.rule, alert.domainId);
  return ownerId === null ? [] : [ownerId];
}
