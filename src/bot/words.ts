import { isIP } from 'node:net';

/**
 * Command text of every platform: words, quoted words, and `key:value` options.
 *
 * Quotes open at the start of a word or right after `key:`; the same mark closes them, and doubled inside it
 * stands for itself (`"a ""b"" c"`). Phones replace straight marks by typographic ones, which count as quotes too.
 */

/** Longer text is refused: no question needs it, and a pasted file should not be taken for one. */
export const LONGEST_TEXT = 4_000;

export interface Word {
  readonly text: string;
  /** Quoted words are names as they stand, never a period or a command. */
  readonly quoted: boolean;
}

export interface Option {
  /** Lower case. */
  readonly name: string;
  readonly value: string;
}

/** What a line says, or the sentence that tells what is wrong with it. */
export type Words =
  | { readonly words: readonly Word[]; readonly options: readonly Option[]; readonly error: null }
  | { readonly error: string };

const DOUBLE = '"“”„‟«»';
const SINGLE = "'‘’‚‛‹›";
const SPACE = /\s/u;
/** Two letters at least, so that the drive of `C:\reports` is none. */
const OPTION = /^([a-z][a-z-]*[a-z]):/i;
const PREFIX = /^\s*\/dmarc(?:\s+|$)/i;

/** Reads command text; the prefix `/dmarc` may stand before it. Never throws. */
export function readWords(text: string): Words {
  if (text.length > LONGEST_TEXT)
    return { error: `The command is too long: at most ${LONGEST_TEXT} characters are read.` };
  const line = text.replace(PREFIX, '');
  const words: Word[] = [];
  const options: Option[] = [];
  let at = skipSpace(line, 0);
  while (at < line.length) {
    const option = optionAt(line, at);
    // `domain: example.com` is meant as one option, though a space was typed.
    const start = option === null ? at : skipSpace(line, at + option.length + 1);
    const token = tokenAt(line, start);
    if (token === null) return { error: 'A quote is opened and not closed; close it, or leave it out.' };
    if (option === null) words.push({ text: token.text, quoted: token.quoted });
    else options.push({ name: option.toLowerCase(), value: token.text });
    at = skipSpace(line, token.end);
  }
  return { words, options, error: null };
}

/** A command line that reads back as these words and options. */
export function writeWords(words: readonly string[], options: readonly Option[]): string {
  const texts = words.map((word) => (isBare(word) ? word : quote(word)));
  for (const { name, value } of options) {
    // `aa:dead:beef::1` would be read as an address.
    const bare = isBareValue(value) && optionAt(`${name}:${value}`, 0) === name;
    texts.push(`${name}:${bare ? value : quote(value)}`);
  }
  return texts.join(' ');
}

function skipSpace(line: string, from: number): number {
  let at = from;
  while (at < line.length && SPACE.test(line[at] ?? '')) at += 1;
  return at;
}

/** Name of the option that starts here; null where a plain word does. */
function optionAt(line: string, at: number): string | null {
  const bare = line.slice(at, bareEnd(line, at));
  const name = OPTION.exec(bare)?.[1];
  if (name === undefined) return null;
  // Some IPv6 addresses start like an option (`dead:beef::1`), and so do links.
  if (isIP(bare.split('/')[0] ?? '') !== 0 || /^https?:\/\//i.test(bare)) return null;
  return name;
}

function bareEnd(line: string, from: number): number {
  let at = from;
  while (at < line.length && !SPACE.test(line[at] ?? '')) at += 1;
  return at;
}

function tokenAt(line: string, at: number): { text: string; quoted: boolean; end: number } | null {
  const opening = line[at] ?? '';
  const closing = closersOf(opening);
  if (closing === null) {
    const end = bareEnd(line, at);
    return { text: line.slice(at, end), quoted: false, end };
  }
  let text = '';
  for (let place = at + 1; place < line.length; place += 1) {
    const mark = line[place] ?? '';
    if (!closing.includes(mark)) {
      text += mark;
      continue;
    }
    if (line[place + 1] !== mark) return { text, quoted: true, end: place + 1 };
    text += mark;
    place += 1;
  }
  return null;
}

/** Marks that close what this one opens: a straight one itself, a typographic one any of its kind. */
function closersOf(mark: string): string | null {
  if (mark === '') return null;
  if (mark === '"' || mark === "'") return mark;
  if (DOUBLE.includes(mark)) return DOUBLE;
  return SINGLE.includes(mark) ? SINGLE : null;
}

function isBare(word: string): boolean {
  return isBareValue(word) && optionAt(word, 0) === null && !PREFIX.test(word);
}

function isBareValue(value: string): boolean {
  return value !== '' && !SPACE.test(value) && closersOf(value[0] ?? '') === null;
}

function quote(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}
