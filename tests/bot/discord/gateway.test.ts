import { describe, expect, it, type TestContext } from 'vitest';
import { SILENT } from '../../support/context.js';
import { answered, connected, type Scene, type SceneOptions, scene, settled } from './support.js';

const ADA = '200000000000000001';

/** Connected, and through with all that came first: a session that its client has not noted yet cannot be resumed. */
async function openSession(test: TestContext): Promise<Scene> {
  const opened = await open(test);
  await answered(opened.discord.command(opened.channel, ADA, 'about'));
  opened.core.requests.length = 0;
  return opened;
}

async function open(test: TestContext, options: SceneOptions = {}): Promise<Scene> {
  const opened = await scene(options);
  test.onTestFinished(() => opened.stop());
  return opened;
}

// At once: a second session has to wait for five seconds, as Discord asks of its clients.
describe.concurrent('the token', () => {
  it('that is wrong gives a line on what to do, and Discord is left alone', async (test) => {
    const { discord, platform } = await open(test, { token: 'a-token-that-is-wrong' });

    expect(platform.line).toContain('does not accept DISCORD_TOKEN');
    expect(platform.line).not.toContain('a-token-that-is-wrong');
    expect(discord.calls.map((call) => [call.path, call.status])).toEqual([['/applications/@me', 401]]);
    expect(discord.gateway.counts.identified).toBe(0);
  });

  it('that is no longer good when the connection is made anew is refused once, and told', async (test) => {
    const told: string[] = [];
    const log = { ...SILENT, error: (message: string) => told.push(message) };
    const { discord } = await open(test, { log });
    discord.resetToken();

    discord.gateway.cut();
    await settled('the refusal is told', () => told.length > 0);

    expect(told).toEqual(['Discord refuses the connection and is off until the service starts anew']);
    expect(discord.gateway.counts.refused).toBe(1);
    expect(discord.gateway.connected()).toBe(0);
  });
});

describe.concurrent('the commands', () => {
  it('are given to Discord when they differ, and not again when they do not', async (test) => {
    const first = await open(test);
    const puts = () => first.discord.calls.filter((call) => call.method === 'PUT').length;
    await settled('the commands', () => first.discord.state.commands.length > 0);
    expect(puts()).toBe(1);

    first.discord.gateway.invalidate();
    await connected(first.discord);

    expect(puts()).toBe(1);
    expect(first.discord.state.commands[0]).toMatchObject({ name: 'dmarc', contexts: [0] });
  });
});

describe.concurrent('a connection that breaks', () => {
  it('is resumed, and what was asked meanwhile is answered once', async (test) => {
    const { discord, core, channel } = await openSession(test);

    discord.gateway.cut();
    await settled('the cut', () => discord.gateway.connected() === 0);
    const interaction = discord.command(channel, ADA, 'status');
    await answered(interaction);

    expect(discord.gateway.counts).toMatchObject({ identified: 1, resumed: 1 });
    expect(core.requests).toHaveLength(1);
  });

  it('or is to be made anew as Discord asks, loses nothing', async (test) => {
    const { discord, core, channel } = await openSession(test);

    discord.gateway.askToReconnect();
    await settled('the session is resumed', () => discord.gateway.counts.resumed === 1);
    await answered(discord.command(channel, ADA, 'status'));

    expect(core.requests).toHaveLength(1);
  });

  it('does not make an event that comes twice act twice', async (test) => {
    const { discord, core, channel } = await open(test);
    const message = await answered(discord.command(channel, ADA, 'status'));

    discord.gateway.again('INTERACTION_CREATE');
    await answered(discord.command(channel, ADA, 'about'));

    expect(core.requests.map((request) => request.text)).toEqual(['status', 'about']);
    expect(message.edits).toBe(0);
  });

  it('whose session is no longer good begins a new one', async (test) => {
    const { discord, core, channel } = await open(test);

    discord.gateway.invalidate();
    await settled('a new session', () => discord.gateway.counts.identified === 2);
    await answered(discord.command(channel, ADA, 'status'));

    expect(core.requests).toHaveLength(1);
  });
});

describe.concurrent('a server', () => {
  it('that the bot is added to is greeted once, where the bot may write', async (test) => {
    const { discord, server } = await open(test);
    const added = discord.addServer('New', ['closed', 'open']);
    const [closed, free] = added.channels;
    if (closed === undefined || free === undefined) throw new Error('no channels');

    await settled('a welcome', () => discord.messages(closed)[0]);
    discord.gateway.invalidate();
    await settled('a new session', () => discord.gateway.counts.identified === 2);
    await answered(discord.command(free, ADA, 'status'));

    expect(discord.messages(closed)).toHaveLength(1);
    expect(discord.messages(free)).toEqual([]);
    for (const channel of server.channels) expect(discord.messages(channel)).toEqual([]);
  });
});
