import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ReplyGone } from '../../../src/bot/platform.js';
import type { Chart } from '../../../src/bot/card.js';
import { dig } from '../../fakes/teams/json.js';
import { until } from '../../support/until.js';
import { answer, card, contentOf, type Harness, startHarness, textOf } from './harness.js';

const SHARE = { command: 'summary example.com', audience: 'channel' } as const;
let harness: Harness;

beforeAll(async () => {
  harness = await startHarness();
});

afterAll(async () => {
  await harness.stop();
});

const replyOf = (of: Harness) => of.taken.at(-1)!.reply;

describe('an answer from a channel', () => {
  it('to the asker alone goes to the personal chat, and the channel sees nothing of it', async () => {
    const { fake, platform } = harness;
    const ann = fake.person('Ann');
    const bob = fake.person('Bob');
    const channel = fake.channel(ann, bob);

    await fake.say(ann, channel, 'summary example.com');
    await platform.answer(replyOf(harness), answer({ share: SHARE }));

    expect(textOf(contentOf(fake.messages(fake.personalChat(ann))[0]))).toContain('98.2 %');
    const seen = fake.messages(channel, bob).map((message) => textOf(contentOf(message)));
    expect(seen).toHaveLength(1);
    expect(seen[0]).toContain('the answer is in our personal chat');
    expect(seen[0]).not.toContain('98.2');
  });

  it('is not shown in the channel when there is no personal chat; a button does that', async () => {
    const { fake, platform, taken } = harness;
    const ann = fake.person('Ann', { hasApp: false });
    const channel = fake.channel(ann);

    await fake.say(ann, channel, 'summary example.com');
    await platform.answer(replyOf(harness), answer({ share: SHARE }));
    const [message] = fake.messages(channel);
    const before = textOf(contentOf(message));
    await fake.press(ann, message!, 'Show in channel');

    expect(before).toContain('Add this app for yourself');
    expect(before).not.toContain('98.2');
    expect(taken.at(-1)).toMatchObject({ text: 'summary example.com', audience: 'channel' });
  });

  it('to all says who asked, in the thread', async () => {
    const { fake, platform } = harness;
    const ann = fake.person('Ann');
    const channel = fake.channel(ann);

    await fake.say(ann, channel, 'summary example.com');
    await platform.answer(replyOf(harness), answer({ audience: 'channel', askedBy: 'Ann' }));

    expect(textOf(contentOf(fake.messages(channel)[0]))).toContain('Asked by Ann');
    expect(fake.calls.at(-1)?.path).toContain(encodeURIComponent(';messageid='));
  });

  it('is shown in its thread by a button in the personal chat, to whom is in the channel alone', async () => {
    const { fake, platform } = harness;
    const [ann, eve] = [fake.person('Ann'), fake.person('Eve')];
    const channel = fake.channel(ann);
    await fake.say(ann, channel, 'summary example.com');
    await platform.answer(replyOf(harness), answer({ share: SHARE }));
    const [own] = fake.messages(fake.personalChat(ann));
    const shown = answer({ audience: 'channel', askedBy: 'Ann' });

    await fake.press(ann, own!, 'Show in channel');
    await platform.answer(replyOf(harness), shown);
    const thread = fake.calls.at(-1)?.path;
    const before = fake.messages(channel).length;
    // A button of hers that names the same channel.
    await fake.press(eve, { ...own!, conversation: fake.personalChat(eve).id }, 'Show in channel');
    await platform.answer(replyOf(harness), shown);

    expect(thread).toContain(encodeURIComponent(`${channel.id};messageid=`));
    expect(textOf(contentOf(fake.messages(channel).at(-1)))).toContain('Asked by Ann');
    expect(fake.messages(channel)).toHaveLength(before);
    expect(textOf(contentOf(fake.messages(fake.personalChat(eve))[0]))).toContain(
      'You are not in that channel',
    );
  });

  it('is a message that only the asker sees where that is switched on, and is changed in place', async () => {
    const of = await startHarness({ settings: { targeted: true } });
    const { fake, platform } = of;
    const ann = fake.person('Ann');
    const bob = fake.person('Bob');
    const channel = fake.channel(ann, bob);

    await fake.say(ann, channel, 'summary example.com');
    await platform.answer(replyOf(of), answer({ share: SHARE }));
    const [message] = fake.messages(channel, ann);
    await fake.press(ann, message!, '90 days');
    await platform.answer(replyOf(of), answer({ card: card({ title: 'Ninety days' }) }));

    expect(fake.messages(channel, bob)).toHaveLength(0);
    expect(fake.messages(channel, ann)).toHaveLength(1);
    expect(textOf(contentOf(fake.messages(channel, ann)[0]))).toContain('Ninety days');
    await of.stop();
  });

  it('to what nobody else saw is seen by nobody else either', async () => {
    const { fake, platform } = harness;
    const ann = fake.person('Ann');
    const bob = fake.person('Bob');
    const channel = fake.channel(ann, bob);

    await fake.say(ann, channel, 'summary example.com', { mention: false, targeted: true });
    await platform.answer(replyOf(harness), answer());

    expect(fake.messages(channel, bob)).toHaveLength(0);
    expect(fake.messages(channel, ann)).toHaveLength(1);
  });

  it('falls back to the personal chat when Teams takes no such message', async () => {
    const of = await startHarness({ settings: { targeted: true } });
    const { fake, platform } = of;
    const ann = fake.person('Ann');
    await fake.say(ann, fake.channel(ann), 'summary example.com');
    fake.fault({ method: 'POST', status: 400, code: 'BadArgument' });

    await platform.answer(replyOf(of), answer());

    expect(fake.messages(fake.personalChat(ann))).toHaveLength(1);
    await of.stop();
  });
});

describe('a file', () => {
  const file = { name: 'reports.csv', type: 'text/csv', bytes: Buffer.from('a,b\n1,2\n') };

  it('is put into the OneDrive of who asked once they agree, without a token of ours', async () => {
    const { fake, platform } = harness;
    const ann = fake.person('Ann');
    const chat = fake.personalChat(ann);
    await fake.say(ann, chat, 'export reports');
    await platform.answer(replyOf(harness), answer({ file }));
    const [, offer] = fake.messages(chat);

    await fake.consent(ann, offer!, 'accept');
    await until('the file', () => Promise.resolve(fake.messages(chat)[2] ?? null));

    expect([...fake.drive.values()].map(String)).toEqual(['a,b\n1,2\n']);
    expect(fake.fileCalls.at(-1)).toEqual({ method: 'PUT', authorization: undefined });
    expect(dig(fake.messages(chat)[2]?.activity, 'attachments', 0, 'contentType')).toBe(
      'application/vnd.microsoft.teams.card.file.info',
    );
  });

  it('is not put to a host that is not allowed, nor given to somebody else', async () => {
    const { fake, platform } = harness;
    const ann = fake.person('Ann');
    const eve = fake.person('Eve');
    const chat = fake.personalChat(ann);
    await fake.say(ann, chat, 'export reports');
    await platform.answer(replyOf(harness), answer({ file }));
    const offer = fake.messages(chat)[1]!;
    const puts = fake.drive.size;

    await fake.consent(ann, offer, 'accept', 'https://evil.example/up');
    await until('a word', () => Promise.resolve(fake.messages(chat)[2] ?? null));
    await fake.consent(eve, offer, 'accept');
    await until('a word', () => Promise.resolve(fake.messages(chat)[3] ?? null));

    expect(fake.drive.size).toBe(puts);
    expect(textOf(contentOf(fake.messages(chat)[3]))).toContain('no longer kept');
  });

  it('asked for in a channel is offered in the personal chat', async () => {
    const { fake, platform } = harness;
    const ann = fake.person('Ann');
    const channel = fake.channel(ann);
    await fake.say(ann, channel, 'export reports');

    await platform.answer(replyOf(harness), answer({ file, audience: 'channel', askedBy: 'Ann' }));

    expect(textOf(contentOf(fake.messages(channel)[0]))).toContain('in the personal chat');
    expect(fake.messages(fake.personalChat(ann))).toHaveLength(1);
  });
});

describe('a picture', () => {
  const chart: Chart = {
    type: 'chart',
    shape: 'bars',
    title: 'Top sources',
    alt: 'Bars of sources.',
    unit: 'messages',
    bars: [{ name: '192.0.2.1', tone: 'good', value: 12 }],
  };
  const draw = (bytes: number) => () =>
    Promise.resolve({ png: Buffer.alloc(bytes, 7), width: 720, height: 400, key: 'k' });

  it.each([
    ['is in the card', draw(18_000), true],
    ['is left out for characters where it is too large', draw(60_000), false],
    ['is left out for characters where it could not be drawn', () => Promise.reject(new Error('no')), false],
  ])('%s', async (_, drawn, isShown) => {
    const of = await startHarness({ draw: drawn });
    const { fake, platform } = of;
    const ann = fake.person('Ann');
    await fake.say(ann, fake.personalChat(ann), 'sources');

    await platform.answer(replyOf(of), answer({ card: card({ parts: [chart] }) }));

    const sent = JSON.stringify(contentOf(fake.messages(fake.personalChat(ann))[0]));
    expect(sent.includes('data:image/png')).toBe(isShown);
    expect(sent.includes('192.0.2.1')).toBe(!isShown);
    await of.stop();
  });
});

describe('trouble of the Bot Connector', () => {
  it.each([412, 429, 502, 504])('%i is tried again', async (status) => {
    const { fake, platform } = harness;
    const ann = fake.person('Ann');
    await fake.say(ann, fake.personalChat(ann), 'domains');
    await harness.platform.stop(5_000);
    fake.fault({ method: 'POST', status }, { method: 'POST', status });

    await platform.answer(replyOf(harness), answer());

    expect(fake.messages(fake.personalChat(ann))).toHaveLength(1);
  });

  it('waits as long as 429 says', async () => {
    const { fake, platform } = harness;
    const ann = fake.person('Ann');
    await fake.say(ann, fake.personalChat(ann), 'domains');
    await harness.platform.stop(5_000);
    fake.fault({ method: 'POST', status: 429, retryAfter: 1 });
    const before = performance.now();

    await platform.answer(replyOf(harness), answer());

    expect(performance.now() - before).toBeGreaterThanOrEqual(1_000);
  });

  it('a token that ended is replaced', async () => {
    const { fake, platform } = harness;
    const ann = fake.person('Ann');
    await fake.say(ann, fake.personalChat(ann), 'domains');
    await harness.platform.stop(5_000);
    const before = fake.tokensGiven();
    fake.endTokens();

    await platform.answer(replyOf(harness), answer());

    expect(fake.tokensGiven()).toBe(before + 1);
  });

  it('an answer that was lost on its way is not taken for a refusal', async () => {
    const { fake, platform } = harness;
    const ann = fake.person('Ann');
    await fake.say(ann, fake.personalChat(ann), 'domains');
    await harness.platform.stop(5_000);
    fake.fault({ method: 'POST', lost: true });

    await platform.answer(replyOf(harness), answer());

    expect(fake.messages(fake.personalChat(ann)).length).toBeGreaterThanOrEqual(1);
  });

  it.each(['BotDisabledByAdmin', 'BotNotInConversationRoster'])('%s ends it', async (code) => {
    const { fake, platform } = harness;
    const ann = fake.person('Ann');
    const chat = fake.personalChat(ann);
    await fake.say(ann, chat, 'domains');
    await harness.platform.stop(5_000);
    chat.refused = code;

    await expect(platform.answer(replyOf(harness), answer())).rejects.toBeInstanceOf(ReplyGone);
    expect(fake.messages(chat)).toHaveLength(0);
  });

  it('a card that was deleted meanwhile is sent anew', async () => {
    const { fake, platform } = harness;
    const ann = fake.person('Ann');
    const chat = fake.personalChat(ann);
    await fake.say(ann, chat, 'domains');
    await platform.answer(replyOf(harness), answer());
    const [message] = fake.messages(chat);
    await fake.press(ann, message!, '90 days');
    message!.deleted = true;

    await platform.answer(replyOf(harness), answer({ card: card({ title: 'Anew' }) }));

    expect(textOf(contentOf(fake.messages(chat)[0]))).toContain('Anew');
  });
});

describe('start', () => {
  it.each([
    ['a wrong secret', { password: 'wrong' }, /MICROSOFT_APP_PASSWORD is wrong/u],
    ['a wrong application', { appId: '99999999-2222-4333-8444-555555555555' }, /MICROSOFT_APP_ID/u],
    ['a wrong tenant', { tenantId: '99999999-2222-4333-8444-555555555555' }, /MICROSOFT_APP_TENANT_ID/u],
  ])('with %s says what to do, and not the secret', async (_, settings, expected) => {
    const of = await startHarness({ settings });

    expect(of.platform.line).toMatch(expected);
    expect(of.platform.line).not.toContain('wrong~');
    expect(of.platform.line).not.toContain('a-secret');
    await of.stop();
  });

  it('with good ones says where messages come in', () => {
    expect(harness.platform.line).toBe('on: messages come in at /teams/messages');
  });
});
