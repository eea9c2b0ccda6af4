import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Alert } from '../../../../src/core/alert/alert.js';
import { channelSet } from '../../../../src/core/operations/alert/channel-set.js';
import { alert as details, alerts } from '../../../../src/core/operations/alert/list.js';
import { morning } from '../../../../src/core/operations/alert/morning.js';
import { ours } from '../../../../src/core/operations/alert/ours.js';
import { raise } from '../../../../src/core/operations/alert/raise.js';
import { stepAll } from '../../../../src/core/operations/alert/steps.js';
import { loadSubjects, planOf } from '../../../../src/core/operations/alert/subject.js';
import { suppress, suppressions, unsuppress } from '../../../../src/core/operations/alert/suppress.js';
import {
  acknowledge,
  assign,
  note,
  reopen,
  resolve,
  snooze,
  unacknowledge,
} from '../../../../src/core/operations/alert/transitions.js';
import { why } from '../../../../src/core/operations/alert/why.js';
import { release } from '../../../../src/core/operations/domains.js';
import type { Context } from '../../../../src/core/operations/operation.js';
import { perform } from '../../../../src/core/operations/perform.js';
import { deliveriesOf } from '../../../../src/core/store/deliveries.js';
import { addDeliveryNotes } from '../../../../src/core/store/delivery-log.js';
import { aboutSender, channel, claimed, evaluation, finding, later, rule } from '../../../support/alerts.js';
import { testSystem, type TestSystem } from '../../../support/context.js';
import { until } from '../../../support/until.js';

let system: TestSystem;
let context: Context;
let ada: Context;
let bob: Context;
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
  ada = await person('Ada');
  bob = await person('Bob');
});

async function person(name: string): Promise<Context> {
  const email = `${name.toLowerCase()}-${tenants}@example.com`;
  const user = await context.db.within(context.tenant, async (session) => {
    const { id } = await session.row<{ id: number }>(
      `INSERT INTO account (tenant_id, email, name, role, created_at, created_by) VALUES ($1, $2, $3, 'analyst', $4, 'test') RETURNING id`,
      [context.tenant, email, name, context.now()],
    );
    return id;
  });
  return { ...context, actor: { id: `user:${user}`, name, role: 'analyst', user } };
}

const userOf = ({ actor }: Context): number => actor.user ?? 0;

async function opened(findings = [finding()], at = context, given = {}): Promise<number[]> {
  return (await raise(at, evaluation(domain, findings, given))).map(({ alertId }) => alertId);
}

async function one(id: number): Promise<Alert> {
  return (await perform(details, context, { id })).alert;
}

const deliveries = (id: number) =>
  context.db.reading(context.tenant, (session) => deliveriesOf(session, context.tenant, 'alert', [id]));

describe('a click', () => {
  it('that comes second is told who was first, and changes nothing', async () => {
    const [id = 0] = await opened();
    await perform(acknowledge, ada, { id });

    await expect(perform(acknowledge, bob, { id })).rejects.toMatchObject({
      code: 'already-acknowledged',
      message: `Alert ${id} was already acknowledged by Ada at 2026-03-15 12:00 UTC.`,
    });
    expect(await one(id)).toMatchObject({ version: 2, acknowledged: { by: 'Ada' } });
  });

  it('of many at one moment counts once', async () => {
    const [id = 0] = await opened();

    const clicks = await Promise.allSettled(
      Array.from({ length: 8 }, (_, index) => perform(acknowledge, index % 2 === 0 ? ada : bob, { id })),
    );

    expect(clicks.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const { history } = await perform(details, context, { id });
    expect(history.map(({ kind }) => kind)).toEqual(['acknowledged', 'opened']);
  });

  it('is decided again where somebody changed the alert between reading and writing it', async () => {
    const [id = 0] = await opened();
    let click: Promise<unknown> = Promise.resolve();
    await context.db.within(context.tenant, async (session) => {
      await session.run('UPDATE alert SET version = version + 1 WHERE tenant_id = $1 AND id = $2', [
        context.tenant,
        id,
      ]);
      const { pid } = await session.row<{ pid: number }>('SELECT pg_backend_pid() AS pid');
      click = perform(acknowledge, ada, { id });
      await until('the click waits for the row', () =>
        context.db.across(async (other) => {
          const waiting = 'SELECT pid FROM pg_locks WHERE NOT granted AND $1 = ANY (pg_blocking_pids(pid))';
          return (await other.rows(waiting, [pid]))[0] ?? null;
        }),
      );
    });

    await click;

    expect(await one(id)).toMatchObject({ state: 'acknowledged', version: 3 });
  });

  it('that is late does not open what was resolved', async () => {
    const [id = 0] = await opened();
    await perform(resolve, bob, { id, note: 'Fixed' });

    for (const operation of [acknowledge, unacknowledge, resolve])
      await expect(perform(operation, ada, { id, seen: 1 })).rejects.toMatchObject({
        code: 'already-resolved',
      });
    await expect(perform(snooze, ada, { id })).rejects.toMatchObject({ code: 'already-resolved' });
    expect((await one(id)).state).toBe('resolved');
  });

  it('on an old card does not undo what somebody did since', async () => {
    const [id = 0] = await opened();
    const { alert: seen } = await perform(acknowledge, ada, { id });
    await perform(unacknowledge, ada, { id });
    await perform(acknowledge, bob, { id });

    await expect(perform(unacknowledge, ada, { id, seen: seen.version })).rejects.toMatchObject({
      code: 'changed-since',
      message: expect.stringContaining('acknowledged by Bob') as string,
    });
    expect((await one(id)).state).toBe('acknowledged');
  });

  it('on a card that shows older figures does what it says', async () => {
    const [id = 0] = await opened();
    await opened([finding({ says: 'More of it.' })], later(context, 2));

    await perform(acknowledge, ada, { id, seen: 1 });

    expect(await one(id)).toMatchObject({ state: 'acknowledged', version: 3 });
  });

  it('leaves its note in the history, and its version with every channel', async () => {
    await channel(context, 'ops');
    const [id = 0] = await opened();

    await perform(resolve, ada, { id, note: 'The key was renewed' });
    await perform(note, bob, { id, note: 'Thanks' });

    expect((await perform(details, context, { id })).history).toMatchObject([
      { kind: 'noted', by: 'Bob', note: 'Thanks' },
      { kind: 'resolved', by: 'Ada', note: 'The key was renewed' },
      { kind: 'opened', by: 'dmarc-ops' },
    ]);
    expect(await deliveries(id)).toMatchObject([{ wantedVersion: 3, wantedNotable: 2 }]);
  });

  it('is for analysts', async () => {
    const [id = 0] = await opened();
    const viewer: Context = { ...ada, actor: { ...ada.actor, role: 'viewer' } };

    await expect(perform(acknowledge, viewer, { id })).rejects.toMatchObject({ code: 'not-allowed' });
    expect((await perform(alerts, viewer, {})).items.map((alert) => alert.id)).toEqual([id]);
  });

  it('on an alert of another tenant finds none', async () => {
    const [id = 0] = await opened();
    const other = await system.context('somebody else');

    await expect(perform(acknowledge, other, { id })).rejects.toMatchObject({ code: 'alert-unknown' });
    await expect(perform(why, other, { id })).rejects.toMatchObject({ code: 'alert-unknown' });
  });
});

describe('an alert', () => {
  it('is assigned to who says so, to somebody else, and to nobody', async () => {
    const [id = 0] = await opened();

    expect((await perform(assign, ada, { id })).alert.assignee?.name).toBe('Ada');
    const { alert } = await perform(assign, ada, { id, to: `bob-${tenants}@example.com` });
    expect(alert.assignee).toEqual({ id: userOf(bob), name: 'Bob' });
    expect((await perform(alerts, bob, { mine: true })).items).toHaveLength(1);
    expect((await perform(alerts, ada, { mine: true })).items).toEqual([]);
    expect((await perform(assign, ada, { id, to: 'nobody' })).alert.assignee).toBeNull();
    await expect(perform(assign, ada, { id, to: 'eve@example.com' })).rejects.toMatchObject({
      code: 'user-unknown',
    });
    await expect(perform(assign, context, { id })).rejects.toMatchObject({ code: 'nobody-here' });
  });

  it('that was found again after it was resolved is not opened a second time', async () => {
    const [id = 0] = await opened();
    await perform(resolve, ada, { id });
    const [newer = 0] = await opened([finding()], later(context, 30));

    await expect(perform(reopen, ada, { id })).rejects.toMatchObject({
      code: 'newer-alert',
      message: expect.stringContaining(`alert ${newer}`) as string,
    });
  });

  it('that was told on the card of one that is over gets its own when it is opened again', async () => {
    await channel(context, 'ops');
    const [lead = 0, member = 0] = await opened([
      finding({ severity: 'critical' }),
      aboutSender('192.0.2.0/24'),
    ]);
    await perform(resolve, ada, { id: lead });
    const before = await one(lead);

    await perform(reopen, ada, { id: member });

    expect(await one(member)).toMatchObject({ state: 'open', leadId: null });
    expect(await deliveries(member)).toHaveLength(1);
    // The card that it left does not list it any more.
    expect(await one(lead)).toMatchObject({ version: before.version + 1 });
  });

  it('is found by what is asked of it', async () => {
    await opened([finding(), aboutSender('192.0.2.0/24', { severity: 'info' })]);
    const count = async (input: object) => (await perform(alerts, context, input)).items.length;

    expect(await count({})).toBe(2);
    expect(await count({ severity: 'info' })).toBe(1);
    expect(await count({ rule: 'failure-rate' })).toBe(1);
    expect(await count({ source: '192.0.2.77' })).toBe(1);
    expect(await count({ source: '198.51.100.0/24' })).toBe(0);
    expect(await count({ state: 'resolved' })).toBe(0);
    expect(await count({ domain: 'example.com', state: 'all' })).toBe(2);
    const first = await perform(alerts, context, { limit: 1 });
    const second = await perform(alerts, context, { limit: 1, cursor: first.next ?? '' });
    expect([...first.items, ...second.items].map(({ id }) => id)).toEqual(
      (await perform(alerts, context, {})).items.map(({ id }) => id),
    );
    expect(second.next).toBeNull();
  });
});

describe('this is ours', () => {
  it('marks the network, ends all alerts about it and keeps the others a card', async () => {
    await channel(context, 'ops');
    const [lead = 0, sibling = 0, other = 0] = await opened([
      aboutSender('192.0.2.0/24', { severity: 'critical' }),
      aboutSender('192.0.2.0/24', { rule: 'volume-spike', kind: 'volume-spike' }),
      aboutSender('198.51.100.0/24'),
    ]);

    const result = await perform(ours, ada, { id: sibling, note: 'The newsletter' });

    expect(result).toEqual({
      domain: 'example.com',
      network: '192.0.2.0/24',
      changed: true,
      resolved: [lead, sibling].toSorted((a, b) => a - b),
    });
    expect(await one(lead)).toMatchObject({ state: 'resolved', resolved: { by: 'Ada' } });
    expect(await one(other)).toMatchObject({ state: 'open', leadId: null });
    expect(await deliveries(other)).toHaveLength(1);
    expect(await perform(ours, ada, { source: '192.0.2.9', domain: 'example.com' })).toMatchObject({
      changed: false,
      network: '192.0.2.0/24',
    });
  });

  it('needs a source', async () => {
    const [id = 0] = await opened();

    await expect(perform(ours, ada, { id })).rejects.toMatchObject({ code: 'no-sender' });
    await expect(perform(ours, ada, { source: '192.0.2.0/24' })).rejects.toMatchObject({ code: 'no-sender' });
  });
});

describe('a domain that is released', () => {
  it('has its alerts ended, for nobody is alerted about it any more', async () => {
    const ids = await opened([finding(), aboutSender('192.0.2.0/24')]);
    const admin: Context = { ...ada, actor: { ...ada.actor, role: 'admin' } };
    await perform(suppress, ada, { domain: 'example.com' });

    await perform(release, admin, { domain: 'example.com' });

    for (const id of ids) expect(await one(id)).toMatchObject({ state: 'resolved', resolved: { by: 'Ada' } });
    expect((await perform(alerts, context, {})).items).toEqual([]);
  });
});

describe('a suppression', () => {
  const channelOf = { quietFrom: null, quietUntil: null, zone: 'UTC' };
  const planned = async (id: number, at = context) => {
    const subject = (await loadSubjects(at, [id])).get(id);
    if (subject === undefined) throw new Error('no subject');
    return planOf(subject, channelOf, false, at.now());
  };

  it('holds what it is about while it lasts, and ends by itself', async () => {
    const [id = 0] = await opened([aboutSender('192.0.2.0/24')]);

    const made = await perform(suppress, ada, { source: '192.0.2.7/24', hours: 2, reason: 'moving' });

    expect(made).toMatchObject({
      state: 'active',
      sender: '192.0.2.0/24',
      until: '2026-03-15T14:00:00.000Z',
    });
    expect(await planned(id)).toMatchObject({ do: 'hold', code: 'suppressed', until: made.until });
    expect(await planned(id, later(context, 2))).toEqual({ do: 'send' });
    expect((await perform(suppressions, later(context, 2), {})).items).toEqual([]);
    expect((await perform(suppressions, later(context, 2), { over: 'true' })).items).toMatchObject([
      { id: made.id, state: 'over' },
    ]);
  });

  it('that is ended early has what waited looked at again', async () => {
    await channel(context, 'ops');
    const [id = 0] = await opened();
    const { id: suppression } = await perform(suppress, ada, { rule: 'failure-rate' });
    await context.db.within(context.tenant, (session) =>
      session.run(`UPDATE delivery SET next_at = NULL, held_code = 'suppressed' WHERE tenant_id = $1`, [
        context.tenant,
      ]),
    );

    await perform(unsuppress, bob, { id: suppression });

    expect(await planned(id)).toEqual({ do: 'send' });
    expect((await deliveries(id))[0]?.nextAt).toEqual(context.now());
    await expect(perform(unsuppress, bob, { id: suppression })).rejects.toMatchObject({
      code: 'suppression-over',
    });
  });

  it('comes again by its rule, on the clock of its zone', async () => {
    const [id = 0] = await opened();
    await perform(suppress, ada, {
      everything: true,
      rrule: 'FREQ=DAILY;BYHOUR=14;BYMINUTE=0',
      minutes: 60,
      zone: 'Europe/Berlin',
    });

    expect(await planned(id)).toEqual({ do: 'send' });
    expect(await planned(id, later(context, 1.5))).toMatchObject({
      code: 'suppressed',
      until: '2026-03-15T14:00:00.000Z',
    });
    // Clocks went forward on the 29th.
    expect(await planned(id, later(context, 24 * 15 + 0.5))).toMatchObject({
      until: '2026-03-30T13:00:00.000Z',
    });
  });

  it.each([
    [{}, 'suppression-too-wide'],
    [{ rule: 'x', hours: 1, until: '2026-03-16T00:00' }, 'suppression-times'],
    [{ rule: 'x', until: '2026-03-15T11:00' }, 'suppression-times'],
    [{ rule: 'x', until: '2028-03-15T11:00' }, 'suppression-times'],
    [{ rule: 'x', from: 'not a time at all' }, 'suppression-times'],
    [{ rule: 'x', rrule: 'FREQ=DAILY' }, 'suppression-times'],
    [{ rule: 'x', minutes: 5 }, 'suppression-times'],
    [{ rule: 'x', rrule: 'FREQ=SECONDLY;COUNT=1000000000', minutes: 5 }, 'suppression-times'],
    [{ rule: 'x', rrule: 'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30', minutes: 5 }, 'suppression-times'],
    [{ rule: 'x', rrule: 'FREQ=DAILY;BYHOUR=0,12;BYMINUTE=0', minutes: 721 }, 'suppression-times'],
    [{ rule: 'x', rrule: 'FREQ=WEEKLY;BYDAY=SA,SU', minutes: 1_441 }, 'suppression-times'],
    [{ rule: 'x', zone: 'Mars/Olympus' }, 'input-invalid'],
    [{ domain: 'unknown.example' }, 'domain-unknown'],
  ])('is not made of %j', async (input, code) => {
    await expect(perform(suppress, ada, input)).rejects.toMatchObject({ code });
  });

  it('takes a time on the clock of its zone', async () => {
    const made = await perform(suppress, ada, {
      rule: 'x',
      from: '2026-07-01T22:00',
      until: '2026-07-02T06:00',
      zone: 'America/New_York',
    });

    expect(made).toMatchObject({
      state: 'waiting',
      from: '2026-07-02T02:00:00.000Z',
      until: '2026-07-02T10:00:00.000Z',
    });
  });
});

describe('the clock', () => {
  async function setRule(columns: Readonly<Record<string, unknown>>): Promise<void> {
    const names = Object.keys(columns);
    await context.db.within(context.tenant, (session) =>
      session.run(
        `INSERT INTO alert_rule (tenant_id, name, kind, changed_at, changed_by, ${names.join(', ')})
         VALUES ($1, 'failure-rate', 'failure-rate', $2, 'test', ${names.map((_, at) => `$${at + 3}`).join(', ')})`,
        [context.tenant, context.now(), ...Object.values(columns)],
      ),
    );
  }

  const all = (at: Context) => Promise.all([stepAll(at), stepAll(at), stepAll(at)]);
  const kinds = async (id: number) =>
    (await perform(details, context, { id })).history.map(({ kind }) => kind).toReversed();

  it('escalates once what nobody acknowledged, to further channels, and mentions who it is for', async () => {
    const ops = await channel(context, 'ops');
    const boss = await channel(context, 'boss', { takes_all: false });
    await setRule({ escalate_minutes: 30, escalate_to: [boss], owner_id: userOf(ada) });
    const [id = 0] = await opened([finding()], context, {
      rules: [rule('failure-rate', { escalateMinutes: 30, escalateTo: [boss] })],
    });

    await all(later(context, 0.4));
    expect(await kinds(id)).toEqual(['opened']);
    await all(later(context, 0.5));
    await all(later(context, 5));

    expect(await kinds(id)).toEqual(['opened', 'escalated']);
    const told = await deliveries(id);
    expect(told.map(({ channelId }) => channelId).toSorted((a, b) => a - b)).toEqual([ops, boss]);
    expect(told.every(({ wantedNotable }) => wantedNotable === 2)).toBe(true);
    expect((await loadSubjects(context, [id])).get(id)?.mentions).toEqual([userOf(ada)]);
    await perform(assign, bob, { id });
    expect((await loadSubjects(context, [id])).get(id)?.mentions).toEqual([userOf(bob)]);
  });

  it('escalates by the rule of an alert that is told on the card of another, once for all on it', async () => {
    const ops = await channel(context, 'ops');
    const boss = await channel(context, 'boss', { takes_all: false });
    await setRule({ escalate_minutes: 30, escalate_to: [boss] });
    const [lead = 0] = await opened([aboutSender('192.0.2.0/24')]);
    await perform(acknowledge, ada, { id: lead });
    const found = [finding(), finding({ key: { other: 'x' } })];
    const [, member = 0] = await opened([aboutSender('192.0.2.0/24'), ...found], later(context, 1), {
      rules: [rule('new-source'), rule('failure-rate', { escalateMinutes: 30 })],
    });
    expect(await one(lead)).toMatchObject({ state: 'acknowledged' });

    await all(later(context, 1.4));
    expect(await kinds(lead)).toEqual(['opened', 'acknowledged']);
    for (const hours of [1.5, 5]) await all(later(context, hours));

    expect(await kinds(member)).toEqual(['opened', 'escalated']);
    expect(await kinds(lead)).toEqual(['opened', 'acknowledged', 'unacknowledged', 'escalated']);
    expect(await one(lead)).toMatchObject({ state: 'open', acknowledged: null });
    const told = await deliveries(lead);
    expect(told.map(({ channelId }) => channelId).toSorted((a, b) => a - b)).toEqual([ops, boss]);
  });

  it('reminds of nothing on a card that nobody has acknowledged: it asks for somebody itself', async () => {
    await setRule({ remind_minutes: 60 });
    const [lead = 0] = await opened([aboutSender('192.0.2.0/24')]);
    const [, member = 0] = await opened([aboutSender('192.0.2.0/24'), finding()], context, {
      rules: [rule('new-source'), rule('failure-rate', { remindMinutes: 60 })],
    });
    await perform(acknowledge, ada, { id: member });

    for (const hours of [1.1, 2.2]) await all(later(context, hours));
    expect([await kinds(lead), await kinds(member)]).toEqual([['opened'], ['opened', 'acknowledged']]);
    await perform(acknowledge, { ...ada, ...later(context, 2.3), actor: ada.actor }, { id: lead });
    await all(later(context, 3.4));

    expect(await kinds(member)).toEqual(['opened', 'acknowledged', 'reminded']);
    expect(await kinds(lead)).toEqual(['opened', 'acknowledged', 'reminded']);
  });

  it('asks for somebody again when a worse alert joins a card that was acknowledged', async () => {
    const [lead = 0] = await opened([aboutSender('192.0.2.0/24')]);
    await perform(acknowledge, ada, { id: lead });

    await opened([aboutSender('192.0.2.0/24'), finding({ severity: 'critical' })], later(context, 1));

    expect(await one(lead)).toMatchObject({ state: 'open', acknowledged: null });
    expect(await kinds(lead)).toEqual(['opened', 'acknowledged', 'unacknowledged', 'worse']);
  });

  it('does not use an escalation up while nobody would be told', async () => {
    await setRule({ escalate_minutes: 30 });
    const [id = 0] = await opened([finding()], context, {
      rules: [rule('failure-rate', { escalateMinutes: 30 })],
    });
    await perform(suppress, ada, { rule: 'failure-rate', hours: 2 });

    for (const hours of [0.5, 1, 1.95]) await all(later(context, hours));
    expect(await kinds(id)).toEqual(['opened']);
    await all(later(context, 2.1));

    expect(await kinds(id)).toEqual(['opened', 'escalated']);
  });

  it('does not escalate what somebody acknowledged, and reminds of it again and again', async () => {
    await setRule({ escalate_minutes: 30, remind_minutes: 60 });
    const [id = 0] = await opened([finding()], context, {
      rules: [rule('failure-rate', { escalateMinutes: 30, remindMinutes: 60 })],
    });
    await perform(acknowledge, later(ada, 0.2), { id });

    for (const hours of [0.5, 1, 1.3, 2, 2.3, 3]) await all(later(context, hours));
    expect(await kinds(id)).toEqual(['opened', 'acknowledged', 'reminded', 'reminded']);
    await perform(resolve, later(ada, 3.1), { id });
    await all(later(context, 9));

    expect((await kinds(id)).at(-1)).toBe('resolved');
  });

  it('ends a snooze, and only then begins to count again', async () => {
    await setRule({ escalate_minutes: 30 });
    const [id = 0] = await opened([finding()], context, {
      rules: [rule('failure-rate', { escalateMinutes: 30 })],
    });
    await perform(snooze, later(ada, 0.1), { id, hours: 4 });

    for (const hours of [0.6, 3, 4.05, 4.1, 4.3, 4.7]) await all(later(context, hours));

    expect(await kinds(id)).toEqual(['opened', 'snoozed', 'woken', 'escalated']);
  });

  it('lists in the morning what waited, once, with what was resolved meanwhile, under a new name too', async () => {
    const night = { quiet_from: '22:00', quiet_until: '07:00', zone: 'Europe/Berlin' };
    const ops = await channel(context, 'ops', night);
    const [first = 0, second = 0] = await opened([
      finding(),
      finding({ rule: 'volume-drop', kind: 'volume-drop', cause: 'volume' }),
    ]);
    const heldAt = later(context, 11).now();
    await context.db.within(context.tenant, (session) =>
      addDeliveryNotes(
        session,
        context.tenant,
        [first, second].map((subjectId) => ({
          subject: 'alert' as const,
          subjectId,
          channel: 'ops',
          channelId: ops,
          version: 1,
          at: heldAt,
          what: 'held' as const,
          code: 'quiet-hours',
          detail: null,
        })),
      ),
    );
    await perform(resolve, later(ada, 12), { id: second });
    await perform(channelSet, later(context, 12), { name: 'ops', rename: 'night' });

    expect(await morning(later(context, 17.9))).toBe(0);
    const told = await Promise.all([morning(later(context, 18)), morning(later(context, 18))]);
    expect(told.toSorted()).toEqual([0, 1]);
    expect(await morning(later(context, 19))).toBe(0);

    const [notice] = await context.db.reading(context.tenant, (session) =>
      session.rows<{ kind: string; content: { alerts: unknown } }>(
        'SELECT kind, content FROM notice WHERE tenant_id = $1',
        [context.tenant],
      ),
    );
    expect(notice).toMatchObject({
      kind: 'morning',
      content: {
        channel: 'night',
        until: '2026-03-16T06:00:00.000Z',
        alerts: [
          { id: first, state: 'open' },
          { id: second, state: 'resolved', resolved: { by: 'Ada' } },
        ],
      },
    });
  });
});

describe('why', () => {
  it('says of every channel what was sent there, or what stands against it', async () => {
    await channel(context, 'ops');
    await channel(context, 'night', { quiet_from: '08:00', quiet_until: '18:00', zone: 'UTC' });
    await channel(context, 'critical', { least_severity: 'critical' });
    await channel(context, 'named', { takes_all: false });
    await channel(context, 'broken', {
      parked_at: context.now(),
      parked_code: 'gone',
      parked_reason: 'It is gone.',
    });
    const [id = 0] = await opened();

    const before = await perform(why, context, { id });
    const saying = Object.fromEntries(before.channels.map(({ channel: name, says }) => [name, says]));

    expect(saying).toEqual({
      ops: 'It is about to be sent.',
      night:
        'It waits (quiet-hours): quiet hours of the channel until 18:00 (UTC); until 2026-03-15 18:01 UTC.',
      critical: 'It is not told there: the channel takes only what is more severe.',
      named: 'It is not told there: the channel takes only what is sent to it by name.',
      broken: 'Nothing is sent there since 2026-03-15 12:00 UTC: It is gone.',
    });
  });

  it('is about the card on which an alert is told', async () => {
    const [lead = 0, member = 0] = await opened([
      finding({ severity: 'critical' }),
      aboutSender('192.0.2.0/24'),
    ]);

    expect(await perform(why, context, { id: member })).toMatchObject({
      toldWith: lead,
      channels: [],
      log: [],
    });
  });
});
