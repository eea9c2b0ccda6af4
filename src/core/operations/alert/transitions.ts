import { z } from 'zod';
import { retold, transition } from '../../alert/transition.js';
import { fingerprintOf, openAlertLike } from '../../store/alerts.js';
import type { AlertRow } from '../../store/alerts.js';
import type { Session } from '../../store/session.js';
import { findUser } from '../../store/users.js';
import { emailField } from '../../identity/email.js';
import { operation, OperationError, type Context } from '../operation.js';
import {
  act,
  actorOf,
  alertField,
  noteField,
  refuseLate,
  seenField,
  stateFields,
  type AlertChanged,
} from './act.js';
import { applyChanges, channelsOf, withAlert, type Group } from './group.js';

const HOUR_MS = 3_600_000;
const DEFAULT_SNOOZE_HOURS = 4;
const LONGEST_SNOOZE_HOURS = 24 * 90;

export const acknowledge = operation({
  name: 'acknowledge',
  summary: 'Say that you look after an alert: it is escalated no more',
  role: 'analyst',
  effect: 'changes',
  input: z.object(stateFields),
  run: (context, { id, note, seen }): Promise<AlertChanged> =>
    act(context, id, { do: 'acknowledge', note }, seen),
});

export const unacknowledge = operation({
  name: 'unacknowledge',
  summary: 'Take an acknowledgement back: the alert asks for somebody again',
  role: 'analyst',
  effect: 'changes',
  input: z.object(stateFields),
  run: (context, { id, note, seen }): Promise<AlertChanged> =>
    act(context, id, { do: 'unacknowledge', note }, seen),
});

export const resolve = operation({
  name: 'resolve',
  summary: 'End an alert, with a note on what was done',
  role: 'analyst',
  effect: 'changes',
  input: z.object(stateFields),
  run: (context, { id, note, seen }): Promise<AlertChanged> =>
    act(context, id, { do: 'resolve', note }, seen),
});

export const reopen = operation({
  name: 'reopen',
  summary: 'Open a resolved alert again',
  role: 'analyst',
  effect: 'changes',
  input: z.object(stateFields),
  run: (context, { id, note, seen }): Promise<AlertChanged> =>
    withAlert(context, id, (session, group) => reopenIt(context, session, group, note, seen)),
});

/** One that was told on the card of an alert that is over gets a card of its own. */
async function reopenIt(
  context: Context,
  session: Session,
  { alert, lead }: Group,
  note: string | undefined,
  seen: number | undefined,
): Promise<AlertChanged> {
  const actor = actorOf(context);
  const change = transition(alert, { do: 'reopen', note }, actor, context.now());
  if ('refused' in change) throw new OperationError(change.refused, change.says);
  if (seen !== undefined) await refuseLate(session, context.tenant, alert, seen);
  await refuseSecond(context, session, alert);
  const alone = alert.leadId !== null && lead.state === 'resolved';
  const after = alone
    ? retold(alert, { ...change.after, version: alert.version, leadId: null })
    : change.after;
  // Also where it has its own card: which channels heard of it is forgotten 90 days after its end.
  const channels = await channelsOf(session, context.tenant, [alert]);
  await applyChanges(context, session, [{ before: alert, ...change, after, actor, recount: true, channels }]);
  return { alert: after, also: 0, left: [] };
}

async function refuseSecond({ tenant }: Context, session: Session, alert: AlertRow): Promise<void> {
  const newer = await openAlertLike(session, tenant, await fingerprintOf(session, tenant, alert.id));
  if (newer === null) return;
  throw new OperationError(
    'newer-alert',
    `The same was found again after alert ${alert.id} was resolved: alert ${newer.id} tells of it and is ${newer.state}.`,
  );
}

export const snooze = operation({
  name: 'snooze',
  summary: 'Put an alert off: nothing more is sent about it until then',
  role: 'analyst',
  effect: 'changes',
  input: z.object({
    id: alertField,
    hours: z.coerce
      .number()
      .min(0)
      .max(LONGEST_SNOOZE_HOURS)
      .default(DEFAULT_SNOOZE_HOURS)
      .describe('For so many hours; 0 ends the snooze'),
    note: noteField.optional(),
    seen: seenField,
  }),
  run: (context, { id, hours, note, seen }): Promise<AlertChanged> => {
    if (hours === 0) return act(context, id, { do: 'wake', note }, seen);
    const until = new Date(context.now().getTime() + hours * HOUR_MS).toISOString();
    return act(context, id, { do: 'snooze', until, note }, seen);
  },
});

/** Written in the place of an address. */
const NOBODY = 'nobody';
const ME = 'me';

export const assign = operation({
  name: 'assign',
  summary: 'Give an alert to somebody, or take it yourself',
  role: 'analyst',
  effect: 'changes',
  input: z.object({
    id: alertField,
    to: z
      .union([z.literal(ME), z.literal(NOBODY), emailField])
      .default(ME)
      .describe('Address of a user, me, or nobody'),
    note: noteField.optional(),
  }),
  run: async (context, { id, to, note }): Promise<AlertChanged> =>
    act(context, id, { do: 'assign', to: await assigneeOf(context, to), note }),
});

async function assigneeOf(context: Context, to: string): Promise<{ id: number; name: string } | null> {
  const { db, tenant, actor } = context;
  if (to === NOBODY) return null;
  if (to === ME) {
    if (actor.user !== undefined && actor.key !== true) return { id: actor.user, name: actor.name };
    throw new OperationError(
      'nobody-here',
      'An alert is assigned to a user, and nobody is signed in here. Say to whom: assign 17 ada@example.com',
    );
  }
  const user = await db.reading(tenant, (session) => findUser(session, tenant, to));
  if (user === null)
    throw new OperationError('user-unknown', `There is no user ${to}; check the address, or ask an admin.`);
  if (user.disabledAt !== null)
    throw new OperationError('user-disabled', `${to} is locked out; assign it to somebody else.`);
  return { id: user.id, name: user.name };
}

export const note = operation({
  name: 'note',
  summary: 'Write a note into the history of an alert',
  role: 'analyst',
  effect: 'changes',
  input: z.object({ id: alertField, note: noteField }),
  run: (context, { id, note: text }): Promise<AlertChanged> => act(context, id, { do: 'note', note: text }),
});
