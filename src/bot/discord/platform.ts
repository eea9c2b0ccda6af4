import { setTimeout as sleep } from 'node:timers/promises';
import type { Leadership } from '../../core/operations/lead.js';
import type { PlatformOptions, StartedPlatform } from '../platform.js';
import { type Application, createApi, type DiscordApi } from './api.js';
import { commandsFor } from './commands.js';
import { meaningOf } from './errors.js';
import { createMessages } from './messages.js';
import { runGateway, WRONG_TOKEN } from './gateway.js';
import { createInteractions } from './inbound.js';
import { readInteraction, readReady, readServer } from './interaction.js';
import { registerCommands } from './register.js';
import { answerReply } from './reply.js';
import type { DiscordSettings } from './settings.js';
import { discordSpeaker } from './speak.js';
import { createWelcome } from './welcome.js';

export interface DiscordOptions extends PlatformOptions {
  /** Of many processes one holds the gateway, for events go to each connection that there is. */
  readonly leadership: Leadership;
}

/** The service starts without Discord's answer after this long, and goes on asking. */
const ASKED_WITHIN_MS = 5_000;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;
const WRONG_TOKEN_LINE =
  'off: Discord does not accept DISCORD_TOKEN; make a new one in the Developer Portal (Bot, Reset Token)';

/** Starts Discord: interactions come over the gateway, which one process holds, and every process can answer them. */
export async function startDiscord(
  settings: DiscordSettings,
  options: DiscordOptions,
): Promise<StartedPlatform> {
  const { log, now, inbound, draw, commands, leadership } = options;
  const api = createApi(settings);
  const interactions = createInteractions({ api, inbound, commands, settings, log, now });
  const stopping = new AbortController();
  const who = await askWho(api);
  const running =
    who === 'stranger'
      ? Promise.resolve()
      : leadership
          .lead('discord', (end) => serve(end), stopping.signal)
          .catch((error: unknown) => {
            log.error('Discord ended', { error });
          });

  /** While this process leads. */
  async function serve(end: AbortSignal): Promise<void> {
    const welcome = createWelcome({ api, inbound, log });
    const onEvent = (name: string, data: unknown) => {
      if (name === 'INTERACTION_CREATE') {
        const interaction = readInteraction(data);
        if (interaction !== null) void interactions.take(interaction);
      } else if (name === 'READY') welcome.knows(readReady(data)?.servers ?? []);
      else if (name === 'GUILD_CREATE') {
        const server = readServer(data);
        if (server !== null) void welcome.greet(server);
      }
    };
    let registered = false;
    for (let failures = 0; !end.aborted; failures += 1) {
      registered ||= await register(api, options);
      const outcome = await runGateway({ token: settings.token, rest: api.rest, log, onEvent }, end);
      if (outcome.type === 'ended') return;
      if (outcome.type === 'refused' || meaningOf(outcome.error).type === 'stranger') {
        log.error('Discord refuses the connection and is off until the service starts anew', {
          todo: isWrongToken(outcome)
            ? 'give DISCORD_TOKEN the token of the bot as it is now'
            : 'see the code',
          ...(outcome.type === 'refused' && { code: outcome.code }),
        });
        // Kept from the other processes, for they would be refused as well, and Discord counts.
        await forever(end);
        return;
      }
      log.warn('Discord cannot be reached; it is tried again', { error: outcome.error });
      const pause = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** failures) * (0.5 + Math.random() / 2);
      await sleep(pause, undefined, { signal: end }).catch(() => {});
    }
  }

  return {
    name: 'discord',
    mounts: [],
    line: lineOf(who),
    speaker: discordSpeaker({ messages: createMessages(settings), inbound, draw, log }),
    answer: (reply, answer) =>
      answerReply(
        { api, inbound, draw, now, acknowledged: (id) => interactions.acknowledged(id) },
        reply,
        answer,
      ),
    stop: async (withinMs) => {
      stopping.abort();
      const late = new AbortController();
      await Promise.race([
        Promise.all([running, interactions.idle()]),
        sleep(withinMs, undefined, { signal: late.signal }).catch(() => {}),
      ]);
      late.abort();
      api.close();
    },
  };
}

/** Whose token it is; null where Discord does not say so in time. */
async function askWho(api: DiscordApi): Promise<Application | 'stranger' | null> {
  const waiting = new AbortController();
  const asked = api
    .whoAmI()
    .catch((error: unknown) => (meaningOf(error).type === 'stranger' ? ('stranger' as const) : null));
  const late = sleep(ASKED_WITHIN_MS, null, { signal: waiting.signal }).catch(() => null);
  const who = await Promise.race([asked, late]);
  waiting.abort();
  return who;
}

function lineOf(who: Application | 'stranger' | null): string {
  if (who === 'stranger') return WRONG_TOKEN_LINE;
  return who === null
    ? 'on: Discord does not answer yet, and is asked again'
    : `on: application ${who.name} (gateway, one process of all)`;
}

/** Whether Discord has our commands now. */
async function register(api: DiscordApi, { commands, log }: DiscordOptions): Promise<boolean> {
  try {
    const { id } = await api.whoAmI();
    if (await registerCommands(api, id, commandsFor(commands)))
      log.info('Discord has the commands as they are now');
    return true;
  } catch (error) {
    if (meaningOf(error).type !== 'stranger')
      log.warn('the commands could not be given to Discord', { error });
    return false;
  }
}

function isWrongToken(outcome: { readonly type: string; readonly code?: number }): boolean {
  return outcome.type === 'failed' || outcome.code === WRONG_TOKEN;
}

function forever(end: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (end.aborted) resolve();
    else end.addEventListener('abort', () => resolve(), { once: true });
  });
}
