import { dueStep } from '../../alert/escalation.js';
import { SYSTEM, transition, type Intent } from '../../alert/transition.js';
import { tellingOf } from '../../store/alert-telling.js';
import { alertsDue, setAlert } from '../../store/alerts.js';
import { tenantsWithAlertWork } from '../../store/alert-work.js';
import type { Session } from '../../store/session.js';
import type { Context } from '../operation.js';
import { applyChanges, withAlert, type Group } from './group.js';

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
  for (const tenant of tenants) {
    if (context.signal?.aborted === true) break;
    changed += await steps({ ...context, tenant });
  }
  return changed;
}

/** The same for one tenant. */
export async function steps(context: Context): Promise<number> {
  const { db, tenant } = context;
  const due = await db.reading(tenant, (session) => alertsDue(session, tenant, context.now(), AT_ONCE));
  let changed = 0;
  for (const id of due)
    if (await withAlert(context, id, (session, group) => step(context, session, group))) changed += 1;
  return changed;
}

async function step(context: Context, session: Session, { alert }: Group): Promise<boolean> {
  const { tenant } = context;
  const now = context.now();
  // Another process was first.
  if (alert.nextStepAt === null || alert.nextStepAt > now.toISOString()) return false;
  const telling = await tellingOf(session, tenant, alert.rule, alert.domainId);
  const due = dueStep(alert, telling, now);
  const intent: Intent | null =
    due === 'escalate' ? { do: 'escalate', channels: telling.escalateTo } : due === null ? null : { do: due };
  const change = intent === null ? null : transition(alert, intent, SYSTEM, now);
  if (change === null || 'refused' in change) {
    // Its rule was changed meanwhile.
    await setAlert(session, tenant, alert, alert, null);
    return false;
  }
  const channels = due === 'escalate' ? telling.escalateTo : [];
  await applyChanges(context, session, [
    { before: alert, ...change, actor: SYSTEM, recount: true, channels },
  ]);
  return true;
}
