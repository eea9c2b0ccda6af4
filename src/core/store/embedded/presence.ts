import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { codeOf, EmbeddedError, USE_YOUR_OWN } from './error.js';
import { DATABASE, OWNER, PORT } from './settings.js';

/** The server database that presence lives in: it is always there. */
const MEETING_PLACE = 'postgres';
const APPLICATION = 'dmarc-ops presence';
/** Two-part key of the advisory lock; the first part is "dmrc". */
const LOCK = '1684894307, 1';
/** For a server that accepts and does not answer. */
const CONNECT_TIMEOUT_MS = 5_000;
/** Our own connections that were closed a moment ago still show in pg_stat_activity. */
const STRAGGLERS_MS = 1_000;
const POLL_MS = 10;

/** How the server was left: stopped by us, still used by somebody, or lost before we could say. */
export type Departure = 'stopped' | 'in-use' | 'gone';

/**
 * One connection that says "I am here" for as long as a process uses the server, by a shared advisory lock. Who
 * leaves last can take that lock alone; whoever arrives at that moment waits for it, and is sent away by the stop to
 * begin again. PostgreSQL frees it when a process dies in whatever way.
 */
export interface Presence {
  /** Calls back once when the server is lost; not after `leave`. */
  onLost(callback: () => void): void;
  /** Ends the connection. Calls `stop`, and waits for it, when nobody else is connected to the server. */
  leave(stop: () => Promise<void>): Promise<Departure>;
}

/**
 * Connects to the server with this socket folder; null when it is not there, not ready or about to stop. Throws what
 * will not mend by itself.
 */
export async function enter(sockets: string): Promise<Presence | null> {
  const client = new Client({
    host: sockets,
    port: PORT,
    user: OWNER,
    database: MEETING_PLACE,
    application_name: APPLICATION,
    ssl: false,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
  });
  let lost: (() => void) | null = null;
  let isLost = false;
  client.on('error', () => undefined);
  client.on('end', () => {
    isLost = true;
    lost?.();
  });
  try {
    await client.connect();
    await client.query(`SELECT pg_advisory_lock_shared(${LOCK})`);
    await ensureDatabase(client);
  } catch (error) {
    await client.end().catch(() => undefined);
    if (isPassing(error)) return null;
    throw refused(error);
  }
  // A process that is done may end, whether it took its leave or not.
  holding(client).unref();

  return {
    onLost: (callback) => {
      lost = callback;
      if (isLost) callback();
    },
    leave: async (stop) => {
      lost = null;
      if (isLost) return 'gone';
      holding(client).ref();
      try {
        if (!(await isLast(client))) return 'in-use';
        await stop();
        return 'stopped';
      } catch (error) {
        if (isPassing(error)) return 'gone';
        throw error;
      } finally {
        await client.end().catch(() => undefined);
      }
    },
  };
}

/** Whether an open connection keeps the process running; pg has this, its types do not. */
function holding(client: Client): { ref(): void; unref(): void } {
  return client as Client & { ref(): void; unref(): void };
}

/** Takes the lock alone, and waits a moment for connections that are being closed. */
async function isLast(client: Client): Promise<boolean> {
  const taken = await client.query<{ alone: boolean }>(
    `SELECT pg_advisory_unlock_shared(${LOCK}), pg_try_advisory_lock(${LOCK}) AS alone`,
  );
  if (taken.rows[0]?.alone !== true) return false;

  const deadline = performance.now() + STRAGGLERS_MS;
  for (;;) {
    const { rows } = await client.query<{ others: number; arriving: number }>(
      `SELECT count(*)::int AS others, count(*) FILTER (WHERE wait_event_type = 'Lock')::int AS arriving
         FROM pg_stat_activity
        WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()`,
    );
    const { others, arriving } = rows[0] ?? { others: 0, arriving: 0 };
    if (others === 0) return true;
    if (arriving > 0 || performance.now() > deadline) return false;
    await sleep(POLL_MS);
  }
}

async function ensureDatabase(client: Client): Promise<void> {
  const found = await client.query('SELECT FROM pg_database WHERE datname = $1', [DATABASE]);
  if (found.rowCount === 1) return;
  await client.query(`CREATE DATABASE ${DATABASE}`).catch((error: unknown) => {
    // Somebody else was first: duplicate_database, or unique_violation when at the very same moment.
    if (!['42P04', '23505'].includes(codeOf(error))) throw error;
  });
}

function refused(error: unknown): EmbeddedError {
  const reason = error instanceof Error ? error.message : String(error);
  return new EmbeddedError(
    'start-failed',
    codeOf(error) === '53300' // too_many_connections
      ? 'All connections of the embedded PostgreSQL are taken; end another dmarc-ops first.'
      : `The embedded PostgreSQL refuses us (${reason}); end it and try again, or ${USE_YOUR_OWN}.`,
    { cause: error },
  );
}

/** Whether trouble with a connection means no more than: not now. */
function isPassing(error: unknown): boolean {
  switch (codeOf(error)) {
    case 'ENOENT': // no socket yet, or no more
    case 'ECONNREFUSED':
    case 'ECONNRESET':
    case 'EPIPE':
    case '57P01': // admin_shutdown
    case '57P02': // crash_shutdown
    case '57P03': // cannot_connect_now: starting up or shutting down
      return true;
    case '':
      return (
        error instanceof Error &&
        /^(Connection terminated|timeout expired|Client has encountered a connection error|Client was closed)/.test(
          error.message,
        )
      );
    default:
      return false;
  }
}
