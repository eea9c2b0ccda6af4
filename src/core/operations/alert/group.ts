import type { Alert } from '../../alert/alert.js';
import { nextStepAt } from '../../alert/escalation.js';
import { heirOf } from '../../alert/grouping.js';
import { INHIBITIONS } from '../../alert/inhibition.js';
import { redrawn, retold, type AlertActor, type NewEvent } from '../../alert/transition.js';
import { addAlertEvent } from '../../store/alert-events.js';
import { leadInstead, showOnCard } from '../../store/alert-members.js';
import { channelsToTell, tellingOf } from '../../store/alert-telling.js';
import { findAlerts, openAlertsOf, openMembersOf, setAlert, type AlertRow } from '../../store/alerts.js';
import { wantDelivery } from '../../store/deliveries.js';
import { MUTED, wakeHeld } from '../../store/held-deliveries.js';
import { lockAlertDeliveries, lockAlerts } from '../../store/locks.js';
import { afterDeadlocks } from '../../store/retry.js';
import type { Session } from '../../store/session.js';
import { OperationError, type Context } from '../operation.js';

/** Whoever is first twice in a row is followed so often; alerts are locked, so that this happens to nobody by the rules. */
const TRIES = 5;

/** Somebody changed an alert between reading and writing it. */
class Overtaken extends Error {}

/** An alert with those that are told on the same card. */
export interface Group {
  readonly alert: AlertRow;
  /** Its lead; itself where it has its own card. */
  readonly lead: AlertRow;
  /** Told on its card and not resolved, oldest first; empty for an alert that is told on another's. */
  readonly members: readonly AlertRow[];
}

/** How one alert changes; `counted` is whether the clock begins anew. */
export interface AlertChange {
  readonly before: AlertRow;
  readonly after: Alert;
  readonly event: NewEvent | null;
  readonly actor: AlertActor;
  readonly recount: boolean;
  /** Channels that are told of it from now on, beside those that are. */
  readonly channels?: readonly number[];
}

/**
 * Works on one alert and those on its card, alone: in one transaction that holds the alerts of its domain. Decides again
 * from what is there now where somebody was first all the same. Throws OperationError `alert-unknown`.
 */
export async function withAlert<Result>(
  context: Context,
  id: number,
  work: (session: Session, group: Group) => Promise<Result>,
): Promise<Result> {
  const { db, tenant } = context;
  return decidedAgain(() =>
    db.within(tenant, async (session) => {
      const found = await knownAlert(session, tenant, id);
      await lockAlerts(session, tenant, found.domainId);
      const group = await groupOf(session, tenant, id);
      await lockAlertDeliveries(session, tenant, found.domainId, [id, group.lead.id]);
      return work(session, group);
    }),
  );
}

/** Works again from the start where somebody changed an alert meanwhile, or after a deadlock. Throws OperationError `alert-busy` at last. */
export async function decidedAgain<Result>(work: () => Promise<Result>): Promise<Result> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await afterDeadlocks(work);
    } catch (error) {
      if (!(error instanceof Overtaken)) throw error;
      if (tries === TRIES)
        throw new OperationError('alert-busy', 'This alert is being changed by many at once; try again.');
    }
  }
}

/** The alert of a number. Throws OperationError `alert-unknown`. */
export async function knownAlert(session: Session, tenant: number, id: number): Promise<AlertRow> {
  const [found] = await findAlerts(session, tenant, [id]);
  if (found !== undefined) return found;
  throw new OperationError('alert-unknown', `There is no alert ${id}; alerts lists those that there are.`);
}

async function groupOf(session: Session, tenant: number, id: number): Promise<Group> {
  const alert = await knownAlert(session, tenant, id);
  if (alert.leadId === null)
    return { alert, lead: alert, members: await openMembersOf(session, tenant, alert.id) };
  return { alert, lead: await knownAlert(session, tenant, alert.leadId), members: [] };
}

/**
 * Writes changes of alerts of one domain with their lines of history, and has every card that shows one of them brought
 * up to date. Gives the alerts as they stand now. Throws where somebody changed one of them since it was read.
 */
export async function applyChanges(
  { tenant, now }: Pick<Context, 'tenant' | 'now'>,
  session: Session,
  changes: readonly AlertChange[],
): Promise<readonly Alert[]> {
  const at = now();
  const own = changes.toSorted((a, b) => a.before.id - b.before.id);
  const changed = new Set(own.map(({ before }) => before.id));
  const leads = new Set(own.flatMap(leadsShowing));
  const others = [...leads].filter((id) => !changed.has(id));
  const redraw = (await findAlerts(session, tenant, others)).map((lead) => ({
    before: lead,
    after: redrawn(lead),
    event: null,
    actor: { id: '', name: '' },
    recount: false,
  }));
  const all = [...own, ...redraw].toSorted((a, b) => a.before.id - b.before.id);
  for (const change of all) await applyOne(session, tenant, change, at);
  for (const { after: card } of all.filter(({ after }) => leads.has(after.id))) {
    const shown = own.filter((change) => change.after.leadId === card.id && looksElse(change));
    const ids = shown.map(({ before }) => before.id);
    if (ids.length > 0) await showOnCard(session, tenant, card, ids);
  }
  const muting = own.filter(({ after, before }) => after.state !== before.state && mutes(after.kind));
  const [first] = muting;
  if (first !== undefined) await lookAgain(session, tenant, first.before.domainId, at);
  return own.map(({ after }) => after);
}

/** The leads whose cards say something else by it: the one that it is told with, and the one that it was told with. */
function leadsShowing(change: AlertChange): readonly number[] {
  const { before, after } = change;
  const left = before.leadId !== after.leadId;
  return [looksElse(change) ? after.leadId : null, left ? before.leadId : null].filter((id) => id !== null);
}

/** Whether the card of its lead shows it otherwise than before. */
function looksElse({ before, after }: AlertChange): boolean {
  return before.leadId !== after.leadId || before.state !== after.state || before.severity !== after.severity;
}

async function applyOne(
  session: Session,
  tenant: number,
  { before, after, event, actor, recount, channels = [] }: AlertChange,
  at: Date,
): Promise<void> {
  const next = recount
    ? nextStepAt(after, await tellingOf(session, tenant, before.rule, before.domainId), at)
    : before.nextStepAt;
  if (!(await setAlert(session, tenant, before, after, next))) throw new Overtaken();
  if (event !== null)
    await addAlertEvent(session, tenant, {
      alertId: before.id,
      version: after.version,
      at,
      actor,
      ...event,
    });
  if (after.leadId !== null) return;
  await wantDelivery(session, tenant, {
    subject: 'alert',
    subjectId: before.id,
    version: after.version,
    notableVersion: after.notableVersion,
    channels,
    at,
  });
}

/**
 * Gives the card of a resolved lead to the oldest alert on it that is not resolved, if there is one: it is told by
 * itself, and the others on its card. No open alert is left without a card.
 */
export async function handOver(
  context: Context,
  session: Session,
  leadId: number,
  actor: AlertActor,
): Promise<void> {
  const { tenant } = context;
  const members = await openMembersOf(session, tenant, leadId);
  const heir = heirOf(members);
  if (heir === null) return;
  const after = retold(heir, { leadId: null });
  await leadInstead(session, tenant, leadId, after);
  await applyChanges(context, session, [
    {
      before: heir,
      after,
      event: { kind: 'promoted', note: null, details: { from: leadId } },
      actor,
      recount: false,
      channels: await channelsOf(session, tenant, members),
    },
  ]);
}

/** Ids of the channels that any of these alerts is told to. */
export async function channelsOf(
  session: Session,
  tenant: number,
  alerts: readonly Pick<AlertRow, 'rule' | 'domainId' | 'severity'>[],
): Promise<readonly number[]> {
  const ids = new Set<number>();
  for (const { rule, domainId, severity } of alerts) {
    const { channels } = await tellingOf(session, tenant, rule, domainId);
    for (const id of await channelsToTell(session, tenant, channels, severity)) ids.add(id);
  }
  return [...ids].toSorted((a, b) => a - b);
}

function mutes(kind: string): boolean {
  return INHIBITIONS.some(({ by }) => by === kind);
}

/** Messages that another alert explained are looked at again, also where another of their card is suppressed. */
async function lookAgain(session: Session, tenant: number, domainId: number | null, at: Date): Promise<void> {
  const subjectIds = (await openAlertsOf(session, tenant, domainId)).map(({ id }) => id);
  await wakeHeld(session, tenant, at, { codes: MUTED, subject: 'alert', subjectIds });
}
