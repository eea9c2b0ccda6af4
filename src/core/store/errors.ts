import { ExpectedError } from '../expected-error.js';

/** Trouble with the database that people can mend. */
export class DatabaseError extends ExpectedError {}

const GONE =
  'The database does not answer. Check that PostgreSQL runs and that DATABASE_URL is right; what was not committed is taken up again by the next run.';

/** SQLSTATE (PostgreSQL, Appendix A) or Node's error code → what people read. */
const SENTENCES: Readonly<Record<string, readonly [code: string, sentence: string]>> = {
  ECONNREFUSED: ['database-gone', GONE],
  ECONNRESET: ['database-gone', GONE],
  EPIPE: ['database-gone', GONE],
  ENOENT: ['database-gone', GONE],
  ETIMEDOUT: ['database-gone', GONE],
  '57P01': ['database-gone', GONE],
  '57P02': ['database-gone', GONE],
  '57P03': ['database-starting', 'The database is starting up or shutting down. Try again in a moment.'],
  ENOTFOUND: ['database-unknown-host', 'The host in DATABASE_URL is not known. Check its spelling.'],
  EAI_AGAIN: [
    'database-unknown-host',
    'The host in DATABASE_URL cannot be looked up. Check its spelling and the DNS.',
  ],
  '28P01': ['database-sign-in', 'The database refuses the user or password in DATABASE_URL.'],
  '28000': ['database-sign-in', 'The database refuses the user in DATABASE_URL.'],
  '3D000': [
    'database-missing',
    'The database named in DATABASE_URL does not exist. Create it with: createdb NAME',
  ],
  '42501': [
    'database-rights',
    'The database role lacks a right that dmarc-ops needs. Let the owner of the database run the migrations (DATABASE_OWNER_URL), or grant CREATE on the database.',
  ],
  '53100': [
    'disk-full',
    'The disk of the database is full. Free space and run the same again: nothing was half stored.',
  ],
  '53200': ['database-memory', 'The database is out of memory. Give it more, or lower work_mem.'],
  '53300': [
    'database-connections',
    'The database has no connection left. Raise max_connections or stop other clients.',
  ],
};

const CONNECTION_LOST = /Connection terminated|Client has encountered a connection error/u;
/** What pg-pool says when all of its connections were in use for as long as one may wait. */
const NONE_FREE = 'timeout exceeded when trying to connect';
const BUSY =
  'All database connections of this process are in use. Ask for fewer things at once, or raise DATABASE_CONNECTIONS, and max_connections of the server with it.';

/** What pg-pool says once the process closes the database. */
const CLOSED = 'Cannot use a pool after calling end on the pool';
const ENDING =
  'This process is ending and closed the database; what was not committed is taken up again by the next run.';

/** Classes of SQLSTATE (PostgreSQL, Appendix A) that say nothing against what was stored: trouble around it. */
const PASSING = /^(?:08|40|53|55|57|58)|^25P03$/u;
/** The same of Node's codes: a disk or a process at its end. */
const SYSTEM_PASSING = new Set([
  'ENOSPC',
  'EDQUOT',
  'EMFILE',
  'ENFILE',
  'EIO',
  'EROFS',
  'ENOMEM',
  'EACCES',
  'EPERM',
]);

/** Code of the error that ends work when the process has to go. */
export const STOPPING = 'stopping';

/** Whether an error comes from the surroundings (database, disk) and not from the document that was at hand. */
export function isSurroundings(error: unknown): boolean {
  if (error instanceof DatabaseError) return true;
  if (error instanceof ExpectedError && error.code === STOPPING) return true;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return PASSING.test(code) || SYSTEM_PASSING.has(code);
}

/** Turns what the driver throws into a DatabaseError where people can mend it; else gives it back as it is. */
export function translate(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof DatabaseError) return error;
  const code = (error as { code?: unknown }).code;
  const known = typeof code === 'string' ? SENTENCES[code] : undefined;
  if (known !== undefined) return new DatabaseError(known[0], known[1], { cause: error });
  // pg gives these no code.
  if (error.message === NONE_FREE) return new DatabaseError('connections-busy', BUSY, { cause: error });
  if (error.message === CLOSED) return new DatabaseError('database-closed', ENDING, { cause: error });
  if (CONNECTION_LOST.test(error.message)) return new DatabaseError('database-gone', GONE, { cause: error });
  return error;
}
