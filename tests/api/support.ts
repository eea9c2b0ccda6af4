import { addKey } from '../../src/core/store/keys.js';
import { newSecret } from '../../src/core/identity/secret.js';
import type { Context, Role, SystemContext } from '../../src/core/operations/operation.js';
import type { Facts } from '../../src/core/ingest/context.js';
import { startApi, type Api, type ApiOptions } from '../../src/api/app.js';
import { DEFAULT_API, type ApiSettings } from '../../src/api/settings.js';
import { testSystem, type TestSystem } from '../support/context.js';

/** A line that was logged. */
export interface Line {
  readonly level: 'info' | 'warn' | 'error';
  readonly message: string;
  readonly facts: Facts;
}

export interface TestApi {
  readonly api: Api;
  readonly system: TestSystem;
  readonly lines: Line[];
  /** A key of a tenant with a role. */
  readonly key: (role: Role, tenant?: string) => Promise<string>;
  /** Asks as whoever has the key; null for nobody. */
  readonly ask: (path: string, options?: AskOptions) => Promise<Response>;
  readonly context: (tenant?: string) => Promise<Context>;
  readonly stop: () => Promise<void>;
}

export interface AskOptions extends Omit<RequestInit, 'headers'> {
  readonly key?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly json?: unknown;
}

/** Limits that no test meets by chance. */
export const PLENTY: ApiSettings = {
  ...DEFAULT_API,
  port: 0,
  callsPerMinute: 100_000,
  uploadsPerHour: 100_000,
  exportsPerMinute: 100_000,
};

/** The API on a free port, over a database of its own; with what is given in place of the usual context. */
export async function testApi(
  settings: Partial<ApiSettings> = {},
  more: Partial<ApiOptions> = {},
  given: Partial<Context> = {},
): Promise<TestApi> {
  const system = await testSystem();
  const lines: Line[] = [];
  const { tenant: _tenant, actor: _actor, ...base } = await system.context('test', given);
  const served: SystemContext = { ...base, log: logInto(lines) };
  const api = await startApi({
    system: served,
    settings: { ...PLENTY, ...settings },
    version: '0.0.0',
    ...more,
  });
  let keys = 0;
  return {
    api,
    system,
    lines,
    key: async (role, name = 'test') => {
      const { tenant, now } = await system.context(name);
      const secret = newSecret('key', tenant);
      keys += 1;
      const key = { digest: secret.digest, name: `key ${keys}`, role, ownerId: null, createdBy: 'test' };
      await system.db.within(tenant, (session) =>
        addKey(session, tenant, { ...key, createdAt: now(), expiresAt: null }),
      );
      return secret.text;
    },
    ask: (path, { key = null, json, headers = {}, ...init } = {}) =>
      fetch(`${api.url}${path}`, {
        ...init,
        ...(json !== undefined && { body: JSON.stringify(json) }),
        headers: {
          ...(key !== null && { Authorization: `Bearer ${key}` }),
          ...(json !== undefined && { 'Content-Type': 'application/json' }),
          ...headers,
        },
      }),
    context: (name) => system.context(name, given),
    stop: async () => {
      await api.stop(1_000);
      await system.close();
    },
  };
}

function logInto(lines: Line[], known: Facts = {}): SystemContext['log'] {
  const at =
    (level: Line['level']) =>
    (message: string, facts: Facts = {}) => {
      lines.push({ level, message, facts: { ...known, ...facts } });
    };
  return {
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: (facts) => logInto(lines, { ...known, ...facts }),
  };
}

/** Waits until a condition holds. */
export async function until(holds: () => boolean | Promise<boolean>, withinMs = 10_000): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error('it did not come to hold in time');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
