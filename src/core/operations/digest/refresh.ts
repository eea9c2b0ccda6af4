import { sumFigures, type Figures } from '../../analysis/figures.js';
import { changedNotably } from '../../digest/compare.js';
import { wantDelivery } from '../../store/deliveries.js';
import { daysOfDomains, domainsOf } from '../../store/digest-figures.js';
import { changeDigest, digestBefore, openDigests, type DigestRow } from '../../store/digests.js';
import { eachTenant } from '../each.js';
import type { Context } from '../operation.js';
import { gatherDigest } from './gather.js';
import { NOTABLE } from './make.js';

const AT_ONCE = 100;

/** Looks at the open digests of every tenant. Trouble with one keeps no other. */
export async function refreshEveryDigest(context: Context): Promise<void> {
  await eachTenant(context, 'the digests of a tenant could not be looked at again', refreshDigests);
}

/** Brings digests that are still open up to date where late reports changed a figure by more than 1 %; gives how many. */
export async function refreshDigests(context: Context): Promise<number> {
  const { db, tenant, now, log } = context;
  let changed = 0;
  for (let after = 0; ;) {
    const page = { limit: AT_ONCE, after };
    const open = await db.within(tenant, (session) => openDigests(session, tenant, now(), page));
    for (const digest of open) {
      if (context.signal?.aborted === true) return changed;
      after = digest.id;
      try {
        if (await refreshDigest(context, digest)) changed += 1;
      } catch (error) {
        log.error('a digest could not be looked at again', { tenant, digest: digest.id, error });
      }
    }
    if (open.length < AT_ONCE) return changed;
  }
}

/** Makes a new version of a digest where a figure that it shows is other by more than 1 %. */
async function refreshDigest(context: Context, digest: DigestRow): Promise<boolean> {
  const { db, tenant } = context;
  const { content, subscriptionId, dueAt } = digest;
  const { domainIds: ids, period, range, sections } = content;
  const { domains, last, figures } = await db.within(tenant, async (session) => ({
    domains: await domainsOf(session, tenant, ids),
    last: await digestBefore(session, tenant, subscriptionId, dueAt),
    figures: sumFigures(
      (await daysOfDomains(session, tenant, ids, range.from, range.to)).map((day) => day.figures),
    ),
  }));
  // No report came: that is cheap to see, and so for most looks.
  if (isSame(figures, content.figures)) return false;
  const newer = await gatherDigest(context, {
    period,
    range,
    sections,
    domains,
    last: last?.content ?? null,
  });
  if (!changedNotably(content, newer)) return false;
  return db.within(tenant, async (session) => {
    const version = await changeDigest(session, tenant, digest, newer);
    if (version === null) return false;
    await wantDelivery(session, tenant, {
      subject: 'digest',
      subjectId: digest.id,
      version,
      notableVersion: NOTABLE,
      at: context.now(),
    });
    return true;
  });
}

function isSame(a: Figures, b: Figures): boolean {
  const keys = Object.keys(a) as readonly (keyof Figures)[];
  return keys.every((key) => a[key] === b[key]);
}
