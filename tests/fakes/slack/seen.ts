/** What a person sees of a message, and what Slack makes of its text. */

/** All text of a message or view as people read it, one piece a line. */
export function shownText(content: unknown): string {
  const lines: string[] = [];
  visit(content, (node) => {
    const { type, text } = node;
    if (typeof text !== 'string') return;
    // Slack decodes three entities in text objects (docs.slack.dev/messaging/formatting-message-text).
    const decoded = type === 'plain_text' || type === 'mrkdwn';
    lines.push(
      decoded ? text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&') : text,
    );
  });
  return lines.join('\n');
}

/** Elements of rich text that are more than text. */
const LIVE = new Set(['user', 'usergroup', 'channel', 'broadcast', 'link', 'emoji', 'team', 'date', 'color']);

/** Everything that Slack would turn into a mention, a link, an emoji or a format: none of it may come of data. */
export function interpreted(message: { readonly text?: string; readonly blocks: unknown }): string[] {
  const found: string[] = [];
  if (message.text !== undefined) found.push(...mrkdwn(message.text));
  visit(message.blocks, (node) => {
    const { type, text, emoji, url } = node;
    if (type === 'mrkdwn' && typeof text === 'string') found.push(...mrkdwn(text));
    if (type === 'plain_text' && typeof text === 'string') {
      if (emoji !== false && /:[\w+-]+:/u.test(text)) found.push(`emoji in ${text}`);
      if (/[<>]|&(?!amp;|lt;|gt;)/u.test(text)) found.push(`not escaped: ${text}`);
    }
    if (typeof type === 'string' && LIVE.has(type)) found.push(`${type} element`);
    if (typeof url === 'string') found.push(`link to ${url}`);
  });
  return found;
}

const MRKDWN: readonly (readonly [string, RegExp])[] = [
  ['mention or link', /<[!@#h][^>]*>/u],
  ['not escaped', /[<>]|&(?!amp;|lt;|gt;)/u],
  ['bold', /(?:^|\W)\*\S[^*]*\*/u],
  ['italic', /(?:^|\W)_\S[^_]*_(?:\W|$)/u],
  ['struck', /(?:^|\W)~\S[^~]*~/u],
  ['code', /`[^`]+`/u],
  ['emoji', /:[a-z0-9_+-]+:/iu],
  ['broadcast', /@(?:here|channel|everyone)/iu],
];

function mrkdwn(text: string): string[] {
  return MRKDWN.filter(([, pattern]) => pattern.test(text)).map(
    ([name]) => `${name} in ${text.slice(0, 80)}`,
  );
}

function visit(value: unknown, see: (node: Readonly<Record<string, unknown>>) => void): void {
  if (Array.isArray(value)) for (const one of value) visit(one, see);
  else if (typeof value === 'object' && value !== null) {
    see(value as Record<string, unknown>);
    for (const one of Object.values(value)) visit(one, see);
  }
}
