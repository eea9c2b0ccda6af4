import { visible } from '../characters/text.js';

/**
 * Data as Discord shows it: what a stranger wrote is shown as it stands, and becomes no format, link, mention, time or
 * emoji. Discord reads Markdown in the titles, descriptions and field names of embeds, and nowhere else in them: footers,
 * authors, buttons and the descriptions of pictures take text as it is.
 */

/**
 * What begins a format, a mention (`<@1>`, `<#1>`, `</name:1>`), a time (`<t:1>`), an emoji (`:name:`) or a link
 * (`https:`); Discord shows a backslash before punctuation as the punctuation alone.
 * https://support.discord.com/hc/en-us/articles/210298617-Markdown-Text-101
 */
const SPECIAL = /[\\`*_~|<>[\]()#:@]/gu;
/** Lists are so at the start of a line alone; elsewhere dates and host names stay readable. */
const LIST_MARK = /^[-+]$/u;
const LIST_NUMBER = /^\s*\d+$/u;
const MORE = '…';
const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** One line of data with nothing left that Discord would act on; at most `longest` UTF-16 units, cut with `…`. */
export function escape(text: string, longest = Number.POSITIVE_INFINITY): string {
  const shown = visible(text.length > longest ? text.slice(0, longest + 1) : text);
  let whole = '';
  let cut = '';
  let held: string | null = null;
  // One behind, for what a mark at the start of a line is depends on what follows it.
  for (const segment of [...segmentsOf(shown), null]) {
    if (held !== null) whole += harmless(held, whole, segment);
    held = segment;
    if (whole.length <= longest - MORE.length) cut = whole;
    if (whole.length > longest) return longest < MORE.length ? '' : cut + MORE;
  }
  return whole;
}

function segmentsOf(text: string): string[] {
  return Array.from(graphemes.segment(text), ({ segment }) => segment);
}

function harmless(segment: string, before: string, next: string | null): string {
  const couldStart = next === null || next === ' ';
  const startsList =
    couldStart &&
    ((LIST_MARK.test(segment) && before.trim() === '') || (segment === '.' && LIST_NUMBER.test(before)));
  return startsList ? `\\${segment}` : segment.replaceAll(SPECIAL, String.raw`\$&`);
}

/** Data where Discord reads no Markdown; at most `longest` UTF-16 units. */
export function plain(text: string, longest: number): string {
  const shown = visible(text.slice(0, longest + 1));
  if (shown.length <= longest) return shown;
  let cut = '';
  for (const segment of segmentsOf(shown)) {
    if (cut.length + segment.length > longest - MORE.length) break;
    cut += segment;
  }
  return cut + MORE;
}

/** Lines in a block of code, where only the end of the block means anything. */
export function codeBlock(lines: readonly string[]): string {
  // Looks alike, and does not end the block.
  return ['```', ...lines.map((line) => line.replaceAll('`', 'ˋ')), '```'].join('\n');
}
