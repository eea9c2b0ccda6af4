import type { ServerResponse } from 'node:http';
import { LIMITS, Refusal } from '../discord/limits.js';
import { createRates } from '../discord/rates.js';
import { type Heard, startListener } from '../http-listener.js';
import { blockProblems, textLength } from '../slack/blocks.js';
import { LIMITS as SLACK } from '../slack/limits.js';
import { walk, wrongWithCard } from '../teams/card-rules.js';
import { readDiscord, type DiscordHeard } from './discord.js';

/** Incoming webhooks of the three platforms at one host, which refuse what the real ones refuse. */
export interface FakeIncoming {
  readonly host: string;
  readonly urls: Readonly<Record<'slack' | 'discord' | 'teams', string>>;
  readonly slack: {
    readonly messages: Record<string, unknown>[];
    /** Such as `no_service`, with its status; null where it works. */
    refuses: { readonly status: number; readonly code: string } | null;
    takesTables: boolean;
  };
  readonly discord: {
    readonly messages: DiscordHeard[];
    state: 'on' | 'deleted' | 'other-token' | 'in trouble';
    takesFiles: boolean;
  };
  readonly teams: {
    readonly messages: Record<string, unknown>[];
    state: 'on' | 'off' | 'deleted' | 'barred';
  };
  stop(): Promise<void>;
}

const PATHS = {
  slack: '/services/T00000000/B00000000/secret-of-slack',
  discord: '/api/webhooks/100000000000000001/secret-of-discord',
  teams: '/powerautomate/automations/direct/workflows/1/triggers/manual/paths/invoke',
} as const;
/** learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/add-incoming-webhook: 28 KB, 4 a second. */
const TEAMS_BYTES = 28 * 1_024;
const TEAMS_PER_SECOND = 4;

export async function startFakeIncoming(now: () => number): Promise<FakeIncoming> {
  const slack: FakeIncoming['slack'] = { messages: [], refuses: null, takesTables: true };
  const discord: FakeIncoming['discord'] = { messages: [], state: 'on', takesFiles: true };
  const teams: FakeIncoming['teams'] = { messages: [], state: 'on' };
  const rates = createRates(now);
  let second = { at: 0, used: 0 };
  const posts: { left: number; at: number } = { left: SLACK.postBurst, at: now() };
  /** Whether Slack takes one more: one a second, and a few at once. */
  const slackTakes = (): boolean => {
    const refilled = ((now() - posts.at) / 1_000) * SLACK.postPerSecond;
    posts.left = Math.min(SLACK.postBurst, posts.left + refilled);
    posts.at = now();
    if (posts.left < 1) return false;
    posts.left -= 1;
    return true;
  };
  /** Whether the workflow takes one more in this second. */
  const teamsTakes = (): boolean => {
    const at = Math.floor(now() / 1_000);
    const used = second.at === at ? second.used + 1 : 1;
    second = { at, used };
    return used <= TEAMS_PER_SECOND;
  };

  const answerSlack = ({ body }: Heard, response: ServerResponse): void => {
    const say = (status: number, text: string, headers = {}) => response.writeHead(status, headers).end(text);
    if (slack.refuses !== null) return void say(slack.refuses.status, slack.refuses.code);
    if (!slackTakes()) return void say(429, 'rate_limited', { 'retry-after': '1' });
    const message = jsonOf(body);
    if (message === null) return void say(400, 'invalid_payload');
    const { text, blocks } = message;
    if (text === undefined && blocks === undefined) return void say(400, 'no_text');
    if (typeof text === 'string' && text.length > SLACK.text) return void say(400, 'msg_too_long');
    if (blocks !== undefined) {
      const hasTable = JSON.stringify(blocks).includes('"type":"table"');
      if (blockProblems(blocks, 'message', () => false).length > 0 || (hasTable && !slack.takesTables))
        return void say(400, 'invalid_blocks');
      if (textLength(blocks) > SLACK.blocksText) return void say(400, 'msg_blocks_too_long');
    }
    slack.messages.push(message);
    say(200, 'ok');
  };

  const answerDiscord = async (heard: Heard, response: ServerResponse): Promise<void> => {
    const say = (status: number, body: unknown, headers = {}) =>
      response
        .writeHead(status, { 'content-type': 'application/json', ...headers })
        .end(JSON.stringify(body));
    try {
      if (discord.state === 'in trouble') return void say(502, {});
      if (discord.state === 'deleted') throw new Refusal(404, 10_015, 'Unknown Webhook');
      if (discord.state === 'other-token') throw new Refusal(401, 50_027, 'Invalid Webhook Token');
      const wait = rates.route('webhook', '1');
      if (wait !== null)
        return void say(
          429,
          { message: 'You are being rate limited.', retry_after: wait.seconds, global: false },
          { 'retry-after': String(Math.ceil(wait.seconds)) },
        );
      const message = await readDiscord(heard);
      if (message.files.length > 0 && !discord.takesFiles)
        throw new Refusal(413, 40_005, `Request entity too large, over ${LIMITS.fileBytes.most}`);
      discord.messages.push(message);
      if (heard.query.get('wait') !== 'true') return void response.writeHead(204).end();
      say(200, { id: String(1_000 + discord.messages.length), ...message.json });
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      say(error.status, { message: error.message, code: error.code, errors: error.errors });
    }
  };

  const answerTeams = ({ body }: Heard, response: ServerResponse): void => {
    const say = (status: number, code: string, headers = {}) =>
      response
        .writeHead(status, { 'content-type': 'application/json', ...headers })
        .end(code === '' ? '' : JSON.stringify({ error: { code, message: code } }));
    if (teams.state === 'off') return void say(400, 'WorkflowTriggerIsNotEnabled');
    if (teams.state === 'deleted') return void say(404, 'WorkflowNotFound');
    if (teams.state === 'barred') return void say(401, 'DirectApiAuthorizationRequired');
    if (!teamsTakes()) return void say(429, 'TooManyRequests', { 'retry-after': '7' });
    if (body.length > TEAMS_BYTES) return void say(413, 'RequestEntityTooLarge');
    const message = jsonOf(body);
    const [first] = (message?.['attachments'] ?? []) as readonly Record<string, unknown>[];
    const wrong =
      message?.['type'] !== 'message' ||
      first?.['contentType'] !== 'application/vnd.microsoft.card.adaptive' ||
      wrongWithCard(first['content']) !== null ||
      // They would be shown, and do nothing.
      [...walk(first['content'])].some(({ type }) => /^Action\.(?:Execute|Submit)$/u.test(String(type)));
    if (message === null || wrong) return void say(400, 'TriggerInputSchemaMismatch');
    teams.messages.push(message);
    say(202, '');
  };

  const listener = await startListener((heard, response) => {
    if (heard.path === PATHS.slack) return answerSlack(heard, response);
    if (heard.path === PATHS.teams) return answerTeams(heard, response);
    if (heard.path !== PATHS.discord) return void response.writeHead(404).end();
    answerDiscord(heard, response).catch(() => response.destroy());
  });
  const url = (path: string) => `http://${listener.host}${path}`;
  return {
    host: listener.host,
    urls: {
      slack: url(PATHS.slack),
      discord: url(PATHS.discord),
      teams: `${url(PATHS.teams)}?api-version=1&sig=secret-of-teams`,
    },
    slack,
    discord,
    teams,
    stop: () => listener.stop(),
  };
}

function jsonOf(body: Buffer): Record<string, unknown> | null {
  try {
    const read: unknown = JSON.parse(body.toString('utf8'));
    return typeof read === 'object' && read !== null ? (read as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
