import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EXPORTS } from '../../src/api/exports.js';
import { pathFields, type Route } from '../../src/api/route.js';
import { ROUTES } from '../../src/api/routes.js';
import { ROLES, type Role } from '../../src/core/operations/operation.js';
import { processPending } from '../../src/core/ingest/process.js';
import { person, signedIn } from '../support/people.js';
import { reportXml } from '../support/reports.js';
import { testApi, type AskOptions, type TestApi } from './support.js';

/** What a route needs beside a role: fields of its path, or a body. */
const FIELDS: Readonly<Record<string, string>> = {
  domain: 'example.com',
  source: '192.0.2.1',
  report: 'r-1',
  email: 'ann@example.com',
  name: 'backup',
  id: '00000000-0000-4000-8000-000000000000',
};
const BODIES: Readonly<Record<string, unknown>> = {
  'POST /users': { email: 'ann@example.com', name: 'Ann', role: 'viewer' },
  'PUT /users/{email}/role': { role: 'analyst' },
  'POST /dead-letters/redrive': { all: true },
  'PATCH /retention': { records: 'keep' },
  'POST /intake/fetch': {},
  'POST /keys': { name: 'backup' },
  'POST /digests': { frequency: 'weekly', channel: 'ops' },
  'PATCH /digests/{id}': { time: '08:00' },
  'POST /password': { oldPassword: 'not the password', newPassword: 'short' },
  'POST /sign-in': { email: 'nobody@example.com', password: 'not the password' },
  'POST /refresh': { refreshToken: 'no token' },
  'POST /sign-out': { refreshToken: 'no token' },
  'POST /set-password': { code: 'no code', password: 'twelve letters of no use 81' },
};

const ENDS_SIGN_INS: readonly string[] = ['/sign-out-all'];

let api: TestApi;
const keys = new Map<Role, string>();

beforeAll(async () => {
  api = await testApi();
  for (const role of ROLES) {
    keys.set(role, await api.key(role));
    await person(await api.context(), `${role}@test.example`, role);
  }
  await upload('analyst', reportXml({}));
  await processPending(await api.context());
});
afterAll(() => api.stop());

async function upload(role: Role, body: string): Promise<Response> {
  return api.ask('/v1/reports', { method: 'POST', key: keys.get(role) ?? null, body });
}

function ask(route: Route, options: AskOptions): Promise<Response> {
  const path = pathFields(route.path).reduce(
    (filled, field) => filled.replace(`{${field}}`, encodeURIComponent(FIELDS[field] ?? field)),
    route.path,
  );
  const json = BODIES[`${route.method} ${route.path}`];
  return api.ask(`/v1${path}`, { method: route.method, ...(json !== undefined && { json }), ...options });
}

/** Who is let in gets what is there, or is told that it is not; everything else is neither. */
async function verdictOn(response: Response): Promise<'allowed' | 'refused' | number> {
  const body = response.status === 204 ? {} : ((await response.json()) as { readonly code?: string });
  if (response.status === 403 && body.code === 'not-allowed') return 'refused';
  return [200, 201, 204, 400, 404, 409].includes(response.status) ? 'allowed' : response.status;
}

const asked = ROUTES.flatMap((route) => (route.access === 'role' ? [route] : []));
const cases = asked.flatMap((route) =>
  ROLES.map((role) => ({
    name: `${route.method} ${route.path}`,
    route,
    role,
    allowed: ROLES.indexOf(role) >= ROLES.indexOf(route.operation.role),
  })),
);

const tokens = new Map<Role, string>();

/** Looking at a password takes long, so a sign-in serves until a route ends it. */
async function tokenOf(role: Role): Promise<string> {
  const token = tokens.get(role) ?? (await signedIn(await api.context(), `${role}@test.example`)).accessToken;
  tokens.set(role, token);
  return token;
}

describe('every route and every role', () => {
  it.each(cases)('$name: $role is let in: $allowed', async ({ route, role, allowed }) => {
    const key = route.operation.personal === true ? await tokenOf(role) : (keys.get(role) ?? null);

    const response = await ask(route, { key });
    if (ENDS_SIGN_INS.includes(route.path)) tokens.delete(role);

    expect(await verdictOn(response)).toBe(allowed ? 'allowed' : 'refused');
  });

  it.each(
    EXPORTS.flatMap(({ file, operation }) =>
      ROLES.map((role) => ({ file, role, allowed: ROLES.indexOf(role) >= ROLES.indexOf(operation.role) })),
    ),
  )('GET /exports/$file: $role is let in: $allowed', async ({ file, role, allowed }) => {
    const response = await api.ask(`/v1/exports/${file}?from=2026-03-01`, { key: keys.get(role) ?? null });

    expect(response.status).toBe(allowed ? 200 : 403);
    await response.text();
  });

  it.each([
    ['viewer', 403],
    ['analyst', 202],
    ['admin', 202],
  ] as const)('POST /reports: %s is answered with %i', async (role, expected) => {
    expect((await upload(role, reportXml({ reportId: role }))).status).toBe(expected);
  });

  it.each(asked.map((route) => ({ name: `${route.method} ${route.path}`, route })))(
    '$name: nobody is let in without a key',
    async ({ route }) => {
      expect((await ask(route, { key: null })).status).toBe(401);
    },
  );

  it.each(
    asked
      .filter(({ operation }) => operation.personal === true)
      .map((route) => ({ name: `${route.method} ${route.path}`, route })),
  )('$name: no key is let in, only people', async ({ route }) => {
    const response = await ask(route, { key: keys.get('admin') ?? null });

    expect(response.status).toBe(403);
    expect(await response.json()).toMatchObject({ code: 'people-only' });
  });

  it('names each address once, and no operation that is for the local operator', () => {
    const addresses = ROUTES.map(({ method, path }) => `${method} ${path}`);

    expect(new Set(addresses).size).toBe(addresses.length);
    expect(asked.filter(({ operation }) => operation.local === true)).toEqual([]);
  });

  it('reads by GET, and changes by the other methods', () => {
    for (const { method, operation } of asked)
      expect([operation.name, operation.effect]).toEqual([
        operation.name,
        method === 'GET' ? 'reads' : 'changes',
      ]);
  });
});
