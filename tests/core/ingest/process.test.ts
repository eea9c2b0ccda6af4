import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { keep } from '../../../src/core/ingest/keep.js';
import { processPending } from '../../../src/core/ingest/process.js';
import { ATTEMPTS } from '../../../src/core/ingest/read-batch.js';
import { reprocessRaw } from '../../../src/core/ingest/reprocess.js';
import { release } from '../../../src/core/operations/domains.js';
import type { Context } from '../../../src/core/operations/operation.js';
import { randomFor } from '../../../src/core/sample/random.js';
import { zip } from '../../../src/core/sample/zip.js';
import { openDatabase } from '../../../src/core/store/database.js';
import { inMemory } from '../../../src/core/report/bytes.js';
import { NOW, testSystem, type TestSystem } from '../../support/context.js';
import { reportLines, reportXml, type WrittenRecord } from '../../support/reports.js';
import { onServer } from '../../support/database.js';
import { keepAll, takeIn } from '../../support/samples.js';

let system: TestSystem;
let context: Context;
let tenants = 0;

beforeAll(async () => {
  system = await testSystem();
});
afterAll(() => system.close());
beforeEach(async () => {
  tenants += 1;
  context = await system.context(`tenant ${tenants}`);
});

const rows = <Row extends object>(sql: string): Promise<Row[]> =>
  context.db.within(context.tenant, (session) => session.rows<Row>(sql));
const messagesByIp = async () => {
  const found = await rows<{ ip: string; messages: number }>(
    'SELECT host(source_ip) AS ip, SUM(messages) AS messages FROM rollup_source GROUP BY 1 ORDER BY 1',
  );
  return Object.fromEntries(found.map(({ ip, messages }) => [ip, messages]));
};
const problemCodes = async () =>
  (await rows<{ code: string }>('SELECT code FROM problem ORDER BY document_id, ordinal')).map(
    ({ code }) => code,
  );

describe('the same report again', () => {
  const first: readonly WrittenRecord[] = [
    { sourceIp: '192.0.2.1', count: 5 },
    { sourceIp: '192.0.2.2', count: 7, dkim: 'fail' },
  ];

  it('counts once when the very bytes come again', async () => {
    const xml = reportXml({ records: first });

    await takeIn(context, xml);
    const [kept] = await keep(context, 'test', [{ name: 'again', source: inMemory(Buffer.from(xml)) }]);

    expect(kept?.known).toBe(true);
    expect(await messagesByIp()).toEqual({ '192.0.2.1': 5, '192.0.2.2': 7 });
  });

  it.each([
    ['in another container', (xml: string) => [xml, gzipSync(xml)]],
    ['with other white space', (xml: string) => [xml, xml.replaceAll('<record>', '\n  <record>')]],
    [
      'with its rows in another order',
      () => [reportXml({ records: first }), reportXml({ records: first.toReversed() })],
    ],
  ])('counts once %s, together and one after the other', async (_, made) => {
    const [one, two] = made(reportXml({ records: first }));

    const together = await takeIn(context, one ?? '', two ?? '');

    expect(together.documents).toMatchObject({ stored: 1, duplicate: 1, merged: 0 });
    expect(await messagesByIp()).toEqual({ '192.0.2.1': 5, '192.0.2.2': 7 });
    const other = await system.context(`tenant ${tenants} apart`);
    await takeIn(other, one ?? '');
    expect((await takeIn(other, two ?? '')).documents).toMatchObject({ stored: 0, duplicate: 1 });
  });

  it('counts the union by row, and the larger count where both have the row, and both versions say so', async () => {
    const second = [
      { sourceIp: '192.0.2.2', count: 9, dkim: 'fail' },
      { sourceIp: '192.0.2.3', count: 1 },
      { sourceIp: '192.0.2.1', count: 2 },
    ];

    await takeIn(context, reportXml({ records: first }));
    const again = await takeIn(context, reportXml({ records: second }));

    expect(again.documents).toMatchObject({ merged: 1 });
    expect(await messagesByIp()).toEqual({ '192.0.2.1': 5, '192.0.2.2': 9, '192.0.2.3': 1 });
    expect(await problemCodes()).toEqual(['report-conflict', 'report-conflict']);
    const [report] = await rows('SELECT records, messages, dmarc_pass, versions FROM aggregate_report');
    expect(report).toEqual({ records: 3, messages: 15, dmarc_pass: 6, versions: 2 });
    const [results] = await rows('SELECT SUM(messages) AS messages FROM rollup_result');
    expect(results).toEqual({ messages: 15 });
  });

  it('adds up equal rows within a version before versions are compared', async () => {
    const twice = [{ count: 3 }, { count: 4 }];

    await takeIn(context, reportXml({ records: twice }), reportXml({ records: [{ count: 6 }] }));

    expect(await messagesByIp()).toEqual({ '192.0.2.1': 7 });
  });

  it('counts a third version against the union of the first two, and knows each of them again', async () => {
    const version = (count: number, sourceIp: string) => reportXml({ records: [{ sourceIp, count }] });
    await takeIn(context, version(1, '192.0.2.1'), version(2, '192.0.2.2'), version(5, '192.0.2.1'));

    const again = await takeIn(context, gzipSync(version(2, '192.0.2.2')), gzipSync(version(5, '192.0.2.1')));

    expect(again.documents).toMatchObject({ duplicate: 2, merged: 0 });
    expect(await messagesByIp()).toEqual({ '192.0.2.1': 5, '192.0.2.2': 2 });
  });

  it('does not cost the whole report for every small version of it', async () => {
    const whole = Array.from({ length: 20_000 }, (_, index) => ({
      sourceIp: `10.0.${index >> 8}.${index & 255}`,
      count: 1,
    }));
    const versions = Array.from({ length: 60 }, (_, index) =>
      reportXml({ records: [{ sourceIp: '192.0.2.1', count: index + 2 }] }),
    );
    await takeIn(context, reportXml({ records: whole }));

    const before = performance.now();
    const processed = await takeIn(context, ...versions);
    const seconds = (performance.now() - before) / 1000;

    expect(processed.documents.merged).toBe(60);
    expect(await messagesByIp()).toMatchObject({ '192.0.2.1': 61, '10.0.0.1': 1 });
    expect(seconds).toBeLessThan(10);
  });

  it('does not mislead PostgreSQL about a large report that comes after a small one came again', async () => {
    const large = Array.from({ length: 20_000 }, (_, index) => ({
      sourceIp: `10.0.${index >> 8}.${index & 255}`,
      count: 1,
    }));
    await takeIn(context, reportXml({ records: first }), reportXml({ records: [{ count: 50 }] }));

    const before = performance.now();
    await takeIn(context, reportXml({ reportId: 'large', records: large }));
    const seconds = (performance.now() - before) / 1000;

    expect(await messagesByIp()).toMatchObject({ '192.0.2.1': 50, '10.0.0.1': 1 });
    expect(seconds).toBeLessThan(10);
  });

  it('says once what it said when two processes take the same version in at once', async () => {
    await takeIn(context, reportXml({ records: first }));
    const other = gzipSync(reportXml({ records: [{ count: 50 }] }));
    await keepAll(context, [
      { name: 'a', bytes: other },
      { name: 'b', bytes: gzipSync(other) },
    ]);

    await Promise.all([processPending(context), processPending(context)]);

    expect(await rows('SELECT versions, messages FROM aggregate_report')).toEqual([
      { versions: 2, messages: 57 },
    ]);
  });

  it('is another report under another id, reporter, domain or range', async () => {
    const xml = reportXml({ records: first });
    const others = [
      reportXml({ records: first, reportId: 'r-2' }),
      reportXml({ records: first, orgName: 'Other Mail' }),
      reportXml({ records: first, domain: 'example.org' }),
      xml.replace('<end>1772409599</end>', '<end>1772409600</end>'),
    ];

    const taken = await takeIn(context, xml, ...others);

    expect(taken.documents.stored).toBe(5);
  });
});

describe('days', () => {
  const over = (begin: string, end: string, count: number) =>
    reportXml({ records: [{ count }, { sourceIp: '192.0.2.9', count: 0 }] })
      .replace('1772323200', String(Date.parse(begin) / 1000))
      .replace('1772409599', String(Date.parse(end) / 1000));
  const byDay = () =>
    rows<{ day: string; messages: number }>(
      'SELECT day, SUM(messages) AS messages FROM rollup_result GROUP BY 1 ORDER BY 1',
    );

  it('spreads a report of several days over them in whole messages with the exact sum', async () => {
    await takeIn(context, over('2026-03-01T00:00:00Z', '2026-03-04T00:00:00Z', 10));

    expect(await byDay()).toEqual([
      { day: '2026-03-01', messages: 3 },
      { day: '2026-03-02', messages: 4 },
      { day: '2026-03-03', messages: 3 },
    ]);
    const [report] = await rows('SELECT records, messages FROM aggregate_report');
    expect(report).toEqual({ records: 2, messages: 10 });
  });

  it('counts a shorter one on the day of its middle', async () => {
    await takeIn(context, over('2026-03-01T20:00:00Z', '2026-03-02T20:00:00Z', 10));

    expect(await byDay()).toEqual([{ day: '2026-03-02', messages: 10 }]);
  });

  it.each([
    ['before 2010', '1999-01-01T00:00:00Z', '1999-01-02T00:00:00Z'],
    ['more than two days from now', '2026-03-18T00:00:00Z', '2026-03-19T00:00:00Z'],
  ])('keeps a report from %s, names the problem and counts it on no day', async (_, begin, end) => {
    await takeIn(context, over(begin, end, 10));

    expect(await byDay()).toEqual([{ day: '9999-12-31', messages: 10 }]);
    expect(await problemCodes()).toContain('period-unbelievable');
    const partitions = await rows<{ name: string }>(
      `SELECT DISTINCT tableoid::regclass::text AS name FROM record`,
    );
    expect(partitions).toEqual([{ name: 'record_default' }]);
  });
});

describe('counts that nobody can believe', () => {
  it('do not stop the honest reports of the same reporter, day and result', async () => {
    const most = Number.MAX_SAFE_INTEGER;
    const forged = Array.from({ length: 1_030 }, (_, index) =>
      reportXml({ reportId: `forged-${index}`, records: [{ count: most }] }),
    );
    await takeIn(context, ...forged);

    const honest = await takeIn(context, reportXml({ reportId: 'honest' }));

    expect(honest).toMatchObject({ failed: 0, documents: { stored: 1 } });
    expect(await messagesByIp()).toEqual({ '192.0.2.1': most });
  });
});

describe('the time at which reports came', () => {
  it('stays when they are read again later', async () => {
    await takeIn(context, reportXml());
    const later = { ...context, now: () => new Date('2026-04-20T00:00:00Z') };

    await reprocessRaw(later, { domainId: null, failedOnly: false });

    expect(await rows('SELECT received_at FROM aggregate_report')).toEqual([{ received_at: NOW }]);
    expect(await rows('SELECT last_report_at FROM domain')).toEqual([{ last_report_at: NOW }]);
  });
});

describe('text that a database does not take as it is', () => {
  it('is stored as data: tabs, line feeds, backslashes, NUL, quotes and escapes', async () => {
    const odd = String.raw`\N \. a\tb 'x' "y" $1 \u0000 $$`;
    const xml = reportXml({ orgName: odd, reportId: `${odd}&#9;&#10;&#13;`, records: [{ headerFrom: odd }] });

    const taken = await takeIn(context, xml);

    expect(taken).toMatchObject({ failed: 0, documents: { stored: 1 } });
    const [record] = await rows('SELECT header_from FROM record');
    expect(record).toEqual({ header_from: odd.toLowerCase() });
  });
});

describe('work that is interrupted', () => {
  it('is done by the next one when the connection breaks in the middle of a batch', async () => {
    await keepAll(context, [{ name: 'r', bytes: Buffer.from(reportXml()) }]);
    const broken: Context = {
      ...context,
      db: {
        ...context.db,
        within: (tenant, work) =>
          context.db.within(tenant, async (session) => {
            const result = await work(session);
            const { pid } = await session.row<{ pid: number | null }>(
              `SELECT CASE WHEN EXISTS (SELECT FROM raw_document WHERE state = 'processed') THEN pg_backend_pid() END AS pid`,
            );
            if (pid !== null)
              await onServer((server) => server.query('SELECT pg_terminate_backend($1)', [pid]));
            return result;
          }),
      },
    };

    await expect(processPending(broken)).rejects.toMatchObject({ code: 'database-gone' });
    expect(await rows('SELECT FROM aggregate_report')).toHaveLength(0);
    const next = await processPending(context);

    expect(next.documents.stored).toBe(1);
    expect(await messagesByIp()).toEqual({ '192.0.2.1': 1 });
  });

  it('is not given up because the disk or the database failed time and again', async () => {
    await keepAll(context, [{ name: 'r', bytes: Buffer.from(reportXml()) }]);
    const full = Object.assign(new Error('could not extend file'), { code: '53100' });
    const withFullDisk: Context = {
      ...context,
      db: {
        ...context.db,
        within: (tenant, work) =>
          context.db.within(tenant, (session) => work({ ...session, copy: () => Promise.reject(full) })),
      },
    };

    for (let times = 0; times < 4; times += 1)
      await expect(processPending(withFullDisk)).rejects.toMatchObject({ code: 'disk-full' });

    expect((await processPending(context)).documents.stored).toBe(1);
  });

  it('is tried alone after it did not end, so that its neighbours are read', async () => {
    const files = ['a', 'b', 'c'].map((id) => ({
      name: id,
      bytes: Buffer.from(reportXml({ reportId: id })),
    }));
    await keepAll(context, files);
    await rows(
      `INSERT INTO raw_attempt SELECT tenant_id, id, 2 FROM raw_document WHERE name = 'b' RETURNING 1`,
    );
    const asked: number[][] = [];
    const watching: Context = {
      ...context,
      db: {
        ...context.db,
        within: (tenant, work) =>
          context.db.within(tenant, (session) =>
            work({
              ...session,
              run: (sql, parameters) => {
                if (sql.includes('INTO raw_attempt')) asked.push(parameters?.[1] as number[]);
                return session.run(sql, parameters);
              },
            }),
          ),
      },
    };

    expect((await processPending(watching)).documents.stored).toBe(3);
    const [tried] = await rows<{ id: number }>(`SELECT id FROM raw_document WHERE name = 'b'`);
    expect(asked.filter((ids) => ids.includes(tried?.id ?? -1))).toEqual([[tried?.id]]);
  });

  it('is read as long as one more beginning is left', async () => {
    await keepAll(context, [{ name: 'unlucky.xml', bytes: Buffer.from(reportXml()) }]);
    await rows(`INSERT INTO raw_attempt SELECT tenant_id, id, ${ATTEMPTS - 1} FROM raw_document RETURNING 1`);

    expect(await processPending(context)).toMatchObject({ raws: 1, failed: 0 });
  });

  it('is given up after the last beginning that never ended, and kept', async () => {
    await keepAll(context, [{ name: 'stuck.xml', bytes: Buffer.from(reportXml()) }]);
    await rows(`INSERT INTO raw_attempt SELECT tenant_id, id, ${ATTEMPTS} FROM raw_document RETURNING 1`);

    const processed = await processPending(context);

    expect(processed).toMatchObject({ raws: 0, failed: 1 });
    expect(await rows('SELECT state, error_code FROM raw_document')).toEqual([
      { state: 'failed', error_code: 'reading-never-ended' },
    ]);
    await reprocessRaw(context, { domainId: null, failedOnly: true });
    expect(await messagesByIp()).toEqual({ '192.0.2.1': 1 });
  });

  it('does not let one document that cannot be stored harm the others of its batch', async () => {
    await keepAll(context, [
      { name: 'good-1.xml', bytes: Buffer.from(reportXml({ reportId: 'a' })) },
      { name: 'bad.xml', bytes: Buffer.from(reportXml({ reportId: 'b' })) },
      { name: 'good-2.xml', bytes: Buffer.from(reportXml({ reportId: 'c' })) },
    ]);
    await rows(
      `UPDATE raw_chunk SET data = 'no gzip' WHERE raw_id = (SELECT id FROM raw_document WHERE name = 'bad.xml') RETURNING 1`,
    );

    const processed = await processPending(context);

    expect(processed).toMatchObject({ raws: 2, failed: 1, documents: { stored: 2 } });
    expect(await rows(`SELECT name, error_code FROM raw_document WHERE state = 'failed'`)).toEqual([
      { name: 'bad.xml', error_code: 'not-stored' },
    ]);
  });
});

describe('reading again', () => {
  it('goes on past a document that cannot be stored, and leaves that as it was', async () => {
    await takeIn(
      context,
      reportXml({ reportId: 'a' }),
      reportXml({ reportId: 'b' }),
      reportXml({ reportId: 'c' }),
    );
    await rows(
      `UPDATE raw_chunk SET data = 'no gzip' WHERE raw_id = (SELECT id FROM raw_document ORDER BY id LIMIT 1 OFFSET 1) RETURNING 1`,
    );

    const again = await reprocessRaw(context, { domainId: null, failedOnly: false });

    expect(again).toMatchObject({ raws: 2, failed: 1, documents: { stored: 2 } });
    expect(await messagesByIp()).toEqual({ '192.0.2.1': 3 });
  });

  it('does not deadlock with an ingest that runs', async () => {
    const reports = (from: number) =>
      Array.from({ length: 150 }, (_, index) => ({
        name: `r${from + index}`,
        bytes: Buffer.from(reportXml({ reportId: `r${from + index}` })),
      }));
    await keepAll(context, reports(0));
    await processPending(context);
    await keepAll(context, reports(150));

    await Promise.all([
      processPending(context),
      reprocessRaw(context, { domainId: null, failedOnly: false }),
    ]);

    expect(await messagesByIp()).toEqual({ '192.0.2.1': 300 });
  });
});

describe('raw documents', () => {
  it('keeps a file of many chunks as it came, plain and packed, and reads it again', async () => {
    const records = Array.from({ length: 9_000 }, (_, index) => ({
      sourceIp: `10.0.${index >> 8}.${index & 255}`,
      count: 1,
    }));
    const plain = Buffer.from([...reportLines({}, records)].join('\n'));
    const packed = gzipSync(Buffer.from([...reportLines({ reportId: 'packed' }, records)].join('\n')), {
      level: 0,
    });

    await takeIn(context, plain, packed);
    await reprocessRaw(context, { domainId: null, failedOnly: false });

    expect(Math.min(plain.length, packed.length)).toBeGreaterThan(2 * 1024 * 1024);
    const [sums] = await rows('SELECT COUNT(*) AS sources, SUM(messages) AS messages FROM rollup_source');
    expect(sums).toEqual({ sources: 9_000, messages: 18_000 });
  });

  it('stores more documents of one file than it holds at once', async () => {
    const files = Array.from({ length: 900 }, (_, index) => ({
      name: `${index}.xml`,
      bytes: Buffer.from(
        reportXml({ reportId: index < 890 ? `r${index}` : 'r0', records: [{ count: index }] }),
      ),
    }));

    const taken = await takeIn(context, zip(files));

    expect(taken.documents).toMatchObject({ stored: 890, merged: 10 });
    expect(await messagesByIp()).toEqual({ '192.0.2.1': (889 * 890) / 2 + 899 });
  });

  it('keeps what cannot be read, with the reason', async () => {
    const processed = await takeIn(context, 'no report at all', '');

    expect(processed.documents.unreadable).toBe(2);
    const kept = await rows<{ error_code: string }>(
      `SELECT error_code FROM document WHERE outcome = 'unreadable' ORDER BY id`,
    );
    expect(kept.every(({ error_code: code }) => code.length > 0)).toBe(true);
    const [raw] = await rows(
      `SELECT convert_from(data, 'UTF8') AS text FROM raw_chunk WHERE seq = 0 AND length(data) > 0`,
    );
    expect(raw).toEqual({ text: 'no report at all' });
  });
});

describe('failure reports', () => {
  const mail = [
    'From: <reports@reporter.example>',
    'Subject: FW: private matter',
    'MIME-Version: 1.0',
    'Content-Type: multipart/report; report-type=feedback-report; boundary="b"',
    '',
    '--b',
    'Content-Type: message/feedback-report',
    '',
    'Feedback-Type: auth-failure',
    'Version: 1',
    'Auth-Failure: dmarc',
    'Original-Mail-From: <secret.person@example.com>',
    'Source-IP: 192.0.2.7',
    'Reported-Domain: example.com',
    'Arrival-Date: Sun, 1 Mar 2026 10:00:00 +0000',
    '',
    '--b',
    'Content-Type: message/rfc822',
    '',
    'From: Secret Person <secret.person@example.com>',
    'Subject: private matter',
    '',
    'A body that nobody else shall read.',
    '--b--',
    '',
  ].join('\r\n');

  it('are stored redacted, and the redacted form takes the place of the mail', async () => {
    await takeIn(context, mail);

    const everything = JSON.stringify([
      await rows('SELECT * FROM failure_report'),
      await rows(`SELECT convert_from(data, 'UTF8') AS text FROM raw_chunk`),
    ]);
    for (const secret of ['secret.person', 'Secret Person', 'private matter', 'nobody else'])
      expect(everything).not.toContain(secret);
    expect(await rows(`SELECT host(source_ip) AS ip, auth_failure FROM failure_report`)).toEqual([
      { ip: '192.0.2.7', auth_failure: 'dmarc' },
    ]);
  });

  it('read the same from the redacted form', async () => {
    await takeIn(context, mail);
    const before = await rows('SELECT report, arrived_at FROM failure_report');

    const again = await reprocessRaw(context, { domainId: null, failedOnly: false });

    expect(again.documents.stored).toBe(1);
    expect(await rows('SELECT report, arrived_at FROM failure_report')).toEqual(before);
  });

  it('are told apart by what came, though it is not there any more', async () => {
    const other = mail.replace('<secret.person@example.com>', '<somebody.else@example.com>');
    await takeIn(context, mail, other);
    expect(await rows('SELECT FROM failure_report')).toHaveLength(2);

    await reprocessRaw(context, { domainId: null, failedOnly: false });
    expect(await rows('SELECT FROM failure_report')).toHaveLength(2);
    await takeIn(context, gzipSync(mail));
    expect(await rows('SELECT FROM failure_report')).toHaveLength(2);
  });

  it('count once, though the raw form is not there any more', async () => {
    await takeIn(context, mail);
    const again = await takeIn(context, mail, gzipSync(mail));

    expect(await rows('SELECT FROM failure_report')).toHaveLength(1);
    expect(again.documents.stored).toBe(0);
  });

  it('say so when they came in a file with others, whose bytes must not be lost', async () => {
    const boundary = 'outer';
    const mixed = [
      'MIME-Version: 1.0',
      `Content-Type: multipart/mixed; boundary="${boundary}"`,
      '',
      `--${boundary}`,
      'Content-Type: message/rfc822',
      '',
      mail,
      `--${boundary}`,
      'Content-Type: application/xml; name="r.xml"',
      'Content-Disposition: attachment; filename="r.xml"',
      '',
      reportXml(),
      `--${boundary}--`,
      '',
    ].join('\r\n');

    const taken = await takeIn(context, mixed);

    expect(taken.documents.stored).toBe(2);
    expect(await problemCodes()).toContain('failure-mail-kept');
    expect(await rows('SELECT redacted FROM raw_document')).toEqual([{ redacted: false }]);
  });

  it('are kept as they came where that is wanted', async () => {
    await takeIn({ ...context, keepFailureMail: true }, mail);

    const [raw] = await rows<{ encoding: string; redacted: boolean }>(
      'SELECT encoding, redacted FROM raw_document',
    );
    expect(raw).toEqual({ encoding: 'gzip', redacted: false });
  });
});

describe('SMTP TLS reports', () => {
  const json = JSON.stringify({
    'organization-name': 'Example Mail',
    'date-range': { 'start-datetime': '2026-03-01T00:00:00Z', 'end-datetime': '2026-03-01T23:59:59Z' },
    'contact-info': null,
    'report-id': 'tls-1',
    policies: [
      {
        policy: { 'policy-type': 'sts', 'policy-domain': 'Example.com' },
        summary: { 'total-successful-session-count': 5, 'total-failure-session-count': 2 },
      },
      {
        policy: { 'policy-type': 'no-policy-found' },
        summary: { 'total-successful-session-count': 1, 'total-failure-session-count': 0 },
      },
    ],
  });

  it('are stored policy by policy, once', async () => {
    await takeIn(context, json, gzipSync(json));

    const found = await rows(
      `SELECT d.name, t.policy_type, t.successful, t.failed FROM tls_result t LEFT JOIN domain d ON d.id = t.domain_id ORDER BY t.id`,
    );
    expect(found).toEqual([
      { name: 'example.com', policy_type: 'sts', successful: 5, failed: 2 },
      { name: null, policy_type: 'no-policy-found', successful: 1, failed: 0 },
    ]);
  });
});

describe('resends that are read at the same time', () => {
  it('of a TLS report count once', async () => {
    const others = await Promise.all([1, 2, 3].map(() => openDatabase({ connection: system.url })));
    // Larger than what is read together with others, so that copies are read in lanes that run at the same time.
    const padding = randomFor('padding').hex(200_000);
    const report = (number: number) =>
      Buffer.from(
        JSON.stringify({
          'organization-name': 'Example Mail',
          'date-range': { 'start-datetime': '2026-03-01T00:00:00Z', 'end-datetime': '2026-03-01T23:59:59Z' },
          'report-id': `tls-${number}`,
          policies: [{ policy: { 'policy-type': 'sts', 'policy-domain': 'tls.example' }, summary: {} }],
          padding,
        }),
      );
    for (const number of [1, 2, 3])
      await keepAll(
        context,
        [1, 5, 9].map((level) => ({
          name: `${number}-${level}`,
          bytes: gzipSync(report(number), { level }),
        })),
      );

    await Promise.all(
      [context, ...others.map((db) => ({ ...context, db }))].map((one) => processPending(one)),
    );
    await Promise.all(others.map((db) => db.close()));

    const [counted] = await rows('SELECT COUNT(*) AS n FROM tls_result');
    expect(counted).toEqual({ n: 3 });
  });
});

describe('domains that reports bring', () => {
  it('can be released when only a TLS report was about them', async () => {
    await takeIn(
      context,
      JSON.stringify({
        'organization-name': 'Example Mail',
        'date-range': { 'start-datetime': '2026-03-01T00:00:00Z', 'end-datetime': '2026-03-01T23:59:59Z' },
        'report-id': 'tls-2',
        policies: [{ policy: { 'policy-type': 'sts', 'policy-domain': 'tls.example' }, summary: {} }],
      }),
    );

    expect(await release.run(context, { domain: 'tls.example' })).toMatchObject({ changed: true });
    expect(await rows(`SELECT claimed_at FROM domain WHERE name = 'tls.example'`)).toEqual([
      { claimed_at: null },
    ]);
  });

  it('are claimed at once where that is on, and seen otherwise; both are marked for the rules', async () => {
    await takeIn(context, reportXml({ domain: 'one.example' }));
    await takeIn({ ...context, claimAtOnce: false }, reportXml({ domain: 'two.example' }));

    const found = await rows(
      'SELECT name, claimed_at, claimed_by, dirty_since, last_report_at FROM domain ORDER BY name',
    );
    expect(found).toEqual([
      {
        name: 'one.example',
        claimed_at: NOW,
        claimed_by: 'automatic',
        dirty_since: NOW,
        last_report_at: NOW,
      },
      { name: 'two.example', claimed_at: null, claimed_by: null, dirty_since: NOW, last_report_at: NOW },
    ]);
  });
});
