import { randomBytes } from 'node:crypto';
import { constants } from 'node:os';
import { ExpectedError } from '../core/expected-error.js';
import { STOPPING } from '../core/store/errors.js';

/** Exit codes of every verb; `parse` promises them to other tools. */
export const EXIT = { ok: 0, trouble: 1, usage: 2 } as const;

/** The command line was used wrongly: one sentence that says what to write instead. Exit code 2. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UsageError';
  }
}

/** The reader of our output went away, as with `| head`: nothing is wrong, and nothing more to do. */
export class OutputClosed extends Error {
  constructor() {
    super('The output was closed.');
    this.name = 'OutputClosed';
  }
}

/** Somebody asked the process to end: by Ctrl-C, `kill`, or by closing the terminal. Nothing has to be said. */
export class Interrupted extends ExpectedError {
  /** As a shell gives it: 128 and the number of the signal. */
  readonly exitCode: number;

  constructor(signal: NodeJS.Signals) {
    super(STOPPING, `Ended by ${signal}.`);
    this.exitCode = 128 + constants.signals[signal];
  }
}

/** What people see of an error, and the exit code. `id` is set for errors that nobody foresaw. */
export interface Failure {
  readonly exitCode: number;
  /** Sentences, one per line. Empty where there is nothing to say. */
  readonly message: string;
  readonly id: string | null;
}

/** Our own errors carry a code such as `database-gone` and a message made for people; Node's codes are in capitals. */
const OWN_CODE = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/u;

/** Translates whatever was thrown. Never gives a stack trace. */
export function failureOf(error: unknown): Failure {
  if (error instanceof OutputClosed) return { exitCode: EXIT.ok, message: '', id: null };
  if (error instanceof Interrupted) return { exitCode: error.exitCode, message: '', id: null };
  if (error instanceof UsageError) return { exitCode: EXIT.usage, message: error.message, id: null };
  if (error instanceof Error && 'code' in error && OWN_CODE.test(String(error.code)))
    return { exitCode: EXIT.trouble, message: error.message + suggested(error), id: null };

  const translated = systemSentence(error);
  if (translated !== null) return { exitCode: EXIT.trouble, message: translated, id: null };

  const id = randomBytes(4).toString('hex');
  return {
    exitCode: EXIT.trouble,
    message:
      `Something went wrong that should not have (error ${id}: ${firstLine(error)}). ` +
      'Run it again with DMARC_OPS_DEBUG=1 to see where, and please report it.',
    id,
  };
}

/** One sentence for an error of the operating system, with what to do; null where it is not one of those. */
export function systemSentence(error: unknown): string | null {
  const { code, path, address, port } = systemFacts(error);
  const it = path === null ? 'a file' : path;
  const where = port === null ? (address ?? 'the server') : `${address ?? 'the server'} port ${port}`;
  switch (code) {
    case 'ENOENT':
      return `${it} does not exist. Check the path.`;
    case 'EACCES':
    case 'EPERM':
      return `No permission to use ${it}. Change its rights, or run as a user who may.`;
    case 'EISDIR':
      return `${it} is a folder, and a file is needed.`;
    case 'ENOTDIR':
      return `${it} is not a folder.`;
    case 'EEXIST':
      return `${it} exists already.`;
    case 'ELOOP':
      return `${it} is a symbolic link that leads back to itself.`;
    case 'ENAMETOOLONG':
      return `The name ${it.slice(0, 60)}… is too long.`;
    case 'ENOSPC':
    case 'EDQUOT':
      return `The disk is full${path === null ? '' : ` (writing ${path})`}. Free some space and run it again.`;
    case 'EROFS':
      return `${it} is on a read-only disk. Choose another place.`;
    case 'EMFILE':
    case 'ENFILE':
      return 'Too many files are open. Raise the limit (ulimit -n) and run it again.';
    case 'EIO':
      return `The disk failed while ${it} was used.`;
    case 'ECONNREFUSED':
      return `Nothing answers at ${where}. Check that the server runs and that the address is right.`;
    case 'ECONNRESET':
      return `The connection to ${where} was cut. Try again.`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `The host name ${address ?? ''} is not known. Check its spelling and the network.`.replace(
        '  ',
        ' ',
      );
    case 'ETIMEDOUT':
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return `${where} cannot be reached. Check the network and the address.`;
    default:
      return null;
  }
}

interface SystemFacts {
  readonly code: string | null;
  readonly path: string | null;
  readonly address: string | null;
  readonly port: number | null;
}

function systemFacts(error: unknown): SystemFacts {
  // A connection tried on several addresses fails with an AggregateError that has the code and the causes.
  const first = error instanceof AggregateError ? (error.errors[0] as unknown) : error;
  if (typeof first !== 'object' || first === null)
    return { code: null, path: null, address: null, port: null };
  const facts = first as Record<string, unknown>;
  return {
    code: textOf(facts.code),
    path: textOf(facts.path),
    address: textOf(facts.address) ?? textOf(facts.hostname),
    port: typeof facts.port === 'number' ? facts.port : null,
  };
}

/** An OperationError may know what was likely meant, and may have said so already. */
function suggested(error: Error): string {
  const { suggestions } = error as { readonly suggestions?: unknown };
  if (/did you mean/iu.test(error.message)) return '';
  return Array.isArray(suggestions) && suggestions.length > 0
    ? ` Did you mean ${suggestions.join(' or ')}?`
    : '';
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return (text.split('\n', 1)[0] ?? '').slice(0, 200);
}
