import { ExpectedError } from '../../expected-error.js';

/** What kept the embedded PostgreSQL from running, by name. */
export type EmbeddedTrouble =
  | 'platform-unsupported'
  | 'binaries-missing'
  | 'binaries-broken'
  | 'no-server-user'
  | 'folder-unreachable'
  | 'folder-unwritable'
  | 'folder-of-another-user'
  | 'socket-folder'
  | 'other-version'
  | 'data-missing'
  | 'disk-full'
  | 'start-failed'
  | 'timed-out';

/** The embedded PostgreSQL cannot run: one sentence on what is wrong, and what to do about it. */
export class EmbeddedError extends ExpectedError {
  declare readonly code: EmbeddedTrouble;
}

/** The way out that is always open. */
export const USE_YOUR_OWN = 'set DATABASE_URL to a PostgreSQL 15 or newer of your own';

/** The code of a system error such as ENOENT, or of a database error such as 57P03; empty when there is none. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

/** Puts trouble with a file or folder into words; anything unknown is passed on as it is. */
export function folderError(error: unknown, folder: string): unknown {
  switch (codeOf(error)) {
    case 'EROFS':
    case 'EACCES':
    case 'EPERM':
      return new EmbeddedError(
        'folder-unwritable',
        `The data folder ${folder} cannot be written to; choose a writable data folder, or ${USE_YOUR_OWN}.`,
        { cause: error },
      );
    case 'ENOTDIR':
    case 'EEXIST':
      return new EmbeddedError(
        'folder-unwritable',
        `The data folder ${folder} is not a folder; choose another data folder, or ${USE_YOUR_OWN}.`,
        { cause: error },
      );
    case 'ENOSPC':
    case 'EDQUOT':
      return diskFull(folder, error);
    default:
      return error;
  }
}

export function diskFull(folder: string, cause?: unknown): EmbeddedError {
  return new EmbeddedError(
    'disk-full',
    `The disk that holds ${folder} is full; free some space or choose another data folder.`,
    { cause },
  );
}
