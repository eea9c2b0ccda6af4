import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { blockProblems } from '../../fakes/slack/blocks.js';
import { LIMITS, METHOD_RATES } from '../../fakes/slack/limits.js';
import { type FakeSlack, startFakeSlack } from '../../fakes/slack/server.js';

/** The stand-in refuses what Slack refuses: without that the tests of what it takes say nothing. */

let slack: FakeSlack;
let time: number;
let user: string;
let direct: string;

beforeEach(async () => {
  time = 1_773_800_000_000;
  slack = await startFakeSlack({ now: () => time });
  user = slack.person('Ada');
  direct = slack.direct(user);
});
afterEach(() => slack.stop());

interface Said {
  readonly status: number;
  readonly ok: boolean;
  readonly error?: string;
  readonly after: string | null;
  readonly [field: string]: unknown;
}

async function call(
  method: string,
  args: Readonly<Record<string, unknown>>,
  token = slack.state.botToken,
): Promise<Said> {
  const body = new URLSearchParams(
    Object.entries(args).map(([name, value]): [string, string] => [
      name,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]),
  );
  const headers: Record<string, string> = token === '' ? {} : { authorization: `Bearer ${token}` };
  const response = await fetch(`${slack.apiUrl}${method}`, { method: 'POST', headers, body });
  const said = (await response.json()) as Said;
  return { ...said, status: response.status, after: response.headers.get('retry-after') };
}

const plain = (length: number) => ({ type: 'plain_text', text: 'x'.repeat(length) });
const button = (given: Readonly<Record<string, unknown>> = {}) => ({
  type: 'button',
  action_id: 'a',
  text: plain(1),
  value: 'v',
  ...given,
});
const menu = (given: Readonly<Record<string, unknown>> = {}) => ({
  type: 'section',
  text: plain(1),
  accessory: { type: 'static_select', action_id: 'a', options: [{ text: plain(1), value: 'v' }], ...given },
});
const options = (count: number) =>
  Array.from({ length: count }, (_, at) => ({ text: plain(1), value: String(at) }));
const table = (rows: number, columns: number, cell = 'x') => ({
  type: 'table',
  rows: Array.from({ length: rows }, () =>
    Array.from({ length: columns }, () => ({ type: 'raw_text', text: cell })),
  ),
});
const header = { type: 'header', text: plain(1) };
const some = <Item>(count: number, item: Item) => Array.from({ length: count }, () => item);

describe('blocks over a limit are refused, and those at it are taken', () => {
  it.each([
    ['blocks of a message', some(LIMITS.messageBlocks, header), some(LIMITS.messageBlocks + 1, header)],
    [
      'a header',
      [{ type: 'header', text: plain(LIMITS.header) }],
      [{ type: 'header', text: plain(LIMITS.header + 1) }],
    ],
    [
      'a text',
      [{ type: 'section', text: plain(LIMITS.textObject) }],
      [{ type: 'section', text: plain(LIMITS.textObject + 1) }],
    ],
    [
      'fields',
      [{ type: 'section', fields: some(LIMITS.sectionFields, plain(1)) }],
      [{ type: 'section', fields: some(LIMITS.sectionFields + 1, plain(1)) }],
    ],
    [
      'a field',
      [{ type: 'section', fields: [plain(LIMITS.field)] }],
      [{ type: 'section', fields: [plain(LIMITS.field + 1)] }],
    ],
    [
      'elements of actions',
      [
        {
          type: 'actions',
          elements: some(LIMITS.actionElements, 0).map((_, at) => button({ action_id: `a${at}` })),
        },
      ],
      [
        {
          type: 'actions',
          elements: some(LIMITS.actionElements + 1, 0).map((_, at) => button({ action_id: `a${at}` })),
        },
      ],
    ],
    [
      'elements of a context',
      [{ type: 'context', elements: some(LIMITS.contextElements, plain(1)) }],
      [{ type: 'context', elements: some(LIMITS.contextElements + 1, plain(1)) }],
    ],
    [
      'a button’s text',
      [{ type: 'actions', elements: [button({ text: plain(LIMITS.buttonText) })] }],
      [{ type: 'actions', elements: [button({ text: plain(LIMITS.buttonText + 1) })] }],
    ],
    [
      'a button’s value',
      [{ type: 'actions', elements: [button({ value: 'x'.repeat(LIMITS.buttonValue) })] }],
      [{ type: 'actions', elements: [button({ value: 'x'.repeat(LIMITS.buttonValue + 1) })] }],
    ],
    [
      'an action_id',
      [{ type: 'actions', elements: [button({ action_id: 'x'.repeat(LIMITS.id) })] }],
      [{ type: 'actions', elements: [button({ action_id: 'x'.repeat(LIMITS.id + 1) })] }],
    ],
    [
      'a block_id',
      [{ ...header, block_id: 'x'.repeat(LIMITS.id) }],
      [{ ...header, block_id: 'x'.repeat(LIMITS.id + 1) }],
    ],
    [
      'options',
      [menu({ options: options(LIMITS.options) })],
      [menu({ options: options(LIMITS.options + 1) })],
    ],
    [
      'an option’s text',
      [menu({ options: [{ text: plain(LIMITS.optionText), value: 'v' }] })],
      [menu({ options: [{ text: plain(LIMITS.optionText + 1), value: 'v' }] })],
    ],
    [
      'an option’s value',
      [menu({ options: [{ text: plain(1), value: 'x'.repeat(LIMITS.optionValue) }] })],
      [menu({ options: [{ text: plain(1), value: 'x'.repeat(LIMITS.optionValue + 1) }] })],
    ],
    [
      'a placeholder',
      [menu({ placeholder: plain(LIMITS.placeholder) })],
      [menu({ placeholder: plain(LIMITS.placeholder + 1) })],
    ],
    [
      'an initial option that is none',
      [menu({ initial_option: { text: plain(1), value: 'v' } })],
      [menu({ initial_option: { text: plain(1), value: 'other' } })],
    ],
    ['rows', [table(LIMITS.tableRows, 1)], [table(LIMITS.tableRows + 1, 1)]],
    ['columns', [table(1, LIMITS.tableColumns)], [table(1, LIMITS.tableColumns + 1)]],
    [
      'text of a table',
      [table(2, 1, 'x'.repeat(LIMITS.tableText / 2))],
      [table(2, 1, 'x'.repeat(LIMITS.tableText / 2 + 1))],
    ],
    ['tables', [table(1, 1)], [table(1, 1), table(1, 1)]],
    ['an empty text', [{ type: 'section', text: plain(1) }], [{ type: 'section', text: plain(0) }]],
    [
      'a file that is none',
      [{ type: 'image', alt_text: 'a', slack_file: { id: 'F012345678' } }],
      [{ type: 'image', alt_text: 'a', slack_file: { id: 'F987654321' } }],
    ],
    [
      'an alternative text',
      [{ type: 'image', alt_text: 'x'.repeat(LIMITS.alt), image_url: 'https://x' }],
      [{ type: 'image', alt_text: 'x'.repeat(LIMITS.alt + 1), image_url: 'https://x' }],
    ],
    [
      'a title of an image',
      [{ type: 'image', alt_text: 'a', image_url: 'x', title: plain(LIMITS.imageTitle) }],
      [{ type: 'image', alt_text: 'a', image_url: 'x', title: plain(LIMITS.imageTitle + 1) }],
    ],
    [
      'an address of an image',
      [{ type: 'image', alt_text: 'a', image_url: 'x'.repeat(LIMITS.imageUrl) }],
      [{ type: 'image', alt_text: 'a', image_url: 'x'.repeat(LIMITS.imageUrl + 1) }],
    ],
    [
      'two of one block_id',
      [header],
      [
        { ...header, block_id: 'b' },
        { ...header, block_id: 'b' },
      ],
    ],
    [
      'a type that messages do not have',
      [header],
      [{ type: 'input', label: plain(1), element: menu().accessory }],
    ],
  ])('%s', (_, at, over) => {
    const known = (file: string) => file === 'F012345678';

    expect(blockProblems(at, 'message', known)).toEqual([]);
    expect(blockProblems(over, 'message', known)).not.toEqual([]);
  });

  it('blocks of a Home tab, where there is no table', () => {
    expect(blockProblems(some(LIMITS.viewBlocks, header), 'home', () => true)).toEqual([]);
    expect(blockProblems(some(LIMITS.viewBlocks + 1, header), 'home', () => true)).not.toEqual([]);
    expect(blockProblems([table(1, 1)], 'home', () => true)).not.toEqual([]);
  });
});

describe('messages', () => {
  it.each([
    ['no_text', { text: '' }],
    ['msg_too_long', { text: 'x'.repeat(LIMITS.text + 1) }],
    [
      'msg_blocks_too_long',
      { text: 'x', blocks: some(5, { type: 'section', text: plain(LIMITS.textObject) }) },
    ],
    ['invalid_blocks', { text: 'x', blocks: [{ type: 'header', text: plain(0) }] }],
  ])('are refused with %s', async (error, message) => {
    expect(await call('chat.postMessage', { channel: direct, ...message })).toMatchObject({
      ok: false,
      error,
    });
  });

  it('to where the app may not post are refused', async () => {
    const secret = slack.channel('secret', [user], { type: 'private' });
    const open = slack.channel('open', [user]);
    slack.state.scopes.delete('chat:write.public');

    expect(await call('chat.postMessage', { channel: secret, text: 'x' })).toMatchObject({
      error: 'channel_not_found',
    });
    expect(await call('chat.postMessage', { channel: open, text: 'x' })).toMatchObject({
      error: 'not_in_channel',
    });
    expect(await call('chat.postEphemeral', { channel: open, user, text: 'x' })).toMatchObject({
      error: 'not_in_channel',
    });
  });

  it('over one a second in a channel, after a short burst, wait', async () => {
    for (let at = 0; at < LIMITS.postBurst; at += 1)
      expect(await call('chat.postMessage', { channel: direct, text: 'x' })).toMatchObject({ ok: true });

    const over = await call('chat.postMessage', { channel: direct, text: 'x' });
    time += 1_000;
    const later = await call('chat.postMessage', { channel: direct, text: 'x' });

    expect(over).toMatchObject({ status: 429, after: '1' });
    expect(later).toMatchObject({ ok: true });
  });
});

describe('calls', () => {
  it.each(Object.entries(METHOD_RATES))(
    'of %s over %i a minute wait as long as is told',
    async (method, most) => {
      for (let at = 0; at < most; at += 1) await call(method, {});

      const over = await call(method, {});
      time += Number(over.after) * 1_000;
      const later = await call(method, {});

      expect(over.status).toBe(429);
      expect(later.status).toBe(200);
    },
  );

  it.each([
    ['not_authed', ''],
    ['invalid_auth', 'xoxb-guessed'],
  ])('are refused with %s', async (error, token) => {
    expect(await call('auth.test', {}, token)).toMatchObject({ ok: false, error });
  });

  it('with the token of the other kind are refused', async () => {
    expect(await call('auth.test', {}, slack.state.appToken)).toMatchObject({
      error: 'not_allowed_token_type',
    });
    expect(await call('apps.connections.open', {})).toMatchObject({ error: 'not_allowed_token_type' });
  });

  it('without their scope are refused', async () => {
    slack.state.scopes.delete('users:read');

    expect(await call('users.info', { user })).toMatchObject({
      error: 'missing_scope',
      needed: 'users:read',
    });
  });
});

describe('a message that was posted', () => {
  const posted = async (channel: string, more: Readonly<Record<string, unknown>> = {}) => {
    time += 2_000;
    return String((await call('chat.postMessage', { channel, text: 'x', ...more }))['ts']);
  };

  it('is changed by the app that posted it, as long as it is there', async () => {
    const channel = slack.channel('dmarc', [user], { withBot: true });
    const ts = await posted(channel);
    const [message] = slack.messages(channel);
    if (message === undefined) throw new Error('nothing was posted');

    expect(await call('chat.update', { channel, ts, text: 'y' })).toMatchObject({ ok: true });
    expect(await call('chat.update', { channel: user, ts, text: 'y' })).toMatchObject({
      error: 'channel_not_found',
    });
    expect(await call('chat.update', { channel, ts: '1.2', text: 'y' })).toMatchObject({
      error: 'message_not_found',
    });
    expect(
      await call('chat.update', { channel, ts, text: 'y', blocks: [{ type: 'header', text: plain(151) }] }),
    ).toMatchObject({ error: 'invalid_blocks' });
    slack.remove(message);
    expect(await call('chat.update', { channel, ts, text: 'y' })).toMatchObject({
      error: 'message_not_found',
    });
    slack.archive(channel);
    expect(await call('chat.postMessage', { channel, text: 'x' })).toMatchObject({ error: 'is_archived' });
  });

  it('has replies below it, and none below those', async () => {
    const channel = slack.channel('dmarc', [user], { withBot: true });
    const ts = await posted(channel);
    const below = await posted(channel, { thread_ts: ts });

    expect(await call('chat.postMessage', { channel, text: 'x', thread_ts: below })).toMatchObject({
      error: 'cannot_reply_to_message',
    });
    const { messages } = await call('conversations.replies', { channel, ts });
    expect(messages).toMatchObject([{ ts }, { ts: below, thread_ts: ts }]);
    expect(await call('conversations.replies', { channel, ts: '1.2' })).toMatchObject({
      error: 'thread_not_found',
    });
    expect((await call('conversations.history', { channel }))['messages']).toMatchObject([{ ts }]);
  });

  it.each([
    ['public', 'channels:history'],
    ['private', 'groups:history'],
    ['im', 'im:history'],
  ] as const)('in a %s channel is read with %s, its metadata when it is asked for', async (type, scope) => {
    const channel = type === 'im' ? direct : slack.channel('dmarc', [user], { withBot: true, type });
    const metadata = { event_type: 'e', event_payload: { key: 'k' } };
    await posted(channel, { metadata });

    expect((await call('conversations.history', { channel }))['messages']).not.toMatchObject([{ metadata }]);
    const all = await call('conversations.history', { channel, include_all_metadata: true });
    expect(all['messages']).toMatchObject([{ metadata }]);
    slack.state.scopes.delete(scope);
    expect(await call('conversations.history', { channel })).toMatchObject({
      error: 'missing_scope',
      needed: scope,
    });
  });

  it('where the app is not in is not read', async () => {
    const open = slack.channel('open', [user]);
    const closed = slack.channel('closed', [user], { type: 'private' });

    expect(await call('conversations.history', { channel: open })).toMatchObject({ error: 'not_in_channel' });
    expect(await call('conversations.history', { channel: closed })).toMatchObject({
      error: 'channel_not_found',
    });
  });
});

describe('a field for text', () => {
  const field = (most: number) => ({
    type: 'input',
    block_id: 'b',
    label: plain(1),
    element: { type: 'plain_text_input', action_id: 'a', multiline: true, max_length: most },
  });

  it('takes 3,000 characters at most', () => {
    expect(blockProblems([field(3_000)], 'modal', () => false)).toEqual([]);
    expect(blockProblems([field(3_001)], 'modal', () => false)).toHaveLength(1);
    expect(blockProblems([field(3_000)], 'message', () => false)).toHaveLength(1);
  });
});

describe('a trigger', () => {
  const view = { type: 'modal', title: plain(5), blocks: [header] };
  const opened = async (trigger: string, of: unknown = view) =>
    call('views.open', { trigger_id: trigger, view: of });
  const trigger = () => {
    const id = `t${slack.state.next('x')}`;
    slack.state.triggers.set(id, { at: time, used: false, user });
    return id;
  };

  it('opens one view, within three seconds', async () => {
    const [used, late] = [trigger(), trigger()];

    expect(await opened(used)).toMatchObject({ ok: true });
    expect(await opened(used)).toMatchObject({ error: 'exchanged_trigger_id' });
    time += LIMITS.triggerMs + 1;
    expect(await opened(late)).toMatchObject({ error: 'expired_trigger_id' });
    expect(await opened('guessed')).toMatchObject({ error: 'invalid_trigger_id' });
  });

  it.each([
    ['a long title', { ...view, title: plain(LIMITS.modalTitle + 1) }],
    ['much metadata', { ...view, private_metadata: 'x'.repeat(LIMITS.privateMetadata + 1) }],
    ['a long callback_id', { ...view, callback_id: 'x'.repeat(LIMITS.callbackId + 1) }],
    ['too many blocks', { ...view, blocks: some(LIMITS.viewBlocks + 1, header) }],
    ['too much of all', { ...view, external_id: 'x'.repeat(LIMITS.viewBytes) }],
  ])('opens no view with %s', async (_, content) => {
    expect((await opened(trigger(), content)).ok).toBe(false);
  });
});

describe('a response_url', () => {
  const post = async (url: string) => {
    const response = await fetch(url, { method: 'POST', body: JSON.stringify({ text: 'x' }) });
    return `${response.status} ${await response.text()}`;
  };
  const url = () => {
    const path = `/response/${slack.state.next('R')}`;
    slack.state.responseUrls.set(path, { user, channel: direct, since: time, uses: 0 });
    return `${slack.state.baseUrl()}${path}`;
  };

  it('takes five messages', async () => {
    const address = url();
    for (let at = 0; at < LIMITS.responseUrlUses; at += 1) expect(await post(address)).toBe('200 ok');

    expect(await post(address)).toBe('404 {"ok":false,"error":"used_url"}');
  });

  it('lasts half an hour', async () => {
    const address = url();
    time += LIMITS.responseUrlMs + 1;

    expect(await post(address)).toBe('404 {"ok":false,"error":"expired_url"}');
  });
});

describe('files', () => {
  const uploaded = async (bytes: string, length = bytes.length) => {
    const { upload_url: url, file_id: id } = await call('files.getUploadURLExternal', {
      filename: 'chart.png',
      length: String(length),
    });
    const response = await fetch(String(url), { method: 'POST', body: bytes });
    return { id: String(id), status: response.status };
  };

  it('have a type some time after the upload, and are shown only then', async () => {
    const { id } = await uploaded('picture');
    await call('files.completeUploadExternal', { files: [{ id }] });
    const blocks = [{ type: 'image', alt_text: 'a', slack_file: { id } }];

    const early = await call('chat.postMessage', { channel: direct, text: 'x', blocks });
    time += slack.state.fileDelayMs;
    const later = await call('chat.postMessage', { channel: direct, text: 'x', blocks });

    expect(early).toMatchObject({
      error: 'invalid_blocks',
      errors: ['[ERROR] invalid slack file [json-pointer:/blocks/0]'],
    });
    expect(later.ok).toBe(true);
  });

  it('of another length than was said are refused', async () => {
    expect((await uploaded('picture', 3)).status).toBe(400);
  });

  it('are given with the token of the app alone', async () => {
    const { id } = await uploaded('picture');
    await call('files.completeUploadExternal', { files: [{ id }] });
    const { file } = await call('files.info', { file: id });
    const { url_private_download: url } = file as { readonly url_private_download: string };

    const without = await fetch(url);
    const with_ = await fetch(url, { headers: { authorization: `Bearer ${slack.state.botToken}` } });

    expect(without.headers.get('content-type')).toContain('text/html');
    expect(await with_.text()).toBe('picture');
  });
});

describe('faults', () => {
  it('cut a call before it is done, or after', async () => {
    slack.fault('chat.postMessage', { type: 'cut' }, { type: 'lost' });

    for (const text of ['cut', 'lost'])
      await expect(call('chat.postMessage', { channel: direct, text })).rejects.toThrow('fetch failed');

    expect(slack.messages(direct).map(({ text }) => text)).toEqual(['lost']);
  });

  it('delay, refuse and limit a call', async () => {
    slack.fault(
      'auth.test',
      { type: 'delay', ms: 50 },
      { type: 'rate', seconds: 7 },
      { type: 'error', error: 'fatal_error' },
    );
    const began = performance.now();

    await call('auth.test', {});

    expect(performance.now() - began).toBeGreaterThanOrEqual(45);
    expect(await call('auth.test', {})).toMatchObject({ status: 429, after: '7' });
    expect(await call('auth.test', {})).toMatchObject({ error: 'fatal_error' });
  });

  it('of an app that says nothing for three seconds are seen as that', async () => {
    const { createServer } = await import('node:http');
    const deaf = createServer(() => {});
    await new Promise<void>((resolve) => {
      deaf.listen(0, '127.0.0.1', () => resolve());
    });
    slack.connect(`http://127.0.0.1:${(deaf.address() as { port: number }).port}/slack/events`);

    const reply = await slack.command(user, direct, 'help');
    deaf.closeAllConnections();
    deaf.close();

    expect(reply.status).toBe(0);
    expect(reply.ms).toBeGreaterThanOrEqual(LIMITS.acknowledgeMs - 5);
  });
});

describe('a ticket of Socket Mode', () => {
  it('is good for one connection', async () => {
    const { WebSocket } = await import('ws');
    const { url } = await call('apps.connections.open', {}, slack.state.appToken);
    const how = (address: string) =>
      new Promise<string>((resolve) => {
        const link = new WebSocket(address);
        link.on('message', (data: Buffer) => {
          resolve((JSON.parse(data.toString()) as { type: string }).type);
          link.close();
        });
        link.on('error', (error) => resolve(error.message));
      });

    expect(await how(String(url))).toBe('hello');
    expect(await how(String(url))).toContain('401');
  });
});
