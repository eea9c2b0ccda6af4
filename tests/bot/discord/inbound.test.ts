import { afterEach, describe, expect, it } from 'vitest';
import type { KeptMessage } from '../../fakes/discord/state.js';
import { parts } from '../../fakes/discord/server.js';
import { answered, card, type Scene, type SceneOptions, scene, settled } from './support.js';

const ADA = '200000000000000001';
const BOB = '200000000000000002';
let now: Scene | null = null;

async function open(options: SceneOptions = {}): Promise<Scene> {
  now = await scene(options);
  return now;
}

afterEach(async () => {
  await now?.stop();
  now = null;
});

function embed(message: KeptMessage): Readonly<Record<string, unknown>> {
  return (message.body['embeds'] as readonly Readonly<Record<string, unknown>>[])[0] ?? {};
}

describe('a slash command', () => {
  it('is acknowledged to the asker alone, and answered with the card', async () => {
    const { discord, core, channel } = await open();

    const interaction = discord.command(channel, ADA, 'summary', { domain: 'example.com', period: '30d' });
    const message = await answered(interaction);

    expect(core.requests[0]).toMatchObject({
      id: interaction.id,
      text: 'summary domain:example.com 30d',
      audience: 'asker',
      place: { platform: 'discord', workspace: channel.server, channel: channel.id },
      person: { id: ADA, name: `User ${ADA}` },
    });
    expect(interaction.acknowledgedAt).not.toBeNull();
    expect(message.onlyFor).toBe(ADA);
    expect(embed(message)['title']).toContain('Summary of example.com');
    expect(message.body['allowed_mentions']).toEqual({ parse: [] });
    expect(discord.messages(channel)).toEqual([]);
  });

  it('is asked in words too, and in a group', async () => {
    const { discord, core, channel } = await open();

    await answered(discord.command(channel, ADA, 'ask', { text: 'sources example.com last week' }));
    await answered(
      discord.command(channel, ADA, 'admin user-role', { email: 'ada@example.com', role: 'admin' }),
    );

    expect(core.requests.map((request) => request.text)).toEqual([
      'sources example.com last week',
      'user-role email:ada@example.com role:admin',
    ]);
  });

  it('that shares another keeps that as it was typed', async () => {
    const { discord, core, channel } = await open();

    discord.command(channel, ADA, 'more share', { command: 'sources example.com order:failing' });
    await settled('the request', () => core.requests.length > 0);

    expect(core.requests[0]?.text).toBe('share sources example.com order:failing');
  });

  it('brings a file, which is fetched from where Discord keeps files', async () => {
    const { discord, core, channel } = await open();
    const bytes = Buffer.from('<feedback/>');

    await answered(discord.command(channel, ADA, 'upload', { file: { name: 'report.xml', bytes } }));

    const [file] = core.requests[0]?.files ?? [];
    const chunks: Uint8Array[] = [];
    for await (const chunk of file?.open() ?? []) chunks.push(chunk);
    expect(core.requests[0]?.text).toBe('upload');
    expect(file?.name).toBe('report.xml');
    expect(Buffer.concat(chunks)).toEqual(bytes);
  });

  it('that could not be kept says so, and does not leave the asker waiting', async () => {
    const { discord, core, channel } = await open();
    core.failing = true;

    const message = await answered(discord.command(channel, ADA, 'status'));

    expect(message.onlyFor).toBe(ADA);
    expect(message.body['content']).toContain('ask again');
  });
});

describe('a button', () => {
  it('turns a card that one person sees into the next answer', async () => {
    const { discord, core, channel } = await open();
    core.answer = ({ text }) => ({
      card: card({ title: text, buttons: [{ label: 'Sources', command: 'sources example.com' }] }),
    });

    const first = await answered(discord.command(channel, ADA, 'summary'));
    const pressed = discord.press(first, ADA, 'Sources');
    const second = await answered(pressed);

    expect(second).toBe(first);
    expect(embed(second)['title']).toContain('sources example.com');
    expect(discord.seenBy(ADA)).toHaveLength(1);
  });

  it('is one press when it is clicked twice, and another press a while after', async () => {
    const { discord, core, channel } = await open();
    core.answer = () => ({ card: card({ buttons: [{ label: 'Sources', command: 'sources example.com' }] }) });
    const mine = await answered(discord.command(channel, ADA, 'summary'));
    const pressed = () => core.requests.filter(({ text }) => text === 'sources example.com').length;

    const clicks = [discord.press(mine, ADA, 'Sources'), discord.press(mine, ADA, 'Sources')];
    await settled('both are acknowledged', () => clicks.every(({ acknowledged }) => acknowledged !== 'no'));
    const afterClicks = pressed();
    discord.pass(2_000);
    await settled('the first is answered', () => mine.edits > 0);
    discord.press(mine, ADA, 'Sources');

    await settled('the next press', () => pressed() === 2);
    expect(afterClicks).toBe(1);
  });

  it('shows the answer in the channel with who asked, once, though the answer to the call is lost', async () => {
    const { discord, core, channel } = await open();
    core.answer = ({ text, audience }) => ({
      card: card({ title: text }),
      share: audience === 'asker' ? { command: 'summary example.com', audience: 'channel' } : null,
    });
    const mine = await answered(discord.command(channel, ADA, 'summary'));
    discord.fault({ type: 'lost', path: /^\/channels\//u, times: 1 });

    discord.press(mine, ADA, 'Show in channel');
    await settled(
      'a second try',
      () => discord.calls.filter((call) => call.path.startsWith('/channels/')).length === 2,
    );
    await settled('the channel sees it', () => discord.messages(channel)[0]);

    const [shown, ...others] = discord.messages(channel);
    expect(others).toEqual([]);
    expect(shown?.body['embeds']).toMatchObject([{ author: { name: `Asked by User ${ADA}` } }]);
    expect(discord.seenBy(ADA)).toHaveLength(1);
  });

  it('on a card that all see answers who pressed it alone', async () => {
    const { discord, core, channel } = await open();
    core.answer = ({ audience, text }) => ({
      card: card({ title: text, buttons: [{ label: 'Sources', command: 'sources' }] }),
      share: audience === 'asker' ? { command: 'summary', audience: 'channel' } : null,
    });
    const mine = await answered(discord.command(channel, ADA, 'summary'));
    discord.press(mine, ADA, 'Show in channel');
    const shown = await settled('the channel sees it', () => discord.messages(channel)[0]);

    await answered(discord.press(shown, BOB, 'Sources'));

    expect(discord.seenBy(BOB)).toHaveLength(1);
    expect(embed(shown)['title']).toContain('summary');
  });

  it('tells the asker what is missing where the bot may not write in the channel', async () => {
    const { discord, core, channel } = await open();
    core.answer = ({ audience }) => ({
      share: audience === 'asker' ? { command: 'summary', audience: 'channel' } : null,
    });
    const mine = await answered(discord.command(channel, ADA, 'summary'));
    channel.may = 'see';

    discord.press(mine, ADA, 'Show in channel');
    const told = await settled('word to the asker', () => discord.seenBy(ADA)[1]);

    await settled('the end of it', () => core.problems.length > 0);
    expect(told.body['content']).toContain('send messages');
    expect(core.problems).toMatchObject([{ name: 'ReplyGone' }]);
  });

  it('of an older version says so', async () => {
    const { discord, core, channel } = await open();
    const mine = await answered(discord.command(channel, ADA, 'summary'));

    const told = await answered(discord.pressId(mine, ADA, 'something else'));

    expect(told.body['content']).toContain('older version');
    expect(core.requests).toHaveLength(1);
  });

  it('with a long command line holds an id, and the line is kept', async () => {
    const { discord, core, channel } = await open();
    const command = `sources ${'a'.repeat(200)}.example`;
    core.answer = () => ({ card: card({ buttons: [{ label: 'Sources', command }] }) });
    const mine = await answered(discord.command(channel, ADA, 'summary'));

    await answered(discord.press(mine, ADA, 'Sources'));

    expect(core.kept).toContain(command);
    expect(core.requests[1]?.text).toMatch(/^~[\w-]{22}$/u);
  });
});

describe('a form', () => {
  it('keeps what is chosen in the message, and sends it with the button', async () => {
    const { discord, core, channel } = await open();
    core.answer = () => ({
      card: card({
        form: {
          command: 'settings',
          submit: 'Save',
          fields: [
            {
              name: 'zone',
              label: 'Zone',
              value: 'UTC',
              choices: [
                { label: 'UTC', value: 'UTC' },
                { label: 'Vienna', value: 'Europe/Vienna' },
              ],
            },
            { name: 'dates', label: 'Dates', value: null, choices: [{ label: '2026-01-31', value: 'iso' }] },
          ],
        },
      }),
    });
    const mine = await answered(discord.command(channel, ADA, 'status'));

    await answered(discord.choose(mine, ADA, 's:zone', 'Europe/Vienna'));
    await answered(discord.press(mine, ADA, 'Save'));

    expect(core.requests[1]?.text).toBe('settings zone:Europe/Vienna');
    expect(parts(mine).some((part) => part['label'] === 'Save')).toBe(true);
  });
});

describe('typing', () => {
  it('is helped with domains and periods', async () => {
    const { discord, core, channel } = await open();
    core.completions = ['example.com', 'x'.repeat(101)];

    const domain = discord.type(channel, ADA, 'summary', 'domain', { domain: 'exa' });
    const period = discord.type(channel, ADA, 'summary', 'period', { period: 'last' });

    expect(await settled('domains', () => domain.choices)).toEqual([
      { name: 'example.com', value: 'example.com' },
    ]);
    expect(await settled('periods', () => period.choices)).toEqual([
      { name: 'last week', value: 'last week' },
      { name: 'last month', value: 'last month' },
    ]);
  });
});
