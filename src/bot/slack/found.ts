import type { webApi } from '@slack/bolt';
import type { MessageRef } from '../platform.js';
import { codeOf } from './errors.js';

/** What a message's metadata is called that holds its key: of an answer, the request's id. */
export const SPOKEN = 'dmarc_ops_post';
/** Messages that are looked at, newest first; an older one is taken for lost. */
const AMONG = 200;
/** Where the app may not read, nobody knows what is there. */
const UNREADABLE = new Set([
  'missing_scope',
  'not_in_channel',
  'channel_not_found',
  'thread_not_found',
  'not_allowed_token_type',
]);

/**
 * The message of a key in a channel, or in the thread below `thread`, posted since a time; null where there is none, and where the app may not
 * look. Needs channels:history, groups:history or im:history by the kind of the channel.
 * https://docs.slack.dev/messaging/message-metadata
 */
export async function foundIn(
  client: webApi.WebClient,
  channel: string,
  thread: string | null,
  key: string,
  since: Date | null = null,
): Promise<MessageRef | null> {
  const oldest = since === null ? {} : { oldest: (since.getTime() / 1_000 - 1).toFixed(6) };
  const asked = { channel, limit: AMONG, include_all_metadata: true, ...oldest };
  try {
    const { messages = [] } = await (thread === null
      ? client.conversations.history(asked)
      : client.conversations.replies({ ...asked, ts: thread }));
    const found = messages.find(({ metadata }) => {
      const payload = (metadata?.event_payload ?? {}) as { readonly key?: unknown };
      return metadata?.event_type === SPOKEN && payload.key === key;
    });
    return found?.ts === undefined ? null : { channel, ts: found.ts };
  } catch (error) {
    if (UNREADABLE.has(codeOf(error) ?? '')) return null;
    throw error;
  }
}
