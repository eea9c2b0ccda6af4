import type { AlertActor, EventKind, NewEvent } from '../alert/transition.js';
import type { Session } from './session.js';
import { storable, storableJsonText } from './text.js';

/** A line of an alert's history. */
export interface AlertEventRow extends NewEvent {
  readonly id: number;
  readonly alertId: number;
  /** The alert's version after it. */
  readonly version: number;
  readonly at: Date;
  readonly actor: AlertActor;
}

const EVENTS = `SELECT e.id, e.alert_id AS "alertId", e.version, e.at, e.kind, e.note, e.details,
    jsonb_build_object('id', e.actor_id, 'name', e.actor_name) AS actor FROM alert_event e WHERE e.tenant_id = $1`;

/** Adds a line to an alert's history; nothing ever changes it. */
export async function addAlertEvent(
  session: Session,
  tenant: number,
  event: Omit<AlertEventRow, 'id'>,
): Promise<void> {
  await session.run(
    `INSERT INTO alert_event (tenant_id, alert_id, version, at, kind, actor_id, actor_name, note, details)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [
      tenant,
      event.alertId,
      event.version,
      event.at,
      event.kind,
      storable(event.actor.id),
      storable(event.actor.name),
      event.note === null ? null : storable(event.note),
      storableJsonText(JSON.stringify(event.details)),
    ],
  );
}

/** The history of an alert, latest first; bounded. Index alert_event_of_alert. */
export function eventsOf(
  session: Session,
  tenant: number,
  alertId: number,
  most: number,
): Promise<AlertEventRow[]> {
  return session.rows<AlertEventRow>(`${EVENTS} AND e.alert_id = $2 ORDER BY e.id DESC LIMIT $3`, [
    tenant,
    alertId,
    most,
  ]);
}

/** The last line of each alert that has one of these kinds, or a note where none are given. Index alert_event_of_alert. */
export function lastEventsOf(
  session: Session,
  tenant: number,
  alertIds: readonly number[],
  kinds: readonly EventKind[] | null,
): Promise<AlertEventRow[]> {
  return session.rows<AlertEventRow>(
    `SELECT last.* FROM unnest($2::int[]) AS a (id) CROSS JOIN LATERAL (
       ${EVENTS} AND e.alert_id = a.id AND CASE WHEN $3::text[] IS NULL THEN e.note IS NOT NULL ELSE e.kind = ANY ($3) END
       ORDER BY e.id DESC LIMIT 1) AS last`,
    [tenant, alertIds, kinds],
  );
}
