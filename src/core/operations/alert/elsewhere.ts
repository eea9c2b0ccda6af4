import { tellingOf } from '../../store/alert-telling.js';
import type { AlertRow } from '../../store/alerts.js';
import { deliveriesOf } from '../../store/deliveries.js';
import { lostCards } from '../../store/lost-cards.js';
import type { Session } from '../../store/session.js';
import { eachAlone, eachTenant } from '../each.js';
import type { Context } from '../operation.js';
import { channelsOf, withAlert, type Group } from './group.js';
import { tellAlone } from './tell.js';

/** Has cards of all tenants whose channels are all gone told in those that there are now; gives how many. */
export async function tellAllElsewhere(context: Context): Promise<number> {
  let told = 0;
  await eachTenant(
    context,
    'alerts of a tenant whose channels are gone could not be told elsewhere',
    async (own) => {
      told += await tellElsewhere(own);
    },
  );
  return told;
}

/** The same for one tenant. */
export async function tellElsewhere(context: Context): Promise<number> {
  const { db, tenant } = context;
  const lost = await db.reading(tenant, (session) => lostCards(session, tenant));
  const trouble = {
    says: 'an alert whose channels are gone could not be told elsewhere; it is tried again',
    of: (id: number) => ({ tenant, alert: id }),
  };
  let told = 0;
  await eachAlone(context, lost, trouble, async (id) => {
    if (await withAlert(context, id, (session, group) => tellNow(context, session, group))) told += 1;
  });
  return told;
}

async function tellNow(
  context: Context,
  session: Session,
  { alert, lead, members }: Group,
): Promise<boolean> {
  const { tenant } = context;
  if (alert !== lead || alert.state === 'resolved') return false;
  // Another process was first.
  if ((await deliveriesOf(session, tenant, 'alert', [alert.id])).length > 0) return false;
  const card = [alert, ...members];
  const channels = [...(await channelsOf(session, tenant, card)), ...(await calledTo(session, tenant, card))];
  if (channels.length === 0) return false;
  await tellAlone(context, session, alert, channels);
  return true;
}

/** Channels that are told of what nobody acknowledged in time. */
async function calledTo(session: Session, tenant: number, card: readonly AlertRow[]): Promise<number[]> {
  const ids: number[] = [];
  for (const { rule, domainId } of card.filter(({ escalation }) => escalation > 0))
    ids.push(...(await tellingOf(session, tenant, rule, domainId)).escalateTo);
  return ids;
}
