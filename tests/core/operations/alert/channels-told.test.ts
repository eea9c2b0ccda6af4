import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { raise } from '../../../../src/core/operations/alert/raise.js';
import { reopen, resolve } from '../../../../src/core/operations/alert/transitions.js';
import { DELIVERIES_KEPT_DAYS, forgetTold } from '../../../../src/core/operations/delivery/forget.js';
import type { Context } from '../../../../src/core/operations/operation.js';
import { perform } from '../../../../src/core/operations/perform.js';
import { deliveriesOf } from '../../../../src/core/store/deliveries.js';
import { channel, claimed, evaluation, finding, later } from '../../../support/alerts.js';
import { testSystem, type TestSystem } from '../../../support/context.js';

let system: TestSystem;
let context: Context;
let domain: number;
let tenants = 0;

beforeAll(async () => {
  system = await testSystem();
});
afterAll(() => system.close());
beforeEach(async () => {
  tenants += 1;
  context = await system.context(`tenant ${tenants}`);
  domain = await claimed(context);
});

async function opened(): Promise<number> {
  const [raised] = await raise(context, evaluation(domain, [finding()]));
  return raised?.alertId ?? 0;
}

async function toldTo(id: number): Promise<readonly string[]> {
  const { db, tenant } = context;
  const rows = await db.reading(tenant, (session) => deliveriesOf(session, tenant, 'alert', [id]));
  return rows.map((row) => row.channel);
}

/** Has deliveries count as done, as after they were told. */
async function settleAll(): Promise<void> {
  const { db, tenant } = context;
  await db.within(tenant, (session) =>
    session.run('UPDATE delivery SET next_at = NULL WHERE tenant_id = $1', [tenant]),
  );
}

describe('an alert', () => {
  it('that is opened again is told, though the channels that heard of it were forgotten', async () => {
    await channel(context, 'ops');
    const id = await opened();
    await perform(resolve, context, { id });
    await settleAll();
    const after = later(context, (DELIVERIES_KEPT_DAYS + 1) * 24);
    await forgetTold(after);
    expect(await toldTo(id)).toEqual([]);

    await perform(reopen, after, { id });

    expect(await toldTo(id)).toEqual(['ops']);
  });
});
