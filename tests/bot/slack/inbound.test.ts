import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FakeSlack, startFakeSlack } from '../../fakes/slack/server.js';
import { until } from '../../support/until.js';
import { card, type Harness, startHarness } from './harness.js';

async function buffered(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

const FORM = 'application/x-www-form-urlencoded';

let slack: Harness;
let asker: string;
let channel: string;

beforeEach(async () => {
  slack = await startHarness();
  asker = slack.fake.person('Ada', { email: 'ada@example.com' });
  channel = slack.fake.channel('mail', [asker]);
});
afterEach(() => slack.stop());

describe('a slash command', () => {
  it('is taken, and acknowledged at once with nothing to see', async () => {
    const { fake, taken } = slack;

    const reply = await fake.command(asker, channel, 'summary example.com 30d');

    expect(reply).toMatchObject({ status: 200, body: '' });
    expect(taken).toHaveLength(1);
    expect(taken[0]).toMatchObject({
      place: { platform: 'slack', workspace: fake.state.team, channel },
      person: { id: asker, name: 'Ada' },
      text: 'summary example.com 30d',
      audience: 'asker',
      files: [],
    });
  });

  it('is refused when somebody sends it once more, which Slack does not do with commands', async () => {
    const { fake, taken } = slack;
    await fake.command(asker, channel, 'help');

    const replayed = await replay(fake);
    const dressedUp = await fake.again();

    expect([replayed, dressedUp.status]).toEqual([401, 401]);
    expect(taken).toHaveLength(1);
  });

  it('keeps what was written, with the entities of Slack undone', async () => {
    await slack.fake.command(asker, channel, 'report "a&b <c>"');

    expect(slack.taken[0]?.text).toBe('report "a&b <c>"');
  });

  it('says to the asker that it could not be taken', async () => {
    slack.failNext();

    const reply = await slack.fake.command(asker, channel, 'help');

    expect(reply.status).toBe(200);
    expect(JSON.parse(reply.body)).toMatchObject({
      response_type: 'ephemeral',
      text: expect.stringContaining('again'),
    });
  });
});

/** Sends what Slack sent last once more, signed as Slack did. */
async function replay(fake: FakeSlack): Promise<number> {
  const { type, body } = fake.last();
  const [text, media] =
    type === 'events_api'
      ? [JSON.stringify(body), 'application/json']
      : [
          new URLSearchParams(
            type === 'interactive' ? { payload: JSON.stringify(body) } : (body as Record<string, string>),
          ).toString(),
          'application/x-www-form-urlencoded',
        ];
  return (await fake.send(text, media, fake.sign(text))).status;
}

describe('requests that are not Slack’s', () => {
  const body = (text: string) =>
    new URLSearchParams({
      command: '/dmarc',
      text,
      team_id: slack.fake.state.team,
      channel_id: channel,
      user_id: asker,
      user_name: 'Ada',
      trigger_id: 'forged',
      response_url: 'http://127.0.0.1/x',
    }).toString();
  const seconds = () => Math.floor(Date.now() / 1_000);

  it.each([
    [
      'are refused when signed with another secret',
      () => slack.fake.sign(body('help'), { secret: 'guessed' }),
    ],
    [
      'are refused when over five minutes old',
      () => slack.fake.sign(body('help'), { timestamp: seconds() - 301 }),
    ],
    ['are refused when signed for another body', () => slack.fake.sign(body('users'))],
    ['are refused when not signed', () => ({})],
    [
      'are refused with a newer time than was signed',
      () => ({
        ...slack.fake.sign(body('help'), { timestamp: seconds() - 900 }),
        'x-slack-request-timestamp': String(seconds()),
      }),
    ],
    [
      'are refused with a version of the signature that is not known',
      () => {
        const headers = slack.fake.sign(body('help'));
        return {
          ...headers,
          'x-slack-signature': (headers['x-slack-signature'] ?? '').replace('v0=', 'v1='),
        };
      },
    ],
    [
      'are refused when the time is no number',
      () => ({ ...slack.fake.sign(body('help')), 'x-slack-request-timestamp': 'soon' }),
    ],
  ])('%s', async (_, headers) => {
    const reply = await slack.fake.send(body('help'), FORM, headers());

    expect(reply.status).toBe(401);
    expect(slack.taken).toEqual([]);
  });

  it('are taken as they stand when signed well, so that the refusals above mean something', async () => {
    const reply = await slack.fake.send(body('help'), FORM, slack.fake.sign(body('help')));

    expect(reply.status).toBe(200);
    expect(slack.taken).toHaveLength(1);
  });

  it('bring nothing with them under the name of a check of the certificate', async () => {
    const smuggled = `ssl_check=1&payload=${encodeURIComponent('{"type":"block_actions"}')}&${body('help')}`;

    const reply = await slack.fake.send(smuggled, FORM, {});

    expect(reply.body).toBe('');
    expect(slack.taken).toEqual([]);
  });

  it('are not heard when they are of a workspace where the same app is installed too', async () => {
    const { fake, taken } = slack;
    const stranger = fake.person('Eve', { team: 'T0OTHERTEAM' });

    await fake.command(stranger, channel, 'summary');

    expect(taken).toEqual([]);
  });

  it('larger than any of Slack are refused', async () => {
    const large = `text=${'x'.repeat(2 ** 18 + 10)}`;

    const reply = await slack.fake.send(large, FORM, slack.fake.sign(large));

    expect(reply.status).toBe(413);
  });
});

describe('a button', () => {
  const pressed = async () => {
    await slack.fake.command(asker, channel, 'summary example.com');
    await slack.answer({ share: { command: 'summary example.com', audience: 'channel' } });
    return slack.fake.messages(channel, asker)[0]!;
  };

  it('asks its command for whoever pressed it', async () => {
    const message = await pressed();

    const reply = await slack.fake.press(asker, message, '90 days');

    expect(reply.status).toBe(200);
    expect(slack.taken.at(-1)).toMatchObject({
      text: 'summary example.com 90d',
      audience: 'asker',
      person: { id: asker },
    });
  });

  it('that shows an answer in the channel asks for all to see it', async () => {
    const message = await pressed();

    await slack.fake.press(asker, message, 'Show in channel');

    expect(slack.taken.at(-1)).toMatchObject({ text: 'summary example.com', audience: 'channel' });
  });

  it('acts once for a double click', async () => {
    const message = await pressed();
    const before = slack.taken.length;

    await Promise.all([
      slack.fake.press(asker, message, '90 days'),
      slack.fake.press(asker, message, '90 days'),
    ]);

    expect(slack.taken).toHaveLength(before + 1);
  });

  it('is refused when somebody sends it once more', async () => {
    const message = await pressed();
    await slack.fake.press(asker, message, '90 days');
    const before = slack.taken.length;

    const replayed = await replay(slack.fake);

    expect(replayed).toBe(401);
    expect(slack.taken).toHaveLength(before);
  });

  it('of a form asks with what was chosen', async () => {
    await slack.fake.command(asker, channel, 'settings');
    const form = {
      command: 'settings',
      submit: 'Save',
      fields: [
        {
          name: 'zone',
          label: 'Time zone',
          value: 'UTC',
          choices: [
            { label: 'UTC', value: 'UTC' },
            { label: 'Rome', value: 'Europe/Rome' },
          ],
        },
        { name: 'dates', label: 'Dates', value: null, choices: [{ label: '2026-03-18', value: 'iso' }] },
      ],
    };
    await slack.answer({ card: card({ form }) });
    const message = slack.fake.messages(channel, asker)[0]!;

    await slack.fake.press(asker, message, 'Save', { 'field:zone': 'Europe/Rome' });

    expect(slack.taken.at(-1)?.text).toBe('settings zone:Europe/Rome');
  });
});

describe('messages', () => {
  it('to the app are commands', async () => {
    const reply = await slack.fake.say(asker, 'summary <http://example.com|example.com>');

    expect(reply.status).toBe(200);
    expect(slack.taken[0]).toMatchObject({
      text: 'summary example.com',
      person: { id: asker, name: 'Ada' },
      place: { channel: slack.fake.direct(asker) },
    });
  });

  it('that somebody sends once more are refused; of Slack, which counts what it sends again, they are told as taken', async () => {
    await slack.fake.say(asker, 'help');

    const replayed = await replay(slack.fake);
    const again = await slack.fake.again();

    expect([replayed, again.status]).toEqual([401, 200]);
    expect(slack.taken).toHaveLength(1);
  });

  it('that mention the app are commands without the mention', async () => {
    const withBot = slack.fake.channel('ops', [asker], { withBot: true });

    await slack.fake.mention(asker, withBot, 'sources example.com');

    expect(slack.taken[0]?.text).toBe('sources example.com');
  });

  it('are sent again by Slack when they could not be taken, and then taken once', async () => {
    slack.failNext();

    const first = await slack.fake.say(asker, 'help');
    const second = await slack.fake.again();
    await slack.fake.again();

    expect(first.status).toBe(500);
    expect(second.status).toBe(200);
    expect(slack.taken).toHaveLength(1);
  });

  it('with files bring their bytes, for which Slack alone gets the token', async () => {
    await slack.fake.say(asker, '', [{ name: 'google.xml', bytes: Buffer.from('<feedback/>') }]);

    const [file] = slack.taken[0]!.files;
    const bytes = await buffered(file!.open());

    expect(slack.taken[0]?.text).toBe('upload');
    expect(file).toMatchObject({ name: 'google.xml', size: 11 });
    expect(bytes.toString()).toBe('<feedback/>');
  });

  it('with a forged address of a file never get the token there', async () => {
    const thief = await startFakeSlack();
    try {
      await slack.fake.say(asker, 'x', [{ name: 'google.xml', bytes: Buffer.from('x') }]);
      const envelope = structuredClone(slack.fake.last()) as unknown as {
        body: { event: { files: { url_private_download: string }[] } };
      };
      envelope.body.event.files[0]!.url_private_download = `${thief.apiUrl.replace('/api/', '')}/files-pri/T1-F0000000001/download/x`;
      Object.assign(envelope.body, { event_id: 'Ev-forged' });
      await slack.fake.again(envelope as never);

      const forged = slack.taken.at(-1)!.files[0]!;
      const read = () => buffered(forged.open());

      await expect(read()).rejects.toThrow(/did not hand the file over/u);
      expect(thief.fileCalls).toEqual([]);
    } finally {
      await thief.stop();
    }
  });

  it('with files that the app may not read say which right is missing', async () => {
    slack.fake.state.scopes.delete('files:read');
    await slack.fake.say(asker, '', [{ name: 'google.xml', bytes: Buffer.from('x') }]);

    const read = () => buffered(slack.taken[0]!.files[0]!.open());

    await expect(read()).rejects.toThrow(/files:read/u);
  });
});

describe('the form to ask with', () => {
  const opened = () => until('the form', () => Promise.resolve(slack.fake.state.modals[0] ?? null));

  it('opens on a word, offers domains as they are typed, and asks', async () => {
    await slack.fake.command(asker, channel, 'form');
    const view = await opened();

    const offered = await slack.fake.type(asker, view, 'ask_domain', 'exa');
    await slack.fake.submit(asker, view, {
      ask_command: 'sources',
      ask_domain: 'example.com',
      ask_period: '30d',
    });
    await slack.answer();

    // What no menu holds is not offered.
    expect(JSON.parse(offered.body)).toMatchObject({
      options: [{ value: 'example.com' }, { value: 'example.org' }],
    });
    expect(slack.completed).toEqual(['domain exa']);
    expect(slack.taken).toHaveLength(1);
    expect(slack.taken[0]?.text).toBe('sources domain:example.com 30d');
    expect(slack.fake.messages(channel, asker)).toHaveLength(1);
  });

  it('opens from the menu of the workspace, and then answers in the direct message', async () => {
    await slack.fake.shortcut(asker);

    await slack.fake.submit(asker, await opened(), {});
    await slack.answer();

    expect(slack.taken[0]?.text).toBe('summary');
    expect(slack.fake.messages(slack.fake.direct(asker), asker)).toHaveLength(1);
  });

  it('stays open when the request could not be taken', async () => {
    await slack.fake.shortcut(asker);
    slack.failNext();

    const reply = await slack.fake.submit(asker, await opened(), {});

    expect(JSON.parse(reply.body)).toMatchObject({ response_action: 'errors' });
  });
});

describe('coming to the app', () => {
  it('shows the Home tab, from which one can ask', async () => {
    await slack.fake.openHome(asker);
    const home = await until('the Home tab', () =>
      Promise.resolve(slack.fake.state.homes.get(asker) ?? null),
    );

    await slack.fake.press(asker, home, '90 days');
    await slack.answer();

    expect(JSON.stringify(home.content)).toContain('Your domains');
    expect(slack.fake.messages(slack.fake.direct(asker), asker)).toHaveLength(1);
  });

  it('greets somebody who was never spoken to, and nobody twice', async () => {
    const direct = slack.fake.direct(asker);
    await slack.fake.openHome(asker, 'messages');
    await until('the greeting', () => Promise.resolve(slack.fake.messages(direct)[0] ?? null));

    await slack.fake.openHome(asker, 'messages');
    await until('the look', () =>
      Promise.resolve(slack.fake.calls('conversations.history').length === 2 || null),
    );

    expect(slack.fake.messages(direct)).toHaveLength(1);
  });

  it('greets a channel that the app was invited to', async () => {
    await slack.fake.invite(channel);

    const greeting = await until('the greeting', () =>
      Promise.resolve(slack.fake.messages(channel)[0] ?? null),
    );

    expect(JSON.stringify(greeting.blocks)).toContain('Welcome');
  });
});

describe('who somebody is', () => {
  const address = async (options: Parameters<Harness['fake']['person']>[1]) => {
    const who = slack.fake.person('Somebody', options);
    await slack.fake.say(who, 'whoami');
    return slack.taken.at(-1)!.person.email();
  };

  it('is vouched for by the confirmed address of a full member', async () => {
    expect(await address({ email: 'ada@example.com' })).toBe('ada@example.com');
  });

  it.each([
    ['not of a guest', { guest: true }],
    ['not where the address is not confirmed', { confirmed: false }],
    ['not of a stranger in a shared channel', { stranger: true }],
  ])('%s', async (_, options) => {
    expect(await address({ email: 'ada@example.com', ...options })).toBeNull();
  });

  it('is nobody where the app may not read addresses', async () => {
    slack.fake.state.scopes.delete('users:read.email');

    expect(await address({ email: 'ada@example.com' })).toBeNull();
  });
});
