import { setTimeout as sleep } from 'node:timers/promises';
import { outcomesOf, settled } from '../store/tasks.js';
import type { IngestContext } from './context.js';
import { processPending } from './process.js';
import { NOTHING_PROCESSED, type Processed } from './processed.js';

/** Between two looks at documents that another process reads. */
const LOOK_EVERY_MS = 100;
/** Ids named in one question. */
const IDS_AT_ONCE = 10_000;

/**
 * Reads what waits, and waits until these documents are read or given up, be it by a service that runs beside us. Tells
 * what became of them, whoever read them.
 */
export async function readTheirs(context: IngestContext, ids: readonly number[]): Promise<Processed> {
  const parts = Array.from({ length: Math.ceil(ids.length / IDS_AT_ONCE) }, (_, part) =>
    ids.slice(part * IDS_AT_ONCE, (part + 1) * IDS_AT_ONCE),
  );
  await processPending(context);
  for (const part of parts) {
    while (await arePending(context, part)) {
      await sleep(LOOK_EVERY_MS);
      // They may have been given back meanwhile, by a process that ended.
      await processPending(context);
    }
  }
  let total = NOTHING_PROCESSED;
  for (const part of parts) total = await tally(context, part, total);
  return total;
}

async function arePending({ db, tenant }: IngestContext, ids: readonly number[]): Promise<boolean> {
  const { pending } = await db.within(tenant, (session) => settled(session, tenant, ids));
  return pending > 0;
}

async function tally(
  { db, tenant }: IngestContext,
  ids: readonly number[],
  before: Processed,
): Promise<Processed> {
  const { states, outcomes } = await db.within(tenant, async (session) => ({
    states: await settled(session, tenant, ids),
    outcomes: await outcomesOf(session, tenant, ids),
  }));
  const documents = { ...before.documents };
  let { messages, problems } = before;
  for (const one of outcomes) {
    documents[one.outcome] += one.documents;
    if (one.outcome === 'stored' || one.outcome === 'merged') messages += one.messages;
    problems += one.problems;
  }
  return {
    raws: before.raws + states.processed,
    failed: before.failed + states.failed,
    documents,
    messages,
    problems,
  };
}
