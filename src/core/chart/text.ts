import type { Font } from './font.js';

/**
 * Text of strangers in a picture. What has no picture of its own in the font, or would turn or hide other text, is
 * written as its code points: `<U+202E>`, `<U+6771 4EAC>`.
 */

/** More combining marks on one letter than any language uses. */
const MARKS = 4;
const MANY_MARKS = new RegExp(`(\\p{M}{${MARKS}})\\p{M}+`, 'gu');
/** Control, format (bidi, zero width), line and paragraph separators, halves of pairs. */
const UNSAFE = /^[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}\p{Cn}]$/u;
/** Nothing longer fits any line; the rest is not looked at. */
const MOST_CHARACTERS = 400;
const MARK = /\p{M}/u;
const HEX_DIGITS = 4;

/** The text on one line, in characters that the font has. */
export function printable(text: string, font: Font): string {
  const marked = text.slice(0, MOST_CHARACTERS).normalize('NFC').replaceAll(MANY_MARKS, '$1');
  let shown = '';
  let odd: string[] = [];
  const flush = (): void => {
    if (odd.length > 0) shown += `<U+${odd.join(' ')}>`;
    odd = [];
  };
  for (const character of marked) {
    const codePoint = character.codePointAt(0) ?? 0;
    // A mark would otherwise stand on the sign that ends the code points before it.
    const follows = odd.length > 0 && MARK.test(character);
    if (font.has(codePoint) && !UNSAFE.test(character) && !follows) {
      flush();
      shown += /\s/u.test(character) ? ' ' : character;
    } else odd.push(codePoint.toString(16).toUpperCase().padStart(HEX_DIGITS, '0'));
  }
  flush();
  return text.length > MOST_CHARACTERS ? `${shown}…` : shown;
}

/** The text if it is no wider than so many pixels, else its beginning and `…`. */
export function fit(text: string, pixels: number, font: Font, size: number): string {
  if (font.width(text, size) <= pixels) return text;
  let shown = '';
  let used = font.width('…', size);
  for (const character of text) {
    used += font.width(character, size);
    if (used > pixels) break;
    shown += character;
  }
  return `${shown.trimEnd()}…`;
}

/** For the text of an element or of an attribute in XML. */
export function escapeXml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
