import { setTimeout as sleep } from 'node:timers/promises';
import { App, webApi } from '@slack/bolt';
import { type ChatMount, type PlatformOptions, ReplyGone, type StartedPlatform } from '../platform.js';
import { answerReply } from './answer.js';
import { recentClicks } from './clicks.js';
import { codeOf, meaningOf } from './errors.js';
import type { Hearing } from './hearing.js';
import { hear } from './inbound.js';
import { sdkLog } from './log.js';
import { slackPeople } from './person.js';
import { type Pictures, slackPictures } from './pictures.js';
import { noticing } from './replays.js';
import { httpReceiver, SLACK_PATH, socketReceiver } from './receivers.js';
import { readReply } from './reply.js';
import type { SlackSettings } from './settings.js';
import { runSocket, type Socket } from './socket.js';
import { slackSpeaker } from './speak.js';
import { underWay } from './under-way.js';

/** The service starts without Slack's word on the token after this long, and goes on asking. */
const ASKED_WITHIN_MS = 5_000;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;
const CALL_MS = 15_000;

interface Identity {
  readonly team: string;
  readonly teamName: string;
  readonly bot: string;
  readonly botId: string | undefined;
}

/**
 * Slack: over Socket Mode where there is an app token, else over HTTP. Wrong credentials do not throw: the line says what
 * to do about them.
 */
export async function startSlack(
  settings: SlackSettings,
  options: PlatformOptions,
): Promise<StartedPlatform> {
  const { log, draw } = options;
  const client = new webApi.WebClient(settings.botToken, {
    slackApiUrl: settings.apiUrl,
    logger: sdkLog(log),
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    timeout: CALL_MS,
  });
  if (settings.appToken === null && settings.signingSecret === null)
    return off(
      'SLACK_SIGNING_SECRET is not set, nor SLACK_APP_TOKEN: set the first for HTTP, or the second for Socket Mode',
    );

  const stopping = new AbortController();
  const work = underWay(log);
  const pictures = slackPictures(client, draw, log);
  const known = whoAmI(client, stopping.signal);
  let team: string | null = null;
  void known.then((said) => {
    team = 'refused' in said ? null : said.identity.team;
  });
  const first = await soon(known);
  if (first !== null && 'refused' in first)
    return off(
      `Slack refuses SLACK_BOT_TOKEN (${first.refused}); copy the Bot User OAuth Token from "OAuth & Permissions" of the app`,
    );

  let socket: Socket | null = null;
  const listen = (identity: Identity) => listenTo(settings, { ...options, client, work, identity });
  let heard: ReturnType<typeof listenTo> | null = first === null ? null : listen(first.identity);
  if (first === null)
    void known.then((later) => {
      if (stopping.signal.aborted) return;
      if ('refused' in later) log.error('Slack refuses SLACK_BOT_TOKEN', { code: later.refused });
      else {
        heard = listen(later.identity);
        socket = heard.socket?.() ?? null;
      }
    });
  else socket = heard?.socket?.() ?? null;
  const connected = socket === null ? null : await soon(socket.first);
  if (connected?.type === 'refused') {
    stopping.abort();
    return off(
      `Slack refuses SLACK_APP_TOKEN (${connected.code}); make an app-level token with the scope connections:write`,
    );
  }

  const mount: ChatMount = {
    path: SLACK_PATH,
    // Until Slack has said whose token it is nothing can be taken; Slack sends events again.
    handle: (request, response) =>
      heard?.handle === undefined ? response.writeHead(503).end() : heard.handle(request, response),
  };
  return {
    name: 'slack',
    line: lineOf(settings, first?.identity ?? null, connected?.type === 'connected'),
    mounts: settings.appToken === null ? [mount] : [],
    speaker: slackSpeaker({ client, inbound: options.inbound, pictures, log, team: () => team }),
    answer: (handle, answer) => answering({ settings, options, client, pictures }, handle, answer),
    stop: async (withinMs) => {
      stopping.abort();
      const late = new AbortController();
      const end = Promise.all([socket?.stop(), work.end()]);
      await Promise.race([end, sleep(withinMs, undefined, { signal: late.signal }).catch(() => {})]);
      late.abort();
    },
  };
}

interface Listening extends PlatformOptions {
  readonly client: webApi.WebClient;
  readonly work: ReturnType<typeof underWay>;
  readonly identity: Identity;
}

/** Hears what people say, over HTTP or a socket that still has to be opened. */
function listenTo(
  settings: SlackSettings,
  { client, work, identity, ...options }: Listening,
): { readonly handle?: ChatMount['handle']; readonly socket?: () => Socket } {
  const { inbound, commands, log, now } = options;
  const { team, bot } = identity;
  const over =
    settings.appToken === null
      ? httpReceiver(settings.signingSecret ?? '', log)
      : socketReceiver(settings.appToken, settings.apiUrl, log);
  const app = new App({
    receiver: over.receiver,
    logger: sdkLog(log),
    convoStore: false,
    clientOptions: { slackApiUrl: settings.apiUrl, retryConfig: { retries: 0 } },
    // An app may be installed in many workspaces, with one signing secret: people of others are not heard.
    authorize: ({ teamId }) =>
      teamId === team
        ? Promise.resolve({
            botToken: settings.botToken,
            botUserId: bot,
            botId: identity.botId,
            teamId: team,
          })
        : Promise.reject(new Error(`the workspace is another than the one of SLACK_BOT_TOKEN`)),
  });
  const hearing: Hearing = {
    client,
    apiUrl: settings.apiUrl,
    token: settings.botToken,
    inbound: noticing(inbound),
    people: slackPeople(client, team, log),
    clicks: recentClicks(),
    commands,
    team,
    bot,
    log,
    now,
    later: (what, todo) => work.later(what, todo),
  };
  hear(app, hearing);
  app.error((error) => {
    log.error('Something that Slack sent could not be handled', { error });
    return Promise.reject(error);
  });
  return 'handle' in over ? { handle: over.handle } : { socket: () => runSocket(over.client, log) };
}

async function answering(
  with_: {
    readonly settings: SlackSettings;
    readonly options: PlatformOptions;
    readonly client: webApi.WebClient;
    readonly pictures: Pictures;
  },
  ...[handle, answer]: Parameters<StartedPlatform['answer']>
): Promise<void> {
  const { settings, options, client, pictures } = with_;
  const { inbound, log, now } = options;
  const reply = readReply(handle);
  try {
    await answerReply({ client, apiUrl: settings.apiUrl, inbound, pictures, log, now }, reply, answer);
  } catch (error) {
    if (error instanceof ReplyGone) throw error;
    const meaning = meaningOf(error);
    if (meaning.type === 'gone')
      throw new ReplyGone(`Slack does not take the answer any more: ${meaning.reason}`);
    throw error;
  }
}

/** Whose token it is; asked until Slack says so. */
async function whoAmI(
  client: webApi.WebClient,
  end: AbortSignal,
): Promise<{ readonly identity: Identity } | { readonly refused: string }> {
  for (let failures = 0; ; failures += 1) {
    try {
      const { team_id: team, team: teamName, user_id: bot, bot_id: botId } = await client.auth.test();
      return { identity: { team: team ?? '', teamName: teamName ?? '', bot: bot ?? '', botId } };
    } catch (error) {
      if (meaningOf(error).type === 'stuck') return { refused: codeOf(error) ?? 'unknown' };
      const pause = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** failures) * (0.5 + Math.random() / 2);
      await sleep(pause, undefined, { signal: end }).catch(() => {});
      if (end.aborted) return { refused: 'stopped' };
    }
  }
}

/** What is said in time; else null. */
async function soon<Said>(said: Promise<Said>): Promise<Said | null> {
  const late = new AbortController();
  try {
    return await Promise.race([
      said,
      sleep(ASKED_WITHIN_MS, null, { signal: late.signal }).catch(() => null),
    ]);
  } finally {
    late.abort();
  }
}

function lineOf({ appToken }: SlackSettings, identity: Identity | null, isConnected: boolean): string {
  const way = appToken === null ? `HTTP at ${SLACK_PATH}` : 'Socket Mode';
  if (identity === null) return `on: Slack does not answer yet, and is asked again (${way})`;
  const late = appToken !== null && !isConnected ? ', not connected yet' : '';
  return `on: workspace ${identity.teamName} (${way}${late})`;
}

function off(why: string): StartedPlatform {
  return {
    name: 'slack',
    line: `off: ${why}`,
    mounts: [],
    answer: () => Promise.reject(new Error(`Slack is off: ${why}`)),
    stop: () => Promise.resolve(),
  };
}
