import type { types } from '@slack/bolt';
import { visible } from '../characters/text.js';

/**
 * Text of cards is data. It goes into plain_text and rich_text alone, which Slack shows as they are: no mention, link,
 * emoji or format comes of them. Only a message's `text`, which notifications and screen readers use, is mrkdwn.
 */

/** What Slack wants escaped in text objects, rich_text excepted (docs.slack.dev/messaging/formatting-message-text). */
const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };
/** Where nothing is said; Slack refuses empty text. */
const NOTHING = '–';

export function escapeText(text: string): string {
  return text.replaceAll(/[&<>]/gu, (character) => ENTITIES[character] ?? character);
}

/** The text on one line with nothing that hides in it, at most so many UTF-16 units, cut with `…`. */
export function line(text: string, most: number): string {
  return cut(visible(text.slice(0, most + 1)), most) || NOTHING;
}

/** A text object whose escaped text is at most so long. */
export function plain(text: string, most: number): types.PlainTextElement {
  const shown = line(text, most);
  let escaped = escapeText(shown);
  if (escaped.length > most) {
    let kept = '';
    for (const character of shown) {
      const next = kept + escapeText(character);
      if (next.length > most - 1) break;
      kept = next;
    }
    escaped = `${kept}…`;
  }
  return { type: 'plain_text', text: escaped, emoji: false };
}

/** A piece of rich text, which needs no escaping. */
export function rich(text: string, style?: 'bold' | 'italic'): types.RichTextText {
  return { type: 'text', text, ...(style === undefined ? {} : { style: { [style]: true } }) };
}

/** A message's `text`: escaped, and with lookalikes where Slack would see a format, an emoji or a mention. */
export function fallback(text: string, most: number): string {
  const shown = line(text, most)
    .replaceAll('*', '∗')
    .replaceAll('~', '∼')
    .replaceAll('`', 'ˋ')
    .replaceAll(/(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, '＿')
    .replaceAll(/:(?=[\w+-]+:)/gu, '∶')
    .replaceAll(/@(?=here|channel|everyone)/giu, '＠');
  return plain(shown, most).text;
}

function cut(text: string, most: number): string {
  if (text.length <= most) return text;
  const kept = text.slice(0, most - 1);
  return `${/[\uD800-\uDBFF]$/u.test(kept) ? kept.slice(0, -1) : kept}…`;
}
