import { connect } from 'node:net';
import { once } from 'node:events';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { processPending } from '../../src/core/ingest/process.js';
import { onServer } from '../support/database.js';
import { reportLines, reportXml } from '../support/reports.js';
import { testApi, until, type TestApi } from './support.js';

/** Rows of a kilobyte: more than the buffers of a connection take. */
const MANY = 20_000;

let api: TestApi;
let analyst: string;
let many: string;

beforeAll(async () => {
  api = await testApi();
  analyst = await api.key('analyst');
  many = await api.key('analyst', 'many');
  const reports = [
    reportXml({
      orgName: '=cmd|calc!A1',
      reportId: '+1-800',
      records: [
        { sourceIp: '192.0.2.1', count: 7, headerFrom: '@SUM(A1)' },
        { sourceIp: '192.0.2.2', count: 2, dkim: 'fail', spf: 'fail' },
      ],
    }),
    reportXml({ reportId: 'r-2', domain: 'example.org', records: [{ sourceIp: '2001:db8::1', count: 3 }] }),
  ];
  for (const body of reports) await api.ask('/v1/reports', { method: 'POST', key: analyst, body });
  await processPending(await api.context());

  const records = Array.from({ length: MANY }, (_, n) => ({
    sourceIp: `10.${n >> 16}.${(n >> 8) & 255}.${n & 255}`,
    headerFrom: `${'long-name-'.repeat(100)}${n}.example.com`,
  }));
  const body = [...reportLines({ reportId: 'many' }, records)].join('\n');
  await api.ask('/v1/reports', { method: 'POST', key: many, body });
  await processPending(await api.context('many'));
}, 60_000);
afterAll(() => api.stop());

async function lines(path: string, key = analyst): Promise<string[]> {
  const response = await api.ask(`/v1/exports/${path}`, { key });
  expect(response.status).toBe(200);
  return (await response.text()).trimEnd().split('\n');
}

/** Connections to our database in the midst of a transaction: the runtime role may not see that of others. */
function connectionsAtWork(): Promise<number> {
  const database = new URL(api.system.url).pathname.slice(1);
  return onServer(async (server) => {
    const { rows } = await server.query<{ n: number }>(
      "SELECT COUNT(*)::int AS n FROM pg_stat_activity WHERE datname = $1 AND state <> 'idle'",
      [database],
    );
    return rows[0]?.n ?? -1;
  });
}

it('gives reports as CSV that a spreadsheet takes for text and numbers', async () => {
  const response = await api.ask('/v1/exports/reports.csv?from=2026-03-01&to=2026-03-31', { key: analyst });
  const [header, ...rows] = (await response.text()).trimEnd().split('\n');

  expect(response.headers.get('content-type')).toBe('text/csv; charset=utf-8');
  expect(response.headers.get('content-disposition')).toBe(
    'attachment; filename="reports-2026-03-01-2026-03-31.csv"',
  );
  expect(header).toMatch(/^report,domain,reporter,reportId,begin,end,firstDay,/u);
  expect(rows).toHaveLength(2);
  expect(rows[0]).toContain(
    ",'=cmd|calc!A1,'+1-800,2026-03-01T00:00:00.000Z,2026-03-01T23:59:59.000Z,2026-03-01,",
  );
});

it('gives records with the report that they are in', async () => {
  const [header, ...rows] = await lines('records.csv?domain=example.com');

  expect(header).toMatch(/^report,domain,reporter,reportId,day,row,sourceIp,count,/u);
  expect(rows).toHaveLength(2);
  expect(rows[0]).toContain(",2026-03-01,1,192.0.2.1,7,none,pass,fail,'@sum(a1),");
  expect(rows[0]).toContain('example.com/s1=pass,bounce.example.com/mfrom=fail');
});

it('gives sources, largest first, under the filters', async () => {
  expect(await lines('sources.csv')).toEqual([
    'source,messages,dmarcPass,dkimAligned,spfAligned,quarantined,rejected,firstDay,lastDay',
    '192.0.2.1,7,7,7,0,0,0,2026-03-01,2026-03-01',
    '2001:db8::1,3,3,3,0,0,0,2026-03-01,2026-03-01',
    '192.0.2.2,2,0,0,0,0,0,2026-03-01,2026-03-01',
  ]);
  expect(await lines('sources.csv?dkim=fail')).toHaveLength(2);
  expect(await lines('sources.csv?source=2001:db8::/32')).toHaveLength(2);
});

it('gives the header alone where there is nothing', async () => {
  expect(await lines('reports.csv?from=2020-01-01&to=2020-01-02')).toHaveLength(1);
});

it('tells what is wrong before any row is sent', async () => {
  const unknown = await api.ask('/v1/exports/reports.csv?domain=nobody.example', { key: analyst });
  const wrong = await api.ask('/v1/exports/reports.csv?limit=5', { key: analyst });

  expect(await unknown.json()).toMatchObject({ status: 404, code: 'domain-unknown' });
  expect(await wrong.json()).toMatchObject({ status: 400, code: 'field-unknown' });
});

it('streams all rows of many, once each', async () => {
  const rows = await lines('records.csv', many);

  expect(rows).toHaveLength(MANY + 1);
  expect(new Set(rows.slice(1).map((row) => row.split(',')[6])).size).toBe(MANY);
});

it('stops the query when the client is gone', async () => {
  const socket = connect(api.api.port, '127.0.0.1');
  await once(socket, 'connect');
  socket.write(
    `GET /v1/exports/records.csv HTTP/1.1\r\nHost: localhost\r\nX-Request-Id: gone\r\nAuthorization: Bearer ${many}\r\n\r\n`,
  );
  await once(socket, 'data');
  socket.pause();
  await until(async () => (await connectionsAtWork()) === 1);

  socket.destroy();

  await until(async () => (await connectionsAtWork()) === 0);
  await until(() => api.lines.some(({ facts }) => facts['request'] === 'gone' && facts['status'] === 499));
  expect(api.lines.filter(({ level }) => level === 'error')).toEqual([]);
});

it('gives one key one place and one tenant two, without counting who finds none', async () => {
  const slow = async (key: string) => {
    const socket = connect(api.api.port, '127.0.0.1');
    await once(socket, 'connect');
    socket.write(
      `GET /v1/exports/records.csv HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${key}\r\n\r\n`,
    );
    await once(socket, 'data');
    socket.pause();
    return socket;
  };
  const sockets = [await slow(many)];

  const second = await api.ask('/v1/exports/reports.csv', { key: many });
  sockets.push(await slow(await api.key('analyst', 'many')));
  const third = await api.ask('/v1/exports/reports.csv', { key: await api.key('analyst', 'many') });
  const others = await api.ask('/v1/exports/reports.csv', { key: analyst });
  await others.text();

  expect([second.status, third.status, others.status]).toEqual([503, 503, 200]);
  expect(third.headers.get('retry-after')).toBe('10');
  expect(second.headers.get('ratelimit')).toBeNull();
  sockets.forEach((socket) => socket.destroy());
  await until(async () => (await connectionsAtWork()) === 0);
});
