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

describe('security headers', () => {
  it('say that an answer is no page and is not kept', async () => {
    const { ask, key } = await served();

    const { headers } = await ask('/v1/status', { key: await key('viewer') });

    expect(headers.get('content-security-policy')).toBe("default-src 'none';frame-ancestors 'none'");
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('x-frame-options')).toBe('DENY');
    expect(headers.get('strict-transport-security')).toMatch(/max-age=/u);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('x-powered-by')).toBeNull();
  });
});

describe('pages of other origins', () => {
  const preflight = { Origin: 'https://dash.example.com', 'Access-Control-Request-Method': 'GET' };

  it('may not call unless they are allowed', async () => {
    const { ask } = await served();

    const response = await ask('/v1/status', { method: 'OPTIONS', headers: preflight });

    expect(response.headers.get('access-control-allow-origin')).toBeNull();
  });

  it('may call when they are, and others still not', async () => {
    const { ask } = await served({ corsOrigins: ['https://dash.example.com'] });

    const allowed = await ask('/v1/status', { method: 'OPTIONS', headers: preflight });
    const refusal = await ask('/v1/status', { headers: { Origin: 'https://dash.example.com' } });
    const other = await ask('/v1/status', { headers: { Origin: 'https://evil.example' } });

    expect(allowed.status).toBe(204);
    expect(allowed.headers.get('access-control-allow-origin')).toBe('https://dash.example.com');
    expect(allowed.headers.get('access-control-allow-credentials')).toBeNull();
    // Also a problem can be read by the page that met it.
    expect(refusal.status).toBe(401);
    expect(refusal.headers.get('access-control-allow-origin')).toBe('https://dash.example.com');
    expect(other.headers.get('access-control-allow-origin')).toBeNull();
  });
});

describe('a body that nobody reads', () => {
  it('does not hold the connection of an answer that was given', async () => {
    const { api: running } = await served();
    const socket = connect(running.port, '127.0.0.1');
    socket.on('error', () => {});
    const closed = once(socket, 'close');
    socket.write('GET /healthz HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\nx');
    const [answer] = (await once(socket, 'data')) as [Buffer];

    await closed;

    expect(answer.toString()).toContain('200 OK');
  }, 10_000);
});

describe('what nobody expected', () => {
  it('is told by an id alone, which the log has beside what happened', async () => {
    const { context, key } = await served();
    const viewer = await key('viewer');
    const { tenant: _tenant, actor: _actor, ...system } = await context();
    const logged: object[] = [];
    const log = { ...system.log, error: (_message: string, facts = {}) => logged.push(facts) };
    const broken = await startApi({
      system: {
        ...system,
        log: { ...log, child: () => log },
        db: { ...system.db, within: () => Promise.reject(new TypeError('inner workings')) },
      },
      settings: PLENTY,
      version: '0',
    });
    try {
      const response = await fetch(`${broken.url}/v1/status`, {
        headers: { Authorization: `Bearer ${viewer}`, 'X-Request-Id': 'trace-7' },
      });
      const text = await response.text();

      expect([response.status, text]).toEqual([500, expect.stringContaining('trace-7')]);
      expect(text).not.toContain('inner workings');
      expect(logged).toMatchObject([{ error: { message: 'inner workings' } }]);
    } finally {
      await broken.stop(1_000);
    }
  });
});

describe('the log of requests', () => {
  it('has the id, the route and who asked, and no secret of the address', async () => {
    const { ask, key, lines } = await served();
    const viewer = await key('viewer');

    await ask('/v1/sources/192.0.2.77?reporter=somebody', {
      key: viewer,
      headers: { 'X-Request-Id': 'one' },
    });

    await until(() => lines.some(({ message }) => message === 'request'));
    expect(lines.find(({ message }) => message === 'request')?.facts).toMatchObject({
      request: 'one',
      method: 'GET',
      route: '/v1/sources/{source}',
      status: 404,
      actor: expect.stringMatching(/^key:/u),
    });
    expect(JSON.stringify(lines)).not.toMatch(new RegExp(`192\\.0\\.2\\.77|somebody|${viewer}`, 'u'));
  });
});

describe('mounted handlers', () => {
  it('get the bytes of a body before anybody has read them', async () => {
    const { ask } = await served(
      {},
      {
        mounts: [
          {
            path: '/slack',
            handle: (request, response) => {
              const chunks: Buffer[] = [];
              request.on('data', (chunk: Buffer) => chunks.push(chunk));
              request.on('end', () => response.end(Buffer.concat(chunks).toString().toUpperCase()));
            },
          },
        ],
      },
    );

    expect(await (await ask('/slack/events', { method: 'POST', body: 'as they came' })).text()).toBe(
      'AS THEY CAME',
    );
    expect((await ask('/slackers')).status).toBe(404);
  });

  it('are not kept waiting by a body that does not come', async () => {
    const { api: running } = await served(
      { mountBodyMs: 200 },
      { mounts: [{ path: '/slack', handle: () => {} }] },
    );
    const socket = connect(running.port, '127.0.0.1');
    const closed = once(socket, 'close');

    socket.write('POST /slack/events HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nhalf');

    await closed;
    expect(socket.bytesRead).toBe(0);
  });
});

describe('metrics', () => {
  it('tell documents, records and how long requests took, by tenant and route', async () => {
    const { ask, key } = await served();
    await ask('/v1/reports', { method: 'POST', key: await key('analyst'), body: '<feedback/>' });

    const response = await ask('/metrics');

    expect(response.headers.get('content-type')).toMatch(/^text\/plain/u);
    const text = await response.text();
    expect(text).toContain('dmarc_ops_documents{tenant="test",state="pending"} 1');
    expect(text).toContain('dmarc_ops_queue_jobs{tenant="test",queue="read",state="waiting"} 1');
    expect(text).toContain('dmarc_ops_records{tenant="test"} 0');
    expect(text).toMatch(
      /request_duration_seconds_count\{method="POST",route="\/v1\/reports",status="202"\} 1/u,
    );
  });

  it('are for this machine alone without a token, and a proxy is not this machine', async () => {
    const { ask } = await served();

    const handedOn = await ask('/metrics', { headers: { 'X-Forwarded-For': '198.51.100.7' } });

    expect(await handedOn.json()).toMatchObject({ status: 403, code: 'metrics-closed' });
  });

  it('are for who shows the token when there is one', async () => {
    const { ask } = await served({ metricsToken: 'a-token-for-scrapers' });

    const refused = (await (await ask('/metrics')).json()) as {
      readonly status: number;
      readonly detail: string;
    };
    expect(refused.status).toBe(401);
    expect(refused.detail).toContain('METRICS_TOKEN');
    expect(refused.detail).not.toContain('key create');
    expect((await ask('/metrics', { key: 'another-token' })).status).toBe(401);
    expect((await ask('/metrics', { key: 'a-token-for-scrapers' })).status).toBe(200);
  });
});
