import type { Rule } from '../../alert/rule.js';
import { resolveRules, unasked } from '../../alert/layers.js';
import { SYSTEM, transition, type AlertActor } from '../../alert/transition.js';
import { ruleLayers } from '../../store/alert-rules.js';
import { openAlertsOf, type AlertRow } from '../../store/alerts.js';
import { domainById } from '../../store/evaluations.js';
import { lockAlertDeliveries, lockAlerts } from '../../store/locks.js';
import type { Session } from '../../store/session.js';
import type { Context } from '../operation.js';
import { actorOf } from './act.js';
import { applyChanges, decidedAgain, handOver } from './group.js';

/** How an alert is ended. */
export interface Ending {
  readonly note: string;
  /** Set where nobody asks about it any more, though its cause may be there: asked about again, it opens at once. */
  readonly because?: 'rule-disabled' | 'rule-removed' | 'domain-released';
}

/**
 * Resolves alerts of a domain for who asks, all that match; what else was told on their cards gets cards of its own.
 * Gives their ids. Nobody else changes alerts of that domain until the end of the transaction.
 */
export function endAlerts(
  context: Context,
  session: Session,
  domainId: number,
  { which, ...ending }: Ending & { readonly which: (alert: AlertRow) => boolean },
): Promise<readonly number[]> {
  const endingOf = (alert: AlertRow) => (which(alert) ? ending : null);
  return endThose(context, session, domainId, endingOf, actorOf(context));
}

/**
 * Ends alerts of a domain, or of none, that no rule asks about any more, because somebody disabled or removed the rule or
 * released the domain. Gives their ids.
 */
export function endUnasked(context: Context, domainId: number | null): Promise<readonly number[]> {
  const { db, tenant } = context;
  return decidedAgain(() =>
    db.within(tenant, async (session) => {
      const domain = domainId === null ? null : await domainById(session, tenant, domainId);
      const rules = resolveRules(await ruleLayers(session, tenant, domainId), domainId);
      const endingOf = (alert: AlertRow) => endingWithout(rules, domain, alert);
      // Nearly always there is none, and nobody has to wait.
      if (!(await openAlertsOf(session, tenant, domainId)).some((alert) => endingOf(alert) !== null))
        return [];
      return endThose(context, session, domainId, endingOf, SYSTEM);
    }),
  );
}

function endingWithout(
  rules: readonly Rule[],
  domain: { readonly name: string; readonly claimed: boolean } | null,
  alert: AlertRow,
): Ending | null {
  if (domain?.claimed === false)
    return { because: 'domain-released', note: `${domain.name} is claimed no more.` };
  const because = unasked(rules, alert);
  if (because === null) return null;
  const where = domain === null ? '' : ` for ${domain.name}`;
  const what = because === 'rule-disabled' ? 'is disabled' : 'was removed';
  return { because, note: `The rule ${alert.rule} ${what}${where}.` };
}

async function endThose(
  context: Context,
  session: Session,
  domainId: number | null,
  endingOf: (alert: AlertRow) => Ending | null,
  actor: AlertActor,
): Promise<readonly number[]> {
  const { tenant } = context;
  await lockAlerts(session, tenant, domainId);
  const ended = (await openAlertsOf(session, tenant, domainId)).flatMap((before) => {
    const ending = endingOf(before);
    return ending === null ? [] : [{ before, ...ending }];
  });
  if (ended.length === 0) return [];
  await lockAlertDeliveries(session, tenant, domainId);
  const changes = ended.flatMap(({ before, note, because }) => {
    const change = transition(before, { do: 'resolve', note }, actor, context.now());
    if ('refused' in change) return [];
    const event = because === undefined ? change.event : { ...change.event, details: { because } };
    return [{ before, ...change, event, actor, recount: true }];
  });
  await applyChanges(context, session, changes);
  for (const { before } of changes)
    if (before.leadId === null) await handOver(context, session, before.id, actor);
  return changes.map(({ before }) => before.id);
}
