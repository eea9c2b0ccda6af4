import pLimit from 'p-limit';
import {
  endRequest,
  keepCommands,
  keepRequest,
  renewRequest,
  takeOver,
  waitingRequest,
  type ChatRequestRow,
} from '../core/operations/chat/requests.js';
import type { ChatHere } from '../core/operations/chat/here.js';
import { tenantOfChat } from '../core/operations/chat/people.js';
import type { SystemContext } from '../core/operations/operation.js';
import type { Command } from './command.js';
import { deliver } from './deliver.js';
import { completions, homeCard, placeCard } from './home.js';
import type { ChatPlatform, ChatRequest, Inbound, PlatformName, ReplyHandle } from './platform.js';
import { pressId } from './press.js';
import { strangers } from './strangers.js';
import { alone, hereOf, takeTurn, type Job } from './turn.js';

/** Requests worked on at once; the others wait for their turn, still leased. */
const AT_ONCE = 16;
/** Files take long to come; they take no place of what is answered at once. */
const FILES_AT_ONCE = 4;
/** Files and addresses of requests that wait for a link are kept in memory, of so many. */
const WAITING_KEPT = 1_000;

export interface BotOptions {
  readonly system: SystemContext;
  readonly commands: readonly Command[];
  /** Those that run here; each is added when it has started, for it needs the bot first. */
  readonly platforms: ReadonlyMap<PlatformName, ChatPlatform>;
  /** How often to look for requests that other processes left. */
  readonly lookEveryMs?: number;
  /** How often a lease is renewed: several times before it ends. */
  readonly renewEveryMs?: number;
  /** Between the first tries to give an answer. */
  readonly firstPauseMs?: number;
}

export interface Bot {
  readonly inbound: Inbound;
  /** Begins to look for what other processes left. */
  start(): void;
  /** What is under way may end within so many milliseconds; the rest is left to other processes. */
  stop(withinMs: number): Promise<void>;
}

/** The bot between platforms and operations: keeps each request until it is answered, by this process or another. */
export function createBot(options: BotOptions): Bot {
  const { system, commands, platforms } = options;
  const { lookEveryMs = 5_000, renewEveryMs = 5_000, firstPauseMs = 1_000 } = options;
  const limit = pLimit(AT_ONCE);
  const fileLimit = pLimit(FILES_AT_ONCE);
  const unbound = strangers();
  const stopping = new AbortController();
  const underWay = new Set<Promise<void>>();
  /** What platforms handed over for requests that wait for a link, by tenant and id. */
  const waiting = new Map<string, ChatRequest>();

  /** Lets something run on its own; what it throws is logged, and its lease ends by itself. */
  const run = (work: () => Promise<void>): void => {
    const done = work().catch((error: unknown) => {
      system.log.error('a chat request was left', { error });
    });
    underWay.add(done);
    void done.then(() => underWay.delete(done));
  };

  const work = async (job: Job): Promise<void> => {
    const { tenant, row } = job;
    let lease: 'held' | 'lost' | 'gone' = 'held';
    const renew = async (): Promise<void> => {
      lease = await renewRequest(system, tenant, row);
    };
    const timer = setInterval(() => {
      renew().catch((error: unknown) => system.log.warn('a lease could not be renewed', { error }));
    }, renewEveryMs);
    try {
      await answer(job, async () => (await renew(), lease !== 'lost'));
    } finally {
      clearInterval(timer);
    }
  };

  const answer = async (job: Job, isOurs: () => Promise<boolean>): Promise<void> => {
    const { tenant, row, live } = job;
    const platform = platforms.get(row.platform as PlatformName);
    if (platform === undefined || stopping.signal.aborted) return;
    // Answers have no such limit: those that a platform does not take wait, and must not keep the others waiting.
    const turn = await (row.files > 0 ? fileLimit : limit)(() =>
      takeTurn(system, commands, { ...job, ...destinationOf(platform, row.reply) }),
    );
    const end = await deliver({
      platform,
      reply: row.reply,
      answer: turn.answer,
      firstPauseMs,
      isOurs,
      stopping: stopping.signal,
      log: system.log.child({ platform: row.platform, request: row.id }),
    });
    if (end === 'left') return;
    if (turn.outcome === 'waiting-for-link' && live !== null) remember(tenant, row, live);
    const waits = turn.outcome === 'waiting-for-link' && end === 'answered';
    await endRequest(system, tenant, row, waits ? 'waiting-for-link' : end);
    if (turn.outcome === 'linked') await carryOut(tenant, hereOf(row, live));
  };

  /** What was refused for want of a link, now that there is one. */
  const carryOut = async (tenant: number, here: ChatHere): Promise<void> => {
    const next = await waitingRequest(system, tenant, here);
    if (next === null) return;
    const key = keyOf(tenant, next);
    const handed = waiting.get(key) ?? null;
    waiting.delete(key);
    run(() => work({ tenant, row: next, live: handed }));
  };

  const onLinked = (tenant: number, here: ChatHere): void => run(() => carryOut(tenant, here));

  const remember = (tenant: number, row: ChatRequestRow, live: ChatRequest): void => {
    const [oldest] = waiting.keys();
    if (waiting.size >= WAITING_KEPT && oldest !== undefined) waiting.delete(oldest);
    waiting.set(keyOf(tenant, row), live);
  };

  /** Of a workspace that is bound to no tenant. */
  const answerStranger = async (request: ChatRequest): Promise<void> => {
    const platform = platforms.get(request.place.platform);
    if (platform === undefined) return;
    const { card, next } = await limit(() => unbound.answer(system, request));
    await deliver({
      platform,
      reply: request.reply,
      answer: alone(card).answer,
      firstPauseMs,
      isOurs: () => Promise.resolve(true),
      stopping: stopping.signal,
      log: system.log.child({ platform: request.place.platform }),
    });
    // Under a name of its own, for the event itself was answered.
    if (next !== null) await take({ ...next, id: `${next.id} again` });
  };

  const take = async (request: ChatRequest): Promise<'taken' | 'again'> => {
    const { place, person } = request;
    const tenant = await tenantOfChat(system, place);
    if (unbound.knows(request)) return 'again';
    if (tenant === null) {
      unbound.note(request);
      run(() => answerStranger(request));
      return 'taken';
    }
    const row = await keepRequest(system, tenant, {
      ...place,
      person: person.id,
      personName: person.name,
      eventId: request.id,
      words: request.text,
      audience: request.audience,
      files: request.files.length,
      reply: request.reply,
    });
    if (row === null) return 'again';
    run(() => work({ tenant, row, live: request }));
    return 'taken';
  };

  let looking = false;
  const look = async (): Promise<void> => {
    if (looking || platforms.size === 0) return;
    looking = true;
    try {
      for (const { tenant, row } of await takeOver(system, [...platforms.keys()])) {
        system.log.warn('a chat request that another process left is done now', { request: row.id });
        run(() => work({ tenant, row, live: null }));
      }
    } catch (error) {
      system.log.error('left chat requests could not be looked for', { error });
    } finally {
      looking = false;
    }
  };
  let timer: NodeJS.Timeout | undefined;

  return {
    inbound: {
      take,
      keep: async (place, lines) => {
        const tenant = await tenantOfChat(system, place);
        if (tenant === null || lines.length === 0) return;
        const actions = [...new Set(lines)].map((command) => ({ id: pressId(command), command }));
        await keepCommands(system, tenant, actions);
      },
      complete: (asker, field, typed) => completions(system, commands, asker, { field, typed }, onLinked),
      home: (asker) => homeCard(system, commands, asker, onLinked),
      welcome: (place) => placeCard(system, place),
    },
    start: () => {
      void look();
      timer = setInterval(() => void look(), lookEveryMs);
    },
    stop: async (withinMs) => {
      clearInterval(timer);
      const ended = Promise.all(underWay);
      let cut: NodeJS.Timeout | undefined;
      const late = new Promise((resolve) => {
        cut = setTimeout(resolve, withinMs);
      });
      await Promise.race([ended, late]);
      clearTimeout(cut);
      stopping.abort();
    },
  };
}

/** Where the platform can speak by itself later on; nothing where it cannot, or not there. */
function destinationOf({ speaker }: ChatPlatform, reply: ReplyHandle): Pick<Job, 'destination'> {
  if (speaker === undefined) return {};
  try {
    return { destination: speaker.destinationOf(reply) };
  } catch {
    return {};
  }
}

function keyOf(tenant: number, { id }: ChatRequestRow): string {
  return `${tenant} ${id}`;
}
