import { createBot, type Bot, type BotOptions } from '../../src/bot/bot.js';
import type { Card } from '../../src/bot/card.js';
import type { Answer, ChatPlatform, ChatRequest, PlatformName, ReplyHandle } from '../../src/bot/platform.js';
import { COMMANDS } from '../../src/bot/registry.js';
import type { Context } from '../../src/core/operations/operation.js';
import { until } from './until.js';

/** What was answered, and where. */
export interface Answered extends Answer {
  readonly reply: ReplyHandle;
}

/** A platform that keeps what it is given in memory. */
export interface MemoryPlatform extends ChatPlatform {
  readonly answers: readonly Answered[];
  /** What the next answers meet, one each, before the platform takes them again. */
  fail(...errors: readonly Error[]): void;
}

/** Takes every answer, but for those that shall fail. */
export function memoryPlatform(name: PlatformName = 'slack'): MemoryPlatform {
  const answers: Answered[] = [];
  const failures: Error[] = [];
  return {
    name,
    answers,
    fail: (...errors) => {
      failures.push(...errors);
    },
    answer: (reply, answer) => {
      const failure = failures.shift();
      if (failure !== undefined) return Promise.reject(failure);
      answers.push({ ...answer, reply });
      return Promise.resolve();
    },
    stop: () => Promise.resolve(),
  };
}

export type Said = Partial<Omit<ChatRequest, 'person' | 'place'>> & {
  readonly workspace?: string;
  readonly channel?: string;
  readonly person?: string;
  /** The address that the platform vouches for. */
  readonly email?: string | null;
};

let events = 0;

/** A request as a platform hands it over. */
export function requestOf(text: string, said: Said = {}): ChatRequest {
  events += 1;
  const { workspace = 'T1', channel = 'C1', person = 'U1', email = null, ...given } = said;
  return {
    id: `event ${events}`,
    place: { platform: 'slack', workspace, channel },
    person: { id: person, name: `Name of ${person}`, email: () => Promise.resolve(email) },
    text,
    audience: 'asker',
    files: [],
    reply: { to: `reply ${events}` },
    ...given,
  };
}

export interface TestChat {
  readonly bot: Bot;
  readonly platform: MemoryPlatform;
  /** Says something, and waits for its answer. */
  ask(text: string, said?: Said): Promise<Answered>;
  /** The same, of which the card is wanted alone. */
  card(text: string, said?: Said): Promise<Card>;
}

/** A bot with a platform in memory; whoever makes it stops it. */
export function testChat(context: Context, options: Partial<BotOptions> = {}): TestChat {
  const { tenant: _tenant, actor: _actor, ...system } = context;
  const platform = memoryPlatform();
  const bot = createBot({
    system,
    commands: COMMANDS,
    platforms: new Map([[platform.name, platform]]),
    firstPauseMs: 1,
    ...options,
  });
  const ask = async (text: string, said: Said = {}): Promise<Answered> => {
    const request = requestOf(text, said);
    await bot.inbound.take(request);
    return answerTo(platform, request);
  };
  return { bot, platform, ask, card: async (text, said) => (await ask(text, said)).card };
}

/** Waits for the answer to a request. */
export function answerTo(platform: MemoryPlatform, request: ChatRequest): Promise<Answered> {
  return until(`an answer to ${request.text}`, () =>
    Promise.resolve(
      platform.answers.find(({ reply }) => reply === request.reply || reply['to'] === request.reply['to']) ??
        null,
    ),
  );
}
