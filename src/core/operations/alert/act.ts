import { z } from 'zod';
import type { Alert } from '../../alert/alert.js';
import { STATE_EVENTS, timeText, transition, type AlertActor, type Intent } from '../../alert/transition.js';
import { lastEventsOf } from '../../store/alert-events.js';
import type { AlertRow } from '../../store/alerts.js';
import type { Session } from '../../store/session.js';
import { storableText } from '../fields.js';
import { OperationError, type Context } from '../operation.js';
import { applyChanges, withAlert, type AlertChange, type Group } from './group.js';

/** An alert after somebody did something to it. */
export interface AlertChanged {
  readonly alert: Alert;
  /** How many others on its card it was done to, too. */
  readonly also: number;
}

/** INTEGER of PostgreSQL. */
const LARGEST_ID = 2_147_483_647;
const LONGEST_NOTE = 4_000;

export const alertField = z.coerce
  .number()
  .int()
  .min(1)
  .max(LARGEST_ID)
  .describe('Number of the alert, such as 17');

export const noteField = storableText(z.string().trim().min(1).max(LONGEST_NOTE)).describe(
  'A note for the history',
);

/** Yes or no, in a query of an address too. */
export const flagField = z.union([
  z.boolean(),
  z.enum(['true', 'false']).transform((word) => word === 'true'),
]);

/** What changes the state of an alert. */
export const stateFields = {
  id: alertField,
  note: noteField.optional(),
  seen: z.coerce
    .number()
    .int()
    .min(1)
    .max(LARGEST_ID)
    .optional()
    .describe('The version that was looked at; a newer state is not undone'),
};

/** What is done to an alert with a card is done to those on it, too. */
const SPREADS: readonly Intent['do'][] = ['acknowledge', 'resolve', 'snooze', 'wake', 'assign'];

/**
 * Does something to an alert, and to those on its card. Throws OperationError `alert-unknown`, `changed-since` where
 * `seen` is older than the last change of state, and the refusals of a transition.
 */
export function act(context: Context, id: number, intent: Intent, seen?: number): Promise<AlertChanged> {
  return withAlert(context, id, (session, group) => actOn(context, session, group, intent, seen));
}

async function actOn(
  context: Context,
  session: Session,
  { alert, members }: Group,
  intent: Intent,
  seen: number | undefined,
): Promise<AlertChanged> {
  const now = context.now();
  const actor = actorOf(context);
  const own = transition(alert, intent, actor, now);
  const others = SPREADS.includes(intent.do) ? members : [];
  const also = others.flatMap((member): AlertChange[] => {
    const change = transition(member, intent, actor, now);
    return 'refused' in change
      ? []
      : [{ before: member, ...change, actor, recount: RECOUNTS.includes(intent.do) }];
  });
  if ('refused' in own && also.length === 0) throw new OperationError(own.refused, own.says);
  if (seen !== undefined) await refuseLate(session, context.tenant, alert, seen);
  const mine: AlertChange[] =
    'refused' in own ? [] : [{ before: alert, ...own, actor, recount: RECOUNTS.includes(intent.do) }];
  await applyChanges(context, session, [...mine, ...also]);
  return { alert: 'refused' in own ? alert : own.after, also: also.length };
}

/** After these the clock begins anew. */
const RECOUNTS: readonly Intent['do'][] = [
  'acknowledge',
  'unacknowledge',
  'resolve',
  'reopen',
  'snooze',
  'wake',
];

/** A button of an old card does not undo what was done since. Throws OperationError `changed-since`. */
export async function refuseLate(
  session: Session,
  tenant: number,
  alert: AlertRow,
  seen: number,
): Promise<void> {
  const [last] = await lastEventsOf(session, tenant, [alert.id], STATE_EVENTS);
  if (last === undefined || last.version <= seen) return;
  throw new OperationError(
    'changed-since',
    `Alert ${alert.id} was ${last.kind} by ${last.actor.name} at ${timeText(last.at.toISOString())}, after the card that you looked at. Look again: alert ${alert.id}`,
  );
}

/** Who asks, for an alert's history. */
export function actorOf({ actor }: Pick<Context, 'actor'>): AlertActor {
  return { id: actor.id, name: actor.name };
}
