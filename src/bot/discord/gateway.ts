import { setTimeout as sleep } from 'node:timers/promises';
import type { REST } from '@discordjs/rest';
import { type SessionInfo, WebSocketManager, WebSocketShardEvents } from '@discordjs/ws';
import { GatewayIntentBits } from 'discord-api-types/v10';
import type { Log } from '../../core/ingest/context.js';

/** Why a connection to the gateway ended for good. */
export type GatewayEnd =
  | { readonly type: 'ended' }
  /** Discord does not let us in, with the code that it closed with. */
  | { readonly type: 'refused'; readonly code: number }
  | { readonly type: 'failed'; readonly error: unknown };

export interface Gateway {
  readonly token: string;
  readonly rest: REST;
  readonly log: Log;
  /** Told of every event, once in a session however often it is resumed. */
  readonly onEvent: (name: string, data: unknown) => void;
}

/** Codes after which nobody may connect again: https://docs.discord.com/developers/topics/opcodes-and-status-codes#gateway-gateway-close-event-codes */
const REFUSALS: ReadonlySet<number> = new Set([4_004, 4_010, 4_011, 4_012, 4_013, 4_014]);
export const WRONG_TOKEN = 4_004;
const CLOSING_MS = 1_000;

/**
 * Keeps one connection to the gateway until `end` aborts or Discord refuses it. What breaks is connected again and the
 * session resumed by the client of discord.js.
 */
export async function runGateway(
  { token, rest, log, onEvent }: Gateway,
  end: AbortSignal,
): Promise<GatewayEnd> {
  let isOver = false;
  let isUp = false;
  // The client's own store is shared by all that one process opens.
  const sessions = new Map<number, SessionInfo>();
  const manager = new WebSocketManager({
    token,
    rest,
    // Buttons and slash commands need none; servers are told of for the welcome.
    intents: GatewayIntentBits.Guilds,
    retrieveSessionInfo: (shard) =>
      // The client would connect once more after its end where it was about to: then it waits for ever.
      isOver ? new Promise<null>(() => {}) : (sessions.get(shard) ?? null),
    updateSessionInfo: (shard, info) => {
      if (info === null) sessions.delete(shard);
      else sessions.set(shard, info);
    },
  });
  manager.on(WebSocketShardEvents.Dispatch, ({ data }) => {
    if (!isOver) onEvent(data.t, data.d);
  });
  const isBack = () => {
    if (!isUp) log.info('Discord is connected');
    isUp = true;
  };
  manager.on(WebSocketShardEvents.Ready, isBack);
  manager.on(WebSocketShardEvents.Resumed, isBack);

  const outcome = await new Promise<GatewayEnd>((resolve) => {
    manager.on(WebSocketShardEvents.Closed, ({ code }) => {
      if (REFUSALS.has(code)) resolve({ type: 'refused', code });
      else if (isUp && !isOver) log.warn('the connection to Discord broke and is made again', { code });
      isUp = false;
    });
    // Without a listener it would end the process; the close that follows says what to do.
    manager.on(WebSocketShardEvents.Error, ({ error }) =>
      log.warn('the connection to Discord has trouble', { error }),
    );
    end.addEventListener('abort', () => resolve({ type: 'ended' }), { once: true });
    if (end.aborted) resolve({ type: 'ended' });
    else manager.connect().catch((error: unknown) => resolve({ type: 'failed', error }));
  });
  isOver = true;
  await close(manager);
  return outcome;
}

interface Socket {
  on(event: 'error', listener: () => void): void;
  terminate(): void;
}

/** Ends the connection, also one that is being made, for which the client has no word. */
async function close(manager: WebSocketManager): Promise<void> {
  const { strategy } = manager as unknown as {
    readonly strategy: { readonly shards?: ReadonlyMap<number, { readonly connection: Socket | null }> };
  };
  const sockets = [...(strategy.shards?.values() ?? [])].flatMap(({ connection }) => connection ?? []);
  const waiting = new AbortController();
  await Promise.race([
    Promise.resolve(manager.destroy({ reason: 'The service stops' })).catch(() => {}),
    sleep(CLOSING_MS, undefined, { signal: waiting.signal }).catch(() => {}),
  ]);
  waiting.abort();
  for (const socket of sockets) {
    socket.on('error', () => {});
    socket.terminate();
  }
}
