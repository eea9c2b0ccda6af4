import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROUTES } from '../../src/api/routes.js';
import { pathFields } from '../../src/api/route.js';
import { keep } from '../../src/core/ingest/keep.js';
import { processPending } from '../../src/core/ingest/process.js';
import { inMemory } from '../../src/core/report/bytes.js';
import { raise } from '../../src/core/operations/alert/raise.js';
import { claimed, evaluation, finding } from '../support/alerts.js';
import { person, signedIn } from '../support/people.js';
import { reportXml } from '../support/reports.js';
import { testApi, type TestApi } from './support.js';

/** What one tenant has, by the names that its own people would give it in an address. */
interface Theirs {
  readonly report: string;
  readonly task: string;
  readonly dead: string;
  readonly digest: string;
  readonly alert: string;
  readonly suppression: string;
}

interface Case {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: (theirs: Theirs) => string;
  readonly json?: (theirs: Theirs) => unknown;
  /** What its own people are answered with, so that the 404 of others says something. */
  readonly own: number;
}

/**
 * Everything that an address or a body can name, in an order in which its own people can ask for all of it; names that
 * both tenants have are told apart below.
 */
const NAMED: readonly Case[] = [
  { method: 'GET', path: ({ report }) => `/reports/${report}`, own: 200 },
  { method: 'GET', path: () => '/reports/r-theirs', own: 200 },
  { method: 'GET', path: () => '/summary?domain=theirs.example', own: 200 },
  { method: 'GET', path: () => '/timeline?domain=theirs.example', own: 200 },
  { method: 'GET', path: () => '/alignment?domain=theirs.example', own: 200 },
  { method: 'GET', path: () => '/failures?domain=theirs.example', own: 200 },
  { method: 'GET', path: () => '/reporters?domain=theirs.example', own: 200 },
  { method: 'GET', path: () => '/problems?domain=theirs.example', own: 200 },
  { method: 'GET', path: () => '/reports?reporter=Their+Mail', own: 200 },
  { method: 'GET', path: () => '/exports/reports.csv?domain=theirs.example', own: 200 },
  { method: 'GET', path: () => '/exports/records.csv?domain=theirs.example', own: 200 },
  { method: 'GET', path: () => '/exports/sources.csv?reporter=Their+Mail', own: 200 },
  { method: 'GET', path: ({ task }) => `/tasks/${task}`, own: 200 },
  { method: 'GET', path: ({ dead }) => `/tasks/${dead}`, own: 200 },
  { method: 'POST', path: () => '/dead-letters/redrive', json: ({ dead }) => ({ id: dead }), own: 200 },
  { method: 'GET', path: ({ alert }) => `/alerts/${alert}`, own: 200 },
  { method: 'GET', path: ({ alert }) => `/alerts/${alert}/why`, own: 200 },
  { method: 'POST', path: ({ alert }) => `/alerts/${alert}/acknowledge`, own: 200 },
  { method: 'POST', path: ({ alert }) => `/alerts/${alert}/unacknowledge`, own: 200 },
  { method: 'POST', path: ({ alert }) => `/alerts/${alert}/assign`, json: () => ({ to: 'me' }), own: 200 },
  { method: 'POST', path: ({ alert }) => `/alerts/${alert}/note`, json: () => ({ note: 'seen' }), own: 200 },
  { method: 'POST', path: ({ alert }) => `/alerts/${alert}/snooze`, json: () => ({ hours: 1 }), own: 200 },
  { method: 'POST', path: ({ alert }) => `/alerts/${alert}/resolve`, own: 200 },
  { method: 'POST', path: ({ alert }) => `/alerts/${alert}/reopen`, own: 200 },
  { method: 'DELETE', path: ({ suppression }) => `/suppressions/${suppression}`, own: 204 },
  { method: 'GET', path: () => '/rules/their-rule', own: 200 },
  { method: 'PATCH', path: () => '/rules/their-rule', json: () => ({ severity: 'info' }), own: 200 },
  { method: 'POST', path: () => '/rules/their-rule/disable', own: 200 },
  { method: 'POST', path: () => '/rules/their-rule/enable', own: 200 },
  { method: 'DELETE', path: () => '/rules/their-rule', own: 204 },
  { method: 'GET', path: () => '/digests/preview?domain=theirs.example', own: 200 },
  { method: 'GET', path: ({ digest }) => `/digests/preview?of=${digest}`, own: 200 },
  {
    method: 'POST',
    path: () => '/digests',
    json: () => ({ frequency: 'daily', channel: 'their-channel' }),
    own: 201,
  },
  { method: 'PATCH', path: ({ digest }) => `/digests/${digest}`, json: () => ({ time: '08:00' }), own: 200 },
  { method: 'DELETE', path: ({ digest }) => `/digests/${digest}`, own: 204 },
  { method: 'DELETE', path: () => '/domains/theirs.example/claim', own: 204 },
  {
    method: 'PUT',
    path: () => '/users/pat@theirs.example/role',
    json: () => ({ role: 'analyst' }),
    own: 200,
  },
  { method: 'POST', path: () => '/users/pat@theirs.example/reset', own: 200 },
  { method: 'POST', path: () => '/users/pat@theirs.example/disable', own: 200 },
  { method: 'POST', path: () => '/users/pat@theirs.example/enable', own: 200 },
  { method: 'DELETE', path: () => '/keys/their-key', own: 204 },
  {
    method: 'PATCH',
    path: () => '/channels/their-channel',
    json: () => ({ severity: 'warning' }),
    own: 200,
  },
  { method: 'POST', path: () => '/channels/their-channel/test', own: 200 },
  { method: 'POST', path: () => '/channels/their-channel/resume', own: 200 },
  { method: 'DELETE', path: () => '/channels/their-channel', own: 204 },
];

/** Of these everybody has some, so they have tests of their own. */
const TOLD_APART: readonly string[] = ['PUT /domains/{domain}/claim', 'GET /sources/{source}'];

/** Lists of all that there is. */
const LISTS = [
  '/reports',
  '/domains',
  '/users',
  '/keys',
  '/audit',
  '/problems',
  '/sources',
  '/reporters',
  '/failures',
  '/dead-letters',
  '/intake',
  '/tasks',
  '/status',
  '/summary',
  '/retention',
  '/digests',
  '/alerts',
  '/rules',
  '/suppressions',
  '/digests/preview',
  '/channels',
  '/exports/reports.csv',
  '/exports/records.csv',
  '/exports/sources.csv',
];

let api: TestApi;
let theirs: Theirs;
const tokens = { theirs: '', ours: '' };

beforeAll(async () => {
  api = await testApi();
  for (const tenant of ['theirs', 'ours'] as const) {
    const context = await api.context(tenant);
    await person(context, `boss@${tenant}.example`, 'admin');
    tokens[tenant] = (await signedIn(context, `boss@${tenant}.example`)).accessToken;
  }
  theirs = await filled();
});
afterAll(() => api.stop());

/** Gives the tenant `theirs` something of everything. */
async function filled(): Promise<Theirs> {
  const context = await api.context('theirs');
  const xml = reportXml({
    orgName: 'Their Mail',
    reportId: 'r-theirs',
    domain: 'theirs.example',
    records: [{ sourceIp: '203.0.113.77', headerFrom: 'theirs.example' }],
  });
  const [good] = await keep(context, 'upload', [{ name: 'theirs.xml', source: inMemory(Buffer.from(xml)) }]);
  await processPending(context);
  const [bad] = await keep(context, 'upload', [
    { name: 'theirs-bad.xml', source: inMemory(Buffer.from(reportXml({ reportId: 'r-bad' }))) },
  ]);
  await context.db.within(context.tenant, (session) =>
    session.run(`UPDATE raw_chunk SET data = 'no gzip' WHERE raw_id = $1`, [bad?.id]),
  );
  await processPending({ ...context, retries: 0 });
  await person(context, 'pat@theirs.example');
  await asked('theirs', { method: 'POST', path: '/keys', json: { name: 'their-key' } });
  await context.db.within(context.tenant, (session) =>
    session.run(
      `INSERT INTO channel (tenant_id, name, kind, destination, created_at, created_by)
       VALUES ($1, 'their-channel', 'terminal', '{}', now(), 'x')`,
      [context.tenant],
    ),
  );
  const json = { frequency: 'weekly', channel: 'their-channel' };
  const digest = (await (await asked('theirs', { method: 'POST', path: '/digests', json })).json()) as {
    readonly id: number;
  };
  const { items } = (await (await asked('theirs', { method: 'GET', path: '/reports' })).json()) as {
    readonly items: readonly { readonly id: number }[];
  };
  const domainId = await claimed(context, 'theirs.example');
  const about = finding({ domain: 'theirs.example' });
  const [raised] = await raise(context, evaluation(domainId, [about], { domain: 'theirs.example' }));
  await asked('theirs', {
    method: 'POST',
    path: '/rules',
    json: { rule: 'their-rule', kind: 'failure-rate', domain: 'theirs.example' },
  });
  const quiet = { rule: 'new-source', hours: 1, reason: 'theirs alone' };
  const suppressed = await asked('theirs', { method: 'POST', path: '/suppressions', json: quiet });
  return {
    alert: String(raised?.alertId),
    suppression: String(((await suppressed.json()) as { readonly id: number }).id),
    report: String(items[0]?.id),
    task: good?.task ?? '',
    dead: bad?.task ?? '',
    digest: String(digest.id),
  };
}

interface Asked {
  readonly method: string;
  readonly path: string;
  readonly json?: unknown;
}

function asked(tenant: keyof typeof tokens, { method, path, json }: Asked): Promise<Response> {
  // The report is of a day that the usual period does not reach.
  const dated =
    method === 'GET' &&
    !/^\/(?:keys|users|tasks|intake|status|retention|dead|audit|digests|alerts|rules\/|suppressions|reports\/)/u.test(
      path,
    );
  const period = dated ? `${path.includes('?') ? '&' : '?'}from=2026-03-01&to=2026-03-02` : '';
  return api.ask(`/v1${path}${period}`, {
    method,
    key: tokens[tenant],
    ...(json !== undefined && { json }),
  });
}

/** What stands for names in an address. */
const PLACES: Theirs = {
  report: '{report}',
  task: '{task}',
  dead: '{dead}',
  digest: '{digest}',
  alert: '{alert}',
  suppression: '{suppression}',
};

const cases = NAMED.map((one) => ({
  ...one,
  name: `${one.method} ${one.path(PLACES)}`,
}));

describe('what another tenant has', () => {
  it.each(cases)('is not found: $name', async ({ method, path, json }) => {
    const response = await asked('ours', { method, path: path(theirs), json: json?.(theirs) });

    expect([response.status, response.headers.get('content-type')]).toEqual([
      404,
      'application/problem+json',
    ]);
  });

  it('is not told of a source that the asker never had', async () => {
    const source = { method: 'GET', path: '/sources/203.0.113.77' };

    const [here, there] = [await asked('ours', source), await asked('theirs', source)];

    expect(await here.json()).toMatchObject({ figures: { messages: 0 }, firstSeen: null });
    expect(await there.json()).toMatchObject({ figures: { messages: 1 } });
  });

  it('is untouched by a claim of the same domain', async () => {
    const claim = await asked('ours', { method: 'PUT', path: '/domains/theirs.example/claim' });

    expect(await claim.json()).toMatchObject({ changed: true, seen: false });
  });

  it.each(LISTS)('is in no list: %s', async (path) => {
    // What was asked for in vain stands in the own audit; this tenant never asked for anything.
    const key = await api.key('admin', 'a third');

    const response = await api.ask(`/v1${path}`, { key });

    expect(response.status).toBe(200);
    expect(await response.text()).not.toMatch(/their|203\.0\.113\.77|example/iu);
  });

  it('is redriven by nobody else who asks for all', async () => {
    const response = await asked('ours', {
      method: 'POST',
      path: '/dead-letters/redrive',
      json: { all: true },
    });

    expect(await response.json()).toEqual({ redriven: 0 });
  });

  it('is kept as long as they say, whatever others set', async () => {
    await asked('ours', { method: 'PATCH', path: '/retention', json: { records: 1 } });

    const { records } = (await (await asked('theirs', { method: 'GET', path: '/retention' })).json()) as {
      readonly records: unknown;
    };
    expect(records).toBeNull();
  });

  it.each(cases)('was there all the time for its own people: $name', async ({ method, path, json, own }) => {
    const response = await asked('theirs', { method, path: path(theirs), json: json?.(theirs) });

    expect(response.status).toBe(own);
    await response.text();
  });

  it('is asked for by every route that names something', () => {
    const named = ROUTES.filter(
      ({ path, method }) => pathFields(path).length > 0 && !TOLD_APART.includes(`${method} ${path}`),
    );
    const asks = cases.map(({ method, path }) => `${method} ${path(PLACES)}`);

    for (const { method, path } of named) {
      const pattern = new RegExp(`^${method} ${path.replaceAll(/\{\w+\}/gu, '[^/]+')}$`, 'u');
      expect(
        asks.some((one) => pattern.test(one)),
        `${method} ${path}`,
      ).toBe(true);
    }
  });
});
