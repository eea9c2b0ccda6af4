import type { webApi } from '@slack/bolt';

/** Posts a message of which nothing becomes a link or a preview. */
export function say(
  client: webApi.WebClient,
  message: webApi.ChatPostMessageArguments,
): Promise<webApi.ChatPostMessageResponse> {
  const plain = { unfurl_links: false, unfurl_media: false, link_names: false, parse: 'none' } as const;
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a method of Slack, not of a browser's window
  return client.chat.postMessage({ ...message, ...plain });
}
