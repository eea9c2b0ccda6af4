import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { raise } from '../../../../src/core/operations/alert/raise.js';
import { ruleRemove, ruleSet } from '../../../../src/core/operations/alert/rule-change.js';
import { steps } from '../../../../src/core/operations/alert/steps.js';
import { acknowledge, snooze } from '../../../../src/core/operations/alert/transitions.js';
import type { Context } from '../../../../src/core/operations/operation.js';
import { perform } from '../../../../src/core/operations/perform.js';
import { eventsOf } from '../../../../src/core/store/alert-events.js';
import { tellingOf } from '../../../../src/core/store/alert-telling.js';
import { findAlerts, setAlert } from '../../../../src/core/store/alerts.js';
import { lockAlerts } from '../../../../src/core/store/locks.js';
import { claimed, evaluation, finding, later } from '../../../support/alerts.js';
import { testSystem, type TestSystem } from '../../../support/context.js';
import { until } from '../../../support/until.js';

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

const FAILURES = 'failure-rate';
const MINUTE = 1 / 60;

async function opened(domainId = domain, name = 'example.com'): Promise<number> {
  const [raised] = await raise(context, evaluation(domainId, [finding({ domain: name })], { domain: name }));
  return raised?.alertId ?? 0;
}

/** When the clock looks at an alert again, in minutes after it was opened. */
async function nextOf(id: number): Promise<number | null> {
  const [alert] = await context.db.reading(context.tenant, (session) =>
    findAlerts(session, context.tenant, [id]),
  );
  return alert === undefined || alert.nextStepAt === null
    ? null
    : (Date.parse(alert.nextStepAt) - context.now().getTime()) / 60_000;
}

const history = async (id: number) =>
  (await context.db.reading(context.tenant, (session) => eventsOf(session, context.tenant, id, 50)))
    .map(({ kind }) => kind)
    .toReversed();
const set = (minutes: number, input: object) =>
  perform(ruleSet, later(context, minutes * MINUTE), { rule: FAILURES, ...input });

describe('a rule whose times are changed', () => {
  it('escalates alerts that are open by them, counted from when they began to ask', async () => {
    const id = await opened();

    await set(10, { escalate: 30 });

    expect(await nextOf(id)).toBe(30);
    await steps(later(context, 29 * MINUTE));
    expect(await history(id)).toEqual(['opened']);
    for (const minutes of [30, 90]) await steps(later(context, minutes * MINUTE));
    expect(await history(id)).toEqual(['opened', 'escalated']);
    await set(100, { escalate: 20 });
    expect(await nextOf(id)).toBeNull();
  });

  it('escalates at once what has waited longer than that already, and never what need not be', async () => {
    const id = await opened();

    await set(300, { escalate: 30 });
    expect(await nextOf(id)).toBe(300);
    await set(301, { escalate: 400 });
    expect(await nextOf(id)).toBe(400);
    await set(302, { escalate: 'never' });
    expect(await nextOf(id)).toBeNull();
  });

  it('reminds by them of what somebody acknowledged, and lets what is put off wait', async () => {
    const [id, other] = [await opened(), await opened(await claimed(context, 'example.org'), 'example.org')];
    await perform(acknowledge, later(context, 5 * MINUTE), { id });
    await perform(snooze, later(context, 5 * MINUTE), { id: other, hours: 2 });

    await set(10, { escalate: 30, remind: 60 });

    expect(await nextOf(id)).toBe(65);
    expect(await nextOf(other)).toBe(125);
  });

  it('leaves those of other rules and domains as they are, and those for which the domain says something else', async () => {
    const id = await opened();
    const other = await opened(await claimed(context, 'example.org'), 'example.org');

    await set(10, { domain: 'example.com', escalate: 30 });
    expect([await nextOf(id), await nextOf(other)]).toEqual([30, null]);
    await set(11, { escalate: 60 });
    expect([await nextOf(id), await nextOf(other)]).toEqual([30, 60]);
    await perform(ruleSet, context, { rule: 'new-source', escalate: 5 });
    expect([await nextOf(id), await nextOf(other)]).toEqual([30, 60]);
    await perform(ruleRemove, later(context, 12 * MINUTE), { rule: FAILURES, domain: 'example.com' });
    expect([await nextOf(id), await nextOf(other)]).toEqual([60, 60]);
  });

  it('changes nothing where its times stay', async () => {
    await set(0, { escalate: 30 });
    const id = await opened();
    await context.db.within(context.tenant, async (session) => {
      const [alert] = await findAlerts(session, context.tenant, [id]);
      // As for one that was muted when its time came.
      const waits = later(context, 35 * MINUTE)
        .now()
        .toISOString();
      if (alert !== undefined) await setAlert(session, context.tenant, alert, alert, waits);
    });

    await set(31, { escalate: 30, cooldown: 5 });

    expect(await nextOf(id)).toBe(35);
  });

  it('is followed by what is opened then, though its evaluation had the rule as it was before', async () => {
    await set(0, { escalate: 30 });

    expect(await nextOf(await opened())).toBe(30);
  });

  it('waits for who changes an alert by the times that were', async () => {
    const id = await opened();
    let setting: Promise<unknown> = Promise.resolve();
    await context.db.within(context.tenant, async (session) => {
      await lockAlerts(session, context.tenant, domain);
      const { escalateMinutes } = await tellingOf(session, context.tenant, FAILURES, domain);
      const { pid } = await session.row<{ pid: number }>('SELECT pg_backend_pid() AS pid');
      setting = set(10, { escalate: 30 });
      await until('the change of the rule waits', () =>
        context.db.across(async (other) => {
          const waiting = 'SELECT pid FROM pg_locks WHERE NOT granted AND $1 = ANY (pg_blocking_pids(pid))';
          return (await other.rows(waiting, [pid]))[0] ?? null;
        }),
      );
      const [alert] = await findAlerts(session, context.tenant, [id]);
      if (alert === undefined) throw new Error('no alert');
      expect(escalateMinutes).toBeNull();
      await setAlert(session, context.tenant, alert, alert, null);
    });

    await setting;

    expect(await nextOf(id)).toBe(30);
  });
});
