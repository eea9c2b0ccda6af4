import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { keep, type Incoming } from '../../../src/core/ingest/keep.js';
import type { Context } from '../../../src/core/operations/operation.js';
import { inMemory } from '../../../src/core/report/bytes.js';
import { smallReports } from '../../../src/core/sample/bulk.js';
import { lockStoreAlone } from '../../../src/core/store/locks.js';
import type { Bench, Part } from '../bench.js';
import { emptyDatabase } from '../empty.js';
import type { Figure } from '../figure.js';
import { openBenchSystem } from '../system.js';
import { startWorker, type Worker } from '../worker.js';

const MANY = 3;
const KEPT_AT_ONCE = 100;
const LOOK_MS = 20;
/** Far more than it takes; who waits longer waits for what never comes. */
const DRAINED_WITHIN_MS = 300_000;

export const workers: Part = {
  name: 'workers',
  how: 'Small documents are kept in an empty embedded database, then read by `dmarc-ops work`: by one process, and in another database by three. What is kept, the start of the processes and their end do not count: a lock lets all of them begin at the same moment. PostgreSQL shares the cores with them.',
  measure: async (bench) => {
    const one = await drained(bench, 1);
    const many = await drained(bench, MANY);
    const cores = os.availableParallelism();
    const figure = (name: string, seconds: number): Figure => ({
      name,
      unit: 'documents/s',
      measured: bench.sizes.drained / seconds,
      target: null,
      note: `${bench.sizes.drained} documents in ${seconds.toFixed(2)} s`,
    });
    return [
      figure('small documents, one worker', one),
      figure('small documents, three workers', many),
      {
        name: 'three workers against one',
        unit: 'times',
        measured: one / many,
        target: { hope: 'faster where cores allow' },
        note: `${cores} cores for the workers and PostgreSQL together`,
      },
    ];
  },
};

/** Seconds that so many workers take to read everything that waits. */
async function drained(bench: Bench, count: number): Promise<number> {
  const { sizes, program, scratch, note } = bench;
  note(`workers: ${sizes.drained} small documents, ${count === 1 ? 'one worker' : `${count} workers`}`);
  const dataFolder = path.join(scratch, `workers-${count}`);
  await emptyDatabase(bench, dataFolder);
  const system = await openBenchSystem(dataFolder);
  const { context, db } = system;
  bench.postgres = db.version;
  const started: Worker[] = [];
  try {
    const messages = await keepSmall(context, sizes.drained);
    await db.within(context.tenant, async (session) => {
      await lockStoreAlone(session, context.tenant);
      for (let number = 0; number < count; number += 1) started.push(startWorker(program, dataFolder));
      await Promise.all(started.map(({ ready }) => ready));
    });
    const begin = performance.now();
    await allRead(context);
    const seconds = (performance.now() - begin) / 1_000;
    await check(context, sizes.drained, messages);
    return seconds;
  } finally {
    await Promise.all(started.map((worker) => worker.stop()));
    await system.close();
  }
}

/** Keeps small reports and queues their reading; gives the messages that they tell of. */
async function keepSmall(context: Context, count: number): Promise<number> {
  const made = smallReports({ count, seed: 'workers' });
  let waiting: Incoming[] = [];
  for (let step = made.next(); ; step = made.next()) {
    if (step.done !== true) waiting.push({ name: step.value.name, source: inMemory(step.value.bytes) });
    if (waiting.length >= KEPT_AT_ONCE || step.done === true) {
      await keep(context, 'bench', waiting);
      waiting = [];
    }
    if (step.done === true) return step.value.messages;
  }
}

async function allRead({ db, tenant }: Context): Promise<void> {
  const deadline = performance.now() + DRAINED_WITHIN_MS;
  for (;;) {
    const { waits } = await db.within(tenant, (session) =>
      session.row<{ waits: boolean }>(
        `SELECT EXISTS (SELECT FROM raw_document WHERE state = 'pending') AS waits`,
      ),
    );
    if (!waits) return;
    if (performance.now() > deadline) throw new Error('the workers did not read everything in time');
    await sleep(LOOK_MS);
  }
}

/** A fast worker that loses or doubles something is no worker. */
async function check({ db, tenant }: Context, documents: number, messages: number): Promise<void> {
  const held = await db.within(tenant, (session) =>
    session.row(
      `SELECT (SELECT COUNT(*) FROM raw_document WHERE state = 'processed') AS documents,
         (SELECT SUM(messages) FROM rollup_tenant) AS messages`,
    ),
  );
  const expected = { documents, messages };
  if (JSON.stringify(held) !== JSON.stringify(expected))
    throw new Error(
      `the workers were to store ${JSON.stringify(expected)}, and stored ${JSON.stringify(held)}`,
    );
}
