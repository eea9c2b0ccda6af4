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
import { dig } from '../../fakes/teams/json.js';
import { FAKE_TENANT } from '../../fakes/teams/server.js';
import type { FakeConversation, FakeMessage, FakePerson } from '../../fakes/teams/state.js';
import { answer, card, contentOf, type Harness, startHarness, textOf } from './harness.js';

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

let harness: Harness;
let ada: FakePerson;
let channel: FakeConversation;
let to: Destination;

beforeEach(async () => {
  const picture = { png: Buffer.from('picture'), width: 720, height: 400, key: 'k' };
  harness = await startHarness({ draw: () => Promise.resolve(picture) });
  ada = harness.fake.person('Ada');
  channel = harness.fake.channel(ada);
  to = await placeOf(channel);
});
afterEach(() => harness.stop());

const speaker = (): ChatSpeaker => {
  const { speaker: given } = harness.platform;
  if (given === undefined) throw new Error('Teams does not speak');
  return given;
};

/** The place, by way of a command that was said there, as it comes back from the database. */
async function placeOf(where: FakeConversation): Promise<Destination> {
  await harness.fake.say(ada, where, 'channel-add dmarc');
  const reply = harness.taken.at(-1)?.reply ?? {};
  return JSON.parse(JSON.stringify(speaker().destinationOf(reply))) as Destination;
}

function post(given: Partial<Card> = {}, more: Partial<Post> = {}): Post {
  return {
    card: card({ title: 'Alert #5: spoofing burst', tone: 'bad', buttons: [DETAILS, RESOLVE], ...given }),
    place: { platform: 'teams', workspace: FAKE_TENANT, channel: channel.id },
    key: '1-7-0',
    mentions: [],
    ...more,
  };
}

const shown = (where = channel): FakeMessage[] => harness.fake.messages(where);
const only = (): FakeMessage => {
  const [message, ...more] = shown();
  if (message === undefined || more.length > 0) throw new Error(`there are ${shown().length} messages`);
  return message;
};
const said = (message: FakeMessage | undefined): string => textOf(contentOf(message));
const caught = (work: Promise<unknown>): Promise<unknown> => work.catch((error: unknown) => error);

describe('speaking in Teams', () => {
  it('keeps a place without its thread and without secrets', () => {
    expect(to).toEqual({
      serviceUrl: harness.fake.serviceUrl,
      conversation: channel.id,
      threads: true,
      tenant: FAKE_TENANT,
      bot: expect.stringMatching(/^28:/u) as unknown,
    });
  });

  it('posts into the channel itself, changes the same message, and replies in its thread', async () => {
    const ref = await speaker().post(to, post({ parts: [CHART] }), false);
    await speaker().update(to, ref, post({ verdict: 'Acknowledged by Ada.' }));
    await speaker().reply(to, ref, post({ verdict: 'Ada acknowledged it.' }, { key: 'r' }), false);

    const [first, second] = shown();
    expect(shown()).toHaveLength(2);
    expect(first?.thread).toBeNull();
    expect(said(first)).toContain('Acknowledged by Ada.');
    expect(second?.thread).toBe(first?.id);
  });

  it('replies by a message in chats, which have no threads', async () => {
    const chat = harness.fake.personalChat(ada);
    const personal = await placeOf(chat);

    const ref = await speaker().post(personal, post(), false);
    await speaker().reply(personal, ref, post({}, { key: 'r' }), false);

    expect(personal).toMatchObject({ threads: false });
    expect(shown(chat).map(({ thread }) => thread)).toEqual([null, null]);
  });

  it('mentions those alone who are to be mentioned and are there, whatever names and texts say', async () => {
    const odd = harness.fake.person('<at>Bob</at> **B** [x](https://evil.example)');
    channel.members.push(odd);
    const stranger = harness.fake.person('Eve');
    const mentions = [ada.aadObjectId, odd.aadObjectId, stranger.aadObjectId];

    await speaker().post(to, post({ verdict: '<at>Everyone</at>' }, { mentions }), false);

    const content = contentOf(only());
    expect(dig(content, 'msteams', 'entities')).toEqual([
      { type: 'mention', text: '<at>Ada</at>', mentioned: { id: ada.aadObjectId, name: 'Ada' } },
      {
        type: 'mention',
        text: '<at>atBobat B xhttpsevil.example</at>',
        mentioned: { id: odd.aadObjectId, name: 'atBobat B xhttpsevil.example' },
      },
    ]);
    expect(dig(content, 'body', 1, 'text')).toBe('<at>Ada</at> <at>atBobat B xhttpsevil.example</at>');
  });

  it('sends a simpler form where Teams refuses the full one', async () => {
    harness.fake.fault({ method: 'POST', status: 400, code: 'BadArgument' });

    await speaker().post(to, post({ parts: [CHART] }), false);

    expect(JSON.stringify(contentOf(only()))).not.toContain('data:image');
    expect(said(only())).toContain('Top sources');
  });

  it('refuses what Teams takes in no form', async () => {
    const refusal = { method: 'POST', status: 400, code: 'BadArgument' } as const;
    harness.fake.fault(refusal, refusal, refusal);

    await expect(speaker().post(to, post({ parts: [CHART] }), false)).rejects.toBeInstanceOf(Refused);
  });

  it('posts anew what was not confirmed, for Teams has nothing to find it by', async () => {
    harness.fake.fault({ method: 'POST', lost: true });
    expect(await caught(speaker().post(to, post(), false))).toMatchObject({ status: 0 });

    await speaker().post(to, post(), true);

    expect(shown()).toHaveLength(2);
  });

  it('tells a deleted message from a channel that is gone', async () => {
    const ref = await speaker().post(to, post(), false);
    harness.fake.remove(only());

    expect(await caught(speaker().update(to, ref, post()))).toMatchObject({ what: 'message' });
    expect(await caught(speaker().reply(to, ref, post(), false))).toMatchObject({ what: 'message' });
    channel.refused = 'BotNotInConversationRoster';
    expect(await caught(speaker().post(to, post(), false))).toMatchObject({
      what: 'channel',
      reason: 'The app is not in the team or chat any more: add it there again.',
      heals: false,
    });
    channel.refused = 'BotDisabledByAdmin';
    expect(await caught(speaker().update(to, ref, post()))).toMatchObject({
      what: 'channel',
      heals: true,
    });
    const gone = { ...to, conversation: '19:gone@thread.tacv2' };
    expect(await caught(speaker().post(gone, post(), false))).toMatchObject({ what: 'channel' });
  });

  it('gives its token to nobody who is not allowed, whatever the kept place says', async () => {
    const elsewhere = { ...to, serviceUrl: 'https://evil.example/' };
    const others = { ...to, tenant: 'bbbbbbbb-bbbb-4ccc-8ddd-eeeeeeeeeeee' };

    const trouble = (place: Readonly<Record<string, unknown>>) =>
      caught(speaker().post(place, post(), false));
    expect(await trouble(elsewhere)).toMatchObject({ code: 'teams-service-url' });
    expect(await trouble(others)).toMatchObject({ code: 'teams-organization' });
    expect(await trouble({})).toMatchObject({ what: 'channel' });
    expect(shown()).toEqual([]);
  });

  it('hands on when to come again, once and without waiting', async () => {
    harness.fake.fault({ method: 'POST', status: 429, retryAfter: 7 });
    const before = harness.fake.calls.length;

    const thrown = await caught(speaker().post(to, post(), false));

    expect(thrown).toBeInstanceOf(TryLater);
    expect(thrown).toMatchObject({ afterMs: 7_000, scope: 'channel' });
    expect(harness.fake.calls).toHaveLength(before + 1);
  });

  it.each([412, 502, 504, 500])('leaves trouble that passes to whoever asked (%i)', async (status) => {
    harness.fake.fault({ method: 'POST', status });

    const thrown = await caught(speaker().post(to, post(), false));

    expect(thrown).toMatchObject({ status });
    expect(thrown).not.toBeInstanceOf(Gone);
  });
});

describe('a button of a message that was posted', () => {
  it('answers its presser alone and leaves the message as it is for all', async () => {
    await speaker().post(to, post(), false);
    const before = JSON.stringify(contentOf(only()));

    const reaction = await harness.fake.press(ada, only(), 'Details');
    await harness.platform.answer(harness.taken.at(-1)?.reply ?? {}, answer());

    // A card would take the place of the posted one, and nothing at all would be asked again.
    expect(reaction).toMatchObject({
      tries: 1,
      body: { statusCode: 200, type: 'application/vnd.microsoft.activity.message' },
    });
    expect(JSON.stringify(harness.fake.view(ada, only()))).toBe(before);
    expect(only().edits).toBe(0);
    expect(shown(harness.fake.personalChat(ada))).toHaveLength(1);
  });

  it('that asks for text unfolds a field, and asks its command with what was written', async () => {
    const other = { ...RESOLVE, label: 'Note', command: 'note 5' };
    await speaker().post(to, post({ buttons: [RESOLVE, other] }), false);

    const written = { note: 'Our "new" relay.\nAll is well.' };
    const reaction = await harness.fake.press(ada, only(), 'Note', { written });

    expect(harness.taken.at(-1)).toMatchObject({
      text: 'note 5 note:"Our ""new"" relay.\nAll is well."',
      audience: 'asker',
      person: { id: ada.aadObjectId },
    });
    expect(reaction.body).toMatchObject({ type: 'application/vnd.microsoft.activity.message' });
  });

  it('that asks for text is understood from older clients, and may be left empty where that is optional', async () => {
    await speaker().post(to, post(), false);

    await harness.fake.press(ada, only(), 'Resolve', { written: { note: 'ours' }, old: true });
    await harness.fake.press(ada, only(), 'Resolve');

    expect(harness.taken.slice(-2).map(({ text }) => text)).toEqual(['resolve 5 note:ours', 'resolve 5']);
  });

  it('that needs text is not sent without', async () => {
    const needed = { ...RESOLVE, asks: { ...RESOLVE.asks, optional: false } };
    await speaker().post(to, post({ buttons: [needed] }), false);

    await expect(harness.fake.press(ada, only(), 'Resolve')).rejects.toThrow('has to be filled in');
  });

  it('that asks for text behind a long command has the text follow what is kept', async () => {
    const command = `source example.com ${'a'.repeat(500)}`;
    await speaker().post(to, post({ buttons: [{ ...RESOLVE, command }] }), false);

    await harness.fake.press(ada, only(), 'Resolve', { written: { note: 'ours' } });

    expect(harness.kept).toEqual([command]);
    expect(harness.taken.at(-1)?.text).toMatch(/^~[\w-]{22} note:ours$/u);
  });

  it('that asks for text is never put behind the dots, where nothing unfolds', async () => {
    const many = Array.from({ length: 8 }, (_, at) => ({ label: `Button ${at}`, command: `alert ${at}` }));
    await speaker().post(to, post({ buttons: [...many, RESOLVE] }), false);

    const actions = dig(contentOf(only()), 'actions') as { title: string; mode?: string }[];

    expect(actions).toHaveLength(9);
    expect(actions.findIndex(({ title }) => title === 'Resolve')).toBeLessThan(6);
    expect(actions.find(({ title }) => title === 'Resolve')?.mode).toBeUndefined();
  });
});
