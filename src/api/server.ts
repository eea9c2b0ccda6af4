import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
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
  /** No new connections; those at work may end within the bound, then they are cut. */
  stop(withinMs: number): Promise<void>;
}

/** Headers come at once; bodies have their own pace (paced.ts), so the whole request is not bounded. */
const HEADERS_WITHIN_MS = 15_000;
/** Longer than the 60 s of usual load balancers: else they would send into a connection that just closed. */
const KEEP_ALIVE_MS = 65_000;

/** Listens. Throws ExpectedError `port-taken`, `port-refused` or `host-unknown`. */
export async function listen(
  settings: Pick<ApiSettings, 'host' | 'port'>,
  mounts: readonly Mount[],
  otherwise: RequestListener,
): Promise<Serving> {
  const server = createServer(
    { headersTimeout: HEADERS_WITHIN_MS, requestTimeout: 0, keepAliveTimeout: KEEP_ALIVE_MS },
    (request, response) => {
      const mount = mounts.find(({ path }) => isBelow(request, path));
      (mount?.handle ?? otherwise)(request, response);
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
  return { url: `http://${host}:${port}`, port, stop: (withinMs) => stop(server, withinMs) };
}

async function stop(server: Server, withinMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  server.closeIdleConnections();
  const timer = setTimeout(() => server.closeAllConnections(), withinMs);
  await closed;
  clearTimeout(timer);
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
