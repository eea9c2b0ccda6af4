import { Gone, Refused, TryLater } from '../platform.js';
import { DiscordError } from './errors.js';

/** https://docs.discord.com/developers/topics/opcodes-and-status-codes#json-json-error-codes */
const CODE = {
  unknownMessage: 10_008,
  tooManyEdits: 30_046,
  otherAuthor: 50_005,
  archivedThread: 50_083,
  noHistory: 160_002,
} as const;
/** What happened and what to do, by the same list. */
const CHANNEL_GONE: Readonly<Record<number, string>> = {
  10_003: 'The channel was deleted: choose another.',
  10_004: 'The bot was removed from the server: add it again.',
  50_001: 'The bot does not see the channel: give it View Channel there, or add it to the server again.',
  50_007: 'The person takes no messages of the bot: choose a channel.',
  50_013:
    'The bot may not write in the channel: give it Send Messages, Embed Links and Attach Files there (in a thread, Send Messages in Threads).',
  160_005: 'The thread is locked: unlock it, or choose another channel.',
};
/** Where Discord says to wait without saying how long. */
const USUAL_WAIT_MS = 5_000;

/** Whether a message can no longer be changed, though it is there. */
export function cannotBeChanged(error: unknown): boolean {
  return hasCode(error, CODE.tooManyEdits) || hasCode(error, CODE.archivedThread);
}

/** Whether the bot may not answer to messages, for it may not read what was said before. */
export function lacksHistory(error: unknown): boolean {
  return hasCode(error, CODE.noHistory);
}

/** Whether another form of the message may be taken. */
export function isUnfit(error: unknown): boolean {
  if (!(error instanceof DiscordError)) return false;
  const { status, code } = error;
  return (status === 400 || status === 413) && CHANNEL_GONE[code] === undefined && !cannotBeChanged(error);
}

/** What a speaker throws for an error of Discord. */
export function troubleOf(error: unknown): unknown {
  if (!(error instanceof DiscordError)) return error;
  const { status, code, retryAfterMs, isGlobal, message } = error;
  const cause = { cause: error };
  if (code === CODE.unknownMessage || code === CODE.otherAuthor)
    return new Gone('message', 'The message was deleted, or is of another bot.', cause);
  const gone = CHANNEL_GONE[code];
  if (gone !== undefined) return new Gone('channel', gone, cause);
  if (status === 429)
    return new TryLater(retryAfterMs ?? USUAL_WAIT_MS, isGlobal ? 'workspace' : 'channel', cause);
  if (isUnfit(error))
    return new Refused(`Discord does not take the message in any form (${message}).`, cause);
  return error;
}

function hasCode(error: unknown, code: number): boolean {
  return error instanceof DiscordError && error.code === code;
}
