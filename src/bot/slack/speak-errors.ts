import { Gone, Refused, TryLater } from '../platform.js';
import { codeOf, meaningOf } from './errors.js';

/** docs.slack.dev/reference/methods/chat.update, and what chat.postMessage says of threads. */
const MESSAGE_GONE = new Set([
  'message_not_found',
  'cant_update_message',
  'thread_not_found',
  'cannot_reply_to_message',
]);
const NOT_CHANGED = 'edit_window_closed';
/** What happened and what to do, by docs.slack.dev/reference/methods/chat.postMessage. */
const CHANNEL_GONE: Readonly<Record<string, string>> = {
  channel_not_found:
    'The channel was deleted, or is private and the app is not in it: invite the app (/invite @dmarc-ops).',
  not_in_channel: 'The app is not in the channel: invite it (/invite @dmarc-ops).',
  is_archived: 'The channel is archived: unarchive it, or choose another.',
  restricted_action: 'The workspace lets only some people post there: let the app post, or choose another.',
  restricted_action_read_only_channel: 'The channel is read-only: let the app post there, or choose another.',
  restricted_action_thread_locked: 'The thread is locked: unlock it, or choose another channel.',
  messages_tab_disabled: 'The app takes no direct messages: turn on its Messages tab.',
  user_disabled: 'The person has left the workspace: choose another channel.',
  user_not_found: 'The person is not in the workspace any more: choose another channel.',
  cannot_dm_bot: 'A bot takes no direct messages: choose another channel.',
  team_access_not_granted: 'The app has no access to the workspace: install it there again.',
  account_inactive: 'The app was removed from the workspace: install it again.',
  token_revoked: 'The app was removed from the workspace: install it again, and set the new SLACK_BOT_TOKEN.',
  team_disabled: 'The workspace is not active any more.',
};
/** Of those what ends when somebody installs the app again, or sets the right token, wherever that is done. */
const HEALS = new Set(['team_access_not_granted', 'account_inactive', 'token_revoked', 'team_disabled']);

/** Whether a message can no longer be changed, though it is there. */
export function cannotBeChanged(error: unknown): boolean {
  return codeOf(error) === NOT_CHANGED;
}

/** What a speaker throws for an error of Slack; `scope` is who waits where it says "later". */
export function troubleOf(error: unknown, scope: 'channel' | 'workspace'): unknown {
  const code = codeOf(error) ?? '';
  if (MESSAGE_GONE.has(code))
    return new Gone('message', 'The message was deleted, or is of another app.', { cause: error });
  const gone = CHANNEL_GONE[code];
  if (gone !== undefined) return new Gone('channel', gone, { cause: error, heals: HEALS.has(code) });
  const meaning = meaningOf(error);
  if (meaning.type === 'wait') return new TryLater(meaning.ms, scope, { cause: error });
  if (meaning.type === 'simpler')
    return new Refused(`Slack does not take the message in any form (${meaning.reason}).`, { cause: error });
  return error;
}
