import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Card } from '../../../src/bot/card.js';
import type { Fault } from './plan.js';
import { markOf, type Mark } from './told.js';

/** What workers ask of the platforms. */
export type Call =
  | { readonly do: 'find'; readonly channel: string; readonly key: string; readonly thread: string | null }
  | {
      readonly do: 'say';
      readonly channel: string;
      readonly key: string;
      readonly thread: string | null;
      readonly card: Card;
      /** Two with the same within some minutes are one, as with Discord's enforced nonce. */
      readonly nonce: boolean;
      /** Which life of which worker says it. */
      readonly life: string;
    }
  | { readonly do: 'edit'; readonly channel: string; readonly id: string; readonly card: Card };

/** What they are answered: 200, 404 with what is gone, or 429. */
export interface Answered {
  readonly id?: string | null;
  readonly gone?: 'message' | 'channel';
  readonly afterMs?: number;
  readonly scope?: 'channel' | 'workspace';
}

export interface HeldMessage {
  readonly id: string;
  readonly channel: string;
  readonly key: string;
  readonly thread: string | null;
  readonly life: string;
  /** By the shared clock, and by the machine's. */
  readonly at: Date;
  readonly realAt: number;
  /** Nobody was told of it; `late` where it came some time after its connection broke. */
  readonly unanswered: boolean;
  readonly late: boolean;
  /** The mark of the card with which it came. */
  readonly posted: Mark | null;
  card: Card;
  edits: number;
  deletedAt: number | null;
}

/** Whether whoever said it was told so. */
type How = 'answered' | 'lost' | 'late';

export interface SimulatedPlatform {
  readonly url: string;
  readonly messages: readonly HeldMessage[];
  /** All calls in order, in a few words, with the machine's time. */
  readonly calls: readonly { readonly about: string; readonly how: string; readonly realAt: number }[];
  readonly faults: Readonly<Record<string, number>>;
  befall(channel: string, fault: Fault, times: number): void;
  /** Nothing of a channel is answered but 503, until then by the shared clock. */
  outage(channel: string, until: Date): void;
  archive(channel: string): void;
  unarchive(channel: string): void;
  /** A person deletes a message. */
  remove(message: HeldMessage): void;
  /** Nothing befalls anybody any more. */
  calm(): void;
  /** Waits until nothing is under way. */
  idle(): Promise<void>;
  stop(): Promise<void>;
}

/** https://docs.discord.com/developers/resources/message#create-message: "a few minutes". */
const NONCE_MS = 5 * 60_000;
/** Of Discord, and a page of Slack's history. */
const RECENT = 100;

/** Starts what the workers take for Slack, Discord, Teams and a webhook. */
export async function startPlatform(
  now: () => Date,
  kill: (life: string) => void,
): Promise<SimulatedPlatform> {
  const messages: HeldMessage[] = [];
  const byId = new Map<string, HeldMessage>();
  const byKey = new Map<string, HeldMessage[]>();
  const inChannel = new Map<string, HeldMessage[]>();
  const due = new Map<string, Fault[]>();
  const outages = new Map<string, Date>();
  const archived = new Set<string>();
  const counted: Record<string, number> = {};
  const calls: { about: string; how: string; realAt: number }[] = [];
  const underWay = new Set<Promise<void>>();

  const count = (name: string): void => {
    counted[name] = (counted[name] ?? 0) + 1;
  };
  const find = ({ channel, key, thread }: Extract<Call, { do: 'find' }>): HeldMessage | null =>
    (inChannel.get(`${channel} ${thread ?? ''}`) ?? [])
      .filter(({ deletedAt }) => deletedAt === null)
      .slice(-RECENT)
      .findLast((one) => one.key === key) ?? null;

  const say = (call: Extract<Call, { do: 'say' }>, how: How): Answered => {
    const { channel, key, thread, card, nonce, life } = call;
    if (thread !== null && byId.get(thread)?.deletedAt !== null) return { gone: 'message' };
    if (nonce) {
      const since = now().getTime() - NONCE_MS;
      const before = byKey.get(`${channel} ${key}`)?.find(({ at }) => at.getTime() >= since);
      if (before !== undefined) return { id: before.id };
    }
    const message: HeldMessage = {
      id: `m${messages.length + 1}`,
      channel,
      key,
      thread,
      life,
      at: now(),
      realAt: Date.now(),
      unanswered: how !== 'answered',
      late: how === 'late',
      posted: markOf(card),
      card,
      edits: 0,
      deletedAt: null,
    };
    messages.push(message);
    byId.set(message.id, message);
    push(byKey, `${channel} ${key}`, message);
    push(inChannel, `${channel} ${thread ?? ''}`, message);
    return { id: message.id };
  };
  const done = (call: Call, how: How): Answered => {
    if (archived.has(call.channel)) return { gone: 'channel' };
    if (call.do === 'find') return { id: find(call)?.id ?? null };
    if (call.do === 'say') return say(call, how);
    const message = byId.get(call.id);
    if (message === undefined || message.deletedAt !== null) return { gone: 'message' };
    message.card = call.card;
    message.edits += 1;
    return { id: message.id };
  };

  /** What kills waits for a message. */
  const faultFor = (call: Call): Fault | undefined => {
    const own = due.get(call.channel) ?? [];
    const at = own.findIndex(({ type }) => type !== 'fatal' || call.do === 'say');
    return at === -1 ? undefined : own.splice(at, 1)[0];
  };

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const call = JSON.parse(await textOf(request)) as Call;
    const until = outages.get(call.channel);
    const isOut = until !== undefined && until > now();
    const fault = isOut ? undefined : faultFor(call);
    calls.push({
      about: `${call.channel} ${call.do === 'edit' ? call.id : call.key}`,
      how: `${call.do} ${call.do === 'say' ? `by ${call.life} ` : ''}${isOut ? 'outage' : (fault?.type ?? '')}`,
      realAt: Date.now(),
    });
    if (isOut) return answer(response, 503, {});
    if (fault !== undefined) count(fault.type);
    switch (fault?.type) {
      case 'busy':
        return answer(response, 429, { afterMs: fault.afterMs, scope: fault.scope });
      case 'broken':
        return answer(response, 503, {});
      case 'lost':
        done(call, 'lost');
        response.destroy();
        return;
      case 'late':
        response.destroy();
        // Platforms may do changes in another order than they were asked for; nobody can tell, and it is left out.
        if (call.do === 'say') await sleep(fault.ms);
        done(call, 'late');
        return;
      case 'fatal':
        done(call, 'lost');
        if (call.do === 'say') kill(call.life);
        response.destroy();
        return;
      case 'slow':
        await sleep(fault.ms);
        break;
      default:
    }
    const given = done(call, 'answered');
    answer(response, given.gone === undefined ? 200 : 404, given);
  };

  const server = createServer((request, response) => {
    const served = serve(request, response)
      .catch(() => void response.destroy())
      .finally(() => underWay.delete(served));
    underWay.add(served);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    messages,
    calls,
    faults: counted,
    befall: (channel, fault, times) => {
      const own = due.get(channel) ?? [];
      due.set(channel, own);
      for (let more = 0; more < times; more += 1) own.push(fault);
    },
    outage: (channel, until) => {
      outages.set(channel, until);
      count('outage');
    },
    archive: (channel) => {
      archived.add(channel);
      count('archived');
    },
    unarchive: (channel) => {
      archived.delete(channel);
    },
    remove: (message) => {
      count('deleted');
      const at = Date.now();
      message.deletedAt = at;
      for (const one of messages) if (one.thread === message.id) one.deletedAt ??= at;
    },
    calm: () => {
      due.clear();
      outages.clear();
      archived.clear();
    },
    idle: async () => {
      while (underWay.size > 0) await Promise.all(underWay);
    },
    stop: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
    },
  };
}

function push(map: Map<string, HeldMessage[]>, name: string, message: HeldMessage): void {
  const own = map.get(name);
  if (own === undefined) map.set(name, [message]);
  else own.push(message);
}

function answer(response: ServerResponse, status: number, given: Answered): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(given));
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
