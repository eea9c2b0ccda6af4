import { randomUUID } from 'node:crypto';
import type { Server } from 'node:http';
import { type WebSocket, WebSocketServer } from 'ws';
import { LIMITS } from './limits.js';
import { Refusal } from './refusal.js';
import type { Envelope, Reply } from './people.js';
import type { State } from './state.js';

export interface FakeSocket {
  /** Answers apps.connections.open. */
  open(token: string | null): Readonly<Record<string, unknown>>;
  /** Connections that said hello and are open. */
  readonly connections: () => number;
  /** Connections that there ever were. */
  readonly opened: () => number;
  /** Hands an envelope over and waits for its acknowledgement. */
  send(envelope: Envelope, again?: number): Promise<Reply>;
  /** As Slack does each few hours: the app shall connect anew. */
  refresh(): void;
  /** The link breaks. */
  drop(): void;
  /** Acknowledgements that are taken from now on: false loses them. */
  hears(acknowledgements: boolean): void;
  stop(): void;
}

const PING_MS = 5_000;
/** How long a person's action waits for a connection. */
const PATIENCE_MS = 10_000;

/** The WebSocket side of Socket Mode (docs.slack.dev/apis/events-api/using-socket-mode). */
export function fakeSocket(state: State, server: Server): FakeSocket {
  const tickets = new Set<string>();
  const links = new Set<WebSocket>();
  const waiting = new Map<string, (payload: unknown) => void>();
  const sockets = new WebSocketServer({ noServer: true });
  let opened = 0;
  let listening = true;

  server.on('upgrade', (request, socket, head) => {
    const ticket = new URL(request.url ?? '/', 'http://slack').searchParams.get('ticket') ?? '';
    // A ticket is good for one connection.
    if (!tickets.delete(ticket)) {
      socket.end('HTTP/1.1 401 Unauthorized\r\n\r\n');
      return;
    }
    sockets.handleUpgrade(request, socket, head, (link) => {
      opened += 1;
      links.add(link);
      const pings = setInterval(() => link.ping('Ping from wss-primary'), PING_MS);
      link.on('close', () => {
        clearInterval(pings);
        links.delete(link);
      });
      link.on('message', (data: Buffer) => {
        const { envelope_id: id, payload } = JSON.parse(data.toString()) as {
          envelope_id: string;
          payload?: unknown;
        };
        if (listening) waiting.get(id)?.(payload);
      });
      link.send(
        JSON.stringify({
          type: 'hello',
          num_connections: links.size,
          connection_info: { app_id: state.app },
          debug_info: { host: 'applink', build_number: 1, approximate_connection_time: 18_060 },
        }),
      );
    });
  });

  return {
    open: (token) => {
      if (token === null) throw new Refusal('not_authed');
      if (token === state.botToken) throw new Refusal('not_allowed_token_type');
      if (token !== state.appToken) throw new Refusal('invalid_auth');
      const ticket = randomUUID();
      tickets.add(ticket);
      return { url: `${state.baseUrl().replace('http', 'ws')}/link/?ticket=${ticket}&app_id=${state.app}` };
    },
    connections: () => links.size,
    opened: () => opened,
    send: async ({ type, body }, again = 0) => {
      const began = performance.now();
      while (links.size === 0) {
        if (performance.now() - began > PATIENCE_MS) throw new Error('the app is not connected');
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      const id = randomUUID();
      const [link] = links;
      const sent = performance.now();
      return await new Promise<Reply>((resolve) => {
        const late = setTimeout(() => done(0, undefined), LIMITS.acknowledgeMs);
        const done = (status: number, content: unknown) => {
          clearTimeout(late);
          waiting.delete(id);
          resolve({
            status,
            body: content === undefined ? '' : JSON.stringify(content),
            ms: performance.now() - sent,
          });
        };
        waiting.set(id, (payload) => done(200, payload));
        link?.send(
          JSON.stringify({
            envelope_id: id,
            type,
            payload: body,
            accepts_response_payload: type !== 'events_api',
            ...(type === 'events_api'
              ? { retry_attempt: again, retry_reason: again === 0 ? '' : 'timeout' }
              : {}),
          }),
        );
      });
    },
    refresh: () => {
      for (const link of links)
        link.send(JSON.stringify({ type: 'disconnect', reason: 'refresh_requested', debug_info: {} }));
    },
    drop: () => {
      for (const link of links) link.terminate();
    },
    hears: (acknowledgements) => {
      listening = acknowledgements;
    },
    stop: () => {
      for (const link of links) link.terminate();
      sockets.close();
    },
  };
}
