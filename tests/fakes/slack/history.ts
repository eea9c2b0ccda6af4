import { HISTORY_SCOPES, LIMITS } from './limits.js';
import { type Args, type Given, Refusal } from './refusal.js';
import type { Channel, Message, State } from './state.js';

function readable(state: State, id: unknown): Channel {
  const channel = state.channels.get(String(id));
  if (channel === undefined) throw new Refusal('channel_not_found');
  const needed = HISTORY_SCOPES[channel.type];
  if (!state.scopes.has(needed)) throw new Refusal('missing_scope', [], { needed });
  if (channel.members.has(state.bot)) return channel;
  throw new Refusal(channel.type === 'public' ? 'not_in_channel' : 'channel_not_found');
}

/** Replies in threads are read by conversations.replies alone. */
export function history(state: State, args: Args): Given {
  const { limit = 100, oldest = '0' } = args;
  const channel = readable(state, args['channel']);
  const messages = state.messages
    .filter(
      (one) =>
        one.channel === channel.id &&
        one.visibleTo === null &&
        one.thread === null &&
        !one.deleted &&
        Number(one.ts) > Number(oldest),
    )
    .toReversed()
    .slice(0, Math.min(Number(limit), LIMITS.history));
  return { messages: messages.map((one) => messageObject(one, args)), has_more: false };
}

/** The message that begins the thread, and those below it, the oldest first. */
export function replies(state: State, args: Args): Given {
  const channel = readable(state, args['channel']);
  const inThread = state.messages.filter(
    (one) =>
      one.channel === channel.id &&
      one.visibleTo === null &&
      !one.deleted &&
      (one.ts === args['ts'] || one.thread === args['ts']),
  );
  if (inThread.length === 0) throw new Refusal('thread_not_found');
  const shown = inThread.slice(0, Math.min(Number(args['limit'] ?? 1_000), LIMITS.history));
  return { messages: shown.map((one) => messageObject(one, args)), has_more: false };
}

/** https://docs.slack.dev/messaging/message-metadata: shown when it is asked for. */
function messageObject(
  { ts, text, by, thread, metadata }: Message,
  { include_all_metadata: all }: Args,
): Given {
  return {
    type: 'message',
    ts,
    text,
    user: by,
    ...(thread === null ? {} : { thread_ts: thread }),
    ...(all === true && metadata !== null ? { metadata } : {}),
  };
}
