import { rankOf, worstOf } from '../../alert/grouping.js';
import { redrawn, retold, SYSTEM, transition } from '../../alert/transition.js';
import { showOnCard } from '../../store/alert-members.js';
import { findAlerts, openAlertsOf, type AlertRow } from '../../store/alerts.js';
import { wantDelivery } from '../../store/deliveries.js';
import type { Session } from '../../store/session.js';
import type { Context } from '../operation.js';
import { applyChanges } from './group.js';

/** Has a new alert told by itself. */
export async function tellAlone(
  { tenant, now }: Context,
  session: Session,
  alert: AlertRow,
  channels: readonly number[],
): Promise<void> {
  const at = now();
  const { id, version, notableVersion } = alert;
  await wantDelivery(session, tenant, {
    subject: 'alert',
    subjectId: id,
    version,
    notableVersion,
    channels,
    at,
  });
}

/** Has a new alert, or one that became worse, told on the card of another; as news where it is worse than all on it. */
export async function tellWith(
  context: Context,
  session: Session,
  before: AlertRow,
  alert: AlertRow,
  channels: readonly number[],
): Promise<void> {
  const { tenant, now } = context;
  const others = (await openAlertsOf(session, tenant, before.domainId)).filter(
    (one) => one.leadId === before.id && one.id !== alert.id,
  );
  const isWorse = rankOf(alert.severity) > rankOf(worstOf(before, others));
  const lead = isWorse && alert.state === 'open' ? await askAgain(context, session, before) : before;
  // What is worse than all that was put off was not put off.
  const after = isWorse ? retold(lead, { snoozedUntil: null }) : redrawn(lead);
  const recount = isWorse && lead.snoozedUntil !== null;
  await applyChanges({ tenant, now }, session, [
    {
      before: lead,
      after,
      event: isWorse ? { kind: 'worse', note: null, details: { by: alert.id, to: alert.severity } } : null,
      actor: SYSTEM,
      recount,
      channels,
    },
  ]);
  await showOnCard(session, tenant, after, [alert.id]);
}

/**
 * Who acknowledged a card did not see what is on it by now: the card asks for somebody again. Gives the alert as it is
 * then.
 */
export async function askAgain(context: Context, session: Session, lead: AlertRow): Promise<AlertRow> {
  const change = transition(lead, { do: 'unacknowledge' }, SYSTEM, context.now());
  if ('refused' in change) return lead;
  await applyChanges(context, session, [{ before: lead, ...change, actor: SYSTEM, recount: true }]);
  const [now = lead] = await findAlerts(session, context.tenant, [lead.id]);
  return now;
}
