import type { BlockAction } from '@slack/bolt';
import type { AskedFrom } from './forms.js';

/** Where a button was pressed: in a message, one that only they see, or on the Home tab. */
export function pressedFrom(body: BlockAction): AskedFrom & { readonly spot: string } {
  const channel = body.channel?.id ?? null;
  const message = (body.message ?? {}) as { readonly ts?: string; readonly thread_ts?: string };
  const { thread_ts: thread = message.thread_ts } = body.container as { readonly thread_ts?: string };
  const isEphemeral = body.container['is_ephemeral'] === true;
  // Messages of the app in a direct message with it; two people's own direct message is none of its places.
  const direct = channel !== null && channel.startsWith('D') && !isEphemeral;
  const own = message.ts ?? body.container['message_ts'];
  return {
    channel,
    // A message that begins a thread stands in the channel itself.
    thread: thread === undefined || thread === own ? null : thread,
    direct,
    responseUrl: body.response_url || null,
    spot: `${channel ?? ''} ${message.ts ?? String(body.container['message_ts'] ?? body.view?.id ?? '')}`,
  };
}
