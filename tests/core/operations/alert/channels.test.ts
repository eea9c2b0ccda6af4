import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { audit } from '../../../../src/core/operations/audit.js';
import { channelAdd, MOST_CHANNELS } from '../../../../src/core/operations/alert/channel-add.js';
import {
  channelRemove,
  channelResume,
  channelSet,
  channelTest,
} from '../../../../src/core/operations/alert/channel-set.js';
import { channels } from '../../../../src/core/operations/alert/channels.js';
import { workspaceRelease } from '../../../../src/core/operations/chat/workspaces.js';
import { park, resumeHere } from '../../../../src/core/operations/delivery/park.js';
import type { Context } from '../../../../src/core/operations/operation.js';
import { perform } from '../../../../src/core/operations/perform.js';
import { bindWorkspace } from '../../../../src/core/store/chat-workspaces.js';
import { deliveriesOf } from '../../../../src/core/store/deliveries.js';
import { channelAddedCard } from '../../../../src/bot/cards/channel.js';
import { channelsCard } from '../../../../src/bot/cards/channels.js';
import { NOW, testSystem, type TestSystem } from '../../../support/context.js';

const URL = 'https://hooks.example.com/very-secret-path';

describe('channels', () => {
  let system: TestSystem;
  let context: Context;
  let inSlack: Context;

  beforeEach(async () => {
    system = await testSystem();
    context = await system.context();
    const { tenant } = context;
    await system.db.within(tenant, (session) =>
      bindWorkspace(
        session,
        tenant,
        { platform: 'slack', workspace: 'T1' },
        { at: NOW, by: 'test', byName: 'tester' },
      ),
    );
    inSlack = {
      ...context,
      chat: {
        platform: 'slack',
        workspace: 'T1',
        channel: 'C1',
        person: 'U1',
        personName: 'Ada',
        destination: { channel: 'C1' },
      },
    };
  });
  afterEach(() => system.close());

  const withChannels = (count: number) =>
    system.db.within(context.tenant, (session) =>
      session.run(
        `INSERT INTO channel (tenant_id, name, kind, destination, created_at, created_by)
         SELECT $1, 'mail ' || n, 'email', '{}', $2, 'test' FROM generate_series(1, $3::integer) AS n`,
        [context.tenant, NOW, count],
      ),
    );
  const list = async () => (await perform(channels, context, {})).items;

  it('are added where they are asked for, once a place', async () => {
    const { channel } = await perform(channelAdd, inSlack, { name: 'ops', severity: 'warning' });

    expect(channel).toMatchObject({
      name: 'ops',
      kind: 'slack',
      severity: 'warning',
      all: true,
      parked: null,
    });
    await expect(perform(channelAdd, inSlack, { name: 'other' })).rejects.toThrow(
      'This place is the channel ops already',
    );
    await expect(perform(channelAdd, context, { name: 'x', kind: 'slack' })).rejects.toThrow(
      'A channel of slack is added where it is',
    );
    await expect(perform(channelAdd, context, { name: 'x' })).rejects.toThrow('Say what it is');
  });

  it('keep what is secret to themselves', async () => {
    const added = await perform(channelAdd, context, {
      name: 'pager',
      kind: 'webhook',
      url: URL,
      secret: 'hunter2hunter2',
    });

    expect(added.secret).toBeNull();
    const everything = JSON.stringify([
      added,
      channelAddedCard(added),
      await list(),
      channelsCard({ items: await list() }),
      await perform(audit, context, {}),
    ]);
    expect(everything).toContain('hooks.example.com');
    expect(everything).not.toContain('very-secret-path');
    expect(everything).not.toContain('hunter2');
  });

  it('of webhooks get a secret that is shown once', async () => {
    const added = await perform(channelAdd, context, { name: 'pager', kind: 'webhook', url: URL });

    expect(added.secret).toMatch(/^[\w-]{43}$/u);
    expect(JSON.stringify(channelAddedCard(added))).toContain(String(added.secret));
    expect(JSON.stringify(await perform(audit, context, {}))).not.toContain(String(added.secret));
  });

  it.each([
    [{ kind: 'email', to: ['not an address'] }, 'Address 1 must be such as'],
    [{ kind: 'email' }, 'Name at least one address'],
    [{ kind: 'webhook', url: 'ftp://example.com' }, 'The URL must begin with https'],
    [{ kind: 'slack-webhook', url: URL }, 'That is no host of Slack'],
    [{ kind: 'email', to: ['a@example.com'], url: URL }, 'url is of kind:webhook'],
    [{ kind: 'email', to: ['a@example.com'], quiet: '22-7' }, 'must be a span such as 22:00-07:00'],
  ])('are refused with what is wrong: %j', async (input, says) => {
    await expect(perform(channelAdd, context, { name: 'x', ...input })).rejects.toThrow(says);
    expect(await list()).toEqual([]);
  });

  it('are not so many that an alert becomes thousands of messages', async () => {
    await withChannels(MOST_CHANNELS - 1);
    const mail = { kind: 'email', to: ['a@example.com'] };
    await perform(channelAdd, context, { ...mail, name: 'the last' });

    await expect(perform(channelAdd, context, { ...mail, name: 'one more' })).rejects.toMatchObject({
      code: 'channels-full',
      message:
        'There are 200 channels, and at most 200 can be; remove one that nobody reads first: channel-remove NAME',
    });
    expect(await list()).toHaveLength(MOST_CHANNELS);
  });

  it('are not one more than that when many are added at one moment', async () => {
    await withChannels(MOST_CHANNELS - 1);

    const added = await Promise.allSettled(
      ['a', 'b', 'c', 'd', 'e', 'f'].map((name) =>
        perform(channelAdd, context, { name, kind: 'email', to: ['a@example.com'] }),
      ),
    );

    expect(added.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await list()).toHaveLength(MOST_CHANNELS);
  });

  it('are changed, and found by names that are nearly right', async () => {
    await perform(channelAdd, context, { name: 'mail', kind: 'email', to: ['a@example.com'] });

    await perform(channelSet, context, {
      name: 'Mail',
      quiet: '22:00-7:00',
      zone: 'europe/berlin',
      all: false,
    });
    expect(await list()).toMatchObject([
      { quiet: { from: '22:00', until: '07:00' }, zone: 'Europe/Berlin', all: false, place: 'a@example.com' },
    ]);
    await perform(channelSet, context, { name: 'mail', quiet: 'none', rename: 'post' });
    expect(await list()).toMatchObject([{ name: 'post', quiet: null }]);
    await expect(perform(channelRemove, context, { name: 'pots' })).rejects.toThrow('did you mean post?');
    await perform(channelRemove, context, { name: 'post' });
    expect(await list()).toEqual([]);
  });

  it('say why nothing is sent to them, and go on when somebody says so or speaks there', async () => {
    const { channel } = await perform(channelAdd, inSlack, { name: 'ops' });
    const archived = { code: 'channel-gone', reason: 'The channel is archived.' };
    await park(context, context.tenant, channel, archived);

    expect(await list()).toMatchObject([{ parked: { reason: 'The channel is archived.' } }]);
    expect(channelsCard({ items: await list() })).toMatchObject({
      tone: 'bad',
      verdict: '1 channel; nothing is sent to ops.',
    });
    await expect(perform(channelTest, context, { name: 'ops' })).rejects.toThrow('The channel is archived.');
    expect(await perform(channelResume, context, { name: 'ops' })).toMatchObject({ changed: true });
    expect(await perform(channelResume, context, { name: 'ops' })).toMatchObject({ changed: false });

    await park(context, context.tenant, channel, archived);
    const here = { platform: 'slack', workspace: 'T1', channel: 'C1' } as const;
    expect(await resumeHere(context, context.tenant, here)).toBe(true);
    expect(await resumeHere(context, context.tenant, here)).toBe(false);
    expect(await list()).toMatchObject([{ parked: null }]);
  });

  it('are tested by a message of their own', async () => {
    await perform(channelAdd, inSlack, { name: 'ops' });

    await perform(channelTest, context, { name: 'ops' });
    await perform(channelTest, context, { name: 'ops' });

    const { tenant } = context;
    const rows = await system.db.within(tenant, (session) => deliveriesOf(session, tenant, 'notice', [1, 2]));
    expect(rows).toMatchObject([
      { channel: 'ops', shownVersion: 0 },
      { channel: 'ops', shownVersion: 0 },
    ]);
    expect(await list()).toMatchObject([{ waiting: 2 }]);
  });

  it('go with the workspace that they are in', async () => {
    await perform(channelAdd, inSlack, { name: 'ops' });
    await perform(channelAdd, context, { name: 'mail', kind: 'email', to: ['a@example.com'] });
    await perform(channelTest, context, { name: 'ops' });

    await perform(workspaceRelease, context, { platform: 'slack', workspace: 'T1' });

    expect(await list()).toMatchObject([{ name: 'mail' }]);
  });

  it('are one terminal', async () => {
    const atTerminal = {
      platform: 'terminal',
      workspace: 'local',
      channel: 'local',
      person: 'x',
      personName: 'x',
    } as const;
    await perform(channelAdd, { ...context, chat: atTerminal }, { name: 'tty' });

    await expect(perform(channelAdd, context, { name: 'again', kind: 'terminal' })).rejects.toThrow(
      'This place is the channel tty already',
    );
  });
});
