import { randomUUID } from 'node:crypto';
import pLimit, { type LimitFunction } from 'p-limit';
import { DatabaseError } from '../store/errors.js';
import { lockStoreShared } from '../store/locks.js';
import {
  countAttempt,
  giveUp,
  lockPending,
  markFailed,
  pendingAfter,
  type RawDocument,
} from '../store/raw.js';
import type { Session } from '../store/session.js';
import type { IngestContext } from './context.js';
import { addProcessed, NOTHING_PROCESSED, type Processed } from './processed.js';
import { readAndStore } from './read-and-store.js';

/** Raw documents in one transaction: many small ones make it worth its round trips. */
const BATCH_DOCUMENTS = 100;
/** A batch ends when it holds so many bytes; a larger document is a batch of its own. */
const BATCH_BYTES = 1024 * 1024;
/** One lane reads, which takes a core, while the others wait for PostgreSQL. */
const LANES = 3;
/** Attempts at reading a document before it is set aside: a crash may have another cause than the document. */
const ATTEMPTS = 3;
/** Two transactions that merge reports at once may deadlock; PostgreSQL ends one of them, and it starts anew. */
const DEADLOCK = '40P01';
const DEADLOCK_RETRIES = 5;

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
  let bytes = 0;
  const chosen = pending.filter(({ size }, index) => {
    bytes += size;
    return index === 0 || bytes <= BATCH_BYTES;
  });
  state.after = chosen.at(-1)?.id ?? state.after;
  return chosen.map(({ id }) => id);
}

async function processBatch(
  context: IngestContext,
  state: Lanes,
  ids: readonly number[],
): Promise<Processed> {
  let raws: readonly RawDocument[] = [];
  try {
    return await retried(context, async (session) => {
      raws = await lockPending(session, context.tenant, ids);
      return raws.length === 0 ? NOTHING_PROCESSED : attempt(context, state, session, raws);
    });
  } catch (error) {
    if (error instanceof DatabaseError || raws.length === 0) throw error;
    return oneByOne(context, state, raws, error);
  }
}

async function attempt(
  context: IngestContext,
  state: Lanes,
  session: Session,
  raws: readonly RawDocument[],
): Promise<Processed> {
  const ids = raws.map((raw) => raw.id);
  await context.db.within(context.tenant, (apart) => countAttempt(apart, context.tenant, ids));
  await lockStoreShared(session, context.tenant);
  return readAndStore(context, session, raws, state.reading);
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
  await context.db.within(context.tenant, (session) =>
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
  return { ...NOTHING_PROCESSED, failed: 1 };
}

async function retried<T>(context: IngestContext, work: (session: Session) => Promise<T>): Promise<T> {
  for (let tries = 0; ; tries += 1) {
    try {
      return await context.db.within(context.tenant, work);
    } catch (error) {
      if ((error as { code?: unknown }).code !== DEADLOCK || tries >= DEADLOCK_RETRIES) throw error;
    }
  }
}
