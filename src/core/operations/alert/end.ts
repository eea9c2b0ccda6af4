import { transition } from '../../alert/transition.js';
import { openAlertsOf, type AlertRow } from '../../store/alerts.js';
import { lockAlertDeliveries, lockAlerts } from '../../store/locks.js';
import type { Session } from '../../store/session.js';
import type { Context } from '../operation.js';
import { actorOf } from './act.js';
import { applyChanges, handOver } from './group.js';

/**
 * Resolves alerts of a domain for who asks, all that match; what else was told on their cards gets cards of its own.
 * Gives their ids. Nobody else changes alerts of that domain until the end of the transaction.
 */
export async function endAlerts(
  context: Context,
  session: Session,
  domainId: number,
  { which, note }: { readonly which: (alert: AlertRow) => boolean; readonly note: string },
): Promise<readonly number[]> {
  const { tenant } = context;
  const actor = actorOf(context);
  await lockAlerts(session, tenant, domainId);
  const matching = (await openAlertsOf(session, tenant, domainId)).filter(which);
  if (matching.length === 0) return [];
  await lockAlertDeliveries(session, tenant, domainId);
  const changes = matching.flatMap((before) => {
    const change = transition(before, { do: 'resolve', note }, actor, context.now());
    return 'refused' in change ? [] : [{ before, ...change, actor, recount: true }];
  });
  await applyChanges(context, session, changes);
  for (const { before } of changes)
    if (before.leadId === null) await handOver(context, session, before.id, actor);
  return changes.map(({ before }) => before.id);
}
