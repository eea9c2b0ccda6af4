import pLimit from 'p-limit';
import pg from 'pg';
import { DEFAULT_CONNECTIONS } from './connections.js';
import { grant } from './grants.js';
import { migrate } from './migrate.js';
import { chooseRuntimeRole, type RuntimeRole } from './roles.js';
import { sessionOn, type Session } from './session.js';
import { DatabaseError, translate } from './errors.js';

/** The schema that holds everything, so that `public` stays the user's. */
export const SCHEMA = 'dmarc_ops';
/** The oldest PostgreSQL that has what the schema needs (UNIQUE NULLS NOT DISTINCT). */
const OLDEST_POSTGRES = 150_000;
const CONNECT_TIMEOUT_MS = 10_000;
/** A connection apart is taken for dead when a small question is not answered within this time. */
const ANSWER_WITHIN_MS = 5_000;

/**
 * Questions at once. More would not be answered sooner, and each connection that a burst opens beside those in use costs
 * a start and all plans anew, just when there is no time for it.
 */
const READS_AT_ONCE = 8;
/** So long a connection waits for its next use, with its plans; ten seconds, the driver's own, is less than people pause. */
const IDLE_MS = 60_000;

/** Where the database is: a URL, or the parts of an embedded one. */
export type Connection =
  | string
  | {
      readonly host: string;
      readonly port: number;
      readonly user: string;
      readonly database: string;
      readonly password?: string;
    };

export interface Database {
  /**
   * Runs work in one transaction that sees one tenant alone, as the runtime role. Commits when the work ends,
   * rolls back when it throws. Throws DatabaseError for trouble that people can mend.
   */
  within<T>(tenant: number, work: (session: Session) => Promise<T>): Promise<T>;
  /**
   * The same for questions: nothing can be changed, and each statement is prepared once on a connection. Not for what
   * stores: plans that were made for few rows are poor for many. Never inside another: eight at once are let in.
   */
  reading<T>(tenant: number, work: (session: Session) => Promise<T>): Promise<T>;
  /**
   * The same with no tenant set: only the functions that look across tenants give anything. What need not outlive a
   * crash of the server is `passing`: its commit does not wait for the disk.
   */
  across<T>(work: (session: Session) => Promise<T>, options?: { readonly passing?: boolean }): Promise<T>;
  /**
   * A connection beside the pool, as the connecting role and outside all transactions, for what lasts as long as a
   * process. It says `end` when it is lost; who asks for it closes it.
   */
  connectApart(name: string): Promise<pg.Client>;
  /** How the wall between tenants is held, for start-up's lines. */
  readonly wall: string;
  /** Server version such as `18.4`. */
  readonly version: string;
  close(): Promise<void>;
}

export interface DatabaseOptions {
  readonly connection: Connection;
  /** Where migrations run, if another role than the one that serves. */
  readonly ownerConnection?: Connection;
  /** Most connections at once, beside those of `connectApart`. */
  readonly connections?: number;
  /** Milliseconds to wait for a connection: to be made, or to get free. */
  readonly connectWithinMs?: number;
  /** Told of every migration before it runs. */
  readonly note?: (line: string) => void;
}

/** Connects, migrates and raises the wall. Throws DatabaseError with a sentence on what to do. */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const { connections = DEFAULT_CONNECTIONS, connectWithinMs = CONNECT_TIMEOUT_MS } = options;
  const pool = newPool(options.connection, connections, connectWithinMs);
  const owner =
    options.ownerConnection === undefined ? pool : newPool(options.ownerConnection, 1, connectWithinMs);
  try {
    const version = await serverVersion(pool);
    const role = await chooseRuntimeRole(owner, pool);
    await migrate(owner, {
      connection: driverOptions(options.ownerConnection ?? options.connection),
      schema: SCHEMA,
      note: options.note ?? (() => {}),
    });
    await grant(owner, SCHEMA, role.grantee);
    return databaseOn(pool, role, version, options.connection);
  } catch (error) {
    await pool.end();
    throw translate(error);
  } finally {
    if (owner !== pool) await owner.end();
  }
}

function databaseOn(pool: pg.Pool, role: RuntimeRole, version: string, connection: Connection): Database {
  const transaction = async <T>(
    tenant: number | null,
    work: (session: Session) => Promise<T>,
    kind: Kind = 'lasting',
  ): Promise<T> => {
    const client = await pool.connect().catch((error: unknown) => {
      throw translate(error);
    });
    let broken: Error | undefined;
    try {
      await client.query(opening(tenant, role, kind));
      const result = await work(sessionOn(client, kind === 'reading'));
      await client.query('COMMIT');
      return result;
    } catch (error) {
      await client.query('ROLLBACK').catch((rollbackError: Error) => {
        broken = rollbackError;
      });
      throw translate(error);
    } finally {
      client.release(broken);
    }
  };
  const reads = pLimit(READS_AT_ONCE);
  return {
    within: (tenant, work) => transaction(tenant, work),
    reading: (tenant, work) => reads(() => transaction(tenant, work, 'reading')),
    across: (work, { passing = false } = {}) => transaction(null, work, passing ? 'passing' : 'lasting'),
    connectApart: (name) => connectApart(connection, name),
    wall: role.wall,
    version,
    close: () => pool.end(),
  };
}

/** What a transaction is for. */
type Kind = 'lasting' | 'passing' | 'reading';

/**
 * One round trip: everything is local to the transaction, so that a pooler in between does no harm and nothing
 * is left on the connection. The values are a whole number and a quoted name of our own.
 */
function opening(tenant: number | null, role: RuntimeRole, kind: Kind): string {
  if (tenant !== null && !Number.isSafeInteger(tenant)) throw new Error('a tenant is a whole number');
  return [
    kind === 'reading' ? 'BEGIN READ ONLY' : 'BEGIN',
    ...(kind === 'passing' ? ['SET LOCAL synchronous_commit = off'] : []),
    `SET LOCAL search_path = ${SCHEMA}, pg_catalog, pg_temp`,
    `SET LOCAL dmarc_ops.tenant = '${tenant ?? ''}'`,
    ...(role.setRole === null ? [] : [`SET LOCAL ROLE ${pg.escapeIdentifier(role.setRole)}`]),
  ].join('; ');
}

function newPool(connection: Connection, connections: number, connectWithinMs: number): pg.Pool {
  const pool = new pg.Pool({
    ...driverOptions(connection),
    max: connections,
    connectionTimeoutMillis: connectWithinMs,
    idleTimeoutMillis: IDLE_MS,
    application_name: 'dmarc-ops',
    types: { getTypeParser },
  });
  // An idle connection that breaks is dropped by the pool; the next query opens another or says what is wrong.
  pool.on('error', () => {});
  // One that breaks while in use fails the query under way; the event beside it would end the process.
  pool.on('connect', (client) => client.on('error', () => {}));
  return pool;
}

async function connectApart(connection: Connection, name: string): Promise<pg.Client> {
  const client = new pg.Client({
    ...driverOptions(connection),
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: ANSWER_WITHIN_MS,
    keepAlive: true,
    application_name: name,
  });
  // Without a listener the event would end the process.
  client.on('error', () => {});
  try {
    await client.connect();
    return client;
  } catch (error) {
    throw translate(error);
  }
}

function driverOptions(connection: Connection): pg.ConnectionConfig {
  return typeof connection === 'string' ? { connectionString: connection } : connection;
}

const { INT8, NUMERIC, DATE } = pg.types.builtins;
/** BIGINT and NUMERIC as numbers (counts stay below 2^53), dates as text; all else as pg does it. */
const PARSERS: ReadonlyMap<number, (text: string) => unknown> = new Map<number, (text: string) => unknown>([
  [INT8, Number],
  [NUMERIC, Number],
  [DATE, String],
]);

const getTypeParser: typeof pg.types.getTypeParser = (id, format) =>
  (format === 'binary' ? undefined : PARSERS.get(id)) ?? pg.types.getTypeParser(id, format);

async function serverVersion(pool: pg.Pool): Promise<string> {
  const { rows } = await pool.query<{ number: number; text: string }>(
    `SELECT current_setting('server_version_num')::int AS number, current_setting('server_version') AS text`,
  );
  const [row] = rows;
  if (row === undefined || row.number < OLDEST_POSTGRES)
    throw new DatabaseError(
      'database-too-old',
      `The database is PostgreSQL ${row?.text ?? '(unknown)'}; dmarc-ops needs 15 or newer. Upgrade it or name another in DATABASE_URL.`,
    );
  return row.text.split(' ')[0] ?? row.text;
}
