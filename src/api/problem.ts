import { randomUUID } from 'node:crypto';
import { ExpectedError } from '../core/expected-error.js';
import { hideSecrets } from '../core/identity/secret.js';
import { OperationError } from '../core/operations/operation.js';
import type { InputError } from '../core/operations/perform.js';

/** A problem document (RFC 9457). `code` is what programs look at; `id` is in the log beside what happened. */
export interface Problem {
  readonly type: 'about:blank';
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: string;
  /** Id of the request. */
  readonly id: string;
  /** What was likely meant, nearest first. */
  readonly suggestions?: readonly string[];
  /** What is wrong with the input, by field. */
  readonly errors?: readonly FieldProblem[];
}

export interface FieldProblem {
  /** Field, such as `days` or `files.0`; empty for the input as a whole. */
  readonly field: string;
  readonly detail: string;
}

/** Trouble of HTTP itself: the status, a code, and one sentence on what to do. */
export class HttpError extends ExpectedError {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Members beside the standard ones (RFC 9457 §3.2). */
  readonly members: Readonly<Record<string, unknown>>;

  constructor(
    status: number,
    code: string,
    message: string,
    more: {
      readonly headers?: Readonly<Record<string, string>>;
      readonly members?: Readonly<Record<string, unknown>>;
      readonly cause?: unknown;
    } = {},
  ) {
    super(code, message, { cause: more.cause });
    this.status = status;
    this.headers = more.headers ?? {};
    this.members = more.members ?? {};
  }
}

/** RFC 9110 §15 and RFC 6585; RFC 9457 §4.2.1 asks for these words as titles of about:blank. */
const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  408: 'Request Timeout',
  409: 'Conflict',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};

/** Codes of operations whose status is not the 400 of a question that cannot be answered. */
const STATUS_BY_CODE: Readonly<Record<string, number>> = {
  unauthenticated: 401,
  'token-expired': 401,
  'token-revoked': 401,
  'token-used': 401,
  'sign-in-failed': 401,
  'not-allowed': 403,
  'local-only': 403,
  'people-only': 403,
  'role-too-high': 403,
  'password-wrong': 403,
  'last-admin': 409,
  'user-disabled': 409,
  'unknown-source': 404,
  'no-sources': 409,
  'task-not-dead': 409,
  'task-removed': 409,
  'already-acknowledged': 409,
  'already-resolved': 409,
  'not-acknowledged': 409,
  'not-resolved': 409,
  'not-snoozed': 409,
  'already-assigned': 409,
  'not-assigned': 409,
  'changed-since': 409,
  'newer-alert': 409,
  'suppression-over': 409,
  'suppressions-full': 409,
  'channels-full': 409,
  'channel-named': 409,
  'alert-busy': 503,
  'too-many-tries': 429,
  'sign-in-busy': 503,
  'fetch-busy': 503,
};

/** Families of codes by how they end. */
const STATUS_BY_ENDING: readonly (readonly [ending: string, status: number])[] = [
  ['-unknown', 404],
  ['-exists', 409],
  ['-taken', 409],
  ['-ambiguous', 409],
];

/** The status of an expected error: what is no fault of the asker is trouble of the surroundings. */
export function statusOf(error: ExpectedError): number {
  if (error instanceof HttpError) return error.status;
  if (!(error instanceof OperationError)) return 503;
  return (
    STATUS_BY_CODE[error.code] ?? STATUS_BY_ENDING.find(([ending]) => error.code.endsWith(ending))?.[1] ?? 400
  );
}

/** The document of an error that people can mend. */
export function expectedProblem(error: ExpectedError, id: string): Problem {
  const status = statusOf(error);
  return {
    type: 'about:blank',
    title: titleOf(status),
    status,
    detail: error.message,
    code: error.code,
    id,
    ...(error instanceof OperationError &&
      error.suggestions.length > 0 && { suggestions: error.suggestions }),
    ...(error instanceof HttpError && error.members),
  };
}

/** The document of input that the schema of an operation does not take. */
export function inputProblem(error: InputError, id: string): Problem {
  return {
    ...expectedProblem(new HttpError(400, error.code, error.message), id),
    errors: error.issues.map(({ path, message }) => ({
      field: path.join('.'),
      detail: hideSecrets(message),
    })),
  };
}

/** The document of an error that nobody expected: it says nothing but where to look. */
export function unexpectedProblem(id: string): Problem {
  return {
    type: 'about:blank',
    title: titleOf(500),
    status: 500,
    detail: `Something went wrong that should not have; the log has it under the id ${id}.`,
    code: 'unexpected',
    id,
  };
}

function titleOf(status: number): string {
  return TITLES[status] ?? 'Error';
}

/** Ids that others give are kept when they are short and plain: they get into the log and into headers. */
export function requestId(given: string): string {
  return /^[\w.:=+/-]{1,100}$/u.test(given) ? given : randomUUID();
}
