import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Pages to look at, and what they load from node_modules; on loopback, for a browser of ours. */
export interface PageServer {
  /** The address of a page with this HTML. */
  url(html: string): string;
  close(): Promise<void>;
}

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.ttf': 'font/ttf',
};

export async function servePages(): Promise<PageServer> {
  const pages: string[] = [];
  const server = createServer((request, response) => {
    const path = normalize(new URL(request.url ?? '/', 'http://localhost').pathname);
    const page = pages[Number(/^\/page\/(\d+)$/u.exec(path)?.[1])];
    if (page !== undefined) {
      response.setHeader('content-type', 'text/html; charset=utf-8').end(page);
      return;
    }
    const type = TYPES[extname(path)];
    if (!path.startsWith('/node_modules/') || type === undefined) {
      response.writeHead(404).end();
      return;
    }
    readFile(join(ROOT, path)).then(
      (bytes) => response.setHeader('content-type', type).end(bytes),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: (html) => `http://127.0.0.1:${port}/page/${pages.push(html) - 1}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
