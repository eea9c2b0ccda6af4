import type { Card } from '../../../src/bot/card.js';
import type { Log } from '../../../src/core/ingest/context.js';
import { startDiscord } from '../../../src/bot/discord/platform.js';
import type { Answer, ChatRequest, DrawChart, Inbound, StartedPlatform } from '../../../src/bot/platform.js';
import { COMMANDS } from '../../../src/bot/registry.js';
import type { Leadership } from '../../../src/core/operations/lead.js';
import { type FakeDiscord, type FakeDiscordOptions, startFakeDiscord } from '../../fakes/discord/server.js';
import type { KeptInteraction, KeptMessage, Server } from '../../fakes/discord/state.js';
import { SILENT } from '../../support/context.js';
import { until } from '../../support/until.js';

export const CARD: Card = {
  title: 'Summary of example.com',
  tone: 'good',
  verdict: 'All mail passes.',
  parts: [],
  advice: null,
  buttons: [],
  form: null,
  footer: null,
};

export function card(given: Partial<Card>): Card {
  return { ...CARD, ...given };
}

/** The one process that there is leads at once. */
export const ALONE: Leadership = { lead: (_name, work, stop) => work(stop) };

/** What the bot's core does, as far as Discord needs it: requests by id, and an answer to each. */
export class Core implements Inbound {
  readonly requests: ChatRequest[] = [];
  readonly kept: string[] = [];
  /** Answers of the next requests; null leaves a request without one. */
  answer: (request: ChatRequest) => Partial<Answer> | null = () => ({});
  completions: readonly string[] = ['example.com', 'example.org'];
  failing = false;
  platform: StartedPlatform | null = null;
  readonly problems: unknown[] = [];

  async take(request: ChatRequest): Promise<'taken' | 'again'> {
    if (this.failing) throw new Error('the database does not answer');
    if (this.requests.some((one) => one.id === request.id)) return 'again';
    this.requests.push(request);
    const given = this.answer(request);
    if (given !== null) queueMicrotask(() => void this.#reply(request, given));
    return 'taken';
  }

  async #reply(request: ChatRequest, given: Partial<Answer>): Promise<void> {
    const answer: Answer = {
      card: CARD,
      audience: request.audience,
      file: null,
      share: null,
      askedBy: request.audience === 'channel' ? request.person.name : null,
      ...given,
    };
    await this.platform?.answer(request.reply, answer).catch((error: unknown) => this.problems.push(error));
  }

  keep(_place: unknown, commands: readonly string[]): Promise<void> {
    this.kept.push(...commands);
    return Promise.resolve();
  }

  complete(): Promise<readonly string[]> {
    return Promise.resolve(this.completions);
  }

  home(): Promise<Card> {
    return Promise.resolve(CARD);
  }

  welcome(): Promise<Card> {
    return Promise.resolve(card({ title: 'Welcome', verdict: 'Three steps to the first answer.' }));
  }
}

export interface Scene {
  readonly discord: FakeDiscord;
  readonly core: Core;
  readonly platform: StartedPlatform;
  readonly server: Server;
  readonly channel: Server['channels'][number];
  stop(): Promise<void>;
}

export interface SceneOptions extends FakeDiscordOptions {
  readonly token?: string;
  readonly draw?: DrawChart;
  readonly leadership?: Leadership;
  readonly log?: Log;
}

/** The stand-in with a server, and the platform connected to it. */
export async function scene(options: SceneOptions = {}): Promise<Scene> {
  const discord = await startFakeDiscord({ identifyEveryMs: 0, ...options });
  const server = discord.addServer('Example', ['general', 'mail']);
  const [channel] = server.channels;
  if (channel === undefined) throw new Error('no channel');
  const core = new Core();
  const platform = await startDiscord(
    { token: options.token ?? discord.token, api: discord.api, cdn: discord.cdn },
    {
      inbound: core,
      draw: options.draw ?? (() => Promise.resolve(null)),
      commands: COMMANDS,
      log: options.log ?? SILENT,
      now: () => new Date(discord.state.now()),
      leadership: options.leadership ?? ALONE,
    },
  );
  core.platform = platform;
  if (options.token === undefined) await connected(discord);
  return {
    discord,
    core,
    platform,
    server,
    channel,
    stop: async () => {
      await platform.stop(2_000);
      await discord.stop();
    },
  };
}

export function connected(discord: FakeDiscord): Promise<true> {
  return until('the gateway is connected', () =>
    Promise.resolve(discord.gateway.connected() > 0 ? true : null),
  );
}

/** The answer to an interaction, once it is there. */
export function answered(interaction: KeptInteraction): Promise<KeptMessage> {
  return until('an answer', () =>
    Promise.resolve(interaction.acknowledged === 'answered' ? interaction.reply : null),
  );
}

export function settled<Value>(what: string, ask: () => Value | null | undefined | false): Promise<Value> {
  return until(what, () => {
    const value = ask();
    return Promise.resolve(value === undefined || value === false ? null : value);
  });
}
