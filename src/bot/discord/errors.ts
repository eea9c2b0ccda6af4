import { setTimeout as sleep } from 'node:timers/promises';
import { ComeBack } from '../platform.js';

/** Discord's refusal of a call that is not made by the client of discord.js. */
export class DiscordError extends Error {
  override readonly name = 'DiscordError';
  readonly status: number;
  /** Discord's own; 0 where it gave none. */
  readonly code: number;
  /** Null where it named no time. */
  readonly retryAfterMs: number | null;
  /** Whether all calls of the bot have to wait. */
  readonly isGlobal: boolean;

  constructor(said: Pick<DiscordError, 'status' | 'code' | 'message' | 'retryAfterMs' | 'isGlobal'>) {
    super(said.message);
    this.status = said.status;
    this.code = said.code;
    this.retryAfterMs = said.retryAfterMs;
    this.isGlobal = said.isGlobal;
  }
}

/** What an error of Discord means for what was tried. */
export type Meaning =
  /** It was done before. */
  | { readonly type: 'done' }
  /** That place can no longer be reached, now or later. */
  | { readonly type: 'gone'; readonly reason: string }
  /** We may not write there. */
  | { readonly type: 'barred'; readonly reason: string }
  /** The token is not accepted. */
  | { readonly type: 'stranger' }
  /** What was sent is not accepted as it is. */
  | { readonly type: 'refused'; readonly reason: string }
  /** A later try may do, after so many milliseconds where Discord said so. */
  | { readonly type: 'again'; readonly afterMs: number | null };

/** https://docs.discord.com/developers/topics/opcodes-and-status-codes#json-json-error-codes */
export const CODE = {
  unknownChannel: 10_003,
  unknownGuild: 10_004,
  unknownMessage: 10_008,
  unknownWebhook: 10_015,
  unknownInteraction: 10_062,
  tooManyEdits: 30_046,
  tooLarge: 40_005,
  alreadyAcknowledged: 40_060,
  missingAccess: 50_001,
  cannotSendToUser: 50_007,
  missingPermissions: 50_013,
  invalidWebhookToken: 50_027,
  invalidForm: 50_035,
} as const;

const GONE: Readonly<Record<number, string>> = {
  [CODE.unknownInteraction]: 'Discord ended the interaction before it was acknowledged',
  [CODE.unknownWebhook]: 'Discord takes no answer to this interaction any more',
  [CODE.invalidWebhookToken]: 'the token of the interaction ended',
  [CODE.unknownMessage]: 'the message was deleted',
  [CODE.unknownChannel]: 'the channel was deleted',
  [CODE.unknownGuild]: 'the bot was removed from the server',
  [CODE.tooManyEdits]: 'the message is too old to be changed so often',
};
const BARRED: Readonly<Record<number, string>> = {
  [CODE.missingAccess]: 'the bot does not see the channel',
  [CODE.missingPermissions]: 'the bot may not write in the channel',
  [CODE.cannotSendToUser]: 'the person takes no messages of the bot',
};
const FIRST_PAUSE_MS = 300;
const LONGEST_PAUSE_MS = 8_000;

/** The shape of errors of @discordjs/rest, by the fields they have. */
interface ErrorFields {
  readonly status?: unknown;
  readonly code?: unknown;
  readonly retryAfter?: unknown;
  readonly message?: unknown;
}

/** Translates what calls of Discord throw. What is no answer of Discord, such as a cut connection, may do later. */
export function meaningOf(error: unknown): Meaning {
  if (typeof error !== 'object' || error === null) return { type: 'again', afterMs: null };
  const { status, code, retryAfter, message } = error as ErrorFields;
  if (typeof retryAfter === 'number') return { type: 'again', afterMs: retryAfter };
  if (typeof code === 'number') {
    if (code === CODE.alreadyAcknowledged) return { type: 'done' };
    const gone = GONE[code];
    if (gone !== undefined) return { type: 'gone', reason: gone };
    const barred = BARRED[code];
    if (barred !== undefined) return { type: 'barred', reason: barred };
  }
  if (status === 401) return { type: 'stranger' };
  if (status === 403) return { type: 'barred', reason: 'Discord does not allow it' };
  if (status === 404) return { type: 'gone', reason: 'Discord does not know the place any more' };
  if (typeof status === 'number' && status >= 400 && status < 500 && status !== 429)
    return { type: 'refused', reason: String(message).split('\n').slice(0, 3).join('; ') };
  return { type: 'again', afterMs: null };
}

/**
 * Does it again while Discord is in trouble, with growing, uneven pauses, or those that Discord names; throws the last
 * error when `withinMs` would pass, and any other error at once.
 */
export async function insist<Answer>(withinMs: number, work: () => Promise<Answer>): Promise<Answer> {
  const deadline = performance.now() + withinMs;
  for (let tries = 0; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      const meaning = meaningOf(error);
      if (meaning.type !== 'again') throw error;
      const grown = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** tries);
      const pause = (meaning.afterMs ?? 0) + grown * (0.5 + Math.random() / 2);
      if (performance.now() + pause > deadline)
        throw meaning.afterMs === null ? error : new ComeBack(pause, { cause: error });
      await sleep(pause);
    }
  }
}
