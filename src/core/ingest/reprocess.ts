import { isSurroundings } from '../store/errors.js';
import { lockStoreAlone } from '../store/locks.js';
import {
  forgetRead,
  selectRaw,
  touchedDays,
  withSharers,
  type DomainDay,
  type Selection,
} from '../store/reprocess.js';
import { afterDeadlocks } from '../store/retry.js';
import { recomputeRollups } from '../store/rollups.js';
import type { Session } from '../store/session.js';
import { firstBatch } from './batch.js';
import type { IngestContext } from './context.js';
import { addProcessed, NOTHING_PROCESSED, type Processed } from './processed.js';
import { readAndStore } from './read-and-store.js';

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
  let waiting = await db.within(tenant, (session) => selectRaw(session, tenant, selection));
  const all = waiting.length;
  let result: Batch = { ids: [], processed: NOTHING_PROCESSED, domainDays: 0 };
  while (waiting.length > 0) {
    const batch = firstBatch(waiting);
    const done = await reprocessBatch(context, batch).catch((error: unknown) =>
      oneByOne(context, batch, error),
    );
    result = addBatches(result, done);
    const gone = new Set([...batch, ...done.ids]);
    waiting = waiting.filter(({ id }) => !gone.has(id));
    context.progress?.({ unit: 'documents', done: all - waiting.length, total: all });
  }
  return { ...result.processed, domainDays: result.domainDays };
}

interface Batch {
  readonly ids: readonly number[];
  readonly processed: Processed;
  readonly domainDays: number;
}

function addBatches(a: Batch, b: Batch): Batch {
  return {
    ids: b.ids,
    processed: addProcessed(a.processed, b.processed),
    domainDays: a.domainDays + b.domainDays,
  };
}

/** One document of a batch cannot be stored: it stays as it was, and the others shall not suffer for it. */
async function oneByOne(context: IngestContext, ids: readonly number[], cause: unknown): Promise<Batch> {
  if (isSurroundings(cause)) throw cause;
  const [only, ...others] = ids;
  if (only !== undefined && others.length === 0) {
    context.log.error('a document could not be stored again', { document: only, error: String(cause) });
    return { ids, processed: { ...NOTHING_PROCESSED, failed: 1 }, domainDays: 0 };
  }
  let result: Batch = { ids: [], processed: NOTHING_PROCESSED, domainDays: 0 };
  const done = new Set<number>();
  for (const id of ids) {
    if (done.has(id)) continue;
    const single = await reprocessBatch(context, [id]).catch((error: unknown) =>
      oneByOne(context, [id], error),
    );
    for (const one of single.ids) done.add(one);
    result = addBatches(result, single);
  }
  return { ...result, ids: [...done] };
}

/** Retention took something that shares a report with one of several: they are looked at one by one. */
class PartlyLost extends Error {}

function reprocessBatch(context: IngestContext, wanted: readonly number[]): Promise<Batch> {
  const { tenant, db } = context;
  const work = async (session: Session): Promise<Batch> => {
    await lockStoreAlone(session, tenant);
    const raws = await withSharers(session, tenant, wanted);
    const ids = raws.map((raw) => raw.id);
    if (raws.some((raw) => raw.lost)) {
      if (wanted.length > 1) throw new PartlyLost();
      return { ids: wanted, processed: NOTHING_PROCESSED, domainDays: 0 };
    }
    const before = await touchedDays(session, tenant, ids);
    await forgetRead(session, tenant, ids);
    const processed = await readAndStore(context, session, raws);
    const touched = distinct([...before, ...(await touchedDays(session, tenant, ids))]);
    await recomputeRollups(session, tenant, touched);
    return { ids, processed, domainDays: touched.length };
  };
  return afterDeadlocks(() => db.within(tenant, work));
}

function distinct(days: readonly DomainDay[]): DomainDay[] {
  return [...new Map(days.map((one) => [`${one.domainId} ${one.day}`, one])).values()];
}
