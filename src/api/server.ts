import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { ExpectedError } from '../core/expected-error.js';
import type { ApiSettings } from './settings.js';

/** A chat platform's own handler. It gets the request before anybody has read its body: signatures are over bytes. */
export interface Mount {
  /** The address itself and everything below it, such as `/slack`. */
  readonly path: string;
  readonly handle: RequestListener;
}

export interface Serving {
  readonly url: string;
  readonly port: number;
  /** No new connections; those at work may end, and are cut shortly before the bound. Waits for what handlers still do. */
  stop(withinMs: number): Promise<void>;
}

/** Answers a request; resolves when nothing is done for it any more, which may be after its client went away. */
export type Answer = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** Headers come at once; bodies have their own pace (paced.ts), so the whole request is not bounded. */
const HEADERS_WITHIN_MS = 15_000;
/** Bodies of platforms that come at the same time; more would fill the memory. */
const MOST_MOUNT_BODIES = 256;
/** Longer than the 60 s of usual load balancers: else they would send into a connection that just closed. */
const KEEP_ALIVE_MS = 65_000;
/** Handlers whose connections were cut have so long, or a quarter of the bound, to come to their end. */
const MARGIN_MS = 2_000;

/** Listens. Throws ExpectedError `port-taken`, `port-refused` or `host-unknown`. */
export async function listen(
  settings: Pick<ApiSettings, 'host' | 'port' | 'mountBodyMs'>,
  mounts: readonly Mount[],
  otherwise: Answer,
): Promise<Serving> {
  const running = new Set<Promise<void>>();
  const watch = bodyWatch(settings.mountBodyMs);
  const server = createServer(
    { headersTimeout: HEADERS_WITHIN_MS, requestTimeout: 0, keepAliveTimeout: KEEP_ALIVE_MS },
    (request, response) => {
      const mount = mounts.find(({ path }) => isBelow(request, path));
      if (mount !== undefined) {
        watch(request);
        mount.handle(request, response);
        return;
      }
      const answering = otherwise(request, response).finally(() => running.delete(answering));
      running.add(answering);
    },
  );
  try {
    server.listen(settings.port, settings.host);
    await once(server, 'listening');
  } catch (error) {
    throw listenError(error, settings);
  }
  const { port } = server.address() as AddressInfo;
  const host = settings.host.includes(':') ? `[${settings.host}]` : settings.host;
  return { url: `http://${host}:${port}`, port, stop: (withinMs) => stop(server, running, withinMs) };
}

async function stop(server: Server, running: ReadonlySet<Promise<void>>, withinMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  server.closeIdleConnections();
  const margin = Math.min(MARGIN_MS, withinMs / 4);
  const cut = setTimeout(() => server.closeAllConnections(), withinMs - margin);
  const late = new AbortController();
  const bound = sleep(withinMs, undefined, { signal: late.signal }).catch(() => {});
  await closed;
  clearTimeout(cut);
  // The database is closed next, and they may be about to commit.
  await Promise.race([Promise.allSettled(running), bound]);
  late.abort();
}

/**
 * Watches over requests of platforms while their bodies come: each has so long, and where there are too many the one that
 * takes longest is cut. Those of a platform come at once, so it is not theirs.
 */
function bodyWatch(withinMs: number): (request: IncomingMessage) => void {
  const coming = new Set<IncomingMessage>();
  return (request) => {
    const [slowest] = coming;
    if (coming.size >= MOST_MOUNT_BODIES) slowest?.destroy();
    coming.add(request);
    const late = setTimeout(() => request.destroy(), withinMs);
    const end = () => {
      coming.delete(request);
      clearTimeout(late);
    };
    request.once('end', end);
    request.once('close', end);
  };
}

function isBelow({ url = '' }: IncomingMessage, path: string): boolean {
  const [address = ''] = url.split('?');
  return address === path || address.startsWith(`${path}/`);
}

function listenError(error: unknown, { host, port }: Pick<ApiSettings, 'host' | 'port'>): unknown {
  const { code } = error as { code?: unknown };
  if (code === 'EADDRINUSE')
    return new ExpectedError(
      'port-taken',
      `Port ${port} at ${host} is taken by another program. Set HTTP_PORT to a free one.`,
    );
  if (code === 'EACCES')
    return new ExpectedError(
      'port-refused',
      `This user may not listen on port ${port}. Set HTTP_PORT to 1024 or more.`,
    );
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
    return new ExpectedError(
      'host-unknown',
      `${host} is no address of this machine. Set HTTP_HOST to one, or to 0.0.0.0 for all.`,
    );
  return error;
}
