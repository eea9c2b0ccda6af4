import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { requeueLost } from '../../src/core/ingest/process.js';
import { maintainQueue } from '../../src/core/operations/queue.js';
import { startTicks, type Tick } from '../../src/jobs/ticks.js';
import { createWake } from '../../src/jobs/wake.js';
import { testSystem, type TestSystem } from '../support/context.js';
import { reportXml } from '../support/reports.js';
import { keepAll, takeIn } from '../support/samples.js';
import { until } from '../support/until.js';
import { startWork } from '../support/work-process.js';

let system: TestSystem;
beforeAll(async () => {
  system = await testSystem();
});
afterAll(() => system.close());

const told = async () =>
  (
    await system.db.across((session) =>
      session.rows<{ name: string }>(`SELECT name FROM all_tenants() WHERE name LIKE 'told %'`),
    )
  ).length;
const ticksLeft = async () =>
  (
    await system.db.across((session) =>
      session.rows(`SELECT FROM dmarc_ops_queue.job WHERE name LIKE 'tick%' AND state < 'completed'`),
    )
  ).length;

describe('a tick', () => {
  it('is run once by three processes whose clocks agree on the minute, and once more in the next', async () => {
    for (const [minute, runs] of [
      ['2026-03-15T12:00:59.9Z', 1],
      ['2026-03-15T12:01:00.1Z', 2],
    ] as const) {
      const processes = await Promise.all([1, 2, 3].map(() => startWork(system.url, 'ticks', minute)));
      await until('the tick was run', async () =>
        (await told()) >= runs && (await ticksLeft()) === 0 ? true : null,
      );

      expect(await Promise.all(processes.map((one) => one.stop()))).toEqual([0, 0, 0]);
      expect(await told()).toBe(runs);
    }
  });

  it('that fails is logged and does not stop the others', async () => {
    const context = await system.context();
    const ran: string[] = [];
    const tick = (name: string): Tick => ({
      name,
      when: '0 0 1 1 *',
      atStart: true,
      expiresAfterSeconds: 60,
      work: async () => {
        ran.push(name);
        if (name === 'bad') throw new Error('bad tick');
      },
    });

    const ticks = await startTicks(context, createWake(), [tick('bad'), tick('good')]);
    await until('both ran', async () => (ran.length === 2 && (await ticksLeft()) === 0 ? true : null));
    await ticks.stop(1_000);

    expect(ran.toSorted()).toEqual(['bad', 'good']);
    const failed = await system.db.across((session) =>
      session.rows(`SELECT output FROM dmarc_ops_queue.job WHERE name = 'tick' AND state = 'failed'`),
    );
    expect(failed).toEqual([{ output: { code: 'tick-failed', message: expect.any(String) } }]);
  });

  it('that people wait for does not wait until longer ones are done', async () => {
    const context = await system.context();
    const ran: string[] = [];
    let end = () => {};
    const over = new Promise<void>((resolve) => {
      end = resolve;
    });
    const tick = (name: string, given: Partial<Tick>): Tick => ({
      name,
      when: '0 0 1 1 *',
      atStart: true,
      expiresAfterSeconds: 60,
      work: async () => {
        ran.push(name);
        if (given.soon !== true) await over;
      },
      ...given,
    });
    const long = ['long', 'longer', 'longest'].map((name) => tick(name, {}));

    const ticks = await startTicks(context, createWake(), [...long, tick('soon', { soon: true })]);
    await until('it ran', () => Promise.resolve(ran.includes('soon') ? true : null));
    end();
    await until('all ran', async () => (ran.length === 4 && (await ticksLeft()) === 0 ? true : null));
    await ticks.stop(1_000);

    expect(ran.slice(0, 3)).toContain('soon');
  });
});

describe('the sweep', () => {
  it('queues what no job would read, as after a restore without the queue, and nothing else', async () => {
    const context = await system.context('sweep');
    await takeIn(context, reportXml({ reportId: 'done' }));
    await keepAll(context, [
      { name: 'lost', bytes: Buffer.from(reportXml({ reportId: 'lost' })) },
      { name: 'queued', bytes: Buffer.from(reportXml({ reportId: 'queued' })) },
    ]);
    const jobs = () =>
      context.db.within(context.tenant, (session) =>
        session.rows<{ id: string }>(
          `SELECT id FROM dmarc_ops_queue.job WHERE state = 'created' ORDER BY id`,
        ),
      );
    const before = await jobs();
    await context.db.within(context.tenant, (session) =>
      session.run(
        `DELETE FROM dmarc_ops_queue.job WHERE id = (SELECT task_id FROM raw_document WHERE name = 'lost')`,
      ),
    );

    expect(await requeueLost(context)).toBe(1);
    expect(await requeueLost(context)).toBe(0);
    expect(await jobs()).toEqual(before);
  });
});

describe('maintenance', () => {
  it('clears away what was done long ago, for every tenant, and takes ticks back from the dead', async () => {
    const context = await system.context('maintained');
    await takeIn(context, reportXml({ reportId: 'old' }));
    await context.db.within(context.tenant, (session) =>
      session.run(`UPDATE dmarc_ops_queue.job SET completed_on = now() - interval '2 hours'`),
    );
    await context.db.across((session) =>
      session.run(`INSERT INTO dmarc_ops_queue.job (name, data, state, started_on, expire_in, retry_limit)
        VALUES ('tick', '{"tick": "lost"}', 'active', now() - interval '1 hour', interval '1 minute', 0)`),
    );

    await maintainQueue(context);

    const left = await context.db.within(context.tenant, (session) =>
      session.rows('SELECT FROM dmarc_ops_queue.job'),
    );
    expect(left).toEqual([]);
    const ticks = await context.db.across((session) =>
      session.rows(`SELECT state FROM dmarc_ops_queue.job WHERE data ->> 'tick' = 'lost'`),
    );
    expect(ticks).toEqual([{ state: 'failed' }]);
  });
});
