import { afterEach, expect, it } from 'vitest';
import { startApi } from '../../src/api/app.js';
import { person, signedIn } from '../support/people.js';
import { newSecret } from '../../src/core/identity/secret.js';
import { PLENTY, testApi, until, type TestApi } from './support.js';

let api: TestApi | null = null;
afterEach(async () => {
  await api?.stop();
  api = null;
});

async function limited(settings: Parameters<typeof testApi>[0]): Promise<TestApi> {
  api = await testApi(settings);
  return api;
}

it('takes so many calls a minute of one key, says how many are left, and counts others apart', async () => {
  const { ask, key } = await limited({ callsPerMinute: 3 });
  const [mine, other] = [await key('viewer'), await key('viewer')];

  const left: (string | null)[] = [];
  for (let n = 0; n < 3; n += 1) left.push((await ask('/v1/status', { key: mine })).headers.get('ratelimit'));
  const refused = await ask('/v1/status', { key: mine });
  const others = await ask('/v1/status', { key: other });

  expect(left).toEqual(['"calls";r=2', '"calls";r=1', '"calls";r=0']);
  expect(refused.status).toBe(429);
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(refused.headers.get('ratelimit-policy')).toBe('"calls";q=3;w=60');
  expect(await refused.json()).toMatchObject({ code: 'rate-limited', title: 'Too Many Requests' });
  expect(others.status).toBe(200);
});

it('counts together with other processes', async () => {
  const { ask, key, context } = await limited({ callsPerMinute: 2 });
  const mine = await key('viewer');
  const { tenant: _tenant, actor: _actor, ...system } = await context();
  const second = await startApi({ system, settings: { ...PLENTY, callsPerMinute: 2 }, version: '0' });
  try {
    await ask('/v1/status', { key: mine });
    await ask('/v1/status', { key: mine });

    const there = await fetch(`${second.url}/v1/status`, { headers: { Authorization: `Bearer ${mine}` } });

    expect(there.status).toBe(429);
  } finally {
    await second.stop(1_000);
  }
});

it('has limits of their own for uploads and exports', async () => {
  const { ask, key } = await limited({ uploadsPerHour: 1, exportsPerMinute: 1 });
  const analyst = await key('analyst');
  const send = () => ask('/v1/reports', { method: 'POST', key: analyst, body: '<feedback/>' });
  const take = async () => {
    const response = await ask('/v1/exports/reports.csv', { key: analyst });
    await response.text();
    return response;
  };

  expect([(await send()).status, (await send()).status]).toEqual([202, 429]);
  expect([(await take()).status, (await take()).status]).toEqual([200, 429]);
  expect((await ask('/v1/status', { key: analyst })).status).toBe(200);
});

it('counts those who show no good key by their address, and lets others there pass', async () => {
  const { ask, key } = await limited({ callsPerMinute: 2 });
  const good = await key('viewer');

  const statuses: number[] = [];
  for (let n = 0; n < 4; n += 1) statuses.push((await ask('/v1/status', { key: `wrong-${n}` })).status);

  expect(statuses).toEqual([401, 401, 429, 429]);
  expect((await ask('/v1/sign-in', { method: 'POST', json: {} })).status).toBe(429);
  expect((await ask('/v1/status', { key: good })).status).toBe(200);
});

it('looks few keys up of an address that is over its limit, and lets those pass that are good', async () => {
  const { context, key } = await limited({});
  const [known, fresh] = [await key('viewer'), await key('viewer')];
  const { tenant: _tenant, actor: _actor, ...system } = await context();
  let questions = 0;
  const reading: typeof system.db.reading = (...given) => {
    questions += 1;
    return system.db.reading(...given);
  };
  const across: typeof system.db.across = (...given) => {
    questions += 1;
    return system.db.across(...given);
  };
  const counting = await startApi({
    system: { ...system, db: { ...system.db, reading, across } },
    settings: { ...PLENTY, callsPerMinute: 20 },
    version: '0',
  });
  const status = async (bearer: string) =>
    (await fetch(`${counting.url}/v1/status`, { headers: { Authorization: `Bearer ${bearer}` } })).status;
  const guess = () => status(newSecret('key', 1).text);
  try {
    expect(await status(known)).toBe(200);
    while ((await guess()) === 401);
    questions = 0;
    const began = performance.now();

    const refused = await Promise.all(Array.from({ length: 200 }, guess));

    const seconds = Math.floor((performance.now() - began) / 1_000);
    expect(new Set(refused)).toEqual(new Set([429]));
    expect(questions).toBeLessThanOrEqual(10 * (seconds + 2));
    expect(await status(known)).toBe(200);
    await until(async () => (await status(fresh)) === 200);
  } finally {
    await counting.stop(1_000);
  }
}, 60_000);

it('counts a user with all their keys and sign-ins as one', async () => {
  const { ask, context } = await limited({ callsPerMinute: 4 });
  const admin = await context();
  await person(admin, 'ann@example.com');
  const { accessToken } = await signedIn(admin, 'ann@example.com');
  const make = async (name: string) => {
    const made = await ask('/v1/keys', { method: 'POST', key: accessToken, json: { name } });
    return ((await made.json()) as { readonly key: string }).key;
  };
  const keys = [await make('one'), await make('two')];

  const statuses: number[] = [];
  for (const key of [...keys, ...keys]) statuses.push((await ask('/v1/status', { key })).status);

  expect(statuses).toEqual([200, 200, 429, 429]);
});

it.each([
  [1, (n: number) => `203.0.113.${n}, 198.51.100.7`],
  [2, (n: number) => `203.0.113.${n}, 198.51.100.7, 10.0.0.1`],
])(
  'with %i proxies in front, believes what they add and not what the caller made up',
  async (proxies, forged) => {
    const { ask } = await limited({ callsPerMinute: 3, proxies });
    const signIn = (forwarded: string) =>
      ask('/v1/sign-in', { method: 'POST', json: {}, headers: { 'X-Forwarded-For': forwarded } });

    const statuses: number[] = [];
    for (let n = 0; n < 4; n += 1) statuses.push((await signIn(forged(n))).status);
    const other = await signIn(forged(9).replace('198.51.100.7', '192.0.2.9'));

    expect(statuses).toEqual([400, 400, 400, 429]);
    expect(other.status).toBe(400);
  },
);

it('believes no X-Forwarded-For when no proxy is in front', async () => {
  const { ask } = await limited({ callsPerMinute: 1 });
  const call = (n: number) => ask('/v1/status', { headers: { 'X-Forwarded-For': `203.0.113.${n}` } });

  expect([(await call(1)).status, (await call(2)).status]).toEqual([401, 429]);
});

it('slows guessing of a password down by account', async () => {
  const { ask } = await limited({});
  const guess = () =>
    ask('/v1/sign-in', {
      method: 'POST',
      json: { email: 'ann@example.com', password: 'a guess that is long' },
    });

  const statuses: number[] = [];
  for (let n = 0; n < 11; n += 1) statuses.push((await guess()).status);
  const slowed = await guess();

  expect(statuses.slice(0, 10)).toEqual(Array.from({ length: 10 }, () => 401));
  expect(slowed.status).toBe(429);
  expect(Number(slowed.headers.get('retry-after'))).toBeGreaterThan(60);
}, 60_000);
