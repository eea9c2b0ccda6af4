import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { arrive, stopServer, type EmbeddedOptions } from './arrive.js';
import type { Departure } from './presence.js';
import { DATABASE, OWNER, PORT } from './settings.js';

export { EmbeddedError } from './error.js';
export type { EmbeddedOptions } from './arrive.js';

export interface Connection {
  /** Folder of the server's Unix socket. */
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly database: string;
  /** The environment may ask for TLS (PGSSLMODE), which a Unix socket does not have. */
  readonly ssl: false;
}

/** A running server that this process uses. */
export interface Embedded {
  readonly connection: Connection;
  /** The same as a URL, for pg and for libpq's programs. */
  readonly url: string;
  /** The folder that is in use, which need not be the one that was asked for. */
  readonly dataFolder: string;
  /**
   * To be called once when all connections of this process are closed. Stops the server when nobody else is connected
   * to it, and says which it was.
   */
  leave(): Promise<Departure>;
}

/** Between attempts to bring back a server that was lost. */
const REVIVE_MS = 5_000;

/**
 * Adopts the server that runs on the data folder, or starts one; it stays up for as long as any process uses it, and
 * is brought back when it dies while in use. Throws EmbeddedError, with what to do, where that cannot be.
 */
export async function openEmbedded(options: EmbeddedOptions): Promise<Embedded> {
  const note = options.note ?? (() => undefined);
  let here = await arrive(options, true);
  let reviving = Promise.resolve();
  const leaving = new AbortController();

  const watch = (): void => {
    here.presence.onLost(() => {
      reviving = revive();
    });
  };
  const revive = async (): Promise<void> => {
    let told = '';
    while (!leaving.signal.aborted) {
      try {
        here = await arrive(options, false);
        note('The embedded PostgreSQL went away and is back.');
        watch();
        return;
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        if (reason !== told) note(`The embedded PostgreSQL went away: ${reason}`);
        told = reason;
        await sleep(REVIVE_MS, undefined, { ref: false, signal: leaving.signal }).catch(() => undefined);
      }
    }
  };
  watch();

  const { sockets, home } = here;
  return {
    connection: { host: sockets, port: PORT, user: OWNER, database: DATABASE, ssl: false },
    url: `postgresql://${OWNER}@localhost:${PORT}/${DATABASE}?host=${encodeURIComponent(sockets)}&sslmode=disable`,
    dataFolder: path.dirname(home.folder),
    leave: async () => {
      leaving.abort();
      await reviving;
      return here.presence.leave(() => stopServer(here.home));
    },
  };
}
