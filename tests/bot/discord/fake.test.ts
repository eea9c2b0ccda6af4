import { WebSocket } from 'ws';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Json } from '../../fakes/discord/json.js';
import { LIMITS } from '../../fakes/discord/limits.js';
import { type FakeDiscord, type FakeDiscordOptions, startFakeDiscord } from '../../fakes/discord/server.js';
import type { Server } from '../../fakes/discord/state.js';

/** What the stand-in refuses, limit by limit. */

const ADA = '200000000000000001';
let discord: FakeDiscord;
let channel: Server['channels'][number];
const ends: (() => void)[] = [];

async function begin(options: FakeDiscordOptions = {}): Promise<void> {
  discord = await startFakeDiscord(options);
  const [first] = discord.addServer('Example').channels;
  if (first === undefined) throw new Error('no channel');
  channel = first;
}

beforeEach(() => begin());
afterEach(async () => {
  for (const end of ends.splice(0)) end();
  await discord.stop();
});

interface Told {
  readonly status: number;
  readonly code: number;
  readonly text: string;
  readonly headers: Headers;
}

async function call(method: string, path: string, body?: unknown, token = discord.token): Promise<Told> {
  const response = await fetch(`${discord.api}/v10${path}`, {
    method,
    headers: { authorization: `Bot ${token}`, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const code = text.startsWith('{') ? Number((JSON.parse(text) as Json)['code'] ?? 0) : 0;
  return { status: response.status, code, text, headers: response.headers };
}

const post = (body: unknown) => call('POST', `/channels/${channel.id}/messages`, body);
const letters = (length: number) => 'x'.repeat(length);
const many = (length: number, make: (at: number) => unknown) => Array.from({ length }, (_, at) => make(at));
const embed = (part: Json) => ({ embeds: [part] });
const rows = (...components: unknown[]) => ({
  content: 'a',
  components: components.map((one) => ({ type: 1, components: one })),
});
const button = (at: number | string, more: Json = {}) => ({
  type: 2,
  style: 2,
  label: 'a',
  custom_id: String(at),
  ...more,
});
const select = (more: Json) => [{ type: 3, custom_id: 's', options: [{ label: 'a', value: 'a' }], ...more }];

describe('a message', () => {
  it.each<[string, unknown]>([
    ['content', { content: letters(LIMITS.content.most) }],
    ['title', embed({ title: letters(LIMITS.title.most) })],
    ['description', embed({ description: letters(LIMITS.description.most) })],
    ['footer', embed({ title: 'a', footer: { text: letters(LIMITS.footer.most) } })],
    ['author', embed({ title: 'a', author: { name: letters(LIMITS.author.most) } })],
    ['fields', embed({ fields: many(LIMITS.fields.most, () => ({ name: 'a', value: 'b' })) })],
    ['total', { embeds: [{ description: letters(4_000) }, { description: letters(2_000) }] }],
    ['embeds', { embeds: many(LIMITS.embeds.most, () => ({ title: 'a' })) }],
    ['rows', rows(...many(LIMITS.rows.most, (at) => [button(at)]))],
    ['buttons', rows(many(LIMITS.buttons.most, (at) => button(at)))],
    ['custom_id', rows([button(letters(LIMITS.customId.most))])],
    ['label', rows([button(1, { label: letters(LIMITS.label.most) })])],
    [
      'options',
      rows(select({ options: many(LIMITS.options.most, (at) => ({ label: 'a', value: String(at) })) })),
    ],
    ['placeholder', rows(select({ placeholder: letters(LIMITS.placeholder.most) }))],
  ])('at its limit of %s is taken', async (_what, body) => {
    expect(await post(body)).toMatchObject({ status: 200 });
  });

  it.each<[string, unknown]>([
    ['content', { content: letters(LIMITS.content.most + 1) }],
    ['title', embed({ title: letters(LIMITS.title.most + 1) })],
    ['description', embed({ description: letters(LIMITS.description.most + 1) })],
    ['footer', embed({ title: 'a', footer: { text: letters(LIMITS.footer.most + 1) } })],
    ['author', embed({ title: 'a', author: { name: letters(LIMITS.author.most + 1) } })],
    ['fields', embed({ fields: many(LIMITS.fields.most + 1, () => ({ name: 'a', value: 'b' })) })],
    ['fieldName', embed({ fields: [{ name: letters(LIMITS.fieldName.most + 1), value: 'b' }] })],
    ['fieldValue', embed({ fields: [{ name: 'a', value: letters(LIMITS.fieldValue.most + 1) }] })],
    ['total', { embeds: [{ description: letters(4_000) }, { description: letters(2_001) }] }],
    ['embeds', { embeds: many(LIMITS.embeds.most + 1, () => ({ title: 'a' })) }],
    ['an embed without anything', { embeds: [{ color: 1 }] }],
    ['rows', rows(...many(LIMITS.rows.most + 1, (at) => [button(at)]))],
    ['buttons', rows(many(LIMITS.buttons.most + 1, (at) => button(at)))],
    ['custom_id', rows([button(letters(LIMITS.customId.most + 1))])],
    ['the same custom_id twice', rows([button(1), button(1)])],
    ['label', rows([button(1, { label: letters(LIMITS.label.most + 1) })])],
    ['no label', rows([button(1, { label: '' })])],
    [
      'options',
      rows(select({ options: many(LIMITS.options.most + 1, (at) => ({ label: 'a', value: String(at) })) })),
    ],
    ['no options', rows(select({ options: [] }))],
    ['optionText', rows(select({ options: [{ label: letters(LIMITS.optionText.most + 1), value: 'a' }] }))],
    [
      'the same option twice',
      rows(
        select({
          options: [
            { label: 'a', value: 'a' },
            { label: 'b', value: 'a' },
          ],
        }),
      ),
    ],
    ['placeholder', rows(select({ placeholder: letters(LIMITS.placeholder.most + 1) }))],
    ['a menu beside a button', rows([...select({}), button(1)])],
    ['a picture that is not there', embed({ image: { url: 'attachment://a.png' } })],
    ['a file that is not there', { content: 'a', attachments: [{ id: 0, filename: 'a' }] }],
    ['nonce', { content: 'a', nonce: letters(LIMITS.nonce.most + 1) }],
  ])('over its limit of %s is refused, with where', async (_what, body) => {
    const refused = await post(body);

    expect(refused).toMatchObject({ status: 400, code: 50_035 });
    expect(refused.text).toContain('_errors');
    expect(discord.messages(channel)).toEqual([]);
  });

  it('that is empty is refused', async () => {
    expect(await post({ components: [] })).toMatchObject({ status: 400, code: 50_006 });
  });

  it.each([
    ['files', 11, 1, 'a', 400, 30_015],
    ['fileBytes', 1, LIMITS.fileBytes.most + 1, 'a', 413, 40_005],
    ['alt', 1, 1, letters(LIMITS.alt.most + 1), 400, 50_035],
  ])('with more %s than its limit is refused', async (_what, count, size, description, status, code) => {
    const form = new FormData();
    const names = Array.from({ length: count }, (_, id) => ({ id, filename: `${id}.png`, description }));
    form.append('payload_json', JSON.stringify({ content: 'a', attachments: names.slice(0, 10) }));
    for (const { id, filename } of names)
      form.append(`files[${id}]`, new Blob([Buffer.alloc(size)]), filename);

    const response = await fetch(`${discord.api}/v10/channels/${channel.id}/messages`, {
      method: 'POST',
      headers: { authorization: `Bot ${discord.token}` },
      body: form,
    });

    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ code });
  });

  it('with an enforced nonce is sent once', async () => {
    const first = await post({ content: 'a', nonce: '1', enforce_nonce: true });
    const second = await post({ content: 'a', nonce: '1', enforce_nonce: true });

    expect(second.text).toBe(first.text);
    expect(discord.messages(channel)).toHaveLength(1);
  });

  it('needs a channel that is there, that the bot sees, and may write in', async () => {
    channel.may = 'see';
    expect(await post({ content: 'a' })).toMatchObject({ status: 403, code: 50_013 });
    channel.may = 'nothing';
    expect(await post({ content: 'a' })).toMatchObject({ status: 403, code: 50_001 });
    channel.isDeleted = true;
    expect(await post({ content: 'a' })).toMatchObject({ status: 404, code: 10_003 });
  });

  it('over an hour old is not changed often', async () => {
    const sent = await post({ content: 'a' });
    const { id } = JSON.parse(sent.text) as { id: string };
    discord.pass(3_600_001);

    const codes: number[] = [];
    for (let edit = 0; edit <= LIMITS.editsOfOld.most; edit += 1)
      codes.push(
        (await call('PATCH', `/channels/${channel.id}/messages/${id}`, { content: String(edit) })).code,
      );

    expect(codes).toEqual([0, 0, 0, 30_046]);
  });
});

describe('messages that answer, mention and are found again', () => {
  const idOf = (told: Told) => (JSON.parse(told.text) as { id: string }).id;
  const recent = async (query = '') =>
    JSON.parse((await call('GET', `/channels/${channel.id}/messages${query}`)).text) as Json[];

  it('have one nonce for some minutes', async () => {
    const sent = { content: 'a', nonce: 'n', enforce_nonce: true };

    const first = idOf(await post(sent));
    const again = idOf(await post(sent));
    discord.pass(LIMITS.nonceMs.most + 1);
    const later = idOf(await post(sent));

    expect(again).toBe(first);
    expect(later).not.toBe(first);
  });

  it('are read, the newest first, without their nonces, where the bot may read', async () => {
    await post({ content: 'a', nonce: 'n' });
    await post({ ...rows([button(1)]), components: [{ type: 1, id: 77, components: [button(1)] }] });

    expect(await recent()).toMatchObject([
      { components: [{ id: 77 }], author: { bot: true } },
      { content: 'a' },
    ]);
    expect((await recent()).some((one) => 'nonce' in one)).toBe(false);
    expect(await recent('?limit=1')).toHaveLength(1);
    discord.pass(10_000);
    expect((await call('GET', `/channels/${channel.id}/messages?limit=101`)).code).toBe(50_035);
    channel.readsHistory = false;
    expect(await recent()).toEqual([]);
  });

  it('answer to a message that is there, if the bot may read what was said', async () => {
    const id = idOf(await post({ content: 'a' }));
    const reply = (message: string, more: Json = {}) =>
      post({ content: 'b', message_reference: { message_id: message, ...more } });

    expect(await reply(id)).toMatchObject({ status: 200 });
    expect(await reply('1')).toMatchObject({ code: 50_035 });
    expect(await reply('1', { fail_if_not_exists: false })).toMatchObject({ status: 200 });
    channel.readsHistory = false;
    expect(await reply(id)).toMatchObject({ code: 160_002 });
  });

  it('mention whom they may, and not more', async () => {
    discord.pass(10_000);
    await post({ content: '<@1> <@2>', allowed_mentions: { parse: [], users: ['1'] } });

    expect(discord.messages(channel)[0]?.mentioned).toEqual(['1']);
    const users = many(LIMITS.mentions.most + 1, String);
    expect(await post({ content: 'a', allowed_mentions: { parse: [], users } })).toMatchObject({
      code: 50_035,
    });
    expect(await post({ content: 'a', allowed_mentions: { parse: ['users'], users: ['1'] } })).toMatchObject({
      code: 50_035,
    });
  });

  it.each([
    ['no number of 32 bits', [{ type: 1, id: 2 ** 31, components: [button(1)] }]],
    ['the same twice', [{ type: 1, id: 5, components: [button(1, { id: 5 })] }]],
  ])('have components whose ids are %s, and are refused', async (_what, components) => {
    expect(await post({ content: 'a', components })).toMatchObject({ code: 50_035 });
  });
});

describe('a form', () => {
  const field = (more: Json = {}) => ({
    type: 18,
    label: 'What was it?',
    component: { type: 4, custom_id: 'note', style: 2, max_length: 4_000, ...more },
  });
  const form = (more: Json = {}) => ({ custom_id: 'm', title: 'a', components: [field()], ...more });
  const open = async (data: Json) => {
    await post({ content: 'a', components: [{ type: 1, components: [button('b')] }] });
    const [message] = discord.messages(channel);
    if (message === undefined) throw new Error('nothing was posted');
    const pressed = discord.press(message, ADA, 'a');
    const told = await call('POST', `/interactions/${pressed.id}/${pressed.token}/callback`, {
      type: 9,
      data,
    });
    return { pressed, told };
  };

  it('opens, once, and is sent when it is filled in', async () => {
    const { pressed, told } = await open(form());

    expect(told.status).toBe(204);
    const path = `/interactions/${pressed.id}/${pressed.token}/callback`;
    expect(await call('POST', path, { type: 6 })).toMatchObject({ code: 40_060 });
    expect(() => discord.submit(pressed, {})).toThrow('has to be filled in');
    const sent = discord.submit(pressed, { note: 'ours' });
    expect(sent.event).toMatchObject({ type: 5, data: { custom_id: 'm' } });
    const answer = `/interactions/${sent.id}/${sent.token}/callback`;
    expect(await call('POST', answer, { type: 9, data: form() })).toMatchObject({ code: 50_035 });
  });

  it.each([
    ['title', form({ title: letters(LIMITS.modalTitle.most + 1) })],
    ['id', form({ custom_id: letters(LIMITS.customId.most + 1) })],
    ['label', form({ components: [{ ...field(), label: letters(LIMITS.modalLabel.most + 1) }] })],
    ['text', form({ components: [field({ max_length: LIMITS.inputText.most + 1 })] })],
    ['field without a label', form({ components: [{ type: 1, components: [{ type: 4 }] }] })],
    ['number of fields', form({ components: many(LIMITS.modalParts.most + 1, () => field()) })],
  ])('over a limit is refused: %s', async (_what, data) => {
    expect((await open(data)).told).toMatchObject({ code: 50_035 });
  });
});

describe('application commands', () => {
  const option = (name: string, more: Json = {}) => ({ type: 3, name, description: 'a', ...more });
  const put = (...options: unknown[]) =>
    call('PUT', `/applications/${discord.application}/commands`, [
      { name: 'dmarc', description: 'a', options },
    ]);

  it.each<[string, readonly unknown[]]>([
    ['commandOptions', many(LIMITS.commandOptions.most + 1, (at) => option(`a${at}`))],
    ['commandName', [option(letters(LIMITS.commandName.most + 1))]],
    ['a name with capitals', [option('Abc')]],
    ['commandDescription', [option('a', { description: letters(LIMITS.commandDescription.most + 1) })]],
    [
      'choices',
      [option('a', { choices: many(LIMITS.choices.most + 1, (at) => ({ name: `${at}`, value: `${at}` })) })],
    ],
    ['choiceText', [option('a', { choices: [{ name: letters(LIMITS.choiceText.most + 1), value: 'a' }] })]],
    ['choices and autocomplete', [option('a', { autocomplete: true, choices: [{ name: 'a', value: 'a' }] })]],
    ['what is required last', [option('a'), option('b', { required: true })]],
    ['the same name twice', [option('a'), option('a')]],
    ['subcommands beside options', [option('a'), { type: 1, name: 'b', description: 'b' }]],
    [
      'groups in groups',
      [{ type: 2, name: 'a', description: 'a', options: [{ type: 2, name: 'b', description: 'b' }] }],
    ],
    [
      'commandTotal',
      many(25, (at) => ({
        type: 1,
        name: `a${at}`,
        description: letters(100),
        options: many(3, (no) => option(`b${no}`, { description: letters(100) })),
      })),
    ],
  ])('over their limit of %s are refused', async (_what, options) => {
    expect(await put(...options)).toMatchObject({ status: 400, code: 50_035 });
  });

  it('come back as they were given, with ids', async () => {
    const given = await put(option('a'));

    expect(given.status).toBe(200);
    expect(JSON.parse(given.text)).toMatchObject([{ name: 'dmarc', application_id: discord.application }]);
  });
});

describe('an interaction', () => {
  const respond = (of: { id: string; token: string }, type: number, data?: unknown) =>
    call('POST', `/interactions/${of.id}/${of.token}/callback`, { type, data });
  const edit = (of: { token: string }) =>
    call('PATCH', `/webhooks/${discord.application}/${of.token}/messages/@original`, { content: 'a' });
  const asked = async () => {
    await call('PUT', `/applications/${discord.application}/commands`, [
      { name: 'dmarc', description: 'a', options: [{ type: 1, name: 'status', description: 'a' }] },
    ]);
    return discord.command(channel, ADA, 'status');
  };

  it('is acknowledged within 3 s or not at all', async () => {
    const interaction = await asked();
    discord.pass(LIMITS.acknowledgeMs.most + 1);

    expect(await respond(interaction, 5)).toMatchObject({ status: 404, code: 10_062 });
  });

  it('is acknowledged once, and by its own token', async () => {
    const interaction = await asked();

    expect(await respond({ ...interaction, token: 'forged' }, 5)).toMatchObject({ code: 10_062 });
    expect(await respond(interaction, 5)).toMatchObject({ status: 204 });
    expect(await respond(interaction, 5)).toMatchObject({ status: 400, code: 40_060 });
  });

  it('takes an answer after its acknowledgement, for 15 minutes', async () => {
    const interaction = await asked();

    expect(await edit(interaction)).toMatchObject({ status: 404, code: 10_015 });
    await respond(interaction, 5, { flags: 64 });
    expect(await edit(interaction)).toMatchObject({ status: 200 });
    discord.pass(LIMITS.tokenMs.most + 1);
    expect(await edit(interaction)).toMatchObject({ status: 401, code: 50_027 });
  });

  it('is not acknowledged in a way that does not fit it', async () => {
    expect(await respond(await asked(), 6)).toMatchObject({ status: 400, code: 50_035 });
  });

  it('of typing takes 25 choices', async () => {
    await call('PUT', `/applications/${discord.application}/commands`, [
      {
        name: 'dmarc',
        description: 'a',
        options: [
          {
            type: 1,
            name: 'a',
            description: 'a',
            options: [{ type: 3, name: 'b', description: 'b', autocomplete: true }],
          },
        ],
      },
    ]);
    const typing = discord.type(channel, ADA, 'a', 'b', { b: 'x' });

    const choices = many(26, (at) => ({ name: String(at), value: String(at) }));
    expect(await respond(typing, 8, { choices })).toMatchObject({ status: 400, code: 50_035 });
    expect(await respond(typing, 8, { choices: choices.slice(1) })).toMatchObject({ status: 204 });
  });
});

describe('calls', () => {
  it('with a wrong token are refused', async () => {
    expect(await call('GET', '/gateway/bot', undefined, 'wrong')).toMatchObject({ status: 401 });
  });

  it('of a channel are limited, with headers that say so', async () => {
    const told: Told[] = [];
    for (let at = 0; at <= LIMITS.channelMessages.most; at += 1) told.push(await post({ content: 'a' }));

    expect(told.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 429]);
    expect(told[4]?.headers.get('x-ratelimit-remaining')).toBe('0');
    const last = told.at(-1);
    expect(Number(last?.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(last?.headers.get('x-ratelimit-scope')).toBe('user');
    expect(last?.text).toContain('retry_after');
  });

  it('of a bot are limited to 50 in a second', async () => {
    const told = await Promise.all(
      Array.from({ length: LIMITS.globalPerSecond.most + 1 }, () => call('GET', '/applications/@me')),
    );

    const refused = told.filter(({ status }) => status === 429);
    expect(refused).toHaveLength(1);
    expect(refused[0]?.headers.get('x-ratelimit-global')).toBe('true');
  });

  it('that are refused too often ban the address', async () => {
    await discord.stop();
    await begin({ mostInvalid: 3 });

    for (let at = 0; at < 3; at += 1) await call('GET', '/applications/@me', undefined, 'wrong');

    expect(LIMITS.invalidPerTenMinutes.most).toBe(10_000);
    expect(await call('GET', '/applications/@me')).toMatchObject({ status: 429 });
  });
});

describe('the gateway', () => {
  interface Connection {
    readonly received: Json[];
    readonly closed: Promise<number>;
    readonly send: (op: number, d: unknown) => void;
    next(op: number, t?: string): Promise<Json>;
  }

  function connect(): Connection {
    const socket = new WebSocket(discord.api.replace('http', 'ws').replace('/api', '/gateway'));
    ends.push(() => socket.terminate());
    const received: Json[] = [];
    let look = () => {};
    socket.on('message', (data: Buffer) => {
      received.push(JSON.parse(String(data)) as Json);
      look();
    });
    const closed = new Promise<number>((resolve) => socket.on('close', resolve));
    return {
      received,
      closed,
      send: (op, d) => socket.send(JSON.stringify({ op, d })),
      next: (op, t) =>
        new Promise((resolve) => {
          look = () => {
            const found = received.find((one) => one['op'] === op && (t === undefined || one['t'] === t));
            if (found !== undefined) resolve(found);
          };
          look();
        }),
    };
  }

  const identity = (token = discord.token) => ({ token, intents: 1, properties: {} });

  it.each<[string, number, (connection: Connection) => void]>([
    ['a wrong token', 4_004, ({ send }) => send(2, identity('wrong'))],
    [
      'a resume with a wrong token',
      4_004,
      ({ send }) => send(6, { token: 'wrong', session_id: 'a', seq: 1 }),
    ],
    ['anything before identify', 4_003, ({ send }) => send(3, {})],
    ['what is too long', 4_002, ({ send }) => send(3, letters(LIMITS.gatewayBytes.most))],
    [
      'more than 120 events a minute',
      4_008,
      ({ send }) => {
        for (let at = 0; at <= LIMITS.gatewayEventsPerMinute.most; at += 1) send(1, null);
      },
    ],
  ])('closes on %s', async (_what, code, act) => {
    const connection = connect();
    await connection.next(10);

    act(connection);

    expect(await connection.closed).toBe(code);
  });

  it('closes on a second identify', async () => {
    const connection = connect();
    await connection.next(10);
    connection.send(2, identity());
    await connection.next(0, 'READY');

    connection.send(2, identity());

    expect(await connection.closed).toBe(4_005);
  });

  it('acknowledges heartbeats, and closes on a client that sends none', async () => {
    await discord.stop();
    await begin({ heartbeatMs: 40 });
    const connection = connect();
    await connection.next(10);

    connection.send(1, null);

    await connection.next(11);
    expect(await connection.closed).toBe(4_009);
  });

  it('lets one session begin every five seconds', async () => {
    const [first, second] = [connect(), connect()];
    await Promise.all([first.next(10), second.next(10)]);
    first.send(2, identity());
    await first.next(0, 'READY');

    second.send(2, identity());

    expect(await second.next(9)).toMatchObject({ d: false });
  });

  it('gives a resumed session what it missed, and no session that it does not know', async () => {
    const first = connect();
    await first.next(10);
    first.send(2, identity());
    const ready = await first.next(0, 'READY');
    await first.next(0, 'GUILD_CREATE');
    discord.gateway.cut();
    await first.closed;
    discord.gateway.dispatch('SOMETHING', { a: 1 });
    const { session_id: session } = ready['d'] as { session_id: string };

    const again = connect();
    await again.next(10);
    again.send(6, { token: discord.token, session_id: session, seq: 2 });
    await again.next(0, 'RESUMED');
    const stranger = connect();
    await stranger.next(10);
    stranger.send(6, { token: discord.token, session_id: 'unknown', seq: 2 });

    expect(again.received.map((one) => one['t']).filter(Boolean)).toEqual(['SOMETHING', 'RESUMED']);
    expect(await stranger.next(9)).toMatchObject({ d: false });
  });

  it('refuses to resume after an event that was never sent', async () => {
    const first = connect();
    await first.next(10);
    first.send(2, identity());
    const ready = await first.next(0, 'READY');
    const { session_id: session } = ready['d'] as { session_id: string };

    const again = connect();
    await again.next(10);
    again.send(6, { token: discord.token, session_id: session, seq: 99 });

    expect(await again.closed).toBe(4_007);
  });
});
