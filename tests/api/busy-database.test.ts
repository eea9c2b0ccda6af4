import { afterEach, expect, it } from 'vitest';
import { openDatabase } from '../../src/core/store/database.js';
import { testSystem } from '../support/context.js';
import { testApi } from './support.js';

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

it('answers 503 with what to do while every connection to the database is in use, and then as ever', async () => {
  const system = await testSystem();
  ends.push(() => system.close());
  const db = await openDatabase({ connection: system.url, connections: 1, connectWithinMs: 250 });
  ends.push(() => db.close());
  const api = await testApi({}, {}, { db });
  ends.push(() => api.stop());
  const ask = () => api.ask('/v1/sign-in', { method: 'POST', json: { email: 'a@b.example', password: 'x' } });

  const response = await db.across(ask);

  expect(response.status).toBe(503);
  expect(response.headers.get('content-type')).toBe('application/problem+json');
  expect(await response.json()).toMatchObject({
    status: 503,
    code: 'connections-busy',
    detail: expect.stringContaining('raise DATABASE_CONNECTIONS') as string,
  });
  expect((await ask()).status).toBe(401);
});
