import type { Client } from 'pg';
import type { Database } from './database.js';

/** One source of one tenant. */
export interface SourceKey {
  readonly tenant: number;
  readonly name: string;
}

/** Where wishes that a source look now are told; the payload is `TENANT/NAME`. */
export const ASKED_CHANNEL = 'dmarc_ops_source_asked';

/** Key of the advisory lock of a source, from SQL expressions of its tenant and name. */
function lockKey(tenant: string, name: string): string {
  return `hashtextextended('dmarc_ops.source/' || ${tenant} || '/' || ${name}, 0)`;
}

/** SQL: whether some process leads the source of the row `s` of source_state. A key of 64 bits shows as two halves. */
export const IS_LED = `EXISTS (
  SELECT FROM pg_locks l WHERE l.locktype = 'advisory' AND l.objsubid = 1 AND l.granted
    AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND ((l.classid::bigint << 32) | l.objid::bigint) = ${lockKey('s.tenant_id', 's.name')})`;

/**
 * The server notices so fast that the machine of a holder is gone (a process that dies is noticed at once). Longer
 * than a holder takes to notice by itself, so that it has stopped before another begins.
 */
const KEEPALIVE = [
  'SET tcp_keepalives_idle = 10',
  'SET tcp_keepalives_interval = 5',
  'SET tcp_keepalives_count = 2',
];

/**
 * The right to run sources, each by one process of many. It is held by a connection of its own: PostgreSQL frees
 * what a process leads when that process ends in whatever way, and `lost` aborts when the connection breaks.
 * A pooler that shares connections between transactions would break this; it needs the server itself.
 */
export interface Leader {
  /** Whether this process leads the source from now on; false while another does. Asked once until released. */
  lead(source: SourceKey): Promise<boolean>;
  release(source: SourceKey): Promise<void>;
  /** Asks the server whether it is still there. */
  check(): Promise<void>;
  /** Aborts when the connection is lost, and with it everything that was led. Not by `close`. */
  readonly lost: AbortSignal;
  /** Gives everything back. */
  close(): Promise<void>;
}

/**
 * Opens the connection, by the name under which the server lists it; `asked` is told when somebody wants a source to be
 * looked at. Throws DatabaseError.
 */
export async function openLeader(
  db: Database,
  asked: ((source: SourceKey) => void) | null,
  name = 'dmarc-ops sources',
): Promise<Leader> {
  const client = await db.connectApart(name);
  const gone = new AbortController();
  let isClosing = false;
  const lose = () => {
    if (isClosing || gone.signal.aborted) return;
    gone.abort();
    cut(client);
  };
  client.on('error', lose);
  client.on('end', lose);
  client.on('notification', ({ payload = '' }) => {
    const at = payload.indexOf('/');
    asked?.({ tenant: Number(payload.slice(0, at)), name: payload.slice(at + 1) });
  });
  const query = async (sql: string, source?: SourceKey): Promise<boolean> => {
    try {
      const values = source === undefined ? [] : [source.tenant, source.name];
      const { rows } = await client.query<{ yes?: boolean }>(sql, values);
      return rows[0]?.yes === true;
    } catch (error) {
      // Whatever it was: a connection whose state is unknown leads nothing.
      lose();
      throw error;
    }
  };
  const key = lockKey('$1::int', '$2::text');
  for (const sql of [...KEEPALIVE, ...(asked === null ? [] : [`LISTEN ${ASKED_CHANNEL}`])]) await query(sql);
  return {
    lead: (source) => query(`SELECT pg_try_advisory_lock(${key}) AS yes`, source),
    release: async (source) => void (await query(`SELECT pg_advisory_unlock(${key}) AS yes`, source)),
    check: async () => void (await query('SELECT true AS yes')),
    lost: gone.signal,
    close: async () => {
      isClosing = true;
      if (!gone.signal.aborted) await client.end().catch(() => {});
    },
  };
}

/** Ends a connection that may not answer any more; pg has no word for that. */
function cut(client: Client): void {
  const { connection } = client as Client & { readonly connection?: { stream?: { destroy(): void } } };
  connection?.stream?.destroy();
}
