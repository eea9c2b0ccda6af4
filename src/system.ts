import { createSpool } from './core/intake/spool.js';
import { openEmbedded } from './core/store/embedded/open.js';
import { openDatabase, type Database } from './core/store/database.js';
import { ensureTenant } from './core/store/tenants.js';
import type { Actor, Context } from './core/operations/operation.js';
import type { Progress } from './core/ingest/context.js';
import type { Config } from './config.js';
import { createLog } from './log.js';
import { sourcesHere } from './sources/here.js';

/** The tenant of whoever has not set up others. */
const ONLY_TENANT = 'default';
/** Whoever has the shell and the database is admin. */
const LOCAL_OPERATOR: Actor = { id: 'local', name: 'local operator', role: 'admin' };

/** Time to end in order and to note it, for work that is told to end. */
const BREAK_OFF_MS = 10_000;

export interface SystemOptions {
  readonly config: Config;
  /** Told what happens while it opens, for people who wait. */
  readonly note: (line: string) => void;
  readonly progress?: (progress: Progress) => void;
  readonly now?: () => Date;
  /** Told that there is work in the queue, where workers run in this process. */
  readonly wake?: () => void;
  /** Told that something was changed, where deliveries are brought up to date in this process. */
  readonly changed?: () => void;
  /** Ends work at its next step; what does not look at it is broken off a little later, by closing the database. */
  readonly signal?: AbortSignal;
}

/** The database, and a context that acts as the local operator. */
export interface System {
  readonly context: Context;
  readonly db: Database;
  /** Where everything is kept, for start-up's lines. */
  readonly place: string;
  /** Closes all connections; the last process to leave stops the embedded server. */
  close(): Promise<void>;
}

/** Opens the database that the configuration names, or the embedded one. Throws ExpectedError with what to do. */
export async function openSystem(options: SystemOptions): Promise<System> {
  const { config, note } = options;
  const server =
    config.databaseUrl === null ? await openEmbedded({ dataFolder: config.dataDir, note }) : null;
  try {
    const db = await openDatabase({
      connection: server?.connection ?? config.databaseUrl ?? '',
      ...(config.databaseOwnerUrl !== null && { ownerConnection: config.databaseOwnerUrl }),
      connections: config.databaseConnections,
      note,
    });
    let closing: Promise<void> | null = null;
    const closeDatabase = () => (closing ??= db.close());
    const close = async () => {
      await closeDatabase();
      await server?.leave();
    };
    options.signal?.addEventListener('abort', () => {
      setTimeout(() => void closeDatabase().catch(() => {}), BREAK_OFF_MS).unref();
    });
    try {
      options.signal?.throwIfAborted();
      const tenant = await db.across((session) => ensureTenant(session, ONLY_TENANT));
      return {
        context: contextOf(options, db, tenant),
        db,
        close,
        place: placeOf(db, server?.dataFolder ?? null),
      };
    } catch (error) {
      await closeDatabase();
      throw error;
    }
  } catch (error) {
    await server?.leave();
    throw error;
  }
}

function contextOf(
  { config, now, progress, wake, changed, signal }: SystemOptions,
  db: Database,
  tenant: number,
): Context {
  return {
    tenant,
    db,
    actor: LOCAL_OPERATOR,
    now: now ?? (() => new Date()),
    log: createLog(config.logLevel),
    limits: config.limits,
    spool: createSpool(),
    claimAtOnce: config.autoClaim,
    keepFailureMail: config.keepFailureMail,
    retries: config.retries,
    sources: sourcesHere(config.sources),
    webhooks: config.webhooks,
    ...(progress !== undefined && { progress }),
    ...(wake !== undefined && { wake }),
    ...(changed !== undefined && { changed }),
    ...(signal !== undefined && { signal }),
  };
}

function placeOf(db: Database, folder: string | null): string {
  const where = folder === null ? 'at DATABASE_URL' : `embedded, in ${folder}`;
  return `PostgreSQL ${db.version} ${where}; ${db.wall}`;
}
