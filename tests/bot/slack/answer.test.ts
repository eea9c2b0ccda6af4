import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ReplyGone } from '../../../src/bot/platform.js';
import { shownText } from '../../fakes/slack/seen.js';
import { answerOf, card, CHART, type Harness, picture, startHarness } from './harness.js';

let slack: Harness;
let asker: string;
let other: string;
let channel: string;
let time: number;

beforeEach(async () => {
  time = Date.now();
  slack = await startHarness({ draw: () => Promise.resolve(picture()), now: () => new Date(time) });
  asker = slack.fake.person('Ada');
  other = slack.fake.person('Bob');
  channel = slack.fake.channel('mail', [asker, other]);
});
afterEach(() => slack.stop());

const withChart = card({ parts: [CHART] });
const types = (blocks: readonly { readonly type: string }[]) => blocks.map(({ type }) => type);
const seen = (user?: string) => slack.fake.messages(channel, user);

describe('an answer to the asker', () => {
  it('is seen by them alone, in the channel where they asked, and can be shown there', async () => {
    await slack.fake.command(asker, channel, 'summary example.com');

    await slack.answer({ share: { command: 'summary example.com', audience: 'channel' } });

    expect(seen(asker)).toHaveLength(1);
    expect(seen(other)).toEqual([]);
    expect(shownText(seen(asker)[0]?.blocks)).toContain('Show in channel');
  });

  it('to a mention is seen by them alone too, in its thread', async () => {
    const ops = slack.fake.channel('ops', [asker, other], { withBot: true });
    await slack.fake.mention(asker, ops, 'summary', '1700000000.000100');

    await slack.answer();

    expect(slack.fake.messages(ops, asker)[0]).toMatchObject({
      thread: '1700000000.000100',
      visibleTo: asker,
    });
  });

  it('goes to their direct messages when half an hour has passed', async () => {
    await slack.fake.command(asker, channel, 'summary');
    time += 31 * 60_000;

    await slack.answer();

    expect(seen(asker)).toEqual([]);
    expect(slack.fake.messages(slack.fake.direct(asker))).toHaveLength(1);
  });

  it('goes to their direct messages when Slack says that its address has ended', async () => {
    await slack.fake.command(asker, channel, 'summary');
    slack.fake.fault('response_url', { type: 'error', error: 'used_url' });

    await slack.answer();

    expect(slack.fake.messages(slack.fake.direct(asker))).toHaveLength(1);
  });

  it('never goes to an address that is not Slack’s', async () => {
    await slack.fake.command(asker, channel, 'summary');
    const reply = { ...slack.taken[0]?.reply, responseUrl: 'http://127.0.0.1:1/steal' };

    await slack.platform.answer(reply, answerOf());

    expect(slack.fake.messages(slack.fake.direct(asker))).toHaveLength(1);
  });
});

describe('an answer to the channel', () => {
  it('is seen by all, and says who asked', async () => {
    await slack.fake.command(asker, channel, 'summary');

    await slack.answer({ audience: 'channel', askedBy: 'Ada' });

    expect(seen(other)).toHaveLength(1);
    expect(shownText(seen(other)[0]?.blocks)).toContain('Asked by Ada');
  });

  it('gets to private channels that the app is not in as well', async () => {
    const secret = slack.fake.channel('secret', [asker, other], { type: 'private' });
    await slack.fake.command(asker, secret, 'summary');

    await slack.answer({ audience: 'channel', askedBy: 'Ada' });

    expect(slack.fake.messages(secret, other)).toHaveLength(1);
  });

  it('is gone where neither way is open', async () => {
    const secret = slack.fake.channel('secret', [asker], { type: 'private' });
    await slack.fake.command(asker, secret, 'summary');
    time += 31 * 60_000;

    await expect(slack.answer({ audience: 'channel' })).rejects.toBeInstanceOf(ReplyGone);
  });
});

describe('trouble of Slack', () => {
  it('is waited for as it says', async () => {
    await slack.fake.command(asker, channel, 'summary');
    slack.fake.fault('response_url', { type: 'rate', seconds: 1 });
    const began = performance.now();

    await slack.answer();

    expect(performance.now() - began).toBeGreaterThanOrEqual(1_000);
    expect(seen(asker)).toHaveLength(1);
  });

  it('that passes is tried again', async () => {
    await slack.fake.command(asker, channel, 'summary');
    slack.fake.fault('response_url', { type: 'server' }, { type: 'cut' });

    await slack.answer();

    expect(seen(asker)).toHaveLength(1);
  });

  it('does not post a message twice when only the word about it was lost', async () => {
    await slack.fake.say(asker, 'summary');
    slack.fake.fault('chat.postMessage', { type: 'lost' });

    await slack.answer();

    expect(slack.fake.messages(slack.fake.direct(asker))).toHaveLength(1);
    expect(slack.fake.calls('chat.postMessage').map(({ outcome }) => outcome)).toEqual(['lost']);
  });

  it('in a thread does not post a message twice when only the word about it was lost', async () => {
    const ops = slack.fake.channel('ops', [asker], { withBot: true });
    await slack.fake.mention(asker, ops, 'summary', '1700000000.000100');
    slack.fake.fault('chat.postMessage', { type: 'lost' });

    await slack.answer({ audience: 'channel' });

    expect(slack.fake.messages(ops)).toHaveLength(1);
  });

  it('does not post a message twice when it is answered again after a restart', async () => {
    await slack.fake.say(asker, 'summary');
    await slack.answer();
    time += 20_000;

    await slack.answer();

    expect(slack.fake.messages(slack.fake.direct(asker))).toHaveLength(1);
  });

  it('with the token is thrown, for a later try', async () => {
    await slack.fake.say(asker, 'summary');
    slack.fake.fault('chat.postMessage', { type: 'error', error: 'token_revoked' });

    await expect(slack.answer()).rejects.toThrow('token_revoked');
  });
});

describe('pictures', () => {
  it('are uploaded once, waited for, and shown', async () => {
    for (const words of ['chart sources', 'chart sources 30d']) {
      await slack.fake.command(asker, channel, words);
      await slack.answer({ card: withChart });
    }

    expect(types(seen(asker)[1]?.blocks ?? [])).toContain('image');
    expect(slack.fake.calls('files.completeUploadExternal')).toHaveLength(1);
    expect([...slack.fake.state.files.values()].map(({ channels }) => [...channels])).toEqual([[]]);
  });

  it('are drawn with characters when Slack refuses the message for them', async () => {
    slack.fake.state.picturesByResponseUrl = false;
    await slack.fake.command(asker, channel, 'chart sources');

    await slack.answer({ card: withChart });

    const [message] = seen(asker);
    expect(types(message?.blocks ?? [])).not.toContain('image');
    expect(shownText(message?.blocks)).toMatch(/198\.51\.100\.1 +1,377 +█/u);
  });

  it('are drawn with characters when they cannot be uploaded', async () => {
    slack.fake.state.scopes.delete('files:write');
    await slack.fake.command(asker, channel, 'chart sources');

    await slack.answer({ card: withChart });

    expect(shownText(seen(asker)[0]?.blocks)).toContain('█');
  });

  it('that were deleted are uploaded anew for the next answer', async () => {
    await slack.fake.say(asker, 'chart sources');
    await slack.answer({ card: withChart });
    slack.fake.state.files.clear();

    await slack.fake.say(asker, 'chart sources');
    await slack.answer({ card: withChart });
    await slack.fake.say(asker, 'chart sources');
    await slack.answer({ card: withChart });

    const shown = slack.fake
      .messages(slack.fake.direct(asker))
      .map(({ blocks }) => types(blocks).includes('image'));
    expect(shown).toEqual([true, false, true]);
  });
});

describe('a message that Slack does not take', () => {
  it('is sent in a simpler form', async () => {
    await slack.fake.command(asker, channel, 'sources');
    slack.fake.fault('response_url', { type: 'error', error: 'invalid_blocks' });
    const table = {
      type: 'table',
      title: null,
      columns: [{ name: 'Source', align: 'left' }],
      rows: [['198.51.100.1']],
      more: null,
    } as const;

    await slack.answer({ card: card({ parts: [table] }) });

    const [message] = seen(asker);
    expect(types(message?.blocks ?? [])).not.toContain('table');
    expect(shownText(message?.blocks)).toContain('198.51.100.1');
  });
});

describe('a file', () => {
  const file = { name: 'sources.csv', type: 'text/csv', bytes: Buffer.from('source,messages\n') };

  it('for the asker goes to their direct messages, and the answer says so', async () => {
    await slack.fake.command(asker, channel, 'export sources');

    await slack.answer({ file });

    const [sent] = slack.fake.messages(slack.fake.direct(asker));
    expect(slack.fake.state.files.get(sent?.files[0] ?? '')?.bytes.toString()).toBe('source,messages\n');
    expect(shownText(seen(asker)[0]?.blocks)).toContain('direct messages');
  });

  it('that cannot be sent is told of, and the answer is there all the same', async () => {
    await slack.fake.command(asker, channel, 'export sources');
    slack.fake.state.scopes.delete('files:write');

    await slack.answer({ file });

    expect(seen(asker)).toHaveLength(1);
    expect(slack.fake.messages(slack.fake.direct(asker))[0]?.text).toContain('could not be sent');
  });
});

describe('long command lines', () => {
  it('are kept before the button that stands for them is sent', async () => {
    const long = `sources ${'x'.repeat(2_500)}`;
    await slack.fake.command(asker, channel, 'sources');

    await slack.answer({ card: card({ buttons: [{ label: 'Next page', command: long }] }) });
    await slack.fake.press(asker, seen(asker)[0]!, 'Next page');

    expect(slack.kept).toEqual([long]);
    expect(slack.taken.at(-1)?.text).toMatch(/^~[\w-]{22}$/u);
  });
});
