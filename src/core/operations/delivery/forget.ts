import { forgetBudgets } from '../../store/budgets.js';
import { forgetDeliveryNotes } from '../../store/delivery-log.js';
import { forgetDeliveries } from '../../store/deliveries.js';
import { forgetNotices } from '../../store/notices.js';
import type { Context, SystemContext } from '../operation.js';

const DAY_MS = 24 * 3_600_000;
/** What was told, and why not, can be asked about for so long. */
export const LOG_KEPT_DAYS = 400;
/** Messages about alerts that were resolved, and digests and notices that were made, before so long are not edited any more. */
export const DELIVERIES_KEPT_DAYS = 90;

/** Forgets what was told long ago; for a daily tick. */
export async function forgetTold({ db, tenant, now }: Context): Promise<void> {
  const at = now().getTime();
  const told = new Date(at - DELIVERIES_KEPT_DAYS * DAY_MS);
  await db.within(tenant, async (session) => {
    await forgetDeliveries(session, tenant, told);
    await forgetNotices(session, tenant, told);
    await forgetDeliveryNotes(session, tenant, new Date(at - LOG_KEPT_DAYS * DAY_MS));
  });
}

/** Forgets rates of destinations that nothing was sent to since yesterday; of all tenants. */
export async function forgetRates({ db, now }: SystemContext): Promise<void> {
  const before = new Date(now().getTime() - DAY_MS);
  await db.across((session) => forgetBudgets(session, before));
}
