import stringWidth from 'string-width';

/**
 * Text in columns of a terminal: wide characters take two, combining ones none. Data comes from strangers, so
 * nothing of it may move the cursor, change colours or turn the direction of a line.
 */

/** More combining marks on one letter than any language uses, as in text that climbs over other lines. */
const MARKS = 4;
/** Control, format (bidi, zero width), line and paragraph separators, halves of pairs. */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;
const UNSAFE_ONCE = new RegExp(UNSAFE.source, 'u');
const MANY_MARKS = new RegExp(`(\\p{M}{${MARKS}})\\p{M}+`, 'gu');
const PRINTABLE_ASCII = /^[ -~]*$/;
const MARK = /\p{M}/u;
const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** The text on one line with everything that a terminal would act on made visible: `␛`, `␊`, `<U+202E>`. */
export function visible(text: string): string {
  let shown = UNSAFE_ONCE.test(text) ? text.replaceAll(UNSAFE, picture) : text;
  if (MARK.test(shown)) shown = shown.replaceAll(MANY_MARKS, '$1<…>').replace(/^(?=\p{M})/u, '◌');
  return shown;
}

function picture(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x20) return String.fromCodePoint(0x2400 + code);
  if (code === 0x7f) return '␡';
  if (code >= 0xd800 && code <= 0xdfff) return '\ufffd';
  return `<U+${code.toString(16).toUpperCase().padStart(4, '0')}>`;
}

/** Columns that a text takes. */
export function width(text: string): number {
  return PRINTABLE_ASCII.test(text) ? text.length : stringWidth(text);
}

/** The text if it fits, else its beginning and `…`. */
export function fit(text: string, columns: number): string {
  if (columns < 1) return '';
  return fits(text, columns) ? text : `${take(text, columns - 1)}…`;
}

/** Looks no further than the columns given, so that long text costs no more than short. */
function fits(text: string, columns: number): boolean {
  if (text.length <= columns && PRINTABLE_ASCII.test(text)) return true;
  return take(text, columns).length === text.length;
}

/** As many whole characters as fit. */
function take(text: string, columns: number): string {
  let taken = '';
  let used = 0;
  for (const { segment } of graphemes.segment(text)) {
    const wide = width(segment);
    if (used + wide > columns) break;
    used += wide;
    taken += segment;
  }
  return taken;
}

/** Cut or filled with blanks to exactly so many columns. */
export function pad(text: string, columns: number, align: 'left' | 'right' = 'left'): string {
  const cut = fit(text, columns);
  const blanks = ' '.repeat(Math.max(0, columns - width(cut)));
  return align === 'left' ? cut + blanks : blanks + cut;
}

/** Breaks at blanks into lines, words that are too long anywhere; what passes `lines` is cut with `…`. */
export function wrap(text: string, columns: number, lines = 12): string[] {
  const done: string[] = [];
  let line = '';
  // A number and its percent sign stay together.
  for (const word of text.split(/ +(?!%)/)) {
    if (line !== '' && width(line) + 1 + width(word) <= columns) {
      line += ` ${word}`;
      continue;
    }
    if (line !== '') done.push(line);
    line = word;
    while (done.length <= lines && !fits(line, columns)) {
      const head = take(line, columns);
      // A single character wider than the line: give up on it rather than loop.
      if (head === '') break;
      done.push(head);
      line = line.slice(head.length);
    }
    if (done.length > lines) break;
  }
  done.push(line);
  if (done.length <= lines) return done.map((one) => fit(one, columns));
  const last = done[lines - 1] ?? '';
  return [...done.slice(0, lines - 1), width(last) < columns ? `${last}…` : `${take(last, columns - 1)}…`];
}
