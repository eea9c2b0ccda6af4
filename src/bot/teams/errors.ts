import { setTimeout as sleep } from 'node:timers/promises';
import { ComeBack, ReplyGone } from '../platform.js';

/** What the Bot Connector answered in place of what was asked. */
export class ConnectorError extends Error {
  override readonly name = 'ConnectorError';

  constructor(
    /** Zero where no answer came. */
    readonly status: number,
    /** Microsoft's own word, such as `BotNotInConversationRoster`; empty where it gave none. */
    readonly code: string,
    /** Milliseconds that it asked us to wait; null where it said nothing. */
    readonly retryAfterMs: number | null,
    options?: ErrorOptions,
  ) {
    super(
      `The Bot Connector answered ${status === 0 ? 'nothing' : status}${code === '' ? '' : ` ${code}`}.`,
      options,
    );
  }
}

/**
 * `again`: a later try may do. `gone`: this place takes nothing from us, now or later. `missing`: the message to change is
 * not there. `refused`: what was sent is wrong, and would be wrong again.
 */
export type Meaning = 'again' | 'gone' | 'missing' | 'refused';

/**
 * 412, 429, 502 and 504: https://learn.microsoft.com/microsoftteams/platform/bots/how-to/rate-limit. The others are
 * passing troubles of servers; 401 is a token that was withdrawn, and the next is new.
 */
const AGAIN: ReadonlySet<number> = new Set([0, 401, 408, 412, 429, 500, 502, 503, 504]);
const MISSING: ReadonlySet<string> = new Set(['ActivityNotFoundInConversation', 'MessageNotFound']);
const NOT_THERE = 404;

/** What an answer means for what we wanted. */
export function meaningOf({ status, code }: ConnectorError): Meaning {
  if (AGAIN.has(status)) return 'again';
  if (MISSING.has(code)) return 'missing';
  // BotDisabledByAdmin, BotNotInConversationRoster, MessageWritesBlocked, ConversationNotFound.
  if (status === 403 || status === NOT_THERE || status === 410) return 'gone';
  return 'refused';
}

/** The error that ChatPlatform.answer throws for it. */
export function translated(error: unknown): unknown {
  if (!(error instanceof ConnectorError)) return error;
  const meaning = meaningOf(error);
  if (meaning === 'again') return error;
  const why = meaning === 'refused' ? 'Teams refuses the answer' : 'Teams takes no answer there any more';
  return new ReplyGone(`${why} (${error.status}${error.code === '' ? '' : ` ${error.code}`}).`, {
    cause: error,
  });
}

/** As long as ChatPlatform.answer may wait in all. */
const LONGEST_WAIT_MS = 45_000;
const FIRST_WAIT_MS = 300;
const MOST_WAIT_MS = 10_000;
const MOST_TRIES = 6;

export interface Patience {
  readonly wait: (milliseconds: number) => Promise<unknown>;
  /** At least 0 and less than 1. */
  readonly random: () => number;
}

const USUAL: Patience = { wait: (milliseconds) => sleep(milliseconds), random: Math.random };

/**
 * Does something, again and again where a later try may do: after the time that was asked for, else after one that
 * doubles, with jitter, so that many do not come back at once. Throws the last error.
 */
export async function patiently<Result>(
  attempt: () => Promise<Result>,
  { wait, random }: Patience = USUAL,
): Promise<Result> {
  let waited = 0;
  for (let tries = 1; ; tries += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof ConnectorError) || meaningOf(error) !== 'again' || tries === MOST_TRIES)
        throw error;
      const doubled = Math.min(MOST_WAIT_MS, FIRST_WAIT_MS * 2 ** (tries - 1));
      const milliseconds = (error.retryAfterMs ?? doubled / 2) + (doubled / 2) * random();
      waited += milliseconds;
      if (waited > LONGEST_WAIT_MS)
        throw error.retryAfterMs === null ? error : new ComeBack(milliseconds, { cause: error });
      await wait(milliseconds);
    }
  }
}
