import { afterEach, describe, expect, it } from 'vitest';
import type { Chart } from '../../../src/bot/card.js';
import { ReplyGone } from '../../../src/bot/platform.js';
import { answered, card, CARD, type Scene, type SceneOptions, scene, settled } from './support.js';

const ADA = '200000000000000001';
const CHART: Chart = {
  type: 'chart',
  shape: 'bars',
  title: 'Largest sources',
  alt: 'One source.',
  unit: 'messages',
  bars: [{ name: '192.0.2.1', tone: 'good', value: 12 }],
};
let now: Scene | null = null;

async function open(options: SceneOptions = {}): Promise<Scene> {
  now = await scene(options);
  return now;
}

afterEach(async () => {
  await now?.stop();
  now = null;
});

const plainAnswer = { card: CARD, audience: 'asker', file: null, share: null, askedBy: null } as const;

/** A request that nobody has answered yet. */
async function waiting({ discord, core, channel }: Scene) {
  core.answer = () => null;
  const interaction = discord.command(channel, ADA, 'status');
  const request = await settled('the request', () => core.requests[0]);
  await settled('the acknowledgement', () => interaction.acknowledged === 'thinking');
  return { interaction, reply: request.reply };
}

describe('an answer', () => {
  it('can be given by any process, from what was kept as plain data', async () => {
    const here = await open();
    const { interaction, reply } = await waiting(here);

    await here.platform.answer(JSON.parse(JSON.stringify(reply)), plainAnswer);

    expect(interaction.reply?.onlyFor).toBe(ADA);
  });

  it('has its picture, and a file', async () => {
    const png = Buffer.from([137, 80, 78, 71]);
    const here = await open({ draw: () => Promise.resolve({ png, width: 720, height: 400, key: 'k' }) });
    const { interaction, reply } = await waiting(here);
    const file = { name: 'export.csv', type: 'text/csv', bytes: Buffer.from('a,b') };

    await here.platform.answer(reply, { ...plainAnswer, card: card({ parts: [CHART] }), file });

    expect(interaction.reply?.files.map(({ name, bytes }) => [name, bytes])).toEqual([
      ['chart-1.png', png],
      ['export.csv', file.bytes],
    ]);
  });

  it('is sent without its picture where Discord does not take that', async () => {
    const png = Buffer.alloc(10 * 2 ** 20 + 1);
    const here = await open({ draw: () => Promise.resolve({ png, width: 720, height: 400, key: 'k' }) });
    const { interaction, reply } = await waiting(here);

    await here.platform.answer(reply, { ...plainAnswer, card: card({ parts: [CHART] }) });

    expect(interaction.reply?.files).toEqual([]);
    expect(JSON.stringify(interaction.reply?.body)).toContain('192.0.2.1');
  });

  it('says so where Discord does not take its file', async () => {
    const here = await open();
    const { interaction, reply } = await waiting(here);
    const file = { name: 'export.csv', type: 'text/csv', bytes: Buffer.alloc(10 * 2 ** 20 + 1) };

    await here.platform.answer(reply, { ...plainAnswer, file });

    expect(interaction.reply?.files).toEqual([]);
    expect(JSON.stringify(interaction.reply?.body)).toContain('Discord did not take the file export.csv');
  });

  it('waits as long as Discord says', async () => {
    const here = await open();
    const { interaction, reply } = await waiting(here);
    here.discord.fault({ type: 'limited', path: /@original$/u, times: 1, seconds: 0.4 });
    const from = performance.now();

    await here.platform.answer(reply, plainAnswer);

    expect(performance.now() - from).toBeGreaterThanOrEqual(400);
    expect(interaction.reply).not.toBeNull();
  });

  it('is tried again when Discord is in trouble, and when its answer is lost', async () => {
    const here = await open();
    const { interaction, reply } = await waiting(here);
    here.discord.fault({ type: 'status', path: /@original$/u, times: 2, status: 503 });
    here.discord.fault({ type: 'lost', path: /@original$/u, times: 1 });

    await here.platform.answer(reply, plainAnswer);

    expect(here.discord.calls.filter((call) => call.path.endsWith('@original'))).toHaveLength(4);
    expect(here.discord.seenBy(ADA)).toEqual([interaction.reply]);
  });

  it('after 15 minutes is no longer possible', async () => {
    const here = await open();
    const { reply } = await waiting(here);
    here.discord.pass(15 * 60_000 + 1);

    await expect(here.platform.answer(reply, plainAnswer)).rejects.toThrow(ReplyGone);
  });

  it('to an interaction that was never acknowledged is no longer possible', async () => {
    const here = await open();
    const { reply } = await waiting(here);
    const lost = { ...reply, token: 'another' };

    await expect(here.platform.answer(lost, plainAnswer)).rejects.toThrow(ReplyGone);
  });

  it('whose handle cannot be read is no longer possible', async () => {
    const here = await open();

    await expect(here.platform.answer({ some: 'thing' }, plainAnswer)).rejects.toThrow(ReplyGone);
  });

  it('in a channel that was deleted is no longer possible', async () => {
    const here = await open();
    const { reply } = await waiting(here);
    here.channel.isDeleted = true;

    await expect(here.platform.answer(reply, { ...plainAnswer, audience: 'channel' })).rejects.toThrow(
      ReplyGone,
    );
  });

  it('to a command that the channel shall see leaves a word to the asker', async () => {
    const here = await open();
    const { interaction, reply } = await waiting(here);

    await here.platform.answer(reply, { ...plainAnswer, audience: 'channel', askedBy: 'Ada' });

    expect(here.discord.messages(here.channel)).toHaveLength(1);
    expect(interaction.reply?.body['content']).toBe('Shown in the channel.');
  });

  it('follows the acknowledgement, however slow that is', async () => {
    const here = await open();
    here.discord.fault({ type: 'delay', path: /callback$/u, times: 1, ms: 300 });

    const message = await answered(here.discord.command(here.channel, ADA, 'status'));

    expect(message.onlyFor).toBe(ADA);
    expect(here.core.problems).toEqual([]);
  });
});

describe('a file that is said to be elsewhere', () => {
  it('is not fetched', async () => {
    const { chatFile } = await import('../../../src/bot/discord/file.js');
    const here = await open();
    const settings = { token: here.discord.token, api: here.discord.api, cdn: here.discord.cdn };
    const file = chatFile(
      { id: '1', filename: 'a.xml', size: 1, url: 'https://example.com/a.xml' },
      settings,
    );

    await expect(async () => {
      await file.open()[Symbol.asyncIterator]().next();
    }).rejects.toThrow('is not kept by Discord');
  });

  it('or is gone, says so', async () => {
    const { chatFile } = await import('../../../src/bot/discord/file.js');
    const here = await open();
    const settings = { token: here.discord.token, api: here.discord.api, cdn: here.discord.cdn };
    const file = chatFile(
      { id: '1', filename: 'a.xml', size: 1, url: `${here.discord.cdn}/ephemeral-attachments/1/a.xml` },
      settings,
    );

    await expect(async () => {
      await file.open()[Symbol.asyncIterator]().next();
    }).rejects.toThrow('send it again');
  });
});
