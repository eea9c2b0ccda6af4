import { z } from 'zod';
import type { Alert } from '../../alert/alert.js';
import { kindOf } from '../../alert/kinds.js';
import {
  STATE_EVENTS,
  timeText,
  transition,
  type AlertActor,
  type EventKind,
  type Intent,
} from '../../alert/transition.js';
import { lastEventsOf, type AlertEventRow } from '../../store/alert-events.js';
import { findAlerts, type AlertRow } from '../../store/alerts.js';
import type { Session } from '../../store/session.js';
import { storableText } from '../fields.js';
import { OperationError, type Context } from '../operation.js';
import { applyChanges, handOver, withAlert, type AlertChange, type Group } from './group.js';

/** An alert after somebody did something to it. */
export interface AlertChanged {
  readonly alert: Alert;
  /** How many others on its card it was done to, too. */
  readonly also: number;
  /** Ids of those on its card that stay as they are: the card that was looked at did not show them so. */
  readonly left: readonly number[];
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

export const seenField = z.coerce
  .number()
  .int()
  .min(1)
  .max(LARGEST_ID)
  .optional()
  .describe(
    'The version that was looked at: no newer state is undone, and what came or became worse since is left alone',
  );

/** What changes the state of an alert. */
export const stateFields = { id: alertField, note: noteField.optional(), seen: seenField };

/** What is done to an alert with a card is done to those on it that the card showed, too. */
const SPREADS: readonly Intent['do'][] = ['acknowledge', 'resolve', 'snooze', 'wake', 'assign'];

/** Who does so has seen how bad it is. */
const QUIETS: readonly Intent['do'][] = ['acknowledge', 'resolve', 'snooze'];

/**
 * Does something to an alert, and to those on its card. Throws OperationError `alert-unknown`, `changed-since` where
 * `seen` is older than the last change of state or, for what quiets it, than when it became worse, and the refusals of a
 * transition.
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
  const wasShown = ({ shownSince }: AlertRow) => seen === undefined || shownSince <= seen;
  const also = others.filter(wasShown).flatMap((member): AlertChange[] => {
    const change = transition(member, intent, actor, now);
    return 'refused' in change
      ? []
      : [{ before: member, ...change, actor, recount: RECOUNTS.includes(intent.do) }];
  });
  if ('refused' in own && also.length === 0) throw new OperationError(own.refused, own.says);
  if (seen !== undefined) {
    const kinds: readonly EventKind[] = QUIETS.includes(intent.do)
      ? [...STATE_EVENTS, 'worse']
      : STATE_EVENTS;
    await refuseLate(session, context.tenant, alert, seen, kinds);
  }
  const mine: AlertChange[] =
    'refused' in own ? [] : [{ before: alert, ...own, actor, recount: RECOUNTS.includes(intent.do) }];
  await applyChanges(context, session, [...mine, ...also]);
  const left = others.filter((member) => !wasShown(member)).map((member) => member.id);
  if (intent.do === 'resolve' && left.length > 0) await handOver(context, session, alert.id, actor);
  const [after = alert] = await findAlerts(session, context.tenant, [alert.id]);
  return { alert: after, also: also.length, left };
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
  kinds: readonly EventKind[] = STATE_EVENTS,
): Promise<void> {
  const [last] = await lastEventsOf(session, tenant, [alert.id], kinds);
  if (last === undefined || last.version <= seen) return;
  const at = `at ${timeText(last.at.toISOString())}, after the card that you looked at`;
  const says =
    last.kind === 'worse'
      ? `became worse ${at}: ${await worseText(session, tenant, alert, last)}`
      : `was ${last.kind} by ${last.actor.name} ${at}`;
  const look = `alert ${alert.id}`;
  throw new OperationError('changed-since', `Alert ${alert.id} ${says}. Look again: ${look}`, [], look);
}

/** What made a card worse: the alert itself, or one that is told on it. */
async function worseText(
  session: Session,
  tenant: number,
  alert: AlertRow,
  { details }: AlertEventRow,
): Promise<string> {
  const by = typeof details['by'] === 'number' ? details['by'] : alert.id;
  const [worse = alert] = await findAlerts(session, tenant, [by]);
  const which = worse.id === alert.id ? '' : ` (alert ${worse.id})`;
  const is = worse.state === 'resolved' ? 'was' : 'is';
  return `${kindOf(worse.kind)?.title ?? worse.rule}${which} ${is} ${worse.severity}`;
}

/** Who asks, for an alert's history. */
export function actorOf({ actor }: Pick<Context, 'actor'>): AlertActor {
  return { id: actor.id, name: actor.name };
}
