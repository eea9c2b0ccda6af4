import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** What passes, as a proxy sees it. */
export interface Passing {
  readonly from: 'client' | 'server';
  readonly text: string;
  /** Bytes from this side on this connection, these included. */
  readonly total: number;
  /** Counts connections from 1. */
  readonly connection: number;
}

/** `pass` it on; `cut` the connection before it; pass it on and cut at the first answer (`cut-answer`). */
export type Verdict = 'pass' | 'cut' | 'cut-answer';

export interface CuttingProxy {
  readonly port: number;
  connections(): number;
  close(): Promise<void>;
}

/** A TCP proxy on loopback that cuts connections where it is told to. */
export async function startCuttingProxy(
  port: number,
  judge: (passing: Passing) => Verdict,
): Promise<CuttingProxy> {
  let connections = 0;
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const connection = ++connections;
    const upstream = connect(port, '127.0.0.1');
    let mute = false;
    const cut = (): void => {
      client.destroy();
      upstream.destroy();
    };
    const pipe = (from: Passing['from'], source: Socket, target: Socket): void => {
      let total = 0;
      sockets.add(source);
      source.on('error', cut).on('close', () => {
        sockets.delete(source);
        cut();
      });
      source.on('data', (chunk) => {
        total += chunk.length;
        if (mute && from === 'server') return cut();
        const verdict = judge({ from, text: chunk.toString('latin1'), total, connection });
        if (verdict === 'cut') return cut();
        if (verdict === 'cut-answer') mute = true;
        target.write(chunk);
      });
    };
    pipe('client', client, upstream);
    pipe('server', upstream, client);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    connections: () => connections,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await once(server.close(), 'close');
    },
  };
}
