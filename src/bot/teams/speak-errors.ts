import { Gone, Refused, TryLater } from '../platform.js';
import { ConnectorError, meaningOf } from './errors.js';

/** What happened and what to do: https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/send-proactive-messages */
const CHANNEL_GONE: Readonly<Record<string, string>> = {
  BotDisabledByAdmin: 'An admin has blocked the app: allow it in the Teams admin center.',
  BotNotInConversationRoster: 'The app is not in the team or chat any more: add it there again.',
  MessageWritesBlocked: 'Somebody has blocked the app in this chat: have it unblocked, or choose another.',
  ConversationBlockedByUser:
    'Somebody has blocked the app in this chat: have it unblocked, or choose another.',
  ConversationNotFound: 'The channel was deleted, or the app was taken out of it: add the app there again.',
  ForbiddenOperationException: 'Teams does not let the app write there: choose another channel.',
};
/** Of those what ends when an admin allows the app again. */
const HEALS = 'BotDisabledByAdmin';
const OTHERWISE =
  'Teams does not let the app write there any more: add the app again, or choose another channel.';
const TOO_MANY = 429;
/** Where Teams says to wait without saying how long; of its limits the shortest is over one second. */
const USUAL_WAIT_MS = 2_000;

/** Whether another form of the message may be taken. */
export function isUnfit(error: unknown): boolean {
  return error instanceof ConnectorError && meaningOf(error) === 'refused';
}

/** What a speaker throws for an error of the Bot Connector, in a call about a message or a whole channel. */
export function troubleOf(error: unknown, about: 'message' | 'channel'): unknown {
  if (!(error instanceof ConnectorError)) return error;
  const { status, code, retryAfterMs } = error;
  const cause = { cause: error };
  // Limits are by bot and conversation.
  if (status === TOO_MANY) return new TryLater(retryAfterMs ?? USUAL_WAIT_MS, 'channel', cause);
  switch (meaningOf(error)) {
    case 'missing':
      return new Gone('message', 'The message was deleted.', cause);
    case 'gone':
      // A proxy on the way, which knows nothing of channels.
      if (code === '') return error;
      // What is posted anew then tells whether it is the channel.
      if (about === 'message' && status === 404)
        return new Gone('message', 'The message or its channel was deleted.', cause);
      return new Gone('channel', CHANNEL_GONE[code] ?? OTHERWISE, { ...cause, heals: code === HEALS });
    case 'refused':
      return new Refused(`Teams does not take the message in any form (${status} ${code}).`, cause);
    default:
      return error;
  }
}
