import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Finding } from '../../../../src/core/alert/finding.js';
import { raise, type Evaluation } from '../../../../src/core/operations/alert/raise.js';
import { acknowledge, resolve, snooze } from '../../../../src/core/operations/alert/transitions.js';
import type { Context } from '../../../../src/core/operations/operation.js';
import { perform } from '../../../../src/core/operations/perform.js';
import { openDatabase, type Database } from '../../../../src/core/store/database.js';
import { deliveriesOf } from '../../../../src/core/store/deliveries.js';
import { eventsOf } from '../../../../src/core/store/alert-events.js';
import { findAlerts, type AlertRow } from '../../../../src/core/store/alerts.js';
import { aboutSender, channel, claimed, evaluation, finding, later, rule } from '../../../support/alerts.js';
import { testSystem, type TestSystem } from '../../../support/context.js';

let system: TestSystem;
let context: Context;
let domain: number;
let tenants = 0;
const others: Database[] = [];

beforeAll(async () => {
  system = await testSystem();
  for (let index = 0; index < 3; index += 1) others.push(await openDatabase({ connection: system.url }));
});
afterAll(async () => {
  await Promise.all(others.map((db) => db.close()));
  await system.close();
});
beforeEach(async () => {
  tenants += 1;
  context = await system.context(`tenant ${tenants}`);
  domain = await claimed(context);
});

const found = (findings: readonly Finding[], given: Partial<Evaluation> = {}) =>
  evaluation(domain, findings, given);

async function only(findings: readonly Finding[], at = context): Promise<AlertRow> {
  const [raised] = await raise(at, found(findings));
  return alertOf(raised?.alertId ?? 0);
}

async function alertOf(id: number): Promise<AlertRow> {
  const [alert] = await context.db.reading(context.tenant, (session) =>
    findAlerts(session, context.tenant, [id]),
  );
  if (alert === undefined) throw new Error(`no alert ${id}`);
  return alert;
}

async function allAlerts(): Promise<AlertRow[]> {
  return context.db.reading(context.tenant, async (session) => {
    const rows = await session.rows<{ id: number }>('SELECT id FROM alert WHERE tenant_id = $1', [
      context.tenant,
    ]);
    return findAlerts(
      session,
      context.tenant,
      rows.map(({ id }) => id),
    );
  });
}

const deliveries = (id: number) =>
  context.db.reading(context.tenant, (session) => deliveriesOf(session, context.tenant, 'alert', [id]));
const history = async (id: number) =>
  (await context.db.reading(context.tenant, (session) => eventsOf(session, context.tenant, id, 50)))
    .map(({ kind }) => kind)
    .toReversed();

describe('a finding', () => {
  it('opens an alert, which is told to every channel that takes all of its severity', async () => {
    const all = await channel(context, 'all');
    await channel(context, 'critical ones', { least_severity: 'critical' });
    await channel(context, 'named ones', { takes_all: false });

    const [raised] = await raise(context, found([finding()]));

    expect(raised).toMatchObject({ outcome: 'opened' });
    const alert = await alertOf(raised?.alertId ?? 0);
    expect(alert).toMatchObject({
      state: 'open',
      severity: 'warning',
      version: 1,
      notableVersion: 1,
      leadId: null,
    });
    expect(await deliveries(alert.id)).toMatchObject([
      { channelId: all, wantedVersion: 1, wantedNotable: 1, shownVersion: 0, nextAt: context.now() },
    ]);
    expect(await history(alert.id)).toEqual(['opened']);
  });

  it('is told to the channels that its rule names, and to no others', async () => {
    await channel(context, 'all');
    const named = await channel(context, 'named', { takes_all: false });

    const [raised] = await raise(
      context,
      found([finding()], { rules: [rule('failure-rate', { channels: [named] })] }),
    );

    expect((await deliveries(raised?.alertId ?? 0)).map(({ channelId }) => channelId)).toEqual([named]);
  });

  it('that is found again a moment later changes nothing', async () => {
    const before = await only([finding()]);

    const [raised] = await raise(later(context, 0.2), found([finding({ says: '13 % failed.' })]));

    expect(raised).toMatchObject({ outcome: 'deduplicated', alertId: before.id });
    expect(await alertOf(before.id)).toEqual(before);
  });

  it('that has newer figures after a while is shown with them, which is no news', async () => {
    const before = await only([finding()]);

    const [raised] = await raise(later(context, 2), found([finding({ says: '13 % failed.' })]));

    expect(raised).toMatchObject({ outcome: 'updated' });
    expect(await alertOf(before.id)).toMatchObject({
      version: 2,
      notableVersion: 1,
      timesFound: 1,
      finding: { says: '13 % failed.' },
    });
  });

  it('that says the same hour after hour is shown as it is', async () => {
    const before = await only([finding()]);

    for (const hours of [2, 4, 6])
      expect(await raise(later(context, hours), found([finding({ severity: 'info' })]))).toMatchObject([
        { outcome: 'deduplicated' },
      ]);
    expect(await alertOf(before.id)).toMatchObject({ version: 1, severity: 'warning' });
  });

  it('of another day counts once for that day', async () => {
    const before = await only([finding()]);

    for (const hours of [24, 26]) await raise(later(context, hours), found([finding({ day: '2026-03-15' })]));

    expect(await alertOf(before.id)).toMatchObject({ timesFound: 2, version: 2 });
  });

  it('that is worse is news at once, and is told where such ones are told', async () => {
    const night = await channel(context, 'critical ones', { least_severity: 'critical' });
    const before = await only([finding()]);

    const [raised] = await raise(later(context, 0.1), found([finding({ severity: 'critical' })]));

    expect(raised).toMatchObject({ outcome: 'worse' });
    expect(await alertOf(before.id)).toMatchObject({ severity: 'critical', version: 2, notableVersion: 2 });
    expect((await deliveries(before.id)).map(({ channelId }) => channelId)).toEqual([night]);
    expect(await history(before.id)).toEqual(['opened', 'worse']);
  });

  it('whose alert was resolved opens no other before its rule has cooled down', async () => {
    const alert = await only([finding()]);
    await perform(resolve, context, { id: alert.id });

    const [cooling] = await raise(later(context, 23), found([finding()]));
    const [opened] = await raise(later(context, 25), found([finding()]));

    expect(cooling).toMatchObject({
      outcome: 'cooldown',
      alertId: alert.id,
      until: later(context, 24).now().toISOString(),
    });
    expect(opened?.outcome).toBe('opened');
    expect(opened?.alertId).not.toBe(alert.id);
  });

  it('keeps text that the database cannot hold from opening a second alert', async () => {
    const hostile = finding({ key: { sender: 'a\0b' }, says: 'x\0y \ud800' });

    const [first] = await raise(context, found([hostile]));
    const [second] = await raise(later(context, 2), found([hostile]));

    expect(first?.outcome).toBe('opened');
    expect(second).toMatchObject({ outcome: 'deduplicated', alertId: first?.alertId });
  });
});

describe('an alert whose cause is gone', () => {
  it('is resolved by the system when a later day says so too, and not before', async () => {
    const alert = await only([finding()]);
    const none = found([]);

    await raise(later(context, 1), none);
    expect(await alertOf(alert.id)).toMatchObject({
      state: 'open',
      clearSince: later(context, 1).now().toISOString(),
    });
    await raise(later(context, 5), none);
    expect((await alertOf(alert.id)).state).toBe('open');
    await raise(later(context, 24), none);

    expect(await alertOf(alert.id)).toMatchObject({ state: 'resolved', resolved: { by: 'dmarc-ops' } });
    expect(await history(alert.id)).toEqual(['opened', 'resolved']);
  });

  it('stays while it is found under relaxed thresholds', async () => {
    const alert = await only([finding()]);
    const nearly = found([], { still: [finding()] });

    await raise(later(context, 1), found([]));
    await raise(later(context, 2), nearly);
    expect((await alertOf(alert.id)).clearSince).toBeNull();
    await raise(later(context, 26), found([]));
    await raise(later(context, 27), found([]));

    expect((await alertOf(alert.id)).state).toBe('open');
  });

  it('is left alone where its rule was not evaluated', async () => {
    const alert = await only([finding()]);

    for (const hours of [1, 25, 49])
      await raise(later(context, hours), found([], { rules: [rule('new-source')] }));

    expect(await alertOf(alert.id)).toMatchObject({ state: 'open', clearSince: null });
  });
});

describe('alerts of one domain and cause', () => {
  const burst = finding({ rule: 'spoofing-burst', kind: 'spoofing-burst', severity: 'critical' });

  it('are told on one card: that of the worst of those found together', async () => {
    await channel(context, 'all');

    const raised = await raise(context, found([finding(), burst, aboutSender('192.0.2.0/24')]));

    const lead = raised[1]?.alertId ?? 0;
    const alerts = await allAlerts();
    expect(alerts.filter(({ leadId }) => leadId === lead)).toHaveLength(2);
    expect((await alertOf(lead)).leadId).toBeNull();
    for (const { id, leadId } of alerts) expect(await deliveries(id)).toHaveLength(leadId === null ? 1 : 0);
  });

  it('are no news when they join, unless they are worse', async () => {
    const lead = await only([finding()]);

    await raise(later(context, 1), found([finding(), aboutSender('192.0.2.0/24')]));
    expect(await alertOf(lead.id)).toMatchObject({ version: 2, notableVersion: 1 });
    await raise(later(context, 1.5), found([finding(), aboutSender('192.0.2.0/24'), burst]));

    const after = await alertOf(lead.id);
    expect(after.notableVersion).toBe(after.version);
    expect(await history(lead.id)).toEqual(['opened', 'worse']);
  });

  it('end a snooze when a worse one joins', async () => {
    const lead = await only([finding()]);
    await perform(snooze, context, { id: lead.id, hours: 48 });

    await raise(later(context, 1), found([finding(), burst]));

    expect(await alertOf(lead.id)).toMatchObject({ snoozedUntil: null, nextStepAt: null });
  });

  it('of another cause have a card of their own', async () => {
    const raised = await raise(
      context,
      found([finding(), finding({ rule: 'volume-drop', kind: 'volume-drop', cause: 'volume' })]),
    );

    for (const { alertId } of raised) expect((await alertOf(alertId)).leadId).toBeNull();
  });

  it('are done together: who resolves the card resolves all that is on it', async () => {
    const lead = await only([finding()]);
    const raised = await raise(later(context, 1), found([finding(), aboutSender('192.0.2.0/24'), burst]));

    const { also } = await perform(resolve, later(context, 2), { id: lead.id, note: 'Done' });

    expect(also).toBe(2);
    for (const { alertId } of raised) expect(await history(alertId)).toContain('resolved');
    expect((await allAlerts()).every(({ state }) => state === 'resolved')).toBe(true);
  });

  it('that joined after the card was acknowledged are acknowledged by the same button', async () => {
    const lead = await only([finding()]);
    await perform(acknowledge, context, { id: lead.id });
    const raised = await raise(later(context, 1), found([finding(), aboutSender('192.0.2.0/24')]));

    const { also } = await perform(acknowledge, later(context, 2), { id: lead.id });

    expect(also).toBe(1);
    expect((await alertOf(raised[1]?.alertId ?? 0)).state).toBe('acknowledged');
  });

  it('never lose their card: when its own cause is gone the oldest of the others takes it over', async () => {
    await channel(context, 'all');
    const lead = await only([finding()]);
    const two = [aboutSender('192.0.2.0/24'), aboutSender('198.51.100.0/24')];
    const raised = await raise(later(context, 1), found([finding(), ...two]));
    const [heir, other] = [raised[1]?.alertId ?? 0, raised[2]?.alertId ?? 0];

    await raise(later(context, 2), found(two));
    await raise(later(context, 26), found(two));

    expect((await alertOf(lead.id)).state).toBe('resolved');
    expect(await alertOf(heir)).toMatchObject({ leadId: null, state: 'open' });
    expect(await alertOf(other)).toMatchObject({ leadId: heir, state: 'open' });
    const after = await alertOf(heir);
    expect(await deliveries(heir)).toMatchObject([
      { wantedVersion: after.version, wantedNotable: after.notableVersion },
    ]);
    expect(await history(heir)).toEqual(['opened', 'promoted']);
  });
});

describe('several processes at once', () => {
  it('make one alert of what they all find, and none waits crosswise', async () => {
    await channel(context, 'all');
    const senders = ['192.0.2.0/24', '198.51.100.0/24', '203.0.113.0/24'].map((sender) =>
      aboutSender(sender),
    );
    const processes = [context.db, ...others].map((db) => ({ ...context, db }));

    const rounds = await Promise.all(
      Array.from({ length: 24 }, async (_, index) => {
        const process = processes[index % processes.length] ?? context;
        const at = later(process, index / 10);
        const findings = index % 2 === 0 ? [finding(), ...senders] : [...senders.toReversed(), finding()];
        return raise(at, found(findings));
      }),
    );

    expect(rounds.flat().filter(({ outcome }) => outcome === 'opened')).toHaveLength(4);
    expect(await allAlerts()).toHaveLength(4);
    expect((await allAlerts()).filter(({ leadId }) => leadId === null)).toHaveLength(1);
  });

  it('raise, acknowledge, resolve and deliver at once, and every open alert has a card', async () => {
    const channels = [
      await channel(context, 'one'),
      await channel(context, 'two'),
      await channel(context, 'three'),
    ];
    const senders = ['192.0.2.0/24', '198.51.100.0/24', '203.0.113.0/24'].map((sender) =>
      aboutSender(sender),
    );
    const first = await raise(context, found([finding(), ...senders]));
    const processes = [context.db, ...others].map((db) => ({ ...context, db }));
    const work = Array.from({ length: 60 }, (_, index) => async () => {
      const process = later(processes[index % processes.length] ?? context, index);
      const id = first[index % first.length]?.alertId ?? 0;
      if (index % 5 === 0) await raise(process, found([senders[index % 3] ?? finding()]));
      else if (index % 5 === 1) await raise(process, found([finding({ severity: 'critical' }), ...senders]));
      else if (index % 5 === 2) await perform(resolve, process, { id }).catch(refusedOnly);
      else if (index % 5 === 3) await perform(acknowledge, process, { id }).catch(refusedOnly);
      else await settleAll(process, channels);
    });

    await Promise.all(work.map((one) => one()));

    const alerts = await allAlerts();
    const byId = new Map(alerts.map((alert) => [alert.id, alert]));
    for (const alert of alerts.filter(({ state }) => state !== 'resolved')) {
      const lead = alert.leadId === null ? alert : byId.get(alert.leadId);
      expect(lead?.leadId).toBeNull();
      expect(lead?.state).not.toBe('resolved');
      const told = await deliveries(lead?.id ?? 0);
      expect(told).toHaveLength(3);
      for (const one of told) expect(one.wantedVersion).toBe(lead?.version);
    }
    const open = alerts
      .filter(({ state }) => state !== 'resolved')
      .map((alert) => JSON.stringify(alert.finding.key));
    expect(new Set(open).size).toBe(open.length);
  });
});

function refusedOnly(error: unknown): void {
  expect(error).toMatchObject({ code: expect.stringMatching(/^already-/u) });
}

/** Locks deliveries in the order of their ids, as those who deliver do. */
async function settleAll({ db, tenant }: Context, channels: readonly number[]): Promise<void> {
  await db.within(tenant, async (session) => {
    await session.rows(
      'SELECT id FROM delivery WHERE tenant_id = $1 AND channel_id = ANY ($2) ORDER BY id FOR UPDATE',
      [tenant, channels],
    );
  });
}
