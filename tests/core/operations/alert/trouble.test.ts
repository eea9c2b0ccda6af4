import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { evaluateAll, evaluateDirty } from '../../../../src/core/operations/alert/evaluate.js';
import { morning, mornings } from '../../../../src/core/operations/alert/morning.js';
import { raise } from '../../../../src/core/operations/alert/raise.js';
import { stepAll, steps } from '../../../../src/core/operations/alert/steps.js';
import type { Context } from '../../../../src/core/operations/operation.js';
import { maintainQueue } from '../../../../src/core/operations/queue.js';
import { addDeliveryNotes } from '../../../../src/core/store/delivery-log.js';
import { lockAlerts } from '../../../../src/core/store/locks.js';
import { evaluateEverything } from '../../../../src/jobs/evaluate.js';
import { channel, claimed, evaluation, finding, later } from '../../../support/alerts.js';
import { SILENT, testSystem, type TestSystem } from '../../../support/context.js';
import { refusing } from '../../../support/refusing.js';
import { until } from '../../../support/until.js';

let system: TestSystem;
let context: Context;
let tenants = 0;
const logged: Readonly<Record<string, unknown>>[] = [];
const log = { ...SILENT, error: (_: string, facts = {}) => logged.push(facts) };
const MINUTE = 1 / 60;

beforeAll(async () => {
  system = await testSystem();
});
afterAll(() => system.close());
beforeEach(async () => {
  tenants += 1;
  logged.length = 0;
  context = await system.context(`tenant ${tenants}`, { log });
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

async function asOwner(sql: string): Promise<void> {
  const owner = await system.db.connectApart('test');
  try {
    await owner.query(`SET search_path = dmarc_ops; ${sql}`);
  } finally {
    await owner.end();
  }
}

/** From now on PostgreSQL refuses what is done to rows of a table that match. */
async function breaking(table: string, when: 'INSERT' | 'UPDATE', matching: string): Promise<void> {
  const name = `broken_${(broken += 1)}`;
  await asOwner(`
    CREATE FUNCTION ${name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'broken on purpose'; END $$;
    CREATE TRIGGER ${name} BEFORE ${when} ON ${table} FOR EACH ROW WHEN (${matching}) EXECUTE FUNCTION ${name}()`);
}
let broken = 0;

/** An open alert of the failure rate, which nothing explains: the next look at its domain notes that it is gone. */
async function withAlert(domain: number, name: string): Promise<number> {
  const [raised] = await raise(context, {
    ...evaluation(domain, [finding({ domain: name })]),
    domain: name,
  });
  return raised?.alertId ?? 0;
}

/** Has a channel that was not told of an alert in its quiet hours, which ended an hour ago. */
async function waitedInQuiet(at: Context, subjectId: number): Promise<void> {
  const channelId = await channel(at, 'ops', { quiet_from: '10:00', quiet_until: '11:00' });
  const about = { subject: 'alert', subjectId, channel: 'ops', channelId, version: 1 } as const;
  const held = { at: later(at, -1.5).now(), what: 'held', code: 'quiet-hours', detail: null } as const;
  await at.db.within(at.tenant, (session) => addDeliveryNotes(session, at.tenant, [{ ...about, ...held }]));
}

const alerts = () =>
  context.db.within(context.tenant, (session) =>
    session.rows<{ id: number; clear: boolean; next: Date | null }>(
      'SELECT id, clear_since IS NOT NULL AS clear, next_step_at AS next FROM alert WHERE tenant_id = $1 ORDER BY id',
      [context.tenant],
    ),
  );
const dirty = () =>
  context.db.within(context.tenant, (session) =>
    session.rows<{ name: string; since: Date }>(
      `SELECT name, dirty_since AS since FROM domain WHERE tenant_id = $1 AND dirty_since IS NOT NULL ORDER BY name`,
      [context.tenant],
    ),
  );
const makeDirty = () =>
  context.db.within(context.tenant, (session) =>
    session.run('UPDATE domain SET dirty_since = $2 WHERE tenant_id = $1', [context.tenant, context.now()]),
  );

describe('one of many that is in trouble', () => {
  it('keeps no other domain waiting, is logged once and is looked at again later', async () => {
    const names = ['a.example', 'b.example', 'c.example'];
    const ids: number[] = [];
    for (const name of names) ids.push(await withAlert(await claimed(context, name), name));
    await breaking('alert', 'UPDATE', `OLD.id = ${ids[0]} AND OLD.tenant_id = ${context.tenant}`);
    await makeDirty();
    const at = later(context, MINUTE);

    expect(await evaluateDirty(at)).toMatchObject({ domains: 3 });

    expect((await alerts()).map(({ clear }) => clear)).toEqual([false, true, true]);
    expect(logged).toEqual([
      { tenant: context.tenant, domain: 'a.example', error: expect.objectContaining({ code: 'P0001' }) },
    ]);
    expect(await dirty()).toEqual([{ name: 'a.example', since: later(at, 5 * MINUTE).now() }]);
    logged.length = 0;
    await evaluateAll(at);
    expect(logged).toHaveLength(1);
  });

  it('keeps no other domain waiting where its facts cannot be loaded', async () => {
    const first = await claimed(context, 'a.example');
    const ids = [
      await withAlert(first, 'a.example'),
      await withAlert(await claimed(context, 'b.example'), 'b.example'),
    ];
    await breaking(
      'domain_evaluation',
      'INSERT',
      `NEW.domain_id = ${first} AND NEW.tenant_id = ${context.tenant}`,
    );
    await makeDirty();

    await evaluateDirty(later(context, MINUTE));

    expect(await alerts()).toMatchObject([
      { id: ids[0], clear: false },
      { id: ids[1], clear: true },
    ]);
    expect((await dirty()).map(({ name }) => name)).toEqual(['a.example']);
  });

  it('keeps no other alert waiting for the clock', async () => {
    const ids = [
      await withAlert(await claimed(context, 'a.example'), 'a.example'),
      await withAlert(await claimed(context, 'b.example'), 'b.example'),
    ];
    await context.db.within(context.tenant, (session) =>
      session.run('UPDATE alert SET next_step_at = $2, snoozed_until = $2 WHERE tenant_id = $1', [
        context.tenant,
        context.now(),
      ]),
    );
    await breaking('alert_event', 'INSERT', `NEW.alert_id = ${ids[0]} AND NEW.tenant_id = ${context.tenant}`);

    expect(await steps(later(context, MINUTE))).toBe(1);

    expect(logged).toMatchObject([{ tenant: context.tenant, alert: ids[0] }]);
    expect((await alerts()).map(({ next }) => next)).toEqual([later(context, 6 * MINUTE).now(), null]);
  });

  it('keeps no other tenant waiting', async () => {
    const behind = await system.context(`behind ${tenants}`, { log });
    const domain = await claimed(behind);
    const [raised] = await raise(behind, evaluation(domain, [finding()]));
    await waitedInQuiet(behind, raised?.alertId ?? 0);
    await behind.db.within(behind.tenant, (session) =>
      session.run('UPDATE alert SET next_step_at = $2, snoozed_until = $2 WHERE tenant_id = $1', [
        behind.tenant,
        behind.now(),
      ]),
    );
    const at = refusing(later(context, MINUTE), context.tenant);
    await withAlert(await claimed(context), 'example.com');
    await context.db.within(context.tenant, (session) =>
      session.run('UPDATE alert SET next_step_at = $2 WHERE tenant_id = $1', [context.tenant, context.now()]),
    );

    await evaluateEverything(at);
    expect(await stepAll(at)).toBe(1);
    expect(await mornings(at)).toBe(1);
    await maintainQueue(at);

    const cleared = await behind.db.within(behind.tenant, (session) =>
      session.rows('SELECT FROM alert WHERE tenant_id = $1 AND clear_since IS NOT NULL', [behind.tenant]),
    );
    expect(cleared).toHaveLength(1);
    const named = logged.map(({ tenant }) => tenant);
    expect(named.filter((tenant) => tenant === context.tenant).length).toBeGreaterThanOrEqual(4);
    expect(named).not.toContain(behind.tenant);
  });
});

describe('a morning that was told of', () => {
  it('is not looked up again in the log, which is long', async () => {
    await waitedInQuiet(context, await withAlert(await claimed(context), 'example.com'));
    expect(await morning(context)).toBe(1);
    await asOwner('ALTER TABLE delivery_log RENAME TO elsewhere');

    expect(await morning(context)).toBe(0);

    expect(logged).toEqual([]);
    await asOwner('ALTER TABLE elsewhere RENAME TO delivery_log');
  });
});
