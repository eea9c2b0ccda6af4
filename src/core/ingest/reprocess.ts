import { lockStoreAlone } from '../store/locks.js';
import {
  forgetRead,
  selectRaw,
  touchedDays,
  withSharers,
  type DomainDay,
  type Selection,
} from '../store/reprocess.js';
import { recomputeRollups } from '../store/rollups.js';
import type { IngestContext } from './context.js';
import { addProcessed, NOTHING_PROCESSED, type Processed } from './processed.js';
import { readAndStore } from './read-and-store.js';

/** Raw documents in one transaction; those that share a report with them come on top. */
const BATCH_DOCUMENTS = 100;

export interface Reprocessed extends Processed {
  /** Domain-days whose figures were made anew. */
  readonly domainDays: number;
}

/**
 * Reads raw documents again and makes the figures of every domain-day that they touch anew. Each batch is one
 * transaction that stores alone: whoever asks meanwhile sees the figures before or after, and a kill changes nothing.
 */
export async function reprocessRaw(context: IngestContext, selection: Selection): Promise<Reprocessed> {
  const { tenant, db } = context;
  const ids = await db.within(tenant, (session) => selectRaw(session, tenant, selection));
  const done = new Set<number>();
  let total = NOTHING_PROCESSED;
  let domainDays = 0;
  for (let at = 0; at < ids.length; at += BATCH_DOCUMENTS) {
    const batch = ids.slice(at, at + BATCH_DOCUMENTS).filter((id) => !done.has(id));
    if (batch.length === 0) continue;
    const result = await reprocessBatch(context, batch);
    for (const id of result.ids) done.add(id);
    total = addProcessed(total, result.processed);
    domainDays += result.domainDays;
    context.progress?.({
      unit: 'documents',
      done: Math.min(at + BATCH_DOCUMENTS, ids.length),
      total: ids.length,
    });
  }
  return { ...total, domainDays };
}

function reprocessBatch(
  context: IngestContext,
  wanted: readonly number[],
): Promise<{ ids: number[]; processed: Processed; domainDays: number }> {
  const { tenant, db } = context;
  return db.within(tenant, async (session) => {
    await lockStoreAlone(session, tenant);
    const raws = await withSharers(session, tenant, wanted);
    const ids = raws.map((raw) => raw.id);
    const before = await touchedDays(session, tenant, ids);
    await forgetRead(session, tenant, ids);
    const processed = await readAndStore(context, session, raws);
    const touched = distinct([...before, ...(await touchedDays(session, tenant, ids))]);
    await recomputeRollups(session, tenant, touched);
    return { ids, processed, domainDays: touched.length };
  });
}

function distinct(days: readonly DomainDay[]): DomainDay[] {
  return [...new Map(days.map((one) => [`${one.domainId} ${one.day}`, one])).values()];
}
