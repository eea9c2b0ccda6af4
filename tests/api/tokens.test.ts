import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { issueToken, peekToken } from '../../src/core/identity/token.js';
import { perform } from '../../src/core/operations/perform.js';
import { userReset } from '../../src/core/operations/passwords.js';
import { rotateSigningKey } from '../../src/core/operations/sessions.js';
import { userDisable } from '../../src/core/operations/users.js';
import { NOW } from '../support/context.js';
import { person, signedIn } from '../support/people.js';
import { testApi, type TestApi } from './support.js';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** What one person brings with a request. */
interface Shown {
  readonly email: string;
  readonly access: string;
  readonly refresh: string;
  readonly key: string;
}

let api: TestApi;
let now = NOW;
let people = 0;
/** Of somebody whose sign-in no test ends. */
let shown: Shown;

beforeAll(async () => {
  api = await testApi({}, {}, { now: () => now });
  shown = await someone();
});
afterAll(() => api.stop());
beforeEach(() => {
  now = NOW;
});

/** Somebody new, of whom everything is good. */
async function someone(tenant?: string): Promise<Shown> {
  people += 1;
  const email = `ann-${people}@example.com`;
  const admin = await api.context(tenant);
  await person(admin, email);
  const { accessToken: access, refreshToken: refresh } = await signedIn(admin, email);
  const json = { name: `of ${email}`, expires: '2026-03-20' };
  const made = await api.ask('/v1/keys', { method: 'POST', key: access, json });
  const { key } = (await made.json()) as { readonly key: string };
  expect([await answerTo(access), await answerTo(key)]).toEqual(['200', '200']);
  return { email, access, refresh, key };
}

/** The status, and the code of a problem. */
async function answerTo(bearer: string): Promise<string> {
  const response = await api.ask('/v1/status', { key: bearer });
  if (response.ok) return String(response.status);
  expect(response.headers.get('www-authenticate')).toBe('Bearer');
  return `${response.status} ${((await response.json()) as { readonly code: string }).code}`;
}

async function renewal(refreshToken: string): Promise<number> {
  return (await api.ask('/v1/refresh', { method: 'POST', json: { refreshToken } })).status;
}

/** Header, payload and signature of a token, with one of them changed. */
function changed(token: string, at: 0 | 1, change: (part: object) => object): string {
  const parts = token.split('.');
  const part = JSON.parse(Buffer.from(parts[at] ?? '', 'base64url').toString()) as object;
  parts[at] = Buffer.from(JSON.stringify(change(part))).toString('base64url');
  return parts.join('.');
}

const FORGED = '401 unauthenticated';
const EXPIRED = '401 token-expired';
const REVOKED = '401 token-revoked';

describe('a forged access token is not believed', () => {
  it('when another key signed it', async () => {
    const peeked = await peekToken(shown.access);
    if (peeked === null) throw new Error('the token is none');

    const own = { id: peeked.key, secret: randomBytes(32) };

    expect(await answerTo(await issueToken(peeked.claims, own, now))).toBe(FORGED);
  });

  it.each([
    ['names another user', 1, () => ({ sub: '2' })],
    ['names another tenant', 1, () => ({ tenant: 2 })],
    ['lasts longer', 1, () => ({ exp: Math.floor(NOW.getTime() / 1_000) + 86_400 })],
    ['wants no signature to be looked at', 0, () => ({ alg: 'none' })],
    ['names a key that there is not', 0, () => ({ kid: randomUUID() })],
    ['says that it is of another type', 0, () => ({ typ: 'JWT' })],
  ] as const)('when it %s', async (_what, at, change) => {
    const token = changed(shown.access, at, (part) => ({ ...part, ...change() }));

    expect(await answerTo(token)).toBe(FORGED);
  });

  it('when its signature is cut off', async () => {
    expect(await answerTo(shown.access.replace(/[^.]+$/u, ''))).toBe(FORGED);
  });
});

it('a key of which one letter is another is not believed', async () => {
  const last = shown.key.endsWith('A') ? 'B' : 'A';

  expect(await answerTo(`${shown.key.slice(0, -1)}${last}`)).toBe(FORGED);
});

it('a refresh token is no access token', async () => {
  expect(await answerTo(shown.refresh)).toBe(FORGED);
});

it('an access token ends after 15 minutes, and a key after its last day', async () => {
  now = new Date(NOW.getTime() + 15 * MINUTE_MS);
  expect([await answerTo(shown.access), await answerTo(shown.key)]).toEqual([EXPIRED, '200']);

  now = new Date(NOW.getTime() + 6 * DAY_MS);
  expect(await answerTo(shown.key)).toBe(EXPIRED);
});

it('an access token ends with its sign-in, and a key goes on', async () => {
  const { access, refresh, key } = await someone();

  await api.ask('/v1/sign-out', { method: 'POST', json: { refreshToken: refresh } });

  expect([await answerTo(access), await renewal(refresh), await answerTo(key)]).toEqual([
    REVOKED,
    401,
    '200',
  ]);
});

it('an access token ends with all sign-ins', async () => {
  const { access, refresh } = await someone();

  await api.ask('/v1/sign-out-all', { method: 'POST', key: access });

  expect([await answerTo(access), await renewal(refresh)]).toEqual([REVOKED, 401]);
});

it('an access token ends with the key that signed it, when that is forgotten', async () => {
  const { access } = await someone('forgetful');

  await perform(rotateSigningKey, await api.context('forgetful'), { forget: true }, { local: true });

  expect(await answerTo(access)).toBe(FORGED);
});

it('a key that was revoked is refused, and its owner goes on', async () => {
  const { email, access, key } = await someone();

  await api.ask(`/v1/keys/${encodeURIComponent(`of ${email}`)}`, { method: 'DELETE', key: access });

  expect([await answerTo(key), await answerTo(access)]).toEqual([REVOKED, '200']);
});

it.each([
  ['is locked out', userDisable],
  ['is reset', userReset],
] as const)('nothing of a user who %s is good any more', async (_what, operation) => {
  const { email, access, refresh, key } = await someone();

  await perform<typeof operation.input, unknown>(operation, await api.context(), { email });

  expect([await answerTo(access), await answerTo(key), await renewal(refresh)]).toEqual([
    REVOKED,
    REVOKED,
    401,
  ]);
});
