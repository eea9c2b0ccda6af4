import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { deadLetters, redrive, task, tasks } from '../../src/core/operations/tasks.js';
import { keep } from '../../src/core/ingest/keep.js';
import type { Context } from '../../src/core/operations/operation.js';
import { inMemory } from '../../src/core/report/bytes.js';
import type { StartedPart } from '../../src/part.js';
import { createWake, type Wake } from '../../src/jobs/wake.js';
import { startWorkers } from '../../src/jobs/workers.js';
import { asking } from '../core/operations/asking.js';
import { testSystem, type TestSystem } from '../support/context.js';
import { reportLines, reportXml } from '../support/reports.js';
import { keepAll } from '../support/samples.js';
import { until } from '../support/until.js';
import { startWork } from '../support/work-process.js';

let system: TestSystem;
let context: Context;
let wake: Wake;
let tenants = 0;

beforeAll(async () => {
  system = await testSystem();
});
afterAll(() => system.close());
beforeEach(async () => {
  wake = createWake();
  context = await system.context(`tenant ${(tenants += 1)}`, { wake: wake.wake });
});

const rows = <Row extends object>(sql: string): Promise<Row[]> =>
  context.db.within(context.tenant, (session) => session.rows<Row>(sql));
const states = async () => {
  const found = await rows<{ state: string; count: number }>(
    'SELECT state, COUNT(*) AS count FROM raw_document GROUP BY 1',
  );
  return Object.fromEntries(found.map(({ state, count }) => [state, count]));
};
const messages = async () =>
  (await rows<{ messages: number | null }>('SELECT SUM(messages) AS messages FROM rollup_source'))[0]
    ?.messages;
const waiting = async () =>
  (
    await rows<{ count: number }>(
      `SELECT COUNT(*) AS count FROM dmarc_ops_queue.job WHERE name LIKE 'read%' AND state < 'active'`,
    )
  )[0]?.count ?? 0;
const reports = (count: number, prefix = 'r') =>
  Array.from({ length: count }, (_, index) => ({
    name: `${prefix}${index}`,
    bytes: Buffer.from(reportXml({ reportId: `${prefix}${index}` })),
  }));
const allDone = (count: number) =>
  until('all documents are read', async () => ((await states())['processed'] === count ? true : null));

async function working(work: () => Promise<void>): Promise<void> {
  const workers: StartedPart = startWorkers(context, wake);
  try {
    await work();
  } finally {
    await workers.stop(5_000);
  }
}

describe('a worker that is killed in the middle of its work', () => {
  it('has given its jobs back at once, and everything is counted once', async () => {
    const count = 1_500;
    await keepAll(context, reports(count));
    const killed = await startWork(system.url);
    await until('a reading is under way, and some are done', async () => {
      const { queues } = await asking(tasks, {}, context);
      const done = (await states())['processed'] ?? 0;
      return done > 0 && queues.some(({ active }) => active > 0) ? true : null;
    });

    await killed.kill();

    // PostgreSQL sees that the connection is gone, and ends the transactions: nobody has to wait for a timeout.
    await until('nothing is under way', async () => {
      const { queues } = await asking(tasks, {}, context);
      return queues.every(({ active }) => active === 0) ? true : null;
    });
    const left = (await states())['pending'] ?? 0;
    expect(left).toBeGreaterThan(0);
    expect(await waiting()).toBe(left);
    const next = await startWork(system.url);
    await allDone(count);
    expect(await next.stop()).toBe(0);
    expect(await messages()).toBe(count);
    expect(await waiting()).toBe(0);
  });
});

describe('three workers at once', () => {
  it('read everything once', async () => {
    const count = 600;
    await keepAll(context, reports(count));

    const workers = await Promise.all([1, 2, 3].map(() => startWork(system.url)));
    await allDone(count);

    expect(await Promise.all(workers.map((worker) => worker.stop()))).toEqual([0, 0, 0]);
    expect(await messages()).toBe(count);
    expect(await rows('SELECT FROM document')).toHaveLength(count);
  });
});

describe('a worker', () => {
  it('begins as soon as something is kept, for every tenant', async () => {
    const other = await system.context(`other of ${tenants}`, { wake: wake.wake });
    await working(async () => {
      await keepAll(context, reports(1));
      await keepAll(other, reports(2));

      await allDone(1);
      const served = await until('the other tenant is served too', async () => {
        const { queues } = await asking(tasks, {}, other);
        return queues.every((one) => one.waiting + one.active + one.retrying === 0) ? queues : null;
      });
      expect(served.map(({ oldest }) => oldest)).toEqual([null, null]);
    });
  });

  it('reads small documents while it reads a large one', async () => {
    const records = Array.from({ length: 60_000 }, (_, index) => ({
      sourceIp: `10.${index >> 16}.${(index >> 8) & 255}.${index & 255}`,
      count: 1,
    }));
    const large = Buffer.from([...reportLines({ reportId: 'large' }, records)].join('\n'));
    await working(async () => {
      await keepAll(context, [{ name: 'large', bytes: large }]);
      await until('the large one is under way', async () => {
        const { queues } = await asking(tasks, {}, context);
        return queues.some((one) => one.queue === 'read-large' && one.active > 0) ? true : null;
      });
      await keepAll(context, reports(5, 'small'));

      await allDone(5);
      expect(await states()).toEqual({ pending: 1, processed: 5 });
      await allDone(6);
    });
  });

  it('gives back what it does not come to the end of when it has to stop', async () => {
    const records = Array.from({ length: 120_000 }, (_, index) => ({
      sourceIp: `10.${index >> 16}.${(index >> 8) & 255}.${index & 255}`,
      count: 1,
    }));
    const large = Buffer.from([...reportLines({ reportId: 'large' }, records)].join('\n'));
    await keepAll(context, [{ name: 'large', bytes: large }]);
    const workers = startWorkers(context, wake);
    await until('it is under way', async () => {
      const { queues } = await asking(tasks, {}, context);
      return queues.some(({ active }) => active > 0) ? true : null;
    });

    await workers.stop(0);

    expect(await states()).toEqual({ pending: 1 });
    expect(await waiting()).toBe(1);
    expect(await rows('SELECT FROM raw_attempt WHERE attempts > 0')).toEqual([]);
  });
});

describe('a document that cannot be stored', () => {
  it('is tried again with growing delays, then is a dead letter, and can be redriven', async () => {
    const [kept] = await keep(context, 'test', [
      { name: 'bad.xml', source: inMemory(Buffer.from(reportXml({ records: [{ count: 7 }] }))) },
    ]);
    const id = kept?.task ?? '';
    await rows(`UPDATE raw_chunk SET data = 'no gzip' WHERE raw_id = ${kept?.id} RETURNING 1`);
    const delays: { sinceBegun: number; sinceSeen: number }[] = [];
    let begun = Date.now();

    await working(async () => {
      for (let failure = 1; failure <= 3; failure += 1) {
        const found = await until(`failure ${failure}`, async () => {
          const one = await asking(task, { id }, context);
          return one.failures === failure && one.state === 'retrying' ? one : null;
        });
        expect(found).toMatchObject({ code: 'not-stored', message: expect.stringContaining('log entry') });
        // The failure was between these two moments: how long it took to be seen does not count.
        const next = Date.parse(found.nextTryAt ?? '');
        delays.push({ sinceBegun: next - begun, sinceSeen: next - Date.now() });
        begun = Date.now();
        // Time is moved by hand.
        await rows(
          `UPDATE dmarc_ops_queue.job SET start_after = now() - interval '1 second' WHERE id = '${id}' RETURNING 1`,
        );
        wake.wake();
      }
      await until('it is dead', async () =>
        (await asking(task, { id }, context)).state === 'dead' ? true : null,
      );
    });

    // Five seconds at first, doubled each time, and up to twice as long by chance.
    for (const [index, from] of [5_000, 10_000, 20_000].entries()) {
      expect(delays[index]?.sinceBegun).toBeGreaterThanOrEqual(from);
      expect(delays[index]?.sinceSeen).toBeLessThanOrEqual(from * 2);
    }
    const dead = await asking(deadLetters, {}, context);
    expect(dead).toMatchObject({
      total: 1,
      items: [{ id, name: 'bad.xml', code: 'not-stored', kept: true }],
    });
    expect(await rows(`SELECT data FROM dmarc_ops_queue.job WHERE name = 'dead'`)).toEqual([
      { data: { tenant: context.tenant, raw: kept?.id } },
    ]);

    const whole = Buffer.from(reportXml({ records: [{ count: 7 }] }));
    await context.db.within(context.tenant, (session) =>
      session.run(`UPDATE raw_chunk SET data = $1`, [whole]),
    );
    await rows(`UPDATE raw_document SET encoding = 'as-is' RETURNING 1`);
    const other = await system.context(`another of ${tenants}`);
    await expect(asking(redrive, { id }, other)).rejects.toMatchObject({ code: 'task-unknown' });
    expect(await asking(redrive, { all: true }, other)).toEqual({ redriven: 0 });
    expect(await asking(redrive, { id }, context)).toEqual({ redriven: 1 });
    await working(async () => {
      await allDone(1);
    });
    expect(await asking(task, { id }, context)).toMatchObject({
      state: 'done',
      code: null,
      documents: [{ kind: 'aggregate', outcome: 'stored', messages: 7 }],
    });
    expect(await messages()).toBe(7);
    expect(await asking(deadLetters, {}, context)).toMatchObject({ total: 0, items: [] });
    await expect(asking(redrive, { id }, context)).rejects.toMatchObject({ code: 'task-not-dead' });
  });
});
