import { dueAfter, dueUntil } from '../../digest/schedule.js';
import { openUntil, windowOf } from '../../digest/window.js';
import { tenantsWithAlertWork } from '../../store/alert-work.js';
import { wantDelivery } from '../../store/deliveries.js';
import { claimedDomains } from '../../store/digest-figures.js';
import { dueSubscriptions, moveOn, type SubscriptionRow } from '../../store/digest-subscriptions.js';
import { addDigest, digestBefore, forgetDigests } from '../../store/digests.js';
import { eachTenant } from '../each.js';
import type { Context } from '../operation.js';
import { gatherDigest } from './gather.js';

/** Subscriptions of a tenant that are taken at once; the rest are due a minute later. */
const AT_ONCE = 500;
/** Digests are kept for more than a year, so that one can look back at the same month. */
const KEPT_MS = 400 * 86_400_000;
/** A digest is one message, and each later version an edit of it. */
export const NOTABLE = 1;

/** What became of a subscription that was due. */
export type Made =
  | { readonly outcome: 'made'; readonly digestId: number }
  /** The next time was set and nothing told: there was no day that had not been told of. */
  | { readonly outcome: 'no-day' }
  /** Another process was first, or somebody changed the subscription meanwhile. */
  | { readonly outcome: 'elsewhere' };

/** Makes the digests that are due, of every tenant. Trouble with one keeps no other; it is due until it is made. */
export async function makeEveryDigest(context: Context): Promise<void> {
  const tenants = await context.db.across((session) =>
    tenantsWithAlertWork(session, 'digests', context.now()),
  );
  await eachTenant(context, 'the digests of a tenant could not be made', makeDigests, tenants);
}

/** Makes the digests of one tenant that are due; gives how many it made. */
export async function makeDigests(context: Context): Promise<number> {
  const { db, tenant, now, log } = context;
  const due = await db.within(tenant, (session) => dueSubscriptions(session, tenant, now(), AT_ONCE));
  let made = 0;
  for (const subscription of due) {
    if (context.signal?.aborted === true) break;
    try {
      if ((await makeDigest(context, subscription)).outcome === 'made') made += 1;
    } catch (error) {
      log.error('a digest could not be made; it is tried again', {
        tenant,
        subscription: subscription.id,
        error,
      });
    }
  }
  return made;
}

/**
 * Makes the latest digest of a subscription that is due, and wants it delivered: once, whoever else does so now. Of
 * times that were missed before it, it tells as far as windowOf goes back.
 */
export async function makeDigest(context: Context, subscription: SubscriptionRow): Promise<Made> {
  const { db, tenant } = context;
  const now = context.now();
  const due = dueUntil(subscription, now);
  const next = dueAfter(subscription, now).at;
  const range = windowOf(subscription, due, subscription.toldDay);
  if (range === null) {
    const moved = await db.within(tenant, (session) => moveOn(session, tenant, subscription, next));
    return { outcome: moved ? 'no-day' : 'elsewhere' };
  }
  const { domains, last } = await db.within(tenant, async (session) => ({
    domains: await claimedDomains(session, tenant, subscription.domains),
    last: await digestBefore(session, tenant, subscription.id, due.at),
  }));
  const { period, sections } = subscription;
  const question = { period, range, sections, domains, last: last?.content ?? null };
  const content = await gatherDigest(context, question);
  return db.within(tenant, async (session): Promise<Made> => {
    if (!(await moveOn(session, tenant, subscription, next))) return { outcome: 'elsewhere' };
    const digestId = await addDigest(session, tenant, {
      subscriptionId: subscription.id,
      dueAt: due.at,
      content,
      madeAt: now,
      openUntil: openUntil(due),
    });
    if (digestId === null) return { outcome: 'elsewhere' };
    await wantDelivery(session, tenant, {
      subject: 'digest',
      subjectId: digestId,
      version: NOTABLE,
      notableVersion: NOTABLE,
      channels: [subscription.channelId],
      at: now,
    });
    return { outcome: 'made', digestId };
  });
}

/** Forgets digests of long ago. */
export function forgetOldDigests({ db, tenant, now }: Context): Promise<number> {
  const before = new Date(now().getTime() - KEPT_MS);
  return db.within(tenant, (session) => forgetDigests(session, tenant, before));
}
