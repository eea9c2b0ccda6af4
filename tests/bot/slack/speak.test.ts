import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type ChatSpeaker,
  type Destination,
  Gone,
  type Post,
  Refused,
  TryLater,
} from '../../../src/bot/platform.js';
import type { Card } from '../../../src/bot/card.js';
import { interpreted, shownText } from '../../fakes/slack/seen.js';
import type { Message } from '../../fakes/slack/state.js';
import { until } from '../../support/until.js';
import { card, CHART, type Harness, picture, startHarness } from './harness.js';

let harness: Harness;
let ada: string;
let channel: string;
let clock: number;

beforeEach(async () => {
  clock = Date.now();
  harness = await startHarness({ draw: () => Promise.resolve(picture()), now: () => new Date(clock) });
  ada = harness.fake.person('Ada');
  channel = harness.fake.channel('dmarc', [ada], { withBot: true });
});
afterEach(() => harness.stop());

const speaker = (): ChatSpeaker => {
  const { speaker: given } = harness.platform;
  if (given === undefined) throw new Error('Slack does not speak');
  return given;
};

/** The channel, by way of a command that was typed there, as it comes back from the database. */
async function place(where = channel): Promise<Destination> {
  await harness.fake.command(ada, where, 'channel-add dmarc');
  const reply = harness.taken.at(-1)?.reply ?? {};
  return JSON.parse(JSON.stringify(speaker().destinationOf(reply))) as Destination;
}

function post(given: Partial<Card> = {}, more: Partial<Post> = {}): Post {
  return {
    card: card({ title: 'Alert #5: spoofing burst', tone: 'bad', ...given }),
    place: { platform: 'slack', workspace: harness.fake.state.team, channel },
    key: '1-7-0',
    mentions: [],
    ...more,
  };
}

/** The modal that was opened at this place in order; a press is acknowledged before that. */
const opened = (at: number) => until('a modal', () => Promise.resolve(harness.fake.state.modals[at] ?? null));
const shown = (): Message[] => harness.fake.messages(channel);
const asked: Card['buttons'][number] = {
  label: 'Resolve',
  command: 'resolve 5',
  asks: { name: 'note', label: 'What was it?', optional: true },
};

describe('speaking in Slack', () => {
  it('keeps a place without secrets', async () => {
    expect(await place()).toEqual({ team: harness.fake.state.team, channel });
  });

  it('posts, changes the same message, and replies in its thread alone', async () => {
    const to = await place();

    const ref = await speaker().post(to, post({ parts: [CHART] }), false);
    await speaker().update(to, ref, post({ verdict: 'Acknowledged by Ada.' }));
    await speaker().reply(to, ref, post({ verdict: 'Ada acknowledged it.' }, { key: '1-7-r2' }), false);

    const [first, second, ...rest] = shown();
    expect(rest).toEqual([]);
    expect(shownText(first?.blocks)).toContain('Acknowledged by Ada.');
    expect(second).toMatchObject({ thread: first?.ts });
    expect(harness.fake.calls('chat.postMessage').at(-1)?.args).toMatchObject({ reply_broadcast: false });
  });

  it('mentions those alone who are to be mentioned, whatever the text says', async () => {
    const mentions = [ada, 'U1> <!channel>'];

    await speaker().post(
      await place(),
      post({ verdict: '<!channel> <@U0000000001> @here' }, { mentions }),
      false,
    );

    const [message] = shown();
    expect(interpreted({ text: message?.text ?? '', blocks: message?.blocks })).toEqual(['user element']);
    expect(JSON.stringify(message?.blocks)).toContain(`"user_id":"${ada}"`);
  });

  it('keeps long commands before it shows their button', async () => {
    const command = `source ${'a'.repeat(2_100)}`;

    await speaker().post(await place(), post({ buttons: [{ label: 'More', command }] }), false);

    expect(harness.kept).toEqual([command]);
  });

  it('finds a message whose posting was never confirmed, and a reply', async () => {
    const to = await place();
    harness.fake.fault('chat.postMessage', { type: 'lost' });
    await expect(speaker().post(to, post(), false)).rejects.toThrow(/hang up|failed|ended/iu);

    const ref = await speaker().post(to, post(), true);
    harness.fake.fault('chat.postMessage', { type: 'lost' });
    const reply = post({}, { key: '1-7-r2' });
    await expect(speaker().reply(to, ref, reply, false)).rejects.toThrow(/hang up|failed|ended/iu);
    await speaker().reply(to, ref, reply, true);

    expect(shown()).toHaveLength(2);
    expect(ref).toEqual({ channel, ts: shown()[0]?.ts });
  });

  it('posts anew where an earlier try did not come through, or the app may not look', async () => {
    const to = await place();

    await speaker().post(to, post(), true);
    harness.fake.state.scopes.delete('channels:history');
    await speaker().post(to, post(), true);

    expect(shown()).toHaveLength(2);
  });

  it('sends a simpler form where Slack refuses the full one, for a bad picture is no reason for silence', async () => {
    harness.fake.fault('chat.postMessage', { type: 'error', error: 'invalid_blocks' });

    await speaker().post(await place(), post({ parts: [CHART] }), false);

    expect(shown()).toHaveLength(1);
    expect(shown()[0]?.blocks.some(({ type }) => type === 'image')).toBe(false);
  });

  it('refuses what Slack takes in no form', async () => {
    const refusal = { type: 'error', error: 'invalid_blocks' } as const;
    harness.fake.fault('chat.postMessage', refusal, refusal, refusal, refusal);

    await expect(speaker().post(await place(), post(), false)).rejects.toBeInstanceOf(Refused);
  });

  it('says below a message that can no longer be changed what it would have shown', async () => {
    const to = await place();
    const ref = await speaker().post(to, post(), false);
    harness.fake.fault('chat.update', { type: 'error', error: 'edit_window_closed' });

    await speaker().update(to, ref, post({ verdict: 'Resolved.' }));

    expect(shownText(shown()[1]?.blocks)).toContain('Resolved.');
    expect(shown()[1]?.thread).toBe(shown()[0]?.ts);
  });

  it('tells a deleted message from a channel that is gone', async () => {
    const to = await place();
    const ref = await speaker().post(to, post(), false);
    const [message] = shown();
    if (message === undefined) throw new Error('nothing was posted');

    harness.fake.remove(message);
    await expect(speaker().update(to, ref, post())).rejects.toMatchObject({ what: 'message' });
    harness.fake.archive(channel);
    await expect(speaker().post(to, post(), false)).rejects.toMatchObject({
      what: 'channel',
      reason: expect.stringContaining('archived') as unknown,
    });
  });

  it.each([
    ['channel_not_found', false],
    ['not_in_channel', false],
    ['token_revoked', true],
    ['account_inactive', true],
  ])(
    'parks a channel on %s, with a sentence on what to do, and whether it may heal: %s',
    async (error, heals) => {
      harness.fake.fault('chat.postMessage', { type: 'error', error });

      const thrown: unknown = await speaker()
        .post(await place(), post(), false)
        .catch((caught: unknown) => caught);

      expect(thrown).toBeInstanceOf(Gone);
      expect((thrown as Gone).what).toBe('channel');
      expect((thrown as Gone).heals).toBe(heals);
      expect((thrown as Gone).reason).toMatch(/^[A-Z].+(?:invite|install).+\.$/u);
    },
  );

  it('parks a private channel that the app was taken out of', async () => {
    const secret = harness.fake.channel('secret', [ada], { withBot: true, type: 'private' });
    const to = await place(secret);
    harness.fake.kick(secret);

    await expect(speaker().post(to, post(), false)).rejects.toMatchObject({ what: 'channel' });
  });

  it('does not speak in a channel of another workspace, and waits for the right token', async () => {
    const to = { ...(await place()), team: 'T0ELSEWHERE' };

    await expect(speaker().post(to, post(), false)).rejects.toMatchObject({ code: 'slack-workspace' });
    expect(harness.fake.calls('chat.postMessage')).toEqual([]);
  });

  it('hands on when to come again, once and without waiting', async () => {
    const to = await place();
    const ref = await speaker().post(to, post(), false);
    harness.fake.fault('chat.postMessage', { type: 'rate', seconds: 30 });
    harness.fake.fault('chat.update', { type: 'rate', seconds: 20 });

    const posted: unknown = await speaker()
      .post(to, post(), false)
      .catch((error: unknown) => error);
    const updated: unknown = await speaker()
      .update(to, ref, post())
      .catch((error: unknown) => error);

    expect(posted).toBeInstanceOf(TryLater);
    expect(posted).toMatchObject({ afterMs: 30_000, scope: 'channel' });
    expect(updated).toMatchObject({ afterMs: 20_000, scope: 'workspace' });
    expect(harness.fake.calls('chat.update')).toHaveLength(1);
  });

  it('leaves trouble that passes to whoever asked', async () => {
    const to = await place();
    harness.fake.fault('chat.postMessage', { type: 'server' });

    const thrown: unknown = await speaker()
      .post(to, post(), false)
      .catch((error: unknown) => error);

    expect(thrown).not.toBeInstanceOf(Gone);
    expect(harness.fake.calls('chat.postMessage')).toHaveLength(1);
  });
});

describe('a button of a message that was posted', () => {
  it('answers its presser alone and leaves the message as it is', async () => {
    const to = await place();
    const ref = await speaker().post(
      to,
      post({ buttons: [{ label: 'Details', command: 'alert 5' }] }),
      false,
    );
    await speaker().reply(to, ref, post({}, { key: 'r' }), false);
    const [message] = shown();
    if (message === undefined) throw new Error('nothing was posted');

    await harness.fake.press(ada, message, 'Details');
    await harness.answer({ card: card({ verdict: 'Here are the details.' }) });

    const answer = harness.fake.messages(channel, ada).at(-1);
    expect(answer).toMatchObject({ visibleTo: ada, thread: null });
    expect(shownText(answer?.blocks)).toContain('Here are the details.');
    expect(message.edits).toBe(0);
    expect(harness.fake.calls('chat.update')).toEqual([]);
  });

  it('that asks for text opens a modal, and asks its command with what was written', async () => {
    await speaker().post(await place(), post({ buttons: [asked] }), false);
    const [message] = shown();
    if (message === undefined) throw new Error('nothing was posted');
    const before = harness.taken.length;

    await harness.fake.press(ada, message, 'Resolve');
    const modal = await opened(0);
    expect(harness.taken).toHaveLength(before);
    await harness.fake.submit(ada, modal, { text: 'Our "new" relay.\nAll is well.' });

    expect(harness.taken.at(-1)).toMatchObject({
      text: 'resolve 5 note:"Our ""new"" relay.\nAll is well."',
      audience: 'asker',
      place: { channel },
      person: { id: ada },
    });
    await harness.answer();
    expect(harness.fake.messages(channel, ada).at(-1)).toMatchObject({ visibleTo: ada });
    expect(message.edits).toBe(0);
  });

  it('that asks for text may be left empty where that is optional, and not where it is needed', async () => {
    const needed = { ...asked, label: 'Close', asks: { name: 'note', label: 'Why?', optional: false } };
    await speaker().post(await place(), post({ buttons: [asked, needed] }), false);
    const [message] = shown();
    if (message === undefined) throw new Error('nothing was posted');

    await harness.fake.press(ada, message, 'Resolve');
    await harness.fake.press(ada, message, 'Close');
    const [optional, must] = [await opened(0), await opened(1)];
    await harness.fake.submit(ada, optional, {});

    expect(harness.taken.at(-1)?.text).toBe('resolve 5');
    expect(() => harness.fake.submit(ada, must, {})).toThrow('has to be filled in');
  });

  it('that asks for text behind a long command has the text follow what is kept', async () => {
    const command = `source ${'a'.repeat(2_100)}`;
    await speaker().post(await place(), post({ buttons: [{ ...asked, command }] }), false);
    const [message] = shown();
    if (message === undefined) throw new Error('nothing was posted');

    await harness.fake.press(ada, message, 'Resolve');
    const modal = await opened(0);
    await harness.fake.submit(ada, modal, { text: 'ours' });

    expect(harness.taken.at(-1)?.text).toMatch(/^~[\w-]{22} note:ours$/u);
  });

  it('keeps the modal open where what was written could not be kept', async () => {
    await speaker().post(await place(), post({ buttons: [asked] }), false);
    const [message] = shown();
    if (message === undefined) throw new Error('nothing was posted');
    await harness.fake.press(ada, message, 'Resolve');
    const modal = await opened(0);

    harness.failNext();
    const reply = await harness.fake.submit(ada, modal, { text: 'ours' });

    expect(reply.body).toContain('errors');
  });
});
