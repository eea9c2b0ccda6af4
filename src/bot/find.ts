import { isIP } from 'node:net';
import { nearest } from '../core/analysis/nearest.js';
import { parseRange } from '../core/analysis/range.js';
import type { Command } from './command.js';
import type { Option, Word } from './words.js';

/** The command that words name, and the words that are left for it; or the nearest names. */
export type Finding =
  | { readonly command: Command; readonly words: readonly Word[] }
  | { readonly command: null; readonly word: string; readonly nearest: readonly string[] };

/** Labels with dots between, as in a domain name; letters of any script, for people type them so. */
const DOMAIN = /^(?=.{3,253}$)[\p{L}\p{N}_-]+(\.[\p{L}\p{M}\p{N}_-]+)+\.?$/u;

/**
 * Finds the command: by its name or alias of one or two words; else by what the first word is: a domain or a
 * period asks for `summary`, an address for `source`; nothing at all for `help`.
 */
export function findCommand(
  commands: readonly Command[],
  words: readonly Word[],
  options: readonly Option[],
  today: string,
): Finding {
  const named = byName(commands, words);
  if (named !== null) return named;
  const first = words[0];
  const meant = impliedName(words, options, today);
  const command = meant === null ? undefined : commands.find((each) => each.name === meant);
  if (command !== undefined) return { command, words };
  const word = first?.text ?? '';
  const names = commands.flatMap((each) => [each.name, ...each.aliases]);
  return { command: null, word, nearest: nearest(word, names) };
}

/** Whether a word looks like a domain name. */
export function looksLikeDomain(text: string): boolean {
  return DOMAIN.test(text) && isIP(text) === 0;
}

function byName(commands: readonly Command[], words: readonly Word[]): Finding | null {
  for (const length of [2, 1]) {
    if (words.length < length) continue;
    const head = words.slice(0, length);
    if (head.some((word) => word.quoted)) continue;
    const name = head.map((word) => word.text.toLowerCase()).join(' ');
    const command = commands.find((each) => each.name === name || each.aliases.includes(name));
    if (command !== undefined) return { command, words: words.slice(length) };
  }
  return null;
}

function impliedName(words: readonly Word[], options: readonly Option[], today: string): string | null {
  const first = words[0];
  if (first === undefined) return options.length === 0 ? 'help' : 'summary';
  if (isIP(first.text.split('/')[0] ?? '') !== 0) return 'source';
  if (looksLikeDomain(first.text)) return 'summary';
  if (first.quoted) return null;
  const period = parseRange(
    words.map((word) => word.text),
    today,
  );
  const startsWithPeriod = period.error !== null || (period.range !== null && period.rest[0] !== first.text);
  return startsWithPeriod ? 'summary' : null;
}
