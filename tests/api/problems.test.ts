import { afterAll, beforeAll, expect, it } from 'vitest';
import { person, signedIn } from '../support/people.js';
import { testApi, type TestApi } from './support.js';

let api: TestApi;
let viewer: string;

beforeAll(async () => {
  api = await testApi();
  viewer = await api.key('viewer');
});
afterAll(() => api.stop());

it('answers a question in JSON', async () => {
  const response = await api.ask('/v1/summary', { key: viewer });

  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toMatch(/^application\/json/u);
  expect(await response.json()).toMatchObject({ domain: null, nextStep: { code: 'get-reports' } });
});

it('tells what is wrong with the input, by field', async () => {
  const response = await api.ask('/v1/summary?days=none&dkim=perhaps', { key: viewer });

  expect(response.status).toBe(400);
  expect(response.headers.get('content-type')).toBe('application/problem+json');
  const problem = (await response.json()) as { id: string; errors: { field: string }[] };
  expect(problem).toMatchObject({
    type: 'about:blank',
    title: 'Bad Request',
    status: 400,
    code: 'input-invalid',
  });
  expect(problem.errors.map(({ field }) => field)).toEqual(['days', 'dkim']);
  expect(problem.id).toBe(response.headers.get('x-request-id'));
});

it('takes no text for yes or no', async () => {
  const admin = await api.key('admin');
  const redrive = (json: unknown) =>
    api.ask('/v1/dead-letters/redrive', { method: 'POST', key: admin, json });

  for (const all of ['false', 'true', 1]) {
    const response = await redrive({ all });

    expect([all, response.status]).toEqual([all, 400]);
    expect(await response.json()).toMatchObject({ code: 'input-invalid', errors: [{ field: 'all' }] });
  }
  expect((await redrive({ all: true })).status).toBe(200);
});

it('tells what is wrong with the input as a whole in a sentence', async () => {
  const admin = await api.key('admin');

  const response = await api.ask('/v1/dead-letters/redrive', { method: 'POST', key: admin, json: {} });

  expect(await response.json()).toMatchObject({
    detail: 'The input of redrive is not valid: needs the id of one dead letter, or all.',
    errors: [{ field: '', detail: 'needs the id of one dead letter, or all' }],
  });
});

it('says of who is locked out that this is in the way', async () => {
  const context = await api.context();
  await person(context, 'in@example.com', 'admin');
  const { accessToken: admin } = await signedIn(context, 'in@example.com');
  const email = 'out@example.com';
  await api.ask('/v1/users', { method: 'POST', key: admin, json: { email } });
  await api.ask(`/v1/users/${email}/disable`, { method: 'POST', key: admin });

  const response = await api.ask(`/v1/users/${email}/reset`, { method: 'POST', key: admin });

  expect(response.status).toBe(409);
  expect(await response.json()).toMatchObject({ code: 'user-disabled' });
});

it('refuses a field that it does not know, and names the nearest', async () => {
  const response = await api.ask('/v1/summary?domian=example.com', { key: viewer });

  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ code: 'field-unknown', suggestions: ['domain'] });
});

it('refuses a field that is given twice', async () => {
  const response = await api.ask('/v1/summary?days=1&days=2', { key: viewer });

  expect(await response.json()).toMatchObject({ status: 400, code: 'field-twice' });
});

it('says that there is nothing at an address', async () => {
  const response = await api.ask('/v1/nothing', { key: viewer });

  expect(await response.json()).toMatchObject({ status: 404, code: 'no-such-route' });
});

it('says which methods an address has', async () => {
  const response = await api.ask('/v1/summary', { key: viewer, method: 'DELETE' });

  expect(response.status).toBe(405);
  expect(response.headers.get('allow')).toBe('GET, HEAD');
});

it('finds no domain that nobody reported about', async () => {
  const response = await api.ask('/v1/summary?domain=nobody.example', { key: viewer });

  expect(await response.json()).toMatchObject({ status: 404, code: 'domain-unknown' });
});

it('finds no report at an address that is no text', async () => {
  const response = await api.ask('/v1/reports/%E0%A4%A', { key: viewer });

  expect(await response.json()).toMatchObject({ status: 404, code: 'report-unknown' });
});

it.each([
  ['no JSON', '{"email": ', 'application/json', 400, 'body-no-json'],
  ['no object', '[]', 'application/json', 400, 'body-no-object'],
  ['another type', 'email=a', 'application/x-www-form-urlencoded', 415, 'media-type'],
  ['too large', `{"email":"${'x'.repeat(70_000)}"}`, 'application/json', 413, 'body-too-large'],
])('refuses a body that is %s', async (_what, body, type, status, code) => {
  const response = await api.ask('/v1/sign-in', { method: 'POST', body, headers: { 'Content-Type': type } });

  expect(response.status).toBe(status);
  expect(await response.json()).toMatchObject({ status, code });
});

it('asks who asks, and believes no one else', async () => {
  const nobody = await api.ask('/v1/summary');
  const forged = await api.ask('/v1/summary', { key: `dmo_${'A'.repeat(48)}` });

  for (const response of [nobody, forged]) {
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toBe('Bearer');
    expect(await response.json()).toMatchObject({ code: 'unauthenticated' });
  }
});

it('keeps a plain request id and replaces any other', async () => {
  const kept = await api.ask('/healthz', { headers: { 'X-Request-Id': 'trace-1' } });
  const replaced = await api.ask('/healthz', { headers: { 'X-Request-Id': 'a b"c' } });

  expect(kept.headers.get('x-request-id')).toBe('trace-1');
  expect(replaced.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/u);
});
