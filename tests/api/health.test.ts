import { connect } from 'node:net';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { startApi } from '../../src/api/app.js';
import { PLENTY, testApi, until, type TestApi } from './support.js';

let api: TestApi | null = null;
afterEach(async () => {
  await api?.stop();
  api = null;
});

async function served(...given: Parameters<typeof testApi>): Promise<TestApi> {
  api = await testApi(...given);
  return api;
}

describe('health', () => {
  it('is up and ready while the database answers', async () => {
    const { ask } = await served();

    expect(await (await ask('/healthz')).json()).toEqual({ status: 'up' });
    expect(await (await ask('/readyz')).json()).toEqual({ status: 'ready' });
  });

  it('is up but not ready when the database is gone, and tells no details', async () => {
    const { context } = await served();
    const { tenant: _tenant, actor: _actor, ...system } = await context();
    const gone = () => Promise.reject(new Error('secret-host refused'));
    const broken = await startApi({
      system: { ...system, db: { ...system.db, within: gone, across: gone } },
      settings: PLENTY,
      version: '0',
    });
    try {
      const up = await fetch(`${broken.url}/healthz`);
      const ready = await fetch(`${broken.url}/readyz`);

      expect(up.status).toBe(200);
      expect(ready.status).toBe(503);
      expect(await ready.text()).not.toContain('secret-host');
    } finally {
      await broken.stop(1_000);
    }
  });
});

describe('readiness', () => {
  it('costs the database one question a second, however many ask', async () => {
    const { context } = await served();
    const { tenant: _tenant, actor: _actor, ...system } = await context();
    let questions = 0;
    const across: typeof system.db.across = (...given) => {
      questions += 1;
      return system.db.across(...given);
    };
    const counting = await startApi({
      system: { ...system, db: { ...system.db, across } },
      settings: PLENTY,
      version: '0',
    });
    try {
      const began = performance.now();
      const statuses: number[] = [];
      for (let round = 0; round < 5; round += 1)
        statuses.push(
          ...(await Promise.all(
            Array.from({ length: 20 }, async () => (await fetch(`${counting.url}/readyz`)).status),
          )),
        );

      expect(new Set(statuses)).toEqual(new Set([200]));
      expect(questions).toBeLessThanOrEqual(1 + Math.floor((performance.now() - began) / 1_000));
      await until(async () => {
        await (await fetch(`${counting.url}/readyz`)).text();
        return questions > 1;
      });
    } finally {
      await counting.stop(1_000);
    }
  });
});

describe('stopping', () => {
  it('lets what is under way end, and takes nothing new', async () => {
    const { api: running, ask, key, system } = await served();
    const viewer = await key('viewer');
    let open: (() => void) | null = null;
    const held = system.db.across(
      () =>
        new Promise<void>((resolve) => {
          open = resolve;
        }),
    );
    const socket = connect(running.port, '127.0.0.1');
    await once(socket, 'connect');
    socket.write(`GET /v1/status HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${viewer}\r\n\r\n`);
    const [answer] = (await once(socket, 'data')) as [Buffer];
    const stopped = running.stop(5_000);

    await expect(ask('/healthz')).rejects.toThrow('fetch failed');
    expect(answer.toString()).toContain('200 OK');
    socket.destroy();
    await stopped;
    (open as (() => void) | null)?.();
    await held;
  });

  it('waits for what is still done for clients that went away', async () => {
    const { context } = await served();
    const { tenant: _tenant, actor: _actor, ...system } = await context();
    let letGo = () => {};
    const gate = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    let isAsking = false;
    let isDone = false;
    const across: typeof system.db.across = async (...given) => {
      isAsking = true;
      await gate;
      const answer = await system.db.across(...given);
      isDone = true;
      return answer;
    };
    const held = await startApi({
      system: { ...system, db: { ...system.db, across } },
      settings: PLENTY,
      version: '0',
    });
    const gone = new AbortController();
    const asked = fetch(`${held.url}/readyz`, { signal: gone.signal });
    await until(() => isAsking);
    gone.abort();
    await expect(asked).rejects.toThrow('aborted');

    let isStopped = false;
    const stopped = held.stop(10_000).then(() => {
      isStopped = true;
    });
    await until(() =>
      fetch(held.url).then(
        () => false,
        () => true,
      ),
    );
    expect([isDone, isStopped]).toEqual([false, false]);
    letGo();
    await stopped;

    expect(isDone).toBe(true);
  });

  it('cuts who does not end within the bound', async () => {
    const { api: running, key } = await served();
    const analyst = await key('analyst');
    const socket = connect(running.port, '127.0.0.1');
    socket.on('error', () => {});
    await once(socket, 'connect');
    socket.write(
      `POST /v1/reports HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\nAuthorization: Bearer ${analyst}\r\n\r\nx`,
    );
    const closed = once(socket, 'close');
    await running.stop(100);
    await closed;

    expect(socket.destroyed).toBe(true);
  });
});
