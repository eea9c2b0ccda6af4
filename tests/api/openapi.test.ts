import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL, fileURLToPath } from 'node:url';
import { Validator } from '@seriousme/openapi-schema-validator';
import openapiTypescript, { astToString, type OpenAPI3 } from 'openapi-typescript';
import ts from 'typescript';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ROUTES } from '../../src/api/routes.js';
import { processPending } from '../../src/core/ingest/process.js';
import { reportXml } from '../support/reports.js';
import { makeScratchFolder } from '../support/scratch.js';
import { testApi, type TestApi } from './support.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

let api: TestApi;
let description: OpenAPI3;

beforeAll(async () => {
  api = await testApi();
  description = (await (await api.ask('/openapi.json')).json()) as OpenAPI3;
});
afterAll(() => api.stop());

it('describes the API in valid OpenAPI 3.1', async () => {
  const result = await new Validator().validate(
    structuredClone(description) as unknown as Record<string, unknown>,
  );

  expect(result.errors ?? []).toEqual([]);
  expect(result.valid).toBe(true);
  expect(description.openapi).toBe('3.1.0');
});

it('describes every route, with names that are each used once', () => {
  const paths = description.paths as Record<string, Record<string, { operationId: string }>>;
  const ids = Object.values(paths).flatMap((methods) =>
    Object.values(methods).map(({ operationId }) => operationId),
  );

  for (const { method, path: address } of ROUTES)
    expect(paths[`/v1${address}`]?.[method.toLowerCase()], `${method} ${address}`).toBeDefined();
  expect(new Set(ids).size).toBe(ids.length);
  expect(paths['/v1/reports']).toHaveProperty('post');
  expect(paths).toHaveProperty('/v1/exports/records.csv');
});

it('says which bodies have to be there: those that cannot be empty', () => {
  const paths = description.paths as Record<string, Record<string, { requestBody?: { required: boolean } }>>;

  expect(paths['/v1/retention']?.['patch']?.requestBody?.required).toBe(true);
  expect(paths['/v1/dead-letters/redrive']?.['post']?.requestBody?.required).toBe(true);
  expect(paths['/v1/intake/fetch']?.['post']?.requestBody?.required).toBe(false);
});

it('tells the result of every route that has one', () => {
  const untold = ROUTES.filter(({ status, result }) => status !== 204 && result === undefined);

  expect(untold.map(({ path: address }) => address)).toEqual([]);
});

it.each([
  '/v1/summary',
  '/v1/domains',
  '/v1/sources',
  '/v1/reports',
  '/v1/status',
  '/v1/tasks',
  '/v1/intake',
  '/v1/retention',
  '/v1/keys',
  '/v1/users',
])('answers %s as it describes', async (address) => {
  const key = await api.key('admin');
  const result = ROUTES.find((route) => `/v1${route.path}` === address && route.method === 'GET')?.result;

  const answer = await (await api.ask(address, { key })).json();

  expect(result?.parse(answer)).toEqual(answer);
});

it('shows itself on a page that loads nothing from elsewhere and runs no script of the page', async () => {
  const page = await api.ask('/docs');
  const html = await page.text();

  expect(page.headers.get('content-security-policy')).toContain("script-src 'self'");
  expect(page.headers.get('content-security-policy')).not.toContain('unsafe');
  expect(html).not.toMatch(/https?:|<script>|style=/u);
  for (const [, address] of html.matchAll(/(?:src|href)="([^"]+)"/gu)) {
    const response = await api.ask(`/${address}`);
    expect([address, response.status]).toEqual([address, 200]);
    await response.arrayBuffer();
  }
});

/** What a program of somebody else would look like. */
const PROGRAM = `
import createClient from 'openapi-fetch';
import type { paths } from './api.js';

export async function use(baseUrl: string, key: string, report: string) {
  const client = createClient<paths>({ baseUrl, headers: { Authorization: \`Bearer \${key}\` } });
  const uploaded = await client.POST('/v1/reports', {
    params: { query: { name: 'report.xml' } },
    body: report,
    bodySerializer: (body) => body as unknown as string,
    headers: { 'Content-Type': 'application/octet-stream' },
  });
  const summary = await client.GET('/v1/summary', { params: { query: { domain: 'example.com', days: 30 } } });
  const domains = await client.GET('/v1/domains');
  const sources = await client.GET('/v1/sources', { params: { query: { order: 'failing', limit: 5 } } });
  const reports = await client.GET('/v1/reports');
  const claimed = await client.PUT('/v1/domains/{domain}/claim', { params: { path: { domain: 'example.com' } } });
  const wrong = await client.GET('/v1/summary', { params: { query: { domain: 'nobody.example' } } });
  const passed: number | undefined = summary.data?.figures.dmarcPass;
  const step: 'get-reports' | 'look-at-new-source' | 'look-at-failing-source' | 'raise-policy' | 'keep-watching' | undefined =
    summary.data?.nextStep?.code;
  const names: string[] | undefined = domains.data?.items.map((item) => item.domain);
  const addresses: (string | null)[] | undefined = sources.data?.items.map((item) => item.source);
  const reporter: string | undefined = reports.data?.items[0]?.reporter;
  const code: string | undefined = wrong.error?.code;
  const file: string | undefined = uploaded.data?.files[0]?.name;
  return { passed, step, names, addresses, reporter, code, file, claimed: claimed.data?.claimed };
}

export async function signIn(baseUrl: string) {
  const client = createClient<paths>({ baseUrl });
  const { data, error } = await client.POST('/v1/sign-in', { body: { email: 'a@example.com', password: 'a long password' } });
  const token: string | undefined = data?.accessToken;
  return { token, code: error?.code };
}
`;

it('gives a client that type-checks and works', async () => {
  const folder = makeScratchFolder();
  const types = astToString(await openapiTypescript(structuredClone(description)));
  writeFileSync(path.join(folder, 'api.d.ts'), types);
  writeFileSync(path.join(folder, 'program.ts'), PROGRAM);
  writeFileSync(path.join(folder, 'package.json'), '{"type":"module"}');
  symlinkSync(path.join(ROOT, 'node_modules'), path.join(folder, 'node_modules'));
  mkdirSync(path.join(folder, 'out'));

  const program = ts.createProgram([path.join(folder, 'program.ts')], {
    target: ts.ScriptTarget.ES2023,
    lib: ['lib.es2023.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
    types: [],
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    strict: true,
    skipLibCheck: true,
    rootDir: folder,
    outDir: path.join(folder, 'out'),
  });
  const complaints = ts
    .getPreEmitDiagnostics(program)
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '));
  expect(complaints).toEqual([]);
  program.emit();
  const client = (await import(pathToFileURL(path.join(folder, 'out', 'program.js')).href)) as {
    use(url: string, key: string, report: string): Promise<object>;
    signIn(url: string): Promise<object>;
  };

  const key = await api.key('admin', 'client');
  await client.use(
    api.api.url,
    key,
    reportXml({ records: [{ count: 5 }, { sourceIp: '192.0.2.9', dkim: 'fail', count: 2 }] }),
  );
  await processPending(await api.context('client'));
  const answers = await client.use(api.api.url, key, reportXml({ reportId: 'second' }));

  expect(answers).toEqual({
    passed: 5,
    step: expect.stringMatching(/-/u),
    names: ['example.com'],
    addresses: ['192.0.2.9', '192.0.2.1'],
    reporter: 'Example Mail',
    code: 'domain-unknown',
    file: 'report.xml',
    claimed: true,
  });
  expect(await client.signIn(api.api.url)).toEqual({ token: undefined, code: 'sign-in-failed' });
}, 60_000);
