import { afterAll, beforeAll, expect, it } from 'vitest';
import { openBudgets } from '../../../src/bot/delivery/budget.js';
import type { ChannelKind, ChannelRow } from '../../../src/core/operations/delivery/work.js';
import { NOW, testSystem, type TestSystem } from '../../support/context.js';

let system: TestSystem;
beforeAll(async () => {
  system = await testSystem();
});
afterAll(() => system.close());

function channelOf(kind: ChannelKind, address: string): ChannelRow {
  return {
    id: 1,
    name: 'ops',
    kind,
    workspace: address,
    address,
    destination: {},
    secret: null,
    takesAll: true,
    leastSeverity: 'info',
    quietFrom: null,
    quietUntil: null,
    zone: 'UTC',
    createdAt: NOW,
    createdBy: 'test',
    parked: null,
    dates: 'iso',
  };
}

it.each([
  { kind: 'teams', scope: 'channel', inHalfAMinute: 54 },
  { kind: 'teams', scope: 'workspace', inHalfAMinute: 57 },
  { kind: 'slack', scope: 'channel', inHalfAMinute: 30 },
  { kind: 'discord', scope: 'channel', inHalfAMinute: 24 },
] as const)(
  'a $kind that says "later" of a $scope is left alone until then, and goes on at its usual rate',
  async ({ kind, scope, inHalfAMinute }) => {
    let now = NOW.getTime();
    const context = await system.context('test', { now: () => new Date(now) });
    const budgets = openBudgets(context);
    const channel = channelOf(kind, `${kind} of ${scope}`);
    expect(await budgets.take(channel, 'messages')).toBeNull();

    const until = await budgets.close(channel, 'messages', scope, 20_000);

    expect(until.getTime()).toBe(now + 20_000);
    now += 19_999;
    expect((await budgets.take(channel, 'messages'))?.getTime()).toBeGreaterThan(now);
    now += 1;
    let sent = 0;
    for (const end = now + 30_000; now < end;) {
      const next = await budgets.take(channel, 'messages');
      if (next === null) sent += 1;
      else now = next.getTime();
    }
    expect(sent).toBeGreaterThanOrEqual(inHalfAMinute);
  },
);
