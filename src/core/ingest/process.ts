import { randomUUID } from 'node:crypto';
import pLimit, { type LimitFunction } from 'p-limit';
import { isSurroundings } from '../store/errors.js';
import { lockStoreShared } from '../store/locks.js';
import {
  countAttempt,
  forgiveAttempt,
  giveUp,
  lockPending,
  markFailed,
  pendingAfter,
  type RawDocument,
} from '../store/raw.js';
import type { Session } from '../store/session.js';
import { BATCH_DOCUMENTS, firstBatch } from './batch.js';
import type { IngestContext } from './context.js';
import { addProcessed, NOTHING_PROCESSED, type Processed } from './processed.js';
import { readAndStore } from './read-and-store.js';
import { afterDeadlocks } from './retry.js';

/** One lane reads, which takes a core, while the others wait for PostgreSQL. */
const LANES = 3;
/** Attempts at reading a document before it is set aside: a crash may have another cause than the document. */
const ATTEMPTS = 3;

/**
 * Reads pending documents and stores what they say, until none is left. Any number of processes may do so at
 * once. A document is locked, read, stored and marked in one transaction, so a kill at any time leaves it pending.
 */
export async function processPending(context: IngestContext): Promise<Processed> {
  const given = await context.db.within(context.tenant, (session) =>
    giveUp(session, context.tenant, ATTEMPTS, context.now()),
  );
  for (const { name } of given) context.log.warn('gave up on a document that never ends', { name });
  const state: Lanes = {
    after: 0,
    total: { ...NOTHING_PROCESSED, failed: given.length },
    choosing: pLimit(1),
    reading: pLimit(1),
  };
  const lanes = Array.from({ length: LANES }, () => runLane(context, state));
  // Let every lane come to its end before an error is thrown: none may go on unseen.
  const ends = await Promise.allSettled(lanes);
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
  return state.total;
}

interface Lanes {
  /** The last id that was chosen: lanes go through the documents once. */
  after: number;
  total: Processed;
  readonly choosing: LimitFunction;
  readonly reading: LimitFunction;
}

async function runLane(context: IngestContext, state: Lanes): Promise<void> {
  for (;;) {
    const ids = await state.choosing(() => chooseBatch(context, state));
    if (ids.length === 0) return;
    const processed = await processBatch(context, state, ids);
    state.total = addProcessed(state.total, processed);
    context.progress?.({ unit: 'documents', done: state.total.raws, total: null });
  }
}

async function chooseBatch(context: IngestContext, state: Lanes): Promise<number[]> {
  const bounds = { after: state.after, documents: BATCH_DOCUMENTS, attempts: ATTEMPTS };
  const pending = await context.db.within(context.tenant, (session) =>
    pendingAfter(session, context.tenant, bounds),
  );
  const chosen = firstBatch(pending);
  state.after = chosen.at(-1) ?? state.after;
  return chosen;
}

async function processBatch(
  context: IngestContext,
  state: Lanes,
  ids: readonly number[],
): Promise<Processed> {
  const { db, tenant } = context;
  let raws: readonly RawDocument[] = [];
  try {
    return await afterDeadlocks(() =>
      db.within(tenant, async (session) => {
        // In the order in which reprocess locks: the store first, then documents.
        await lockStoreShared(session, tenant);
        raws = await lockPending(session, tenant, ids);
        return raws.length === 0 ? NOTHING_PROCESSED : attempt(context, state, session, raws);
      }),
    );
  } catch (error) {
    if (isSurroundings(error) || raws.length === 0) throw error;
    return oneByOne(context, state, raws, error);
  }
}

/** Counts the attempt before it begins, and takes it back when it ends, unless the document itself is at fault. */
async function attempt(
  context: IngestContext,
  state: Lanes,
  session: Session,
  raws: readonly RawDocument[],
): Promise<Processed> {
  const { db, tenant } = context;
  const ids = raws.map((raw) => raw.id);
  await db.within(tenant, (apart) => countAttempt(apart, tenant, ids));
  try {
    return await readAndStore(context, session, raws, state.reading);
  } catch (error) {
    // Not where the database is gone; the next one that comes by is then one attempt short, and no more.
    if (isSurroundings(error) || raws.length > 1)
      await db.within(tenant, (apart) => forgiveAttempt(apart, tenant, ids)).catch(() => {});
    throw error;
  }
}

/** One document of a batch could not be stored: the others shall not suffer for it. */
async function oneByOne(
  context: IngestContext,
  state: Lanes,
  raws: readonly RawDocument[],
  cause: unknown,
): Promise<Processed> {
  const [only, ...others] = raws;
  if (only !== undefined && others.length === 0) return setAside(context, only, cause);
  context.log.warn('a batch could not be stored; its documents are tried one by one', {
    error: String(cause),
  });
  let total = NOTHING_PROCESSED;
  for (const { id } of raws) {
    const processed = await processBatch(context, state, [id]);
    total = addProcessed(total, processed);
  }
  return total;
}

async function setAside(context: IngestContext, raw: RawDocument, cause: unknown): Promise<Processed> {
  const id = randomUUID();
  context.log.error('a document could not be stored', { id, name: raw.name, error: String(cause) });
  const failed = await context.db.within(context.tenant, (session) =>
    markFailed(
      session,
      context.tenant,
      raw.id,
      {
        code: 'not-stored',
        message: `This document could not be stored (log entry ${id}); it is kept, and reprocess tries it again.`,
      },
      context.now(),
    ),
  );
  return { ...NOTHING_PROCESSED, failed: failed ? 1 : 0 };
}
