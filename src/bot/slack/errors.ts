/** What the errors of Slack mean for an answer. */
export type Meaning =
  /** That place takes no answer any more. */
  | { readonly type: 'gone'; readonly reason: string }
  /** Slack says when to come again. */
  | { readonly type: 'wait'; readonly ms: number }
  /** Trouble that passes; `done` may be true when the answer came through and only the word about it was lost. */
  | { readonly type: 'again'; readonly perhapsDone: boolean }
  /** Slack does not take this form of the message: a simpler one may do. */
  | { readonly type: 'simpler'; readonly reason: string }
  /** Somebody has to do something first, such as a new token. */
  | { readonly type: 'stuck'; readonly reason: string };

/** An answer of a response_url, which is no method of the Web API. */
export class ResponseUrlError extends Error {
  override readonly name = 'ResponseUrlError';

  constructor(
    readonly status: number,
    readonly code: string,
    /** Seconds; null where none are told. */
    readonly retryAfter: number | null,
  ) {
    super(`response_url: ${status} ${code}`);
  }
}

/** docs.slack.dev/reference/methods/chat.postMessage, and what a response_url answers when it has ended. */
const GONE = new Set([
  'channel_not_found',
  'not_in_channel',
  'is_archived',
  'user_not_in_channel',
  'user_not_found',
  'users_not_found',
  'user_disabled',
  'cannot_dm_bot',
  'messages_tab_disabled',
  'restricted_action',
  'restricted_action_read_only_channel',
  'restricted_action_thread_locked',
  'team_access_not_granted',
  'used_url',
  'expired_url',
  'invalid_url',
  'no_active_hooks',
  'no_service',
  'no_team',
]);

const SIMPLER = new Set([
  'invalid_blocks',
  'invalid_blocks_format',
  'invalid_attachments',
  'msg_blocks_too_long',
  'msg_too_long',
  'only_one_table_allowed',
  'invalid_arguments',
]);

const PASSING = new Set([
  'internal_error',
  'fatal_error',
  'service_unavailable',
  'request_timeout',
  'ratelimited',
  'rate_limited',
  'rollup_error',
  'message_limit_exceeded',
]);

/** Connections that were never made: nothing was sent. */
const NEVER_SENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'UND_ERR_CONNECT_TIMEOUT',
  'EHOSTUNREACH',
]);
/** Where Slack says to wait without saying how long. */
const USUAL_WAIT_MS = 1_000;

/** What an error of a method or a response_url means. */
export function meaningOf(error: unknown): Meaning {
  if (error instanceof ResponseUrlError) {
    if (error.status === 429) return { type: 'wait', ms: waitMs(error.retryAfter) };
    return meaningOfCode(error.code) ?? meaningOfStatus(error.status, error.code);
  }
  const { code, retryAfter, statusCode, original } = fields(error);
  switch (code) {
    case 'slack_webapi_rate_limited_error':
      return { type: 'wait', ms: waitMs(typeof retryAfter === 'number' ? retryAfter : null) };
    case 'slack_webapi_platform_error': {
      const reason = codeOf(error) ?? 'unknown';
      return meaningOfCode(reason) ?? { type: 'stuck', reason };
    }
    case 'slack_webapi_http_error':
      return meaningOfStatus(Number(statusCode), `HTTP ${String(statusCode)}`);
    default:
      return { type: 'again', perhapsDone: !wasNeverSent(original ?? error) };
  }
}

/** The code in an answer of the Web API that refuses, such as `invalid_auth`; null for other errors. */
export function codeOf(error: unknown): string | null {
  const { data } = fields(error);
  const { error: code } = fields(data);
  return typeof code === 'string' ? code : null;
}

function meaningOfCode(code: string): Meaning | null {
  if (GONE.has(code)) return { type: 'gone', reason: code };
  if (SIMPLER.has(code)) return { type: 'simpler', reason: code };
  if (code === 'ratelimited' || code === 'rate_limited') return { type: 'wait', ms: USUAL_WAIT_MS };
  if (PASSING.has(code)) return { type: 'again', perhapsDone: false };
  return null;
}

function meaningOfStatus(status: number, reason: string): Meaning {
  if (status === 404 || status === 410 || status === 403) return { type: 'gone', reason };
  if (status >= 500 || status === 408) return { type: 'again', perhapsDone: false };
  return { type: 'stuck', reason };
}

function waitMs(seconds: number | null): number {
  return seconds === null || !Number.isFinite(seconds) ? USUAL_WAIT_MS : seconds * 1_000;
}

function wasNeverSent(error: unknown): boolean {
  for (let at = error, depth = 0; depth < 5 && at instanceof Error; at = at.cause, depth += 1)
    if (NEVER_SENT.has(String(fields(at).code))) return true;
  return false;
}

function fields(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
