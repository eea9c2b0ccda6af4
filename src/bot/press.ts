import { createHash } from 'node:crypto';
import type { Audience } from './platform.js';
import { readWords, writeWords } from './words.js';

/**
 * What a button means, as it is written into a platform's button and read back when it is pressed. A button holds no
 * right: who pressed it and what they may do is looked at then. A command line that is too long for the platform stands
 * in the database, and the button holds its digest.
 */
export interface Press {
  /** The command line, without the leading `/dmarc`. */
  readonly command: string;
  readonly audience: Audience;
}

export interface WrittenPress {
  /** The button's value, at most as long as asked for. */
  readonly value: string;
  /** The command line to hand to Inbound.keep before the button is shown; null where the value holds it all. */
  readonly keep: string | null;
}

const AUDIENCES = { a: 'asker', c: 'channel' } as const satisfies Readonly<Record<string, Audience>>;
/** Begins a text that stands for a kept command line; no command begins so. */
const KEPT = '~';
/** Letters of base64url: 132 bits, which nobody meets twice. */
const ID_LENGTH = 22;
/** What was written or chosen beside the button stands behind it. */
const KEPT_TEXT = new RegExp(`^${KEPT}([A-Za-z0-9_-]{${ID_LENGTH}})(?: (.*))?$`, 'su');
/** No platform's buttons hold less. */
export const SHORTEST_PRESS = 2 + 1 + ID_LENGTH;

/** A button's value of at most `longest` UTF-16 units, which are SHORTEST_PRESS at least. The same press has the same. */
export function writePress({ command, audience }: Press, longest: number): WrittenPress {
  const start = audience === 'channel' ? 'c:' : 'a:';
  const whole = `${start}${command}`;
  if (whole.length <= longest) return { value: whole, keep: null };
  return { value: `${start}${KEPT}${pressId(command)}`, keep: command };
}

/** What a pressed button asks, for ChatRequest's text and audience; null for a value that is none of ours. */
export function readPress(value: string): { readonly text: string; readonly audience: Audience } | null {
  const letter = value.slice(0, 1);
  if ((letter !== 'a' && letter !== 'c') || value[1] !== ':') return null;
  return { text: value.slice(2), audience: AUDIENCES[letter] };
}

/** The id of the kept command line that a request's text stands for, and what follows that line; null for plain words. */
export function keptPress(text: string): { readonly id: string; readonly rest: string } | null {
  const [, id, rest = ''] = KEPT_TEXT.exec(text) ?? [];
  return id === undefined ? null : { id, rest };
}

/** Under which a command line is kept: the beginning of its SHA-256 in base64url. */
export function pressId(command: string): string {
  return createHash('sha256').update(command).digest('base64url').slice(0, ID_LENGTH);
}

/** The command line of a form with what was chosen; null and empty text leave a field out. */
export function writeForm(
  command: string,
  values: readonly { readonly name: string; readonly value: string | null }[],
): string {
  const options = values.flatMap(({ name, value }) =>
    value === null || value === '' ? [] : [{ name: name.toLowerCase(), value }],
  );
  const read = readWords(command);
  // A card's own command can be read; what cannot is sent on, and answered with what is wrong with it.
  if (read.error !== null) return command;
  return writeWords(
    read.words.map((word) => word.text),
    [...read.options, ...options],
  );
}
