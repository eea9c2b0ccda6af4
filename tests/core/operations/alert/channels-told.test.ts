import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { tellElsewhere } from '../../../../src/core/operations/alert/elsewhere.js';
import { raise, type Evaluation } from '../../../../src/core/operations/alert/raise.js';
import { channelRemove } from '../../../../src/core/operations/alert/channel-set.js';
import { ruleSet } from '../../../../src/core/operations/alert/rule-change.js';
import { rule } from '../../../../src/core/operations/alert/rules.js';
import { steps } from '../../../../src/core/operations/alert/steps.js';
import { reopen, resolve } from '../../../../src/core/operations/alert/transitions.js';
import { why } from '../../../../src/core/operations/alert/why.js';
import { workspaceRelease } from '../../../../src/core/operations/chat/workspaces.js';
import { DELIVERIES_KEPT_DAYS, forgetTold } from '../../../../src/core/operations/delivery/forget.js';
import type { Context } from '../../../../src/core/operations/operation.js';
import { perform } from '../../../../src/core/operations/perform.js';
import { bindWorkspace } from '../../../../src/core/store/chat-workspaces.js';
import { addDeliveryNotes } from '../../../../src/core/store/delivery-log.js';
import { deliveriesOf } from '../../../../src/core/store/deliveries.js';
import { TICKS } from '../../../../src/jobs/tick-list.js';
import { channel, claimed, evaluation, finding, later, rule as ruleWith } from '../../../support/alerts.js';
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

async function opened(given: Partial<Evaluation> = {}): Promise<number> {
  const [raised] = await raise(context, evaluation(domain, [finding()], given));
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

describe('an alert whose channels all went', () => {
  /** As after a message was posted there. */
  const posted = async (id: number, name: string) => {
    const { db, tenant, now } = context;
    const note = { subject: 'alert', subjectId: id, channel: name, version: 1, at: now() } as const;
    await db.within(tenant, async (session) => {
      const row = (await deliveriesOf(session, tenant, 'alert', [id])).find((one) => one.channel === name);
      await addDeliveryNotes(session, tenant, [
        { ...note, channelId: row?.channelId ?? 0, what: 'posted', code: null, detail: null },
      ]);
    });
    await settleAll();
  };
  const inSlack = async () => {
    const { db, tenant, now } = context;
    const workspace = { platform: 'slack', workspace: `T${tenants}` };
    await db.within(tenant, (session) =>
      bindWorkspace(session, tenant, workspace, { at: now(), by: 'test', byName: 'tester' }),
    );
    const ops = await channel(context, 'ops', {
      kind: 'slack',
      workspace: workspace.workspace,
      address: 'C1',
    });
    return { workspace, ops };
  };

  it('with their workspace is told once in those that its rule tells now', async () => {
    const { workspace, ops } = await inSlack();
    await channel(context, 'everybody');
    await channel(context, 'few', { takes_all: false });
    await channel(context, 'worse', { least_severity: 'critical' });
    await perform(ruleSet, context, { rule: 'failure-rate', channels: 'ops' });
    const id = await opened({ rules: [ruleWith('failure-rate', { channels: [ops] })] });
    await posted(id, 'ops');
    expect(await tellElsewhere(context)).toBe(0);

    await perform(workspaceRelease, context, workspace);
    expect(await toldTo(id)).toEqual([]);

    const counts = await Promise.all([tellElsewhere(context), tellElsewhere(context)]);
    expect(counts.toSorted()).toEqual([0, 1]);
    expect(await toldTo(id)).toEqual(['everybody']);
    expect(await tellElsewhere(context)).toBe(0);
  });

  it('is told in the next one that is added, with those that were called when nobody came', async () => {
    await channel(context, 'ops');
    await channel(context, 'pager', { takes_all: false });
    await perform(ruleSet, context, { rule: 'failure-rate', escalate: 30, escalateTo: 'pager' });
    const id = await opened();
    await posted(id, 'ops');
    await steps(later(context, 1));
    expect(await toldTo(id)).toEqual(['ops', 'pager']);
    await perform(ruleSet, context, { rule: 'failure-rate', escalateTo: 'none' });
    for (const name of ['ops', 'pager']) await perform(channelRemove, context, { name });
    expect(await tellElsewhere(context)).toBe(0);

    await channel(context, 'new');
    await channel(context, 'new pager', { takes_all: false });
    await perform(ruleSet, context, { rule: 'failure-rate', escalateTo: 'new pager' });

    await TICKS.find(({ name }) => name === 'alerts')?.work(later(context, 2));

    expect(await toldTo(id)).toEqual(['new', 'new pager']);
  });

  it('before it was sent to one of them is told elsewhere too, and says why it was not sent there', async () => {
    const { workspace } = await inSlack();
    await channel(context, 'mail');
    const id = await opened();
    await perform(channelRemove, context, { name: 'mail' });
    await perform(workspaceRelease, context, workspace);
    await channel(context, 'new');

    expect(await tellElsewhere(context)).toBe(1);

    expect(await toldTo(id)).toEqual(['new']);
    const { log } = await perform(why, context, { id });
    expect(log.map(({ channel: name, what, code }) => [name, what, code])).toEqual([
      ['mail', 'skipped', 'removed'],
      ['ops', 'skipped', 'removed'],
    ]);
  });

  it('is told no more once it is resolved, and one that no channel ever had waits for its next change', async () => {
    const never = await opened();
    await channel(context, 'ops');
    const [raised] = await raise(
      context,
      evaluation(domain, [finding({ rule: 'volume-drop', kind: 'volume-drop', cause: 'volume' })]),
    );
    const id = raised?.alertId ?? 0;
    await posted(id, 'ops');
    await perform(channelRemove, context, { name: 'ops' });
    await perform(resolve, context, { id });
    await channel(context, 'new');

    expect(await tellElsewhere(context)).toBe(0);

    expect([await toldTo(id), await toldTo(never)]).toEqual([[], []]);
    await perform(reopen, context, { id });
    expect(await toldTo(id)).toEqual(['new']);
  });
});

describe('a channel that rules name', () => {
  const failureRate = (about?: string) =>
    perform(rule, context, { rule: 'failure-rate', ...(about !== undefined && { domain: about }) });

  it('is not removed before they name it no more, and what is to be typed is said', async () => {
    await channel(context, 'ops');
    await channel(context, 'on call');
    await perform(ruleSet, context, { rule: 'failure-rate', channels: 'ops,on call', escalateTo: 'ops' });
    await perform(ruleSet, context, { rule: 'new-source', domain: 'example.com', escalateTo: 'ops' });

    await expect(perform(channelRemove, context, { name: 'ops' })).rejects.toMatchObject({
      code: 'channel-named',
      message:
        'Rules name ops: failure-rate, new-source for example.com. Take it out of them first, such as: rule-set failure-rate channels:"on call" escalateTo:none',
    });
    await perform(ruleSet, context, { rule: 'failure-rate', channels: 'on call', escalateTo: 'none' });
    await expect(perform(channelRemove, context, { name: 'OPS' })).rejects.toThrow(
      'such as: rule-set new-source example.com escalateTo:none',
    );
    await perform(ruleSet, context, { rule: 'new-source', domain: 'example.com', escalateTo: 'none' });

    await perform(channelRemove, context, { name: 'ops' });
    expect((await failureRate()).rule).toMatchObject({ channels: ['on call'], escalateTo: [] });
  });

  it('and goes with its workspace leaves them the others, and where none is left all that take all', async () => {
    const { db, tenant, now } = context;
    const workspace = { platform: 'slack', workspace: `T${tenants}` };
    await db.within(tenant, (session) =>
      bindWorkspace(session, tenant, workspace, { at: now(), by: 'test', byName: 'tester' }),
    );
    const inSlack = { kind: 'slack', workspace: workspace.workspace };
    await channel(context, 'ops', { ...inSlack, address: 'C1', takes_all: false });
    await channel(context, 'dev', { ...inSlack, address: 'C2', takes_all: false });
    await channel(context, 'mail', { takes_all: false });
    await channel(context, 'everybody');
    await perform(ruleSet, context, {
      rule: 'failure-rate',
      channels: 'ops,mail,dev',
      escalateTo: 'dev,mail,ops',
    });
    await perform(ruleSet, context, {
      rule: 'failure-rate',
      domain: 'example.com',
      channels: 'ops',
      escalateTo: 'ops',
    });
    await perform(ruleSet, context, { rule: 'new-source', channels: 'ops,dev', escalateTo: 'dev' });

    await perform(workspaceRelease, context, workspace);

    expect((await failureRate()).rule).toMatchObject({ channels: ['mail'], escalateTo: ['mail'] });
    expect((await failureRate('example.com')).rule).toMatchObject({
      channels: ['mail'],
      escalateTo: ['mail'],
    });
    expect((await perform(rule, context, { rule: 'new-source' })).rule).toMatchObject({
      channels: null,
      escalateTo: [],
    });
  });

  it('and went while a rule was looked at is no reason to tell nobody', async () => {
    await channel(context, 'everybody');

    const id = await opened({ rules: [ruleWith('failure-rate', { channels: [4_000_000] })] });

    expect(await toldTo(id)).toEqual(['everybody']);
  });
});
