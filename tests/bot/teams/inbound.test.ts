import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ReplyGone } from '../../../src/bot/platform.js';
import { signingKey } from '../../fakes/teams/keys.js';
import { dig } from '../../fakes/teams/json.js';
import { until } from '../../support/until.js';
import { answer, card, contentOf, type Harness, startHarness, textOf } from './harness.js';

let harness: Harness;

beforeAll(async () => {
  harness = await startHarness();
});

afterAll(async () => {
  await harness.stop();
});

const last = () => harness.taken.at(-1);

describe('what is said in Teams', () => {
  it('is taken in a personal chat as it stands, in the name of who said it', async () => {
    const { fake, taken } = harness;
    const ann = fake.person('Ann');

    const reaction = await fake.say(ann, fake.personalChat(ann), 'summary example.com 30d');

    expect(reaction.status).toBe(200);
    expect(last()).toMatchObject({
      text: 'summary example.com 30d',
      audience: 'asker',
      place: { platform: 'teams', workspace: 'aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee' },
      person: { id: ann.aadObjectId, name: 'Ann' },
    });
    expect(JSON.parse(JSON.stringify(last()?.reply))).toEqual(taken.at(-1)?.reply);
  });

  it('is taken in a channel without the name of the bot before it, and only with it', async () => {
    const { fake, taken } = harness;
    const ann = fake.person('Ann');
    const channel = fake.channel(ann);

    await fake.say(ann, channel, 'domains');
    const before = taken.length;
    await fake.say(ann, channel, 'we spoke of domains', { mention: false });

    expect(last()?.text).toBe('domains');
    expect(last()?.place.channel).toBe(channel.id);
    expect(taken).toHaveLength(before);
  });

  it('is the same request when it is sent again', async () => {
    const { fake, taken } = harness;
    const ann = fake.person('Ann');
    const chat = fake.personalChat(ann);

    await fake.say(ann, chat, 'domains', { id: 'twice' });
    const before = taken.length;
    const reaction = await fake.say(ann, chat, 'domains', { id: 'twice' });

    expect(reaction.status).toBe(200);
    expect(taken).toHaveLength(before);
  });

  it('is help when nothing but the name is said', async () => {
    const { fake } = harness;
    const ann = fake.person('Ann');

    await fake.say(ann, fake.channel(ann), '');

    expect(last()?.text).toBe('help');
  });

  it('is told to have failed when it could not be kept', async () => {
    const { fake } = harness;
    const ann = fake.person('Ann');
    harness.failNext();

    const reaction = await fake.say(ann, fake.personalChat(ann), 'domains');

    expect(reaction.status).toBe(503);
  });

  it('is not listened to from another tenant', async () => {
    const { fake, taken } = harness;
    const eve = fake.person('Eve', { tenantId: '99999999-bbbb-4ccc-8ddd-eeeeeeeeeeee' });
    const before = taken.length;

    await fake.post(
      fake.activity(eve, fake.personalChat(eve), {
        type: 'message',
        text: 'domains',
        channelData: { tenant: { id: eve.tenantId } },
      }),
    );

    expect(taken).toHaveLength(before);
  });
});

describe('the address of a person', () => {
  it.each([
    ['a member', {}, 'bob@example.com'],
    ['a guest by role', { userRole: 'guest' }, null],
    ['a guest by name', { userPrincipalName: 'bob_gmail.com#EXT#@example.onmicrosoft.com' }, null],
    ['a member of another tenant', { tenantId: '99999999-bbbb-4ccc-8ddd-eeeeeeeeeeee' }, null],
  ])('is vouched for or not: %s', async (_, given, expected) => {
    const { fake } = harness;
    const bob = fake.person('Bob', given);
    const chat = fake.personalChat(bob);

    await fake.post(
      fake.activity(bob, chat, {
        type: 'message',
        text: 'help',
        channelData: { tenant: { id: 'aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee' } },
      }),
    );

    expect(await last()?.person.email()).toBe(expected);
  });
});

describe('a dropped file', () => {
  it('is fetched without a token of ours, and asks to be taken in', async () => {
    const { fake } = harness;
    const ann = fake.person('Ann');

    await fake.dropFile(ann, fake.personalChat(ann), 'report.xml', Buffer.from('<feedback/>'));
    const [file] = last()?.files ?? [];
    const bytes: Uint8Array[] = [];
    for await (const chunk of file!.open()) bytes.push(chunk);

    expect(last()?.text).toBe('upload');
    expect(file?.name).toBe('report.xml');
    expect(Buffer.concat(bytes).toString()).toBe('<feedback/>');
    expect(fake.fileCalls.at(-1)).toEqual({ method: 'GET', authorization: undefined });
  });

  it('is not fetched from a host that is not allowed', async () => {
    const { fake } = harness;
    const ann = fake.person('Ann');

    await fake.dropFile(ann, fake.personalChat(ann), 'x', Buffer.from('x'), 'https://evil.example/x');
    const [file] = last()?.files ?? [];

    await expect(file!.open()[Symbol.asyncIterator]().next()).rejects.toThrow(/not among TEAMS_FILE_HOSTS/u);
  });
});

describe('a pressed button', () => {
  it('is told at once what is worked on, and its answer takes the place of the card, for good', async () => {
    const { fake, platform } = harness;
    const ann = fake.person('Ann');
    const chat = fake.personalChat(ann);
    await fake.say(ann, chat, 'summary example.com');
    await platform.answer(last()!.reply, answer());
    const [message] = fake.messages(chat);

    const reaction = await fake.press(ann, message!, '90 days');
    expect(reaction).toMatchObject({ status: 200, tries: 1 });
    expect(textOf(fake.view(ann, message!))).toContain('summary example.com 90d');
    expect(last()).toMatchObject({ text: 'summary example.com 90d', audience: 'asker' });
    await platform.answer(last()!.reply, answer({ card: card({ title: 'Ninety days' }) }));
    fake.reload();

    expect(fake.messages(chat)).toHaveLength(1);
    expect(textOf(fake.view(ann, message!))).toContain('Ninety days');
  });

  it('is answered below when nobody knows the card any more', async () => {
    const { fake, platform } = harness;
    const ann = fake.person('Ann');
    const chat = fake.personalChat(ann);
    await fake.say(ann, chat, 'summary example.com');
    await platform.answer(last()!.reply, answer());
    const [message] = fake.messages(chat);
    const data = dig(contentOf(message), 'actions', 0, 'data') as { card: string };
    data.card = 'before the restart';

    const reaction = await fake.press(ann, message!, '90 days');
    await platform.answer(last()!.reply, answer());

    expect(reaction.body).toMatchObject({ type: 'application/vnd.microsoft.activity.message' });
    expect(fake.messages(chat)).toHaveLength(2);
  });

  it('acts once when it is clicked twice', async () => {
    const { fake, platform, taken } = harness;
    const ann = fake.person('Ann');
    const chat = fake.personalChat(ann);
    await fake.say(ann, chat, 'summary example.com');
    await platform.answer(last()!.reply, answer());
    const [message] = fake.messages(chat);
    const before = taken.length;

    const [first, second] = await Promise.all([
      fake.press(ann, message!, '90 days', { id: 'one' }),
      fake.post(
        fake.activity(ann, chat, {
          type: 'invoke',
          name: 'adaptiveCard/action',
          value: { action: { data: dig(contentOf(message), 'actions', 0, 'data') } },
        }),
      ),
    ]);

    expect(taken).toHaveLength(before + 1);
    expect([first.status, second.status]).toEqual([200, 200]);
  });

  it('works in clients that know Action.Submit alone', async () => {
    const { fake, platform } = harness;
    const ann = fake.person('Ann');
    const chat = fake.personalChat(ann);
    await fake.say(ann, chat, 'summary example.com');
    await platform.answer(last()!.reply, answer());

    await fake.press(ann, fake.messages(chat)[0]!, '90 days', { old: true });

    expect(last()?.text).toBe('summary example.com 90d');
  });

  it('sends what was chosen in a form', async () => {
    const { fake, platform } = harness;
    const ann = fake.person('Ann');
    const chat = fake.personalChat(ann);
    await fake.say(ann, chat, 'settings');
    const form = {
      command: 'settings',
      fields: [
        {
          name: 'zone',
          label: 'Zone',
          choices: [
            { label: 'UTC', value: 'UTC' },
            { label: 'Berlin', value: 'Europe/Berlin' },
          ],
          value: 'UTC',
        },
        { name: 'dates', label: 'Dates', choices: [{ label: '2026-03-18', value: 'iso' }], value: null },
      ],
      submit: 'Save',
    };
    await platform.answer(last()!.reply, answer({ card: card({ form, buttons: [] }) }));

    await fake.press(ann, fake.messages(chat)[0]!, 'Save', { choices: { zone: 'Europe/Berlin' } });

    expect(last()?.text).toBe('settings zone:Europe/Berlin');
  });

  it('is told that it failed when it could not be kept, and may be pressed again', async () => {
    const { fake, platform } = harness;
    const ann = fake.person('Ann');
    const chat = fake.personalChat(ann);
    await fake.say(ann, chat, 'summary example.com');
    await platform.answer(last()!.reply, answer());
    const [message] = fake.messages(chat);
    harness.failNext();

    const failed = await fake.press(ann, message!, '90 days');
    const done = await fake.press(ann, message!, '90 days');

    expect(failed.status).toBe(503);
    expect(done.status).toBe(200);
    expect(last()?.text).toBe('summary example.com 90d');
  });

  it('with what is none of ours is answered, and nothing is taken', async () => {
    const { fake, taken } = harness;
    const ann = fake.person('Ann');
    const before = taken.length;

    const reactions = await Promise.all(
      [null, {}, { action: { data: { press: 'x', card: 1 } } }, { action: { data: 'text' } }].map((value) =>
        fake.post(
          fake.activity(ann, fake.personalChat(ann), { type: 'invoke', name: 'adaptiveCard/action', value }),
        ),
      ),
    );

    expect(reactions.map(({ status, tries }) => [status, tries])).toEqual(
      Array.from({ length: 4 }, () => [200, 1]),
    );
    expect(taken).toHaveLength(before);
  });
});

describe('a welcome', () => {
  it('is said once where the bot was installed, though Teams tells it twice', async () => {
    const { fake } = harness;
    const ann = fake.person('Ann');
    const chat = fake.personalChat(ann);

    await fake.install(ann, chat);
    await until('the welcome', () => Promise.resolve(fake.messages(chat)[0] ?? null));
    await harness.platform.stop(5_000);

    expect(fake.messages(chat)).toHaveLength(1);
    expect(textOf(contentOf(fake.messages(chat)[0]))).toContain('Welcome');
  });
});

describe('who is refused', () => {
  const forged: readonly (readonly [string, (other: ReturnType<typeof signingKey>) => object])[] = [
    ['without a token', () => ({ authorization: null })],
    ['with another scheme', () => ({ authorization: 'Basic abc' })],
    ['with no JWT', () => ({ authorization: 'Bearer abc' })],
    ['signed by somebody else', (other) => ({ key: other })],
    ['stale', () => ({ expiresIn: -3_600 })],
    ['for another bot', () => ({ audience: '22222222-2222-4333-8444-555555555555' })],
    [
      'by another issuer',
      () => ({ issuer: 'https://sts.windows.net/d6d49420-f39b-4df7-a1dc-d59a935871db/' }),
    ],
    ['without an address to answer at', () => ({ serviceUrl: null })],
    ['for another address to answer at', () => ({ serviceUrl: 'https://smba.trafficmanager.net/emea' })],
  ];

  it.each(forged)('%s', async (_, traits) => {
    const { fake, taken } = harness;
    const eve = fake.person('Eve');
    const before = taken.length;

    const reaction = await fake.post(
      fake.activity(eve, fake.personalChat(eve), { type: 'message', text: 'domains' }),
      traits(signingKey()),
    );

    expect([401, 403]).toContain(reaction.status);
    expect(reaction.body).toBeNull();
    expect(taken).toHaveLength(before);
  });

  it('signed by somebody else under the name of Microsoft’s key, and not a word of it in the log of the console', async () => {
    const { fake, taken } = harness;
    const eve = fake.person('Eve');
    const before = taken.length;
    const console_ = vi.spyOn(console, 'error');

    const reaction = await fake.post(
      fake.activity(eve, fake.personalChat(eve), { type: 'message', text: 'domains' }),
      {
        key: signingKey(),
        kid: fake.key.kid,
      },
    );
    const printed = console_.mock.calls.length;
    console_.mockRestore();

    expect(reaction.status).toBe(401);
    expect(printed).toBe(0);
    expect(taken).toHaveLength(before);
  });

  it('unsigned (alg none), with all else right', async () => {
    const { fake } = harness;
    const eve = fake.person('Eve');
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const token = `${part({ alg: 'none', kid: fake.key.kid })}.${part({ iss: 'https://api.botframework.com', aud: '11111111-2222-4333-8444-555555555555', serviceurl: fake.serviceUrl, exp: 4_000_000_000 })}.`;

    const reaction = await fake.post(
      fake.activity(eve, fake.personalChat(eve), { type: 'message', text: 'x' }),
      {
        authorization: `Bearer ${token}`,
      },
    );

    expect(reaction.status).toBe(401);
  });

  it('with a good token that names an address which is not allowed; it gets no token of ours', async () => {
    const { fake, taken } = harness;
    const eve = fake.person('Eve');
    const before = taken.length;
    const serviceUrl = 'https://evil.example/emea';

    const reaction = await fake.post(
      { ...fake.activity(eve, fake.personalChat(eve), { type: 'message', text: 'domains' }), serviceUrl },
      { serviceUrl },
    );

    expect(reaction.status).toBe(403);
    expect(taken).toHaveLength(before);
  });

  it('whose channel is not Teams, whatever rules the SDK has for it', async () => {
    const { fake } = harness;
    const eve = fake.person('Eve');

    for (const channelId of ['AseChannel', 'emulator', 'directline']) {
      const activity = fake.activity(eve, fake.personalChat(eve), {
        type: 'message',
        text: 'domains',
        channelId,
      });
      expect((await fake.post(activity)).status).toBe(400);
    }
  });

  it('a key that is not endorsed for Teams, by the SDK’s own check', async () => {
    const other = await startHarness();
    other.fake.key.jwk['endorsements'] = ['directline'];
    const eve = other.fake.person('Eve');
    const quiet = vi.spyOn(console, 'error').mockImplementation(() => {});

    const reaction = await other.fake.say(eve, other.fake.personalChat(eve), 'domains');
    quiet.mockRestore();

    expect(reaction.status).toBe(401);
    expect(other.taken).toHaveLength(0);
    await other.stop();
  });

  it('too large a body, and one that is no activity', async () => {
    const { fake } = harness;
    const eve = fake.person('Eve');

    const large = await fake
      .post(fake.activity(eve, fake.personalChat(eve), { type: 'message', text: 'x'.repeat(600_000) }))
      .catch(() => ({ status: 413 }));
    const none = await fake.post({ hello: 'world' });

    expect(large.status).toBe(413);
    expect(none.status).toBe(400);
  });
});

describe('a reply handle', () => {
  it('that names an address which is not allowed is not answered', async () => {
    const { fake, platform } = harness;
    const ann = fake.person('Ann');
    await fake.say(ann, fake.personalChat(ann), 'domains');

    const forged = { ...last()!.reply, serviceUrl: 'https://evil.example' };

    await expect(platform.answer(forged, answer())).rejects.toBeInstanceOf(ReplyGone);
    await expect(platform.answer({}, answer())).rejects.toBeInstanceOf(ReplyGone);
  });
});
