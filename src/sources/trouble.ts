import { randomUUID } from 'node:crypto';
import type { Log } from '../core/ingest/context.js';
import type { Trouble } from '../core/intake/source.js';

/** Our own errors carry a code such as `database-gone` and a message made for people. */
const OWN_CODE = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/u;

/** What people see of whatever a source threw; what nobody foresaw is in the log, under the id that they see. */
export function troubleOf(error: unknown, log: Log): Trouble {
  const { code, path } = (error ?? {}) as { readonly code?: unknown; readonly path?: unknown };
  if (error instanceof Error && OWN_CODE.test(String(code)))
    return { code: String(code), message: error.message };
  const sentence = SYSTEM[String(code)];
  if (sentence !== undefined)
    return { code: 'system', message: sentence(typeof path === 'string' ? path : 'a file') };
  const id = randomUUID();
  log.error('a source failed', { id, error });
  return { code: 'unexpected', message: `It failed for a reason that nobody foresaw (log entry ${id}).` };
}

/** Node's codes for trouble with files and the system. */
const SYSTEM: Readonly<Record<string, (path: string) => string>> = {
  ENOSPC: () => 'The disk is full. Free some space; it goes on by itself.',
  EDQUOT: () => 'The disk quota is used up. Free some space; it goes on by itself.',
  EMFILE: () => 'Too many files are open. Raise the limit (ulimit -n).',
  ENFILE: () => 'Too many files are open on this machine.',
  EACCES: (path) => `No permission to use ${path}. Change its rights, or run as a user who may.`,
  EPERM: (path) => `No permission to use ${path}. Change its rights, or run as a user who may.`,
  EROFS: (path) => `${path} is on a read-only disk. Choose another place.`,
  EIO: (path) => `The disk failed while ${path} was used.`,
};
