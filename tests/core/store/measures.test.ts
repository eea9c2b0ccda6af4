import { afterAll, beforeAll, expect, it } from 'vitest';
import { processPending } from '../../../src/core/ingest/process.js';
import type { Context } from '../../../src/core/operations/operation.js';
import { measureStored, measureWaiting } from '../../../src/core/store/measures.js';
import { NOW, testSystem, type TestSystem } from '../../support/context.js';
import { reportXml } from '../../support/reports.js';
import { keepAll, takeIn } from '../../support/samples.js';

let system: TestSystem;

beforeAll(async () => {
  system = await testSystem();
});
afterAll(() => system.close());

const file = (name: string) => ({ name, bytes: Buffer.from(reportXml({ reportId: name })) });
const stored = ({ db, tenant }: Context) => db.reading(tenant, (session) => measureStored(session, tenant));
const waiting = ({ db, tenant }: Context, at: Date) =>
  db.reading(tenant, (session) => measureWaiting(session, tenant, at));
const secondsAfter = (seconds: number) => new Date(NOW.getTime() + seconds * 1_000);

it('counts what a tenant has and what waits, and nothing of others', async () => {
  const mine = await system.context('mine');
  const other = await system.context('other');
  await takeIn(mine, reportXml({ reportId: 'one' }), reportXml({ reportId: 'three', records: [{}, {}, {}] }));
  await keepAll(mine, [file('spoilt')]);
  await mine.db.within(mine.tenant, (session) =>
    session.run(
      `UPDATE raw_chunk SET data = 'no gzip' WHERE raw_id = (SELECT id FROM raw_document WHERE name = 'spoilt')`,
    ),
  );
  await processPending({ ...mine, retries: 0 });
  await keepAll(mine, [file('old')]);
  await keepAll({ ...mine, now: () => secondsAfter(60) }, [file('new')]);
  await keepAll(other, [file('theirs')]);

  expect(await stored(mine)).toEqual({ processed: 2, reports: 2, records: 4 });
  expect(await waiting(mine, secondsAfter(90))).toEqual({ pending: 2, failed: 1, oldestPendingSeconds: 90 });
  expect(await stored(other)).toEqual({ processed: 0, reports: 0, records: 0 });
});

it('says that nothing waits where nothing does, and nothing waits from the future', async () => {
  const empty = await system.context('empty');
  const early = await system.context('early');
  await keepAll(early, [file('early')]);

  expect(await waiting(empty, NOW)).toEqual({ pending: 0, failed: 0, oldestPendingSeconds: 0 });
  expect((await waiting(early, secondsAfter(-60))).oldestPendingSeconds).toBe(0);
});
