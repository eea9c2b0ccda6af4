import { randomUUID } from 'node:crypto';
import type { Server as HttpServer } from 'node:http';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Json } from './json.js';
import { LIMITS } from './limits.js';
import type { State } from './state.js';

interface Session {
  readonly id: string;
  sequence: number;
  readonly sent: { readonly s: number; readonly payload: string }[];
  socket: WebSocket | null;
}

export interface GatewayOptions {
  readonly token: () => string;
  readonly url: () => string;
  readonly bot: { readonly id: string; readonly name: string };
  readonly heartbeatMs: number;
  readonly identifyEveryMs: number;
}

/** Codes of https://docs.discord.com/developers/topics/opcodes-and-status-codes#gateway-gateway-close-event-codes */
const CLOSE = {
  unknownOpcode: 4_001,
  decode: 4_002,
  notAuthenticated: 4_003,
  wrongToken: 4_004,
  twice: 4_005,
  sequence: 4_007,
  tooFast: 4_008,
  timedOut: 4_009,
} as const;

/** The gateway, version 10 in JSON: one shard, sessions that can be resumed, and a copy of every event for each. */
export function createGateway(http: HttpServer, state: State, options: GatewayOptions) {
  const sessions = new Map<string, Session>();
  const sockets = new Set<WebSocket>();
  const counts = { identified: 0, resumed: 0, refused: 0 };
  let lastIdentify = Number.NEGATIVE_INFINITY;
  const server = new WebSocketServer({ server: http, path: '/gateway' });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    serve(socket);
  });

  function serve(socket: WebSocket): void {
    const send = (op: number, d: unknown) => socket.send(JSON.stringify({ op, d, s: null, t: null }));
    let session: Session | null = null;
    let received: number[] = [];
    let heardAt = performance.now();
    send(10, { heartbeat_interval: options.heartbeatMs });
    const watch = setInterval(() => {
      if (performance.now() - heardAt > options.heartbeatMs * 2.5) socket.close(CLOSE.timedOut);
    }, options.heartbeatMs);
    socket.on('close', () => {
      clearInterval(watch);
      if (session?.socket === socket) session.socket = null;
    });
    socket.on('message', (data: Buffer) => {
      const at = performance.now();
      received = [...received.filter((one) => one > at - 60_000), at];
      if (received.length > LIMITS.gatewayEventsPerMinute.most) return socket.close(CLOSE.tooFast);
      if (data.length > LIMITS.gatewayBytes.most) return socket.close(CLOSE.decode);
      const { op, d } = parse(data);
      if (op === null) return socket.close(CLOSE.decode);
      if (op === 1) {
        heardAt = at;
        return send(11, null);
      }
      if (op === 2) {
        if (session !== null) return socket.close(CLOSE.twice);
        if (d['token'] !== options.token()) {
          counts.refused += 1;
          return socket.close(CLOSE.wrongToken);
        }
        if (at - lastIdentify < options.identifyEveryMs) return send(9, false);
        lastIdentify = at;
        session = identify(socket);
        return;
      }
      if (op === 6) {
        if (d['token'] !== options.token()) {
          counts.refused += 1;
          return socket.close(CLOSE.wrongToken);
        }
        const before = sessions.get(String(d['session_id']));
        if (before === undefined) return send(9, false);
        if (Number(d['seq']) > before.sequence) return socket.close(CLOSE.sequence);
        session = before;
        resume(socket, before, Number(d['seq']));
        return;
      }
      socket.close(session === null ? CLOSE.notAuthenticated : CLOSE.unknownOpcode);
    });
  }

  function identify(socket: WebSocket): Session {
    const session: Session = { id: randomUUID(), sequence: 0, sent: [], socket };
    sessions.set(session.id, session);
    counts.identified += 1;
    tell(session, 'READY', {
      v: 10,
      user: { id: options.bot.id, username: options.bot.name, bot: true },
      guilds: state.servers.map(({ id }) => ({ id, unavailable: true })),
      session_id: session.id,
      resume_gateway_url: options.url(),
      application: { id: options.bot.id, flags: 0 },
    });
    for (const one of state.servers) tell(session, 'GUILD_CREATE', serverEvent(one));
    return session;
  }

  function resume(socket: WebSocket, session: Session, after: number): void {
    session.socket = socket;
    counts.resumed += 1;
    for (const { s, payload } of session.sent) if (s > after) socket.send(payload);
    tell(session, 'RESUMED', {});
  }

  function tell(session: Session, t: string, d: unknown): void {
    session.sequence += 1;
    const payload = JSON.stringify({ op: 0, s: session.sequence, t, d });
    session.sent.push({ s: session.sequence, payload });
    session.socket?.send(payload);
  }

  return {
    counts,
    /** Connections whose session is open. */
    connected: () => [...sessions.values()].filter((session) => session.socket !== null).length,
    /** Tells every session; those that are cut off get it when they resume. */
    dispatch: (t: string, d: unknown) => {
      for (const session of sessions.values()) tell(session, t, d);
    },
    /** Sends what was sent since a sequence once more, as a careless replay would. */
    again: (t: string) => {
      for (const session of sessions.values()) {
        const last = session.sent.findLast(({ payload }) => (JSON.parse(payload) as Json)['t'] === t);
        if (last !== undefined) session.socket?.send(last.payload);
      }
    },
    /** Op 7: asks all to connect anew and to resume. */
    askToReconnect: () => {
      for (const socket of sockets) socket.send(JSON.stringify({ op: 7, d: null, s: null, t: null }));
    },
    /** Op 9: sessions are no longer good. */
    invalidate: () => {
      for (const session of sessions.values())
        session.socket?.send(JSON.stringify({ op: 9, d: false, s: null, t: null }));
      sessions.clear();
    },
    /** Breaks the connections, as a network does. */
    cut: () => {
      for (const socket of sockets) socket.terminate();
    },
    close: () => {
      for (const socket of sockets) socket.terminate();
      server.close();
    },
  };
}
export type Gateway = ReturnType<typeof createGateway>;

/** A GUILD_CREATE event, as far as a bot without further intents has it. */
export function serverEvent({ id, name, channels }: State['servers'][number]): Json {
  return {
    id,
    name,
    unavailable: false,
    system_channel_id: channels[0]?.id ?? null,
    channels: channels.map((channel, position) => ({
      id: channel.id,
      type: 0,
      name: channel.name,
      position,
    })),
  };
}

function parse(data: Buffer): { readonly op: number | null; readonly d: Json } {
  try {
    const { op, d } = JSON.parse(String(data)) as Json;
    return { op: typeof op === 'number' ? op : null, d: (d ?? {}) as Json };
  } catch {
    return { op: null, d: {} };
  }
}
