import { visible } from '../characters/text.js';

/** Text of cards is data: in a header it cannot begin another, and in HTML it is nothing but text. */

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** The text on one line with nothing that hides in it, at most so many UTF-16 units, cut with `…`. */
export function line(text: string, most: number): string {
  const shown = visible(text.slice(0, most + 1));
  if (shown.length <= most) return shown;
  const kept = shown.slice(0, most - 1);
  return `${/[\uD800-\uDBFF]$/u.test(kept) ? kept.slice(0, -1) : kept}…`;
}

/** Data as HTML, for elements and quoted attributes. */
export function html(text: string, most: number): string {
  return line(text, most).replaceAll(/[&<>"']/gu, (character) => ENTITIES[character] ?? character);
}
