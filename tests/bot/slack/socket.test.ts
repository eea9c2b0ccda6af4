import { afterEach, describe, expect, it } from 'vitest';
import { startFakeSlack } from '../../fakes/slack/server.js';
import { until } from '../../support/until.js';
import { answerOf, type Harness, startHarness } from './harness.js';

let slack: Harness | null = null;

afterEach(async () => {
  await slack?.stop();
  slack = null;
});

const start = async (options: Parameters<typeof startHarness>[0] = {}) => {
  slack = await startHarness({ way: 'socket', ...options });
  return slack;
};
const connectionAfter = (harness: Harness, before: number) =>
  until('a new connection', () =>
    Promise.resolve(
      (harness.fake.socket.opened() > before && harness.fake.socket.connections() === 1) || null,
    ),
  );

describe('Socket Mode', () => {
  it('takes and answers commands without any address of ours', async () => {
    const { fake, platform, taken, answer } = await start();
    const asker = fake.person('Ada');
    const channel = fake.channel('mail', [asker]);

    const reply = await fake.command(asker, channel, 'summary example.com');
    await answer();

    expect(platform.line).toBe('on: workspace Example Workspace (Socket Mode)');
    expect(platform.mounts).toEqual([]);
    expect(reply.status).toBe(200);
    expect(taken).toHaveLength(1);
    expect(fake.messages(channel, asker)).toHaveLength(1);
  });

  it('connects anew when Slack asks for it, and misses nothing', async () => {
    const harness = await start();
    const asker = harness.fake.person('Ada');
    const before = harness.fake.socket.opened();

    harness.fake.socket.refresh();
    await connectionAfter(harness, before);
    await harness.fake.say(asker, 'summary');

    expect(harness.taken).toHaveLength(1);
  });

  it('takes an event once that Slack sends again over the next connection, as its acknowledgement was lost', async () => {
    const harness = await start();
    const { fake, taken } = harness;
    const asker = fake.person('Ada');
    fake.socket.hears(false);
    const sent = fake.say(asker, 'summary');
    await until('the request', () => Promise.resolve(taken[0] ?? null));
    const before = fake.socket.opened();

    fake.socket.drop();
    fake.socket.hears(true);
    await connectionAfter(harness, before);
    const again = await fake.again();
    await sent;

    expect(again.status).toBe(200);
    expect(taken).toHaveLength(1);
  });

  it('does not acknowledge what it could not take, so that Slack sends it again', async () => {
    const { fake, failNext, taken } = await start();
    const asker = fake.person('Ada');
    failNext();

    const first = await fake.say(asker, 'summary');
    const second = await fake.again();

    expect([first.status, second.status]).toEqual([0, 200]);
    expect(taken).toHaveLength(1);
  });

  it('says what to do about a wrong app token', async () => {
    const { platform } = await start({ settings: { appToken: 'xapp-1-wrong' } });

    expect(platform.line).toBe(
      'off: Slack refuses SLACK_APP_TOKEN (invalid_auth); make an app-level token with the scope connections:write',
    );
    await expect(platform.answer({}, answerOf())).rejects.toThrow('SLACK_APP_TOKEN');
  });
});

describe('credentials', () => {
  it('that are wrong are told of in a line, and nothing is thrown', async () => {
    const { platform } = await start({ way: 'http', settings: { botToken: 'xoxb-wrong' } });

    expect(platform.line).toMatch(/^off: Slack refuses SLACK_BOT_TOKEN \(invalid_auth\); copy/u);
    expect(platform.mounts).toEqual([]);
  });

  it('of which one is missing are told of', async () => {
    const { platform } = await start({ way: 'http', settings: { signingSecret: null } });

    expect(platform.line).toMatch(/^off: SLACK_SIGNING_SECRET is not set/u);
  });

  it('that Slack cannot say anything of yet are asked about again', async () => {
    const fake = await startFakeSlack();
    try {
      fake.fault('auth.test', { type: 'server' }, { type: 'cut' });

      const { platform } = await start({ way: 'http', fake });

      expect(platform.line).toBe('on: workspace Example Workspace (HTTP at /slack/events)');
      expect(fake.calls('auth.test')).toHaveLength(3);
    } finally {
      await slack?.stop();
      slack = null;
      await fake.stop();
    }
  });
});
