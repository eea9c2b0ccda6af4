import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ask } from '../../../../src/bot/ask.js';
import { dispatch } from '../../../../src/bot/dispatch.js';
import { COMMANDS } from '../../../../src/bot/registry.js';
import { alert as details, type AlertResult } from '../../../../src/core/operations/alert/list.js';
import { ours } from '../../../../src/core/operations/alert/ours.js';
import { raise } from '../../../../src/core/operations/alert/raise.js';
import { acknowledge, reopen, resolve, snooze } from '../../../../src/core/operations/alert/transitions.js';
import type { Context } from '../../../../src/core/operations/operation.js';
import { perform } from '../../../../src/core/operations/perform.js';
import { deliveriesOf } from '../../../../src/core/store/deliveries.js';
import { aboutSender, channel, claimed, evaluation, finding, later } from '../../../support/alerts.js';
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

const first = aboutSender('192.0.2.0/24');
const second = aboutSender('198.51.100.0/24');
const third = aboutSender('203.0.113.0/24');
const critical = finding({ severity: 'critical' });

async function opened(findings = [first], hours = 0): Promise<number[]> {
  return (await raise(later(context, hours), evaluation(domain, findings))).map(({ alertId }) => alertId);
}

const shown = (id: number): Promise<AlertResult> => perform(details, context, { id });
const stateOf = async (id: number) => (await shown(id)).alert.state;
const versionOf = async (id: number) => (await shown(id)).alert.version;
const deliveries = (id: number) =>
  context.db.reading(context.tenant, (session) => deliveriesOf(session, context.tenant, 'alert', [id]));

describe('a click on a card that became worse since', () => {
  it.each([
    ['resolve', resolve],
    ['snooze', snooze],
    ['acknowledge', acknowledge],
  ] as const)('does not %s what its presser never saw', async (_name, operation) => {
    const [lead = 0] = await opened();
    const [, worse = 0] = await opened([first, critical], 1);

    await expect(perform(operation, later(context, 2), { id: lead, seen: 1 })).rejects.toMatchObject({
      code: 'changed-since',
      message: `Alert ${lead} became worse at 2026-03-15 13:00 UTC, after the card that you looked at: Failure rate (alert ${worse}) is critical. Look again: alert ${lead}`,
    });

    for (const id of [lead, worse]) {
      const { alert } = await shown(id);
      expect(alert).toMatchObject({ state: 'open', snoozedUntil: null });
    }
    await perform(operation, later(context, 2), { id: lead, seen: await versionOf(lead) });
  });

  it('is answered with why, and with the card as it is now', async () => {
    const [lead = 0] = await opened();
    const [, worse = 0] = await opened([first, critical], 1);

    const text = ask('resolve', [String(lead)], { seen: 1 });
    const { card } = await dispatch({ text, context, local: true }, COMMANDS);

    expect(card).toMatchObject({ title: 'Not done: resolve', tone: 'warning' });
    expect(card.verdict).toContain(`Alert ${lead} became worse at 2026-03-15 13:00 UTC`);
    expect(card.parts[0]).toMatchObject({ text: expect.stringContaining('Open, critical.') as string });
    expect(card.parts).toContainEqual(
      expect.objectContaining({
        title: 'With it',
        rows: [[String(worse), 'Failure rate', '', 'open, critical']],
      }),
    );
    const newest = ask('resolve', [String(lead)], { seen: await versionOf(lead) });
    expect(card.buttons.find(({ label }) => label === 'Resolve')?.command).toBe(newest);
  });

  it('is told what it became where it is the same alert', async () => {
    const [id = 0] = await opened([finding()]);
    await opened([critical], 1);

    await expect(perform(resolve, context, { id, seen: 1 })).rejects.toMatchObject({
      message: expect.stringContaining('looked at: Failure rate is critical.') as string,
    });
  });

  it('is told what it was where that is over by now', async () => {
    const [lead = 0] = await opened();
    const [, worse = 0] = await opened([first, critical], 1);
    await perform(resolve, context, { id: worse });

    await expect(perform(resolve, context, { id: lead, seen: 1 })).rejects.toMatchObject({
      message: expect.stringContaining(`Failure rate (alert ${worse}) was critical.`) as string,
    });
  });

  it('does not end it as ours either', async () => {
    const [id = 0] = await opened();
    await opened([{ ...first, severity: 'critical' }], 1);

    await expect(perform(ours, context, { id, seen: 1 })).rejects.toMatchObject({ code: 'changed-since' });
    expect(await stateOf(id)).toBe('open');
    expect(await perform(ours, context, { id, seen: 2 })).toMatchObject({ changed: true, resolved: [id] });
  });
});

describe('a click on a card that others joined since', () => {
  it('resolves those that it showed, and the rest has a card of its own', async () => {
    await channel(context, 'ops');
    const [lead = 0, member = 0] = await opened([first, second]);
    const seen = await versionOf(lead);
    const [, , newer = 0] = await opened([first, second, third], 1);

    const result = await perform(resolve, later(context, 2), { id: lead, seen });

    expect(result).toMatchObject({ also: 1, left: [newer] });
    expect(await stateOf(lead)).toBe('resolved');
    expect(await stateOf(member)).toBe('resolved');
    expect((await shown(newer)).alert).toMatchObject({ state: 'open', leadId: null });
    expect(await deliveries(newer)).toHaveLength(1);
  });

  it('acknowledges and puts off those that it showed', async () => {
    const [lead = 0, member = 0] = await opened([first, second]);
    const seen = await versionOf(lead);
    const [, , newer = 0] = await opened([first, second, third], 1);

    const put = await perform(snooze, later(context, 2), { id: lead, seen });
    const taken = await perform(acknowledge, later(context, 2), { id: lead, seen });

    for (const result of [put, taken]) expect(result).toMatchObject({ also: 1, left: [newer] });
    expect((await shown(member)).alert).toMatchObject({ state: 'acknowledged' });
    expect((await shown(newer)).alert).toMatchObject({ state: 'open', snoozedUntil: null, leadId: lead });
  });

  it('is no late click where the card shows them, nor where the words were typed', async () => {
    const [lead = 0] = await opened();
    await opened([first, second], 1);
    const { also, alert } = await perform(acknowledge, context, { id: lead, seen: await versionOf(lead) });
    await opened([first, second, third], 2);

    expect(also).toBe(1);
    expect(await perform(resolve, context, { id: lead })).toMatchObject({ also: 2, left: [] });
    expect(alert.version).toBeLessThan(await versionOf(lead));
  });

  it('leaves what was opened again, or became worse, since then', async () => {
    const [lead = 0, reopened = 0, worse = 0] = await opened([
      critical,
      second,
      { ...third, severity: 'info' },
    ]);
    await perform(resolve, context, { id: reopened });
    const seen = await versionOf(lead);
    await perform(reopen, context, { id: reopened });
    await opened([critical, second, third], 1);

    const { left } = await perform(resolve, later(context, 2), { id: lead, seen });

    expect(left).toEqual([reopened, worse]);
    expect((await shown(worse)).alert).toMatchObject({ state: 'open', leadId: reopened });
  });

  it('knows what a card shows that was handed over', async () => {
    const [lead = 0, heir = 0, member = 0] = await opened([first, second, third]);
    await perform(ours, context, { id: lead });
    const seen = await versionOf(heir);

    expect(await perform(resolve, context, { id: heir, seen })).toMatchObject({ also: 1, left: [] });
    expect(await stateOf(member)).toBe('resolved');
  });

  it('is answered with a card whose buttons know all that is on it', async () => {
    const [lead = 0] = await opened();
    await perform(acknowledge, context, { id: lead });
    await opened([first, second], 1);
    const { alert } = await perform(acknowledge, later(context, 2), { id: lead });

    const { also, left } = await perform(resolve, later(context, 3), { id: lead, seen: alert.version });

    expect({ also, left }).toEqual({ also: 1, left: [] });
  });
});
