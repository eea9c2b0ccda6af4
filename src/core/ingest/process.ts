import { randomUUID } from 'node:crypto';
import { DatabaseError } from '../store/errors.js';
import { lockStoreShared } from '../store/locks.js';
import { countAttempt, giveUp, lockPending, markFailed, type RawDocument } from '../store/raw.js';
import type { Session } from '../store/session.js';
import type { IngestContext } from './context.js';
import { addProcessed, NOTHING_PROCESSED, type Processed } from './processed.js';
import { readAndStore } from './read-and-store.js';

/** Raw documents in one transaction: many small ones make it worth its round trips. */
const BATCH_DOCUMENTS = 100;
/** A batch ends when it holds so many bytes; a larger document is a batch of its own. */
const BATCH_BYTES = 4 * 1024 * 1024;
/** While one lane waits for PostgreSQL, another one reads. */
const LANES = 2;
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
  const state: Lanes = { after: 0, total: { ...NOTHING_PROCESSED, failed: given.length } };
  const lanes = Array.from({ length: LANES }, () => runLane(context, state));
  // Let every lane come to its end before an error is thrown: none may go on unseen.
  const ends = await Promise.allSettled(lanes);
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
  return state.total;
}

interface Lanes {
  /** The last id that a lane took: lanes go through the documents once. */
  after: number;
  total: Processed;
}

async function runLane(context: IngestContext, state: Lanes): Promise<void> {
  for (;;) {
    const batch = await takeBatch(context, state, BATCH_DOCUMENTS);
    if (batch.taken === 0) return;
    state.total = addProcessed(state.total, batch.processed);
    context.progress?.({ unit: 'documents', done: state.total.raws, total: null });
  }
}

interface Batch {
  readonly taken: number;
  readonly processed: Processed;
}

async function takeBatch(context: IngestContext, state: Lanes, documents: number): Promise<Batch> {
  let raws: readonly RawDocument[] = [];
  const before = state.after;
  try {
    return await retried(context, async (session) => {
      raws = boundedBytes(
        await lockPending(session, context.tenant, {
          documents,
          attempts: ATTEMPTS,
          after: raws.length === 0 ? state.after : before,
        }),
      );
      if (raws.length === 0) return { taken: 0, processed: NOTHING_PROCESSED };
      state.after = Math.max(state.after, raws.at(-1)?.id ?? 0);
      return { taken: raws.length, processed: await attempt(context, session, raws) };
    });
  } catch (error) {
    if (error instanceof DatabaseError || raws.length === 0) throw error;
    return { taken: raws.length, processed: await oneByOne(context, raws, error) };
  }
}

async function attempt(
  context: IngestContext,
  session: Session,
  raws: readonly RawDocument[],
): Promise<Processed> {
  const ids = raws.map((raw) => raw.id);
  await context.db.within(context.tenant, (apart) => countAttempt(apart, context.tenant, ids));
  await lockStoreShared(session, context.tenant);
  return readAndStore(context, session, raws);
}

/** One document of a batch could not be stored: the others shall not suffer for it. */
async function oneByOne(
  context: IngestContext,
  raws: readonly RawDocument[],
  cause: unknown,
): Promise<Processed> {
  const [only, ...others] = raws;
  if (only !== undefined && others.length === 0) return setAside(context, only, cause);
  context.log.warn('a batch could not be stored; its documents are tried one by one', {
    error: String(cause),
  });
  let total = NOTHING_PROCESSED;
  for (const raw of raws) {
    const single: Lanes = { after: raw.id - 1, total: NOTHING_PROCESSED };
    total = addProcessed(total, (await takeBatch(context, single, 1)).processed);
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

/** The documents before the bound is reached, and always the first. */
function boundedBytes(raws: readonly RawDocument[]): RawDocument[] {
  let bytes = 0;
  return raws.filter((raw, index) => {
    bytes += raw.size;
    return index === 0 || bytes <= BATCH_BYTES;
  });
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
