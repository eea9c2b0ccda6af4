import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { keep } from '../../../src/core/ingest/keep.js';
import { reprocessRaw } from '../../../src/core/ingest/reprocess.js';
import { applyRetention, retention, retentionSet } from '../../../src/core/operations/retention.js';
import { task } from '../../../src/core/operations/tasks.js';
import type { Context } from '../../../src/core/operations/operation.js';
import { inMemory } from '../../../src/core/report/bytes.js';
import { NOW, SILENT, testSystem, type TestSystem } from '../../support/context.js';
import { refusing } from '../../support/refusing.js';
import { reportXml } from '../../support/reports.js';
import { takeIn } from '../../support/samples.js';
import { asking } from './asking.js';

let system: TestSystem;
let context: Context;

beforeEach(async () => {
  system = await testSystem();
  context = await system.context('mine');
});
afterEach(() => system.close());

const rows = <Row extends object>(sql: string, of: Context = context): Promise<Row[]> =>
  of.db.within(of.tenant, (session) => session.rows<Row>(sql));
const rollup = async (of: Context = context) =>
  (await rows<{ messages: number | null }>('SELECT SUM(messages) AS messages FROM rollup_source', of))[0]
    ?.messages;
const records = async (of: Context = context) => (await rows('SELECT FROM record', of)).length;
const partitions = async () =>
  (
    await rows<{ name: string }>(
      `SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = 'record'::regclass ORDER BY 1`,
    )
  ).map(({ name }) => name);
/** A report of one day, so many days before the tests take place. */
const report = (daysAgo: number, count = 1) => {
  const begin = Math.floor(NOW.getTime() / 86_400_000 - daysAgo) * 86_400;
  return reportXml({ reportId: `${daysAgo} days ago`, records: [{ count }] })
    .replace('1772323200', String(begin))
    .replace('1772409599', String(begin + 86_399));
};
const daysLater = (days: number): Context => ({
  ...context,
  now: () => new Date(NOW.getTime() + days * 86_400_000),
});
const everything = { domainId: null, failedOnly: false };

describe('retention', () => {
  it('keeps everything until an admin says otherwise, for the own tenant alone', async () => {
    const other = await system.context('other');
    expect(await asking(retention, {}, context)).toMatchObject({ records: null, raw: null, failures: null });

    await asking(retentionSet, { records: 400, raw: 90 }, context);
    await asking(retentionSet, { raw: 'keep', failures: 30 }, context);

    expect(await asking(retention, {}, context)).toMatchObject({
      records: 400,
      raw: null,
      failures: 30,
      changedBy: 'tester',
      changedAt: NOW.toISOString(),
    });
    expect(await asking(retention, {}, other)).toMatchObject({ records: null, raw: null, failures: null });
    expect(() => retentionSet.input.parse({})).toThrow('names nothing');
  });
});

describe('records and reports', () => {
  it('go when they are older, and their figures stay', async () => {
    await takeIn(context, report(10, 5), report(45, 7));
    await asking(retentionSet, { records: 30 }, context);

    await applyRetention(context);

    expect(await rows('SELECT report_id FROM aggregate_report')).toEqual([{ report_id: '10 days ago' }]);
    expect(await records()).toBe(1);
    expect(await rollup()).toBe(12);
    expect(await asking(retention, {}, context)).toMatchObject({ expiredBefore: '2026-02-13' });
  });

  it('count no more when they come again, in the same bytes, in others, or with other content', async () => {
    await takeIn(context, report(45, 7));
    await asking(retentionSet, { records: 30 }, context);
    await applyRetention(context);

    const again = await takeIn(context, report(45, 7), gzipSync(report(45, 7)), report(45, 70));

    expect(again.documents).toMatchObject({ stored: 0, merged: 0, duplicate: 2 });
    expect(await rollup()).toBe(7);
    expect(await records()).toBe(0);
  });

  it('are not made anew from what is left when all is read again', async () => {
    await takeIn(context, report(10, 5), report(45, 7));
    await asking(retentionSet, { records: 30 }, context);
    await applyRetention(context);

    const again = await reprocessRaw(context, everything);

    expect(again).toMatchObject({ raws: 1, failed: 0 });
    expect(await rollup()).toBe(12);
  });

  it('keep their figures when a document of the same day that failed is read again', async () => {
    await takeIn(context, report(45, 1000));
    await asking(retentionSet, { records: 30 }, context);
    await applyRetention(context);
    const late = report(45, 7).replace('45 days ago', 'late');
    await keep(context, 'test', [{ name: 'late', source: inMemory(Buffer.from(late)) }]);
    await rows(`UPDATE raw_document SET state = 'failed' WHERE state = 'pending'`);

    const again = await reprocessRaw(context, { domainId: null, failedOnly: true });

    expect(again).toMatchObject({ raws: 1, failed: 0, messages: 7 });
    expect(await rollup()).toBe(1007);
    expect(await rows('SELECT SUM(messages) AS messages FROM rollup_tenant')).toEqual([{ messages: 1007 }]);
  });

  it('go by whole months where every tenant let them go, and row by row elsewhere', async () => {
    const other = await system.context('other');
    await takeIn(context, report(10), report(100), report(130));
    await takeIn(other, report(10), report(100));
    const before = await partitions();
    expect(before).toEqual(expect.arrayContaining(['record_2025_11', 'record_2025_12', 'record_2026_03']));
    await asking(retentionSet, { records: 60 }, context);

    await applyRetention(context);
    expect(await partitions()).toEqual(before);
    expect([await records(), await records(other)]).toEqual([1, 2]);

    await asking(retentionSet, { records: 102 }, other);
    await applyRetention(context);
    expect(await partitions()).toEqual(before.filter((name) => name !== 'record_2025_11'));
    expect([await records(), await records(other)]).toEqual([1, 2]);
    await takeIn(other, report(120));
    expect(await partitions()).toEqual(before);
  });
});

describe('a tenant whose retention fails', () => {
  it('keeps no other waiting, and is logged', async () => {
    const behind = await system.context('behind');
    await takeIn(behind, report(45, 7));
    await asking(retentionSet, { records: 30 }, behind);
    const logged: unknown[] = [];
    const log = { ...SILENT, error: (_: string, facts = {}) => logged.push(facts) };

    await applyRetention(refusing({ ...context, log }, context.tenant));

    expect(await rows('SELECT FROM aggregate_report', behind)).toEqual([]);
    expect(await records(behind)).toBe(0);
    expect(logged).toContainEqual({ tenant: context.tenant, error: expect.any(Error) });
    expect(JSON.stringify(logged)).not.toContain(`"tenant":${behind.tenant}`);
  });
});

describe('raw documents', () => {
  it('lose their bytes, are still known when they come again, and are not read again', async () => {
    const [kept] = await keep(context, 'test', [{ name: 'r', source: inMemory(Buffer.from(report(10, 5))) }]);
    await takeIn(context);
    await asking(retentionSet, { raw: 20 }, context);
    await applyRetention(daysLater(19));
    expect(await rows('SELECT FROM raw_chunk')).toHaveLength(1);

    await applyRetention(daysLater(21));

    expect(await rows('SELECT FROM raw_chunk')).toEqual([]);
    expect(await asking(task, { id: kept?.task ?? '' }, context)).toMatchObject({
      state: 'done',
      removedAt: daysLater(21).now().toISOString(),
    });
    const [again] = await keep(context, 'test', [
      { name: 'r', source: inMemory(Buffer.from(report(10, 5))) },
    ]);
    expect(again).toMatchObject({ id: kept?.id, known: true, pending: false });
    expect(await reprocessRaw(context, everything)).toMatchObject({ raws: 0, failed: 0 });
    expect(await rollup()).toBe(5);
  });

  it('are not read again without the others that brought versions of the same report', async () => {
    await takeIn(context, report(10, 5));
    const later = { ...context, now: () => new Date(NOW.getTime() + 15 * 86_400_000) };
    await takeIn(later, report(10, 9), report(3, 1));
    await asking(retentionSet, { raw: 20 }, context);
    await applyRetention(daysLater(25));

    expect(await reprocessRaw(later, everything)).toMatchObject({ raws: 1, failed: 0 });
    expect(await rollup()).toBe(10);
  });

  it('that wait stay', async () => {
    await keep(context, 'test', [{ name: 'r', source: inMemory(Buffer.from(report(10, 5))) }]);
    await asking(retentionSet, { raw: 1 }, context);

    await applyRetention(daysLater(10));

    expect(await rows('SELECT FROM raw_chunk')).toHaveLength(1);
  });
});

describe('failure reports', () => {
  const mail = [
    'From: <reports@reporter.example>',
    'MIME-Version: 1.0',
    'Content-Type: multipart/report; report-type=feedback-report; boundary="b"',
    '',
    '--b',
    'Content-Type: message/feedback-report',
    '',
    'Feedback-Type: auth-failure',
    'Version: 1',
    'Auth-Failure: dmarc',
    'Source-IP: 192.0.2.7',
    'Reported-Domain: example.com',
    '',
    '--b--',
    '',
  ].join('\r\n');

  it('go with their bytes', async () => {
    await takeIn(context, mail, report(1, 2));
    await asking(retentionSet, { failures: 30 }, context);

    await applyRetention(daysLater(31));

    expect(await rows('SELECT FROM failure_report')).toEqual([]);
    expect(await rows('SELECT FROM raw_chunk')).toHaveLength(1);
    expect((await takeIn(context, mail)).raws).toBe(0);
    expect(await rows('SELECT FROM failure_report')).toEqual([]);
  });

  it('go with the bytes of their resends, each when it is old itself', async () => {
    await takeIn(context, mail);
    await takeIn(daysLater(5), gzipSync(mail), report(1, 2));
    expect(await rows('SELECT FROM failure_report')).toHaveLength(1);
    await asking(retentionSet, { failures: 30 }, context);

    await applyRetention(daysLater(33));
    expect(await rows('SELECT FROM failure_report')).toEqual([]);
    expect(await rows('SELECT FROM raw_chunk')).toHaveLength(2);

    await applyRetention(daysLater(36));
    expect(await rows('SELECT FROM raw_chunk')).toHaveLength(1);
  });

  it('go even where their bytes went before them', async () => {
    await takeIn(context, mail);
    await asking(retentionSet, { raw: 10, failures: 30 }, context);
    await applyRetention(daysLater(11));
    expect(await rows('SELECT FROM raw_chunk')).toEqual([]);
    expect(await rows('SELECT FROM failure_report')).toHaveLength(1);

    await applyRetention(daysLater(31));

    expect(await rows('SELECT FROM failure_report')).toEqual([]);
    expect(await rows('SELECT removed_at FROM raw_document')).toEqual([{ removed_at: daysLater(11).now() }]);
  });
});
