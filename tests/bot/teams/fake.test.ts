import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type CloudAdapter, TeamsInfo, type TurnContext } from 'botbuilder';
import { cloudAdapter } from '../../../src/bot/teams/adapter.js';
import { tokenSource } from '../../../src/bot/teams/token.js';
import { type FakeTeams, startFakeTeams } from '../../fakes/teams/server.js';
import type { FakeConversation } from '../../fakes/teams/state.js';
import { contentOf, settingsFor } from './harness.js';

let fake: FakeTeams;
let chat: FakeConversation;
let clock = 0;
let token = '';

beforeAll(async () => {
  fake = await startFakeTeams({ now: () => clock });
  token = await tokenSource(settingsFor(fake), () => new Date()).token();
});

afterAll(async () => {
  await fake.stop();
});

beforeEach(() => {
  clock += 3_600_000;
  chat = fake.personalChat(fake.person('Ann'));
});

function call(
  method: string,
  path: string,
  body?: unknown,
  authorization = `Bearer ${token}`,
): Promise<Response> {
  return fetch(`${fake.serviceUrl}/v3/conversations${path}`, {
    method,
    headers: { authorization },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

const send = (activity: unknown, query = '') =>
  call('POST', `/${encodeURIComponent(chat.id)}/activities${query}`, activity);
const statusOf = async (activity: unknown, query = '') => (await send(activity, query)).status;
const withCard = (content: unknown) => ({
  type: 'message',
  attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive', content }],
});

describe('the stand-in of Teams refuses', () => {
  it('threads where there are none, and below what was deleted', async () => {
    const channel = fake.channel(fake.person('Bob'));
    const post = (where: string) =>
      call('POST', `/${encodeURIComponent(where)}/activities`, { type: 'message', text: 'a' });
    const { id } = (await (await post(channel.id)).json()) as { id: string };

    expect((await post(`${chat.id};messageid=1`)).status).toBe(404);
    expect((await post(`${channel.id};messageid=${id}`)).status).toBe(201);
    expect(fake.messages(channel).map(({ thread }) => thread)).toEqual([null, id]);
    const [message] = fake.messages(channel);
    if (message === undefined) throw new Error('nothing was posted');
    fake.remove(message);
    expect((await post(`${channel.id};messageid=${id}`)).status).toBe(404);
  });

  it.each([
    ['a mention without markup', { type: 'mention', text: 'Ada', mentioned: { id: '1', name: 'Ada' } }],
    ['a mention of nobody', { type: 'mention', text: '<at>Ada</at>', mentioned: {} }],
  ])('%s', async (_what, entity) => {
    const content = { type: 'AdaptiveCard', version: '1.5', msteams: { entities: [entity] }, body: [] };
    expect(await statusOf(withCard(content))).toBe(400);
  });

  it.each([
    ['a button that unfolds nothing', { actions: [{ type: 'Action.ShowCard', title: 'a' }] }],
    ['a field for text without a label', { body: [{ type: 'Input.Text', id: 'a' }] }],
  ])('%s', async (_what, more) => {
    expect(await statusOf(withCard({ type: 'AdaptiveCard', version: '1.5', body: [], ...more }))).toBe(400);
  });

  it.each([
    [7, 1_000],
    [8, 2_000],
    [60, 30_000],
    [1_800, 3_600_000],
  ])('more than %i messages in %i ms', async (most, within) => {
    // Spread so that only this limit is met.
    const step = Math.floor(within / (most + 1));
    const statuses: number[] = [];
    for (let at = 0; at <= most; at += 1) {
      statuses.push(await statusOf({ type: 'message', text: 'x' }));
      clock += step;
    }

    expect(statuses.filter((status) => status === 201)).toHaveLength(most);
    expect(statuses.at(-1)).toBe(429);
  });

  it('with the time to wait', async () => {
    for (let at = 0; at < 7; at += 1) await send({ type: 'message', text: 'x' });

    const response = await send({ type: 'message', text: 'x' });

    expect(Number(response.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
  });

  it('messages over 100 KB in UTF-16', async () => {
    expect(await statusOf({ type: 'message', text: 'x'.repeat(51_200) })).toBe(413);
    expect(await statusOf({ type: 'message', text: 'x'.repeat(50_000) })).toBe(201);
  });

  it.each([
    ['a newer version', { type: 'AdaptiveCard', version: '1.6', body: [] }],
    ['an unknown element', { type: 'AdaptiveCard', version: '1.5', body: [{ type: 'Blink' }] }],
    [
      'an image that is not https',
      { type: 'AdaptiveCard', version: '1.5', body: [{ type: 'Image', url: 'http://x/y.png' }] },
    ],
    [
      'an uneven table',
      {
        type: 'AdaptiveCard',
        version: '1.5',
        body: [{ type: 'Table', columns: [{}], rows: [{ type: 'TableRow', cells: [] }] }],
      },
    ],
    ['no card', 'text'],
  ])('a card with %s', async (_, content) => {
    expect(await statusOf(withCard(content))).toBe(400);
  });

  it('a message for one person in a personal chat', async () => {
    const recipient = { id: chat.members[0]?.id };
    expect(await statusOf({ type: 'message', text: 'x', recipient }, '?isTargetedActivity=true')).toBe(400);
  });

  it('a file card outside personal chats', async () => {
    chat = fake.channel(fake.person('Bob'));
    const attachments = [{ contentType: 'application/vnd.microsoft.teams.card.file.consent', content: {} }];
    expect(await statusOf({ type: 'message', attachments })).toBe(400);
  });

  it('calls without a token that it gave', async () => {
    expect((await call('POST', `/${chat.id}/activities`, {}, 'Bearer other')).status).toBe(401);
  });

  it('conversations, people and messages that are not there', async () => {
    expect((await call('POST', '/nowhere/activities', { type: 'message', text: 'x' })).status).toBe(404);
    expect((await call('GET', `/${chat.id}/members/nobody`)).status).toBe(404);
    expect((await call('PUT', `/${chat.id}/activities/1`, { type: 'message', text: 'x' })).status).toBe(404);
  });

  it('a personal chat with somebody who has not added the bot', async () => {
    const carl = fake.person('Carl', { hasApp: false });
    expect((await call('POST', '', { members: [{ id: carl.id }] })).status).toBe(403);
  });
});

describe('the stand-in of Teams', () => {
  it('is spoken to by Microsoft’s own client: send, change, delete, and ask for a member', async () => {
    const settings = settingsFor(fake);
    const adapter: CloudAdapter = cloudAdapter(
      settings,
      tokenSource(settings, () => new Date()),
    );
    const reference = {
      channelId: 'msteams',
      serviceUrl: fake.serviceUrl,
      conversation: { id: chat.id },
      bot: { id: `28:${settings.appId}` },
      user: { id: chat.members[0]!.id },
    };
    let email: string | undefined;

    await adapter.continueConversationAsync(
      settings.appId,
      reference as never,
      async (context: TurnContext) => {
        const sent = await context.sendActivity('one');
        await context.updateActivity({ type: 'message', text: 'two', id: sent!.id });
        email = (await TeamsInfo.getMember(context, chat.members[0]!.id)).userPrincipalName;
      },
    );
    const [message] = fake.messages(chat);

    expect(message).toMatchObject({ edits: 1, activity: { text: 'two' } });
    expect(email).toBe('ann@example.com');
    await adapter.continueConversationAsync(settings.appId, reference as never, (context: TurnContext) =>
      context.deleteActivity(message!.id),
    );
    expect(fake.messages(chat)).toHaveLength(0);
  });

  it('sends an invoke again that is answered with nothing', async () => {
    const { createServer } = await import('node:http');
    const server = createServer((_request, response) => response.end());
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    fake.connect(`http://127.0.0.1:${(server.address() as { port: number }).port}`);

    const reaction = await fake.post(
      fake.activity(chat.members[0]!, chat, { type: 'invoke', name: 'adaptiveCard/action' }),
    );
    server.closeAllConnections();
    server.close();

    expect(reaction.tries).toBe(2);
  });

  it('gives tokens over TLS to a process that trusts its certificate, and to none that does not', async () => {
    const script = `fetch(process.env.TEAMS_AUTHORITY_URL + '/' + process.env.MICROSOFT_APP_TENANT_ID + '/oauth2/v2.0/token', { method: 'POST', body: new URLSearchParams({ grant_type: 'client_credentials', client_id: process.env.MICROSOFT_APP_ID, client_secret: process.env.MICROSOFT_APP_PASSWORD, scope: 'https://api.botframework.com/.default' }) }).then((r) => process.exit(r.status === 200 ? 0 : 3), () => process.exit(4))`;
    const { NODE_EXTRA_CA_CERTS: trusted, ...without } = fake.environment();
    const exit = async (environment: Record<string, string>): Promise<unknown> => {
      const child = spawn(process.execPath, ['-e', script], {
        env: { PATH: process.env['PATH'] ?? '', ...environment },
      });
      return (await once(child, 'exit'))[0];
    };

    expect(await exit({ ...without, NODE_EXTRA_CA_CERTS: trusted ?? '' })).toBe(0);
    expect(await exit(without)).toBe(4);
  });

  it('keeps a card that an invoke changed only until it is loaded anew', async () => {
    await send(
      withCard({
        type: 'AdaptiveCard',
        version: '1.5',
        body: [],
        actions: [{ type: 'Action.Execute', title: 'Go', verb: 'v', data: {} }],
      }),
    );
    const [message] = fake.messages(chat);
    const { createServer } = await import('node:http');
    const value = {
      type: 'AdaptiveCard',
      version: '1.5',
      body: [{ type: 'RichTextBlock', inlines: [{ type: 'TextRun', text: 'changed' }] }],
    };
    const server = createServer((_request, response) =>
      response.end(
        JSON.stringify({ statusCode: 200, type: 'application/vnd.microsoft.card.adaptive', value }),
      ),
    );
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    fake.connect(`http://127.0.0.1:${(server.address() as { port: number }).port}`);

    await fake.press(chat.members[0]!, message!, 'Go');
    const changed = fake.view(chat.members[0]!, message!);
    fake.reload();
    server.closeAllConnections();
    server.close();

    expect(changed).toEqual(value);
    expect(fake.view(chat.members[0]!, message!)).toEqual(contentOf(message));
  });
});
