import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { raise } from '../../../../src/core/operations/alert/raise.js';
import type { Context } from '../../../../src/core/operations/operation.js';
import { lockAlerts } from '../../../../src/core/store/locks.js';
import { channel, claimed, evaluation, finding } from '../../../support/alerts.js';
import { testSystem, type TestSystem } from '../../../support/context.js';
import { until } from '../../../support/until.js';

let system: TestSystem;
let context: Context;
let tenants = 0;

beforeAll(async () => {
  system = await testSystem();
});
afterAll(() => system.close());
beforeEach(async () => {
  tenants += 1;
  context = await system.context(`tenant ${tenants}`);
});

describe('a deadlock', () => {
  it('of opening an alert with another transaction ends neither', async () => {
    const domain = await claimed(context);
    const ops = await channel(context, 'ops');
    let raised: ReturnType<typeof raise> = Promise.resolve([]);

    await context.db.within(context.tenant, async (session) => {
      await session.row('SELECT id FROM channel WHERE tenant_id = $1 AND id = $2 FOR UPDATE', [
        context.tenant,
        ops,
      ]);
      const { pid } = await session.row<{ pid: number }>('SELECT pg_backend_pid() AS pid');
      raised = raise(context, evaluation(domain, [finding()]));
      raised.catch(() => {});
      await until('opening waits for the channel', () =>
        context.db.across(async (other) => {
          const waiting = 'SELECT pid FROM pg_locks WHERE NOT granted AND $1 = ANY (pg_blocking_pids(pid))';
          return (await other.rows(waiting, [pid]))[0] ?? null;
        }),
      );
      await lockAlerts(session, context.tenant, domain);
    });

    expect(await raised).toMatchObject([{ outcome: 'opened' }]);
  });
});
