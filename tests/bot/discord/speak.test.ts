import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Card } from '../../../src/bot/card.js';
import {
  type ChatSpeaker,
  type Destination,
  Gone,
  type Post,
  Refused,
  TryLater,
} from '../../../src/bot/platform.js';
import { parts } from '../../fakes/discord/server.js';
import type { KeptMessage } from '../../fakes/discord/state.js';
import { answered, card, scene, type Scene, settled } from './support.js';

const ADA = '200000000000000001';
const CHART: Card['parts'][number] = {
  type: 'chart',
  shape: 'bars',
  title: 'Top sources',
  alt: '198.51.100.1 sent most.',
  bars: [{ name: '198.51.100.1', tone: 'good', value: 1_377 }],
  unit: 'messages',
};
const DETAILS = { label: 'Details', command: 'alert 5' };
const RESOLVE = {
  label: 'Resolve',
  command: 'resolve 5',
  asks: { name: 'note', label: 'What was it?', optional: true },
};

let on: Scene;
let to: Destination;

beforeEach(async () => {
  const picture = { png: Buffer.from('picture'), width: 720, height: 400, key: 'k' };
  on = await scene({ draw: () => Promise.resolve(picture) });
  to = await place();
});
afterEach(() => on.stop());

const speaker = (): ChatSpeaker => {
  const { speaker: given } = on.platform;
  if (given === undefined) throw new Error('Discord does not speak');
  return given;
};

/** The channel, by way of a command that was typed there, as it comes back from the database. */
async function place(): Promise<Destination> {
  on.core.answer = () => null;
  await settled('the commands', () => on.discord.state.commands.length > 0);
  on.discord.command(on.channel, ADA, 'help');
  const request = await settled('a request', () => on.core.requests.at(-1));
  on.core.answer = () => ({ card: card({ verdict: 'Here are the details.' }) });
  return JSON.parse(JSON.stringify(speaker().destinationOf(request.reply))) as Destination;
}

function post(given: Partial<Card> = {}, more: Partial<Post> = {}): Post {
  return {
    card: card({ title: 'Alert #5: spoofing burst', tone: 'bad', buttons: [DETAILS, RESOLVE], ...given }),
    place: { platform: 'discord', workspace: on.server.id, channel: on.channel.id },
    key: '1-7-0',
    mentions: [],
    ...more,
  };
}

const shown = (): KeptMessage[] => on.discord.messages(on.channel);
const only = (): KeptMessage => {
  const [message, ...more] = shown();
  if (message === undefined || more.length > 0) throw new Error(`there are ${shown().length} messages`);
  return message;
};
const textOf = (message: KeptMessage | undefined): string => JSON.stringify(message?.body['embeds']);
const caught = (work: Promise<unknown>): Promise<unknown> => work.catch((error: unknown) => error);

describe('speaking in Discord', () => {
  it('keeps a place without the token of the interaction', () => {
    expect(to).toEqual({ guild: on.server.id, channel: on.channel.id });
  });

  it('posts, changes the same message, and answers to it', async () => {
    const ref = await speaker().post(to, post({ parts: [CHART] }), false);
    await speaker().update(to, ref, post({ verdict: 'Acknowledged by Ada.' }));
    await speaker().reply(to, ref, post({ buttons: [] }, { key: '1-7-r2' }), false);

    const [first, second] = shown();
    expect(shown()).toHaveLength(2);
    expect(textOf(first)).toContain('Acknowledged by Ada.');
    expect(first?.files).toEqual([]);
    expect(second?.answers).toBe(first?.id);
  });

  it('mentions those alone who are to be mentioned, whatever the text says', async () => {
    const mentions = [ADA, '1> @everyone'];

    await speaker().post(to, post({ verdict: '<@300000000000000001> @everyone' }, { mentions }), false);

    expect(only().mentioned).toEqual([ADA]);
    expect(only().body['allowed_mentions']).toEqual({ parse: [], users: [ADA] });
  });

  it('does not post twice what was posted a moment ago, as the nonce is enforced', async () => {
    on.discord.fault({ path: /\/messages$/u, times: 1, type: 'lost' });
    await expect(speaker().post(to, post({ buttons: [] }), false)).rejects.toThrow('fetch failed');

    const ref = await speaker().post(to, post({ buttons: [] }), true);

    expect(ref).toEqual({ channel: on.channel.id, message: only().id });
  });

  it('finds what was posted long ago by the id of its buttons', async () => {
    on.discord.fault({ path: /\/messages$/u, times: 1, type: 'lost' });
    await expect(speaker().post(to, post(), false)).rejects.toThrow('fetch failed');
    on.discord.pass(3_600_000);

    const ref = await speaker().post(to, post(), true);

    expect(ref).toEqual({ channel: on.channel.id, message: only().id });
  });

  it('posts anew what it cannot find, because it has no buttons or may not be read', async () => {
    await speaker().post(to, post({ buttons: [] }), false);
    on.discord.pass(3_600_000);
    await speaker().post(to, post({ buttons: [] }), true);
    on.channel.readsHistory = false;
    on.discord.pass(3_600_000);
    await speaker().post(to, post(), true);

    expect(shown()).toHaveLength(3);
  });

  it('answers as a plain message where it may not read what was said', async () => {
    const ref = await speaker().post(to, post(), false);
    on.channel.readsHistory = false;

    await speaker().reply(to, ref, post({}, { key: 'r' }), false);

    expect(shown().at(-1)?.answers).toBeNull();
  });

  it('says below an old message what it would have shown, when that was changed too often', async () => {
    const ref = await speaker().post(to, post(), false);
    on.discord.pass(3_600_001);
    for (let edit = 1; edit <= 3; edit += 1) {
      await speaker().update(to, ref, post({ verdict: `State ${edit}.` }));
      on.discord.pass(6_000);
    }

    await speaker().update(to, ref, post({ verdict: 'State 4.' }));
    await speaker().update(to, ref, post({ verdict: 'State 4.' }));
    on.discord.pass(6_000);
    await speaker().update(to, ref, post({ verdict: 'State 5.' }));

    const [first, second, third] = shown();
    expect(shown()).toHaveLength(3);
    expect(textOf(first)).toContain('State 3');
    expect([textOf(second), textOf(third)]).toEqual([
      expect.stringContaining('State 4'),
      expect.stringContaining('State 5'),
    ]);
    expect(second?.answers).toBe(first?.id);
  });

  it('sends a simpler form where Discord refuses the full one', async () => {
    on.discord.fault({ path: /\/messages$/u, times: 1, type: 'status', status: 400, code: 50_035 });

    await speaker().post(to, post({ parts: [CHART] }), false);

    expect(only().files).toEqual([]);
    expect(textOf(only())).toContain('Top sources');
  });

  it('refuses what Discord takes in no form', async () => {
    on.discord.fault({ path: /\/messages$/u, times: 3, type: 'status', status: 400, code: 50_035 });

    await expect(speaker().post(to, post({ parts: [CHART] }), false)).rejects.toBeInstanceOf(Refused);
  });

  it('tells a deleted message from a channel that is gone', async () => {
    const ref = await speaker().post(to, post(), false);
    on.discord.remove(only());

    expect(await caught(speaker().update(to, ref, post()))).toMatchObject({ what: 'message' });
    on.discord.leave(on.server);
    expect(await caught(speaker().post(to, post(), false))).toMatchObject({
      what: 'channel',
      reason: expect.stringContaining('View Channel') as unknown,
    });
    on.channel.may = 'see';
    expect(await caught(speaker().post(to, post(), false))).toMatchObject({ what: 'channel' });
    on.channel.isDeleted = true;
    expect(await caught(speaker().post(to, post(), false))).toMatchObject({ what: 'channel' });
  });

  it('hands on when to come again, by whom Discord means, once and without waiting', async () => {
    on.discord.fault({ path: /\/messages$/u, times: 1, type: 'limited', seconds: 30 });
    on.discord.fault({ path: /\/messages$/u, times: 1, type: 'limited', seconds: 9, isGlobal: true });

    const [channel, all] = [
      await caught(speaker().post(to, post(), false)),
      await caught(speaker().post(to, post(), false)),
    ];

    expect(channel).toBeInstanceOf(TryLater);
    expect(channel).toMatchObject({ afterMs: 30_000, scope: 'channel' });
    expect(all).toMatchObject({ afterMs: 9_000, scope: 'workspace' });
  });

  it('leaves trouble that passes to whoever asked', async () => {
    on.discord.fault({ path: /\/messages$/u, times: 1, type: 'status', status: 503 });

    const thrown = await caught(speaker().post(to, post(), false));

    expect(thrown).toMatchObject({ status: 503 });
    expect(thrown).not.toBeInstanceOf(Gone);
    expect(shown()).toEqual([]);
  });
});

describe('a button of a message that was posted', () => {
  it('answers its presser alone and leaves the message as it is', async () => {
    await speaker().post(to, post(), false);
    const before = JSON.stringify(only().body);

    const answer = await answered(on.discord.press(only(), ADA, 'Details'));

    expect(answer.onlyFor).toBe(ADA);
    expect(textOf(answer)).toContain('Here are the details.');
    expect(JSON.stringify(only().body)).toBe(before);
    expect(only().edits).toBe(0);
  });

  it('that asks for text opens a form, and asks its command with what was written', async () => {
    await speaker().post(to, post(), false);

    const pressed = on.discord.press(only(), ADA, 'Resolve');
    await settled('a form', () => pressed.acknowledged === 'modal');
    expect(pressed.modal).toMatchObject({ title: 'Resolve', components: [{ label: 'What was it?' }] });
    const before = on.core.requests.length;
    const answer = await answered(on.discord.submit(pressed, { note: 'Our "new" relay.\nAll is well.' }));

    expect(on.core.requests).toHaveLength(before + 1);
    expect(on.core.requests.at(-1)).toMatchObject({
      text: 'resolve 5 note:"Our ""new"" relay.\nAll is well."',
      audience: 'asker',
      person: { id: ADA },
    });
    expect(answer.onlyFor).toBe(ADA);
    expect(only().edits).toBe(0);
  });

  it('that asks for text may be left empty where that is optional', async () => {
    await speaker().post(to, post(), false);
    const pressed = on.discord.press(only(), ADA, 'Resolve');
    await settled('a form', () => pressed.acknowledged === 'modal');

    await answered(on.discord.submit(pressed, {}));

    expect(on.core.requests.at(-1)?.text).toBe('resolve 5');
  });

  it('that asks for text opens one form when it is clicked twice', async () => {
    await speaker().post(to, post(), false);

    const both = [on.discord.press(only(), ADA, 'Resolve'), on.discord.press(only(), ADA, 'Resolve')];
    await settled('both', () => both.every(({ acknowledged }) => acknowledged !== 'no'));

    expect(both.filter(({ modal }) => modal !== null)).toHaveLength(1);
  });

  it('that asks for text behind a long command has the text follow what is kept', async () => {
    const command = `source example.com ${'a'.repeat(200)}`;
    await speaker().post(to, post({ buttons: [{ ...RESOLVE, command }] }), false);
    const pressed = on.discord.press(only(), ADA, 'Resolve');
    await settled('a form', () => pressed.acknowledged === 'modal');

    await answered(on.discord.submit(pressed, { note: 'ours' }));

    expect(on.core.kept).toEqual([command]);
    expect(on.core.requests.at(-1)?.text).toMatch(/^~[\w-]{22} note:ours$/u);
  });

  it('that asks for text has an id that Discord takes, however long its words are', async () => {
    const asks = { name: 'a-rather-long-name', label: `What? | ${'W'.repeat(100)}`, optional: false };
    await speaker().post(to, post({ buttons: [{ ...RESOLVE, asks }] }), false);

    const [button] = parts(only());
    const pressed = on.discord.press(only(), ADA, 'Resolve');
    await settled('a form', () => pressed.acknowledged === 'modal');

    expect(String(button?.['custom_id']).length).toBeLessThanOrEqual(100);
  });
});
