import { dueStep, nextStepAt } from '../../alert/escalation.js';
import { retold, SYSTEM, transition, type Intent } from '../../alert/transition.js';
import { tellingOf } from '../../store/alert-telling.js';
import { alertsDue, openMembersOf, setAlert, type AlertRow } from '../../store/alerts.js';
import { putOffStep, tenantsWithAlertWork } from '../../store/alert-work.js';
import type { Session } from '../../store/session.js';
import { eachAlone, eachTenant, FAILED_WAIT_MS } from '../each.js';
import type { Context } from '../operation.js';
import { applyChanges, withAlert, type AlertChange, type Group } from './group.js';
import { planOf, subjectsOf } from './subject.js';
import { askAgain } from './tell.js';

/** Looked at in one turn; what is left is taken in the next. */
const AT_ONCE = 200;

/**
 * Does what the clock does to alerts of all tenants: ends snoozes, escalates what nobody acknowledged, reminds of what
 * nobody resolved. Each once, however many processes do so. Gives how many were changed.
 */
export async function stepAll(context: Context): Promise<number> {
  const at = context.now();
  const tenants = await context.db.across((session) => tenantsWithAlertWork(session, 'steps', at));
  let changed = 0;
  const count = async (own: Context) => {
    changed += await steps(own);
  };
  await eachTenant(context, 'the clock could do nothing to the alerts of a tenant', count, tenants);
  return changed;
}

/** The same for one tenant. */
export async function steps(context: Context): Promise<number> {
  const { db, tenant, now } = context;
  const due = await db.reading(tenant, (session) => alertsDue(session, tenant, now(), AT_ONCE));
  let changed = 0;
  const trouble = {
    says: 'the clock could do nothing to an alert; it is tried again',
    of: (id: number) => ({ tenant, alert: id }),
  };
  const failed = await eachAlone(context, due, trouble, async (id) => {
    if (await withAlert(context, id, (session, group) => step(context, session, group))) changed += 1;
  });
  const later = new Date(now().getTime() + FAILED_WAIT_MS);
  for (const id of failed)
    await db.within(tenant, (session) => putOffStep(session, tenant, id, { from: now(), to: later }));
  return changed;
}

/** What is due on the card of an alert, all at once: a card is escalated or reminded of once, whatever is on it. */
async function step(context: Context, session: Session, { alert, lead }: Group): Promise<boolean> {
  const { tenant } = context;
  const now = context.now();
  const at = now.toISOString();
  const isDue = (one: AlertRow) => one.nextStepAt !== null && one.nextStepAt <= at;
  // Another process was first.
  if (!isDue(alert)) return false;
  const card = [lead, ...(await openMembersOf(session, tenant, lead.id))].filter(isDue);
  const waits = await waitsUntil(context, session, lead);
  const changes: AlertChange[] = [];
  for (const before of card) {
    const telling = await tellingOf(session, tenant, before.rule, before.domainId);
    const due = dueStep(before, telling, now);
    if (due !== null && due !== 'wake' && waits !== null) {
      await setAlert(session, tenant, before, before, waits);
      continue;
    }
    // The card asks for somebody itself.
    if (due === 'remind' && lead.state === 'open') {
      await setAlert(session, tenant, before, before, nextStepAt(before, telling, now));
      continue;
    }
    const channels = due === 'escalate' ? telling.escalateTo : [];
    const intent: Intent | null =
      due === 'escalate' ? { do: 'escalate', channels } : due === null ? null : { do: due };
    const change = intent === null ? null : transition(before, intent, SYSTEM, now);
    // Where there is none its rule was changed meanwhile.
    if (change === null || 'refused' in change) await setAlert(session, tenant, before, before, null);
    else changes.push({ before, ...change, actor: SYSTEM, recount: true, channels });
  }
  if (changes.length === 0) return false;
  // What nobody acknowledged on an acknowledged card asks for somebody, and so does the card.
  const asks = lead.state === 'acknowledged' && changes.some(({ event }) => event?.kind === 'escalated');
  const told = asks ? await askAgain(context, session, lead) : lead;
  const others = asks ? changes.filter(({ before }) => before.id !== lead.id) : changes;
  await applyChanges(context, session, withLead(told, others, asks));
  return true;
}

/**
 * The changes with one of the lead, which tells of them: its card is the one that there is. A lead that `asks` anew is
 * escalated by that itself, and not once more.
 */
function withLead(lead: AlertRow, changes: readonly AlertChange[], asks: boolean): readonly AlertChange[] {
  const told = changes.filter(({ event }) => event?.kind === 'escalated' || event?.kind === 'reminded');
  const [first] = told;
  if (first === undefined) return changes;
  const channels = [...new Set(told.flatMap((one) => one.channels ?? []))];
  const own = changes.find(({ before }) => before.id === lead.id);
  if (own !== undefined) return [...changes.filter((one) => one !== own), { ...own, channels }];
  const isEscalated = told.some(({ event }) => event?.kind === 'escalated');
  return [
    ...changes,
    {
      before: lead,
      after: retold(lead, asks ? { escalation: 1 } : {}),
      event: {
        kind: isEscalated ? 'escalated' : 'reminded',
        note: null,
        details: { channels, of: first.before.id },
      },
      actor: SYSTEM,
      recount: asks,
      channels,
    },
  ];
}

/** Muted ones are looked at again so often: what mutes them may end early. */
const LOOK_AGAIN_MS = 5 * 60_000;
const NO_HOURS = { quietFrom: null, quietUntil: null, zone: 'UTC' };

/** Until when a card is put off or muted, so that asking again would tell nobody; null where it is not. ISO 8601. */
async function waitsUntil(context: Context, session: Session, lead: AlertRow): Promise<string | null> {
  const now = context.now();
  const subject = (await subjectsOf(session, context.tenant, [lead.id], now)).get(lead.id);
  if (subject === undefined) return null;
  const plan = planOf(subject, NO_HOURS, true, now);
  if (plan.do !== 'hold') return null;
  const soon = new Date(now.getTime() + LOOK_AGAIN_MS).toISOString();
  return plan.until !== null && plan.until < soon ? plan.until : soon;
}
