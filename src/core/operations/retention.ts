import { z } from 'zod';
import { addDays, dayOf } from '../analysis/range.js';
import { lockStoreAlone } from '../store/locks.js';
import * as store from '../store/retention.js';
import type { RetentionDays } from '../store/retention.js';
import type { Session } from '../store/session.js';
import { eachTenant } from './each.js';
import { operation, type Context } from './operation.js';

export interface RetentionResult extends RetentionDays {
  /** ISO 8601 in UTC; null where nobody ever set it. */
  readonly changedAt: string | null;
  readonly changedBy: string | null;
  /** Records of days before this one are gone; null where none ever went. */
  readonly expiredBefore: string | null;
}

export const retention = operation({
  name: 'retention',
  summary: 'Show for how long records, raw documents and failure reports are kept',
  role: 'admin',
  effect: 'reads',
  input: z.object({}),
  run: ({ db, tenant }): Promise<RetentionResult> => db.within(tenant, (session) => shown(session, tenant)),
});

const daysField = z.union([z.literal('keep'), z.int().min(1).max(36_500)], {
  error: 'must be a number of days, or keep',
});

export const retentionSet = operation({
  name: 'retention-set',
  summary: 'Set for how many days records, raw documents and failure reports are kept',
  role: 'admin',
  effect: 'changes',
  input: z
    .object({
      records: daysField.optional().describe('Days for records and their reports, or keep; figures stay'),
      raw: daysField.optional().describe('Days for the bytes of what came in, or keep'),
      failures: daysField.optional().describe('Days for failure reports, or keep'),
    })
    .refine((given) => Object.values(given).some((days) => days !== undefined), 'names nothing to set')
    .meta({ minProperties: 1 }),
  run: ({ db, tenant, actor, now }, input): Promise<RetentionResult> =>
    db.within(tenant, async (session) => {
      const before = await store.retentionOf(session, tenant);
      const days: RetentionDays = {
        records: chosen(input.records, before.records),
        raw: chosen(input.raw, before.raw),
        failures: chosen(input.failures, before.failures),
      };
      await store.setRetention(session, tenant, days, { name: actor.name, at: now() });
      return shown(session, tenant);
    }),
});

function chosen(given: number | 'keep' | undefined, before: number | null): number | null {
  if (given === undefined) return before;
  return given === 'keep' ? null : given;
}

async function shown(session: Session, tenant: number): Promise<RetentionResult> {
  const { changedAt, ...rest } = await store.retentionOf(session, tenant);
  return { ...rest, changedAt: changedAt?.toISOString() ?? null };
}

/** Rows of one transaction: others store between two of them. */
const REPORTS_AT_ONCE = 500;
const RECORDS_AT_ONCE = 20_000;
const FAILED = 'what a tenant keeps no more could not be removed; it is tried again the next day';

/**
 * Does what every tenant's retention says, in transactions of bounded size; what a kill leaves is done the next time,
 * and trouble with one tenant keeps no other. Records go by whole months where every tenant has let them go, else row by row.
 */
export async function applyRetention(context: Context): Promise<void> {
  await eachTenant(context, FAILED, expire);
  const dropped = await context.db.across((session) => store.dropExpiredMonths(session));
  if (dropped.length > 0)
    context.log.info('months that no tenant keeps were dropped', { partitions: dropped });
  await eachTenant(context, FAILED, deleteExpiredRecords);
}

async function expire(context: Context): Promise<void> {
  const { db, tenant, now } = context;
  const { records, raw, failures } = await db.within(tenant, (session) => store.retentionOf(session, tenant));
  const at = now();
  const today = dayOf(at);
  const before = (days: number) => new Date(`${addDays(today, -days)}T00:00:00Z`);
  const counts: Record<string, number> = {};
  if (records !== null) {
    const day = addDays(today, -records);
    await db.within(tenant, async (session) => {
      // Readings under way may still add to what goes.
      await lockStoreAlone(session, tenant);
      await store.expireBefore(session, tenant, day);
    });
    counts['reports'] = await inBatches(context, REPORTS_AT_ONCE, (session, most) =>
      store.expireReports(session, tenant, day, most),
    );
    counts['tls'] = await inBatches(context, REPORTS_AT_ONCE, (session, most) =>
      store.expireTls(session, tenant, day, most),
    );
  }
  if (failures !== null)
    counts['failures'] = await inBatches(context, REPORTS_AT_ONCE, (session, most) =>
      store.removeFailures(session, tenant, before(failures), at, most),
    );
  if (raw !== null)
    counts['raw'] = await inBatches(context, REPORTS_AT_ONCE, (session, most) =>
      store.removeRaw(session, tenant, before(raw), at, most),
    );
  if (Object.values(counts).some((count) => count > 0))
    context.log.info('what is older than retention says was removed', { tenant, ...counts });
}

async function deleteExpiredRecords(context: Context): Promise<void> {
  const { db, tenant } = context;
  const { expiredBefore } = await db.within(tenant, (session) => store.retentionOf(session, tenant));
  if (expiredBefore === null) return;
  await inBatches(context, RECORDS_AT_ONCE, (session, most) =>
    store.deleteRecords(session, tenant, expiredBefore, most),
  );
}

/** Repeats work on a bounded number of rows until there are no more; gives how many there were. */
async function inBatches(
  { db, tenant, signal }: Context,
  most: number,
  work: (session: Session, most: number) => Promise<number>,
): Promise<number> {
  for (let total = 0; ;) {
    signal?.throwIfAborted();
    const count = await db.within(tenant, async (session) => {
      await lockStoreAlone(session, tenant);
      return work(session, most);
    });
    total += count;
    if (count < most) return total;
  }
}
