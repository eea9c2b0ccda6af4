import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Card } from '../../../src/bot/card.js';
import { discordIncoming } from '../../../src/bot/incoming/discord.js';
import { slackIncoming } from '../../../src/bot/incoming/slack.js';
import { teamsIncoming } from '../../../src/bot/incoming/teams.js';
import type { OneWaySpeaker } from '../../../src/bot/one-way.js';
import { standingCard } from '../../../src/bot/one-way-card.js';
import { Refused, TryLater } from '../../../src/bot/platform.js';
import { createCaller } from '../../../src/bot/webhook/call.js';
import { createGate } from '../../../src/bot/webhook/networks.js';
import { ExpectedError } from '../../../src/core/expected-error.js';
import { type FakeIncoming, startFakeIncoming } from '../../fakes/incoming/server.js';
import { cardsOf, shapes } from '../support/all-cards.js';
import { acknowledged, alertCard, CHART, hookOf, PICTURE, postOf } from '../support/one-way.js';

/** The renderers have tests of their own for all of them. */
const HARD = shapes.filter(([name]) => /^(?:nothing|10,000|4,000|names that mention)/u.test(name));
const START = Date.parse('2026-01-31T09:00:00Z');

let fake: FakeIncoming;
let time = START;
beforeEach(async () => {
  time = START;
  fake = await startFakeIncoming(() => time);
});
afterEach(() => fake.stop());

type Name = 'slack' | 'discord' | 'teams';
const NAMES: readonly Name[] = ['slack', 'discord', 'teams'];
const MAKERS = { slack: slackIncoming, discord: discordIncoming, teams: teamsIncoming };

function speaker(name: Name, hosts: readonly string[] = [fake.host]): OneWaySpeaker {
  const settings = { networks: ['127.0.0.0/8'], hosts };
  const now = () => new Date(time);
  return MAKERS[name]({
    settings,
    call: createCaller({ gate: createGate(settings.networks), now }),
    draw: () => Promise.resolve(PICTURE),
  });
}

const post = (name: Name, given = postOf()) => speaker(name).post(hookOf(fake.urls[name]), given);

async function thrown(work: Promise<unknown>): Promise<Error> {
  return work.then(
    () => new Error('nothing was thrown'),
    (error: unknown) => error as Error,
  );
}

/** All that the last message says, as one text. */
function said(name: Name): string {
  return JSON.stringify(fake[name].messages.at(-1)).replaceAll('\\\\', '');
}

describe.each(NAMES)('a message to a webhook of %s', (name) => {
  it('is taken, says that it stands, and which command acts; nothing in it can be pressed', async () => {
    await post(name);

    expect(said(name)).toContain('Spoofing of example.com');
    expect(said(name)).toContain('first seen 2026-01-29');
    expect(said(name)).toContain('This message cannot be changed');
    expect(said(name)).toMatch(/\/dmarc acknowledge 17/u);
    expect(said(name)).not.toMatch(/custom_id|action_id|Action\./u);
  });

  it('about a change is the card of that change', async () => {
    const card = alertCard({
      verdict: 'Ada looks after it.',
      parts: [{ type: 'text', text: 'we are on it' }],
    });

    await post(name, { ...acknowledged({}), card });

    expect(said(name)).toContain('Ada looks after it.');
    expect(said(name)).toContain('we are on it');
    expect(said(name)).not.toContain('first seen');
  });

  it.each(HARD)('is taken whatever the card, of commands: %s', async (_, given) => {
    for (const { card } of cardsOf(given)) {
      time += 60_000;
      await post(name, postOf({ card }));
    }

    expect(fake[name].messages.length).toBeGreaterThan(20);
  });

  it('goes to hosts of the platform alone', async () => {
    const error = await thrown(speaker(name, []).post(hookOf(fake.urls[name]), postOf()));

    expect(error).toMatchObject({ code: 'webhook-closed' });
    expect(error.message).toMatch(/^127\.0\.0\.1:\d+ is not called: That is no host of /u);
    expect(error.message).not.toContain('secret-of');
    expect(fake[name].messages).toEqual([]);
  });

  it('never tells its address where it cannot be reached', async () => {
    const url = fake.urls[name];
    await fake.stop();

    const error = await thrown(speaker(name).post(hookOf(url), postOf()));
    fake = await startFakeIncoming(() => time);

    expect(error).toBeInstanceOf(ExpectedError);
    expect(`${error.message} ${error.stack}`).not.toContain('secret-of');
  });
});

describe('Slack', () => {
  it.each([
    [404, 'no_service'],
    [404, 'channel_not_found'],
    [410, 'channel_is_archived'],
    [403, 'invalid_token'],
    [403, 'action_prohibited'],
    [404, 'something_new'],
  ])('that answers %i %s takes nothing there any more', async (status, code) => {
    fake.slack.refuses = { status, code };

    const error = await thrown(post('slack'));

    expect(error).toMatchObject({ name: 'Gone', what: 'channel' });
    expect(error.message).toMatch(/^Slack does not take messages here any more/u);
  });

  it('that is in trouble is asked again', async () => {
    fake.slack.refuses = { status: 500, code: 'rollup_error' };

    expect(await thrown(post('slack'))).toBeInstanceOf(ExpectedError);
  });

  it('that takes none of a message refuses it', async () => {
    fake.slack.refuses = { status: 400, code: 'invalid_blocks' };

    expect(await thrown(post('slack'))).toBeInstanceOf(Refused);
  });

  it('that limits the rate says when to come again', async () => {
    for (let at = 0; at < 5; at += 1) await post('slack');

    expect(await thrown(post('slack'))).toMatchObject({ name: 'TryLater', afterMs: 1_000 });
  });

  it('that does not take a table is sent it in characters', async () => {
    fake.slack.takesTables = false;
    const columns = [{ name: 'Source', align: 'left' as const }];
    const table = { type: 'table' as const, title: null, columns, rows: [['192.0.2.1']], more: null };

    await post('slack', postOf({ card: alertCard({ parts: [table] }) }));

    expect(fake.slack.messages).toHaveLength(1);
    expect(said('slack')).toContain('rich_text_preformatted');
    expect(said('slack')).toContain('192.0.2.1');
  });
});

describe('Discord', () => {
  it('gets the pictures of the charts beside the message, with words for those who do not see them', async () => {
    const ref = await post('discord');

    const [{ json, files } = { json: {}, files: [] }] = fake.discord.messages;
    expect(files).toMatchObject([{ key: 'files[0]', name: 'chart-1.png', bytes: PICTURE.png }]);
    expect(json).toMatchObject({
      attachments: [{ description: CHART.alt }],
      allowed_mentions: { parse: [] },
    });
    expect(ref).toEqual({ id: '1001' });
  });

  it('that does not take a file gets the chart in characters', async () => {
    fake.discord.takesFiles = false;

    await post('discord');

    expect(fake.discord.messages).toMatchObject([{ files: [] }]);
    expect(said('discord')).toMatch(/▒{5}/u);
  });

  it.each(['deleted', 'other-token'] as const)(
    'whose webhook is %s takes nothing any more',
    async (state) => {
      fake.discord.state = state;

      expect(await thrown(post('discord'))).toMatchObject({ name: 'Gone', what: 'channel' });
    },
  );

  it('that limits the rate says when to come again, to the part of a second', async () => {
    for (let at = 0; at < 5; at += 1) await post('discord');
    time += 500;

    const error = await thrown(post('discord'));

    expect(error).toBeInstanceOf(TryLater);
    expect(error).toMatchObject({ afterMs: 1_500, scope: 'channel' });
  });

  it('that is in trouble is asked again', async () => {
    fake.discord.state = 'in trouble';

    expect(await thrown(post('discord'))).toBeInstanceOf(ExpectedError);
  });
});

describe('a workflow of Teams', () => {
  it.each([
    ['off', /turned off or deleted/u],
    ['deleted', /turned off or deleted/u],
    ['barred', /takes no messages at this address \(401\)/u],
  ] as const)('that is %s takes nothing any more', async (state, words) => {
    fake.teams.state = state;

    const error = await thrown(post('teams'));

    expect(error).toMatchObject({ name: 'Gone', what: 'channel' });
    expect(error.message).toMatch(words);
  });

  it('that limits the rate says when to come again', async () => {
    for (let at = 0; at < 4; at += 1) await post('teams');

    expect(await thrown(post('teams'))).toMatchObject({ name: 'TryLater', afterMs: 7_000 });
  });
});

describe('a card that stands', () => {
  it('says what is to be written where a button asks for text', () => {
    const card: Card = standingCard(postOf());

    expect(card.footer).toBe(
      'UTC days · This message cannot be changed: news is a new message. To act: /dmarc acknowledge 17, /dmarc resolve 17 note:…',
    );
    expect(card).toMatchObject({ buttons: [], form: null });
  });

  it('of a test says so in other words', () => {
    const test = postOf({
      subject: 'test',
      alert: null,
      change: null,
      card: alertCard({ buttons: [], footer: null }),
    });

    expect(standingCard(test).footer).toBe('A message here cannot be changed.');
  });
});
