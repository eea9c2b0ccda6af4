import { cutText } from '../text.js';

/** Notes something odd about the value at hand; who calls it knows the place. */
export type Note = (code: string, message: string) => void;

/** Characters of a value that a message shows. */
const SHOWN = 60;

/** Whether there is anything but white space. */
export function hasContent(text: string): boolean {
  for (let i = 0; i < text.length; i += 1) if (text.charCodeAt(i) > 32) return true;
  return false;
}

/** A value in quotes for a message: bounded, on one line. */
export function show(value: string): string {
  const shown = cutText(value, SHOWN).replace(/[\p{Cc}\p{Zl}\p{Zp}\p{Cs}]+/gu, ' ');
  return value.length > SHOWN ? `"${shown}…"` : `"${shown}"`;
}

/** Text without surrounding white space; null where nothing remains. */
export function textOf(text: string): string | null {
  const length = text.length;
  if (length === 0) return null;
  const first = text.charCodeAt(0);
  const last = text.charCodeAt(length - 1);
  if (first > 32 && first < 127 && last > 32 && last < 127) return text;
  const trimmed = text.trim();
  return trimmed === '' ? null : trimmed;
}

/** A domain name in lower case without its trailing dot; null where there is none. */
export function domainOf(text: string): string | null {
  const value = textOf(text);
  if (value === null) return null;
  for (let i = 0; i < value.length; i += 1) {
    const code = value.charCodeAt(i);
    if ((code >= 65 && code <= 90) || code > 126) return undotted(value.toLowerCase());
  }
  return value.charCodeAt(value.length - 1) === 46 ? undotted(value) : value;
}

function undotted(domain: string): string | null {
  const bare = domain.endsWith('.') ? domain.slice(0, -1) : domain;
  return bare === '' ? null : bare;
}

const ALIGNMENT: ReadonlySet<string> = new Set(['r', 's']);
const EVALUATED: ReadonlySet<string> = new Set(['pass', 'fail']);
const POLICY: ReadonlySet<string> = new Set(['none', 'quarantine', 'reject']);
const AUTH_RESULTS = ['none', 'pass', 'fail', 'policy', 'neutral', 'temperror', 'permerror'];

/** Words that RFC 7489 or RFC 9990 gives to each kind of value. Others are kept, and noted. */
export const WORDS = {
  alignment: ALIGNMENT,
  evaluated: EVALUATED,
  policy: POLICY,
  disposition: new Set(['none', 'pass', 'quarantine', 'reject']),
  testing: new Set(['y', 'n']),
  discovery: new Set(['psl', 'treewalk']),
  reason: new Set([
    'forwarded',
    'local_policy',
    'mailing_list',
    'other',
    'policy_test_mode',
    'sampled_out',
    'trusted_forwarder',
  ]),
  dkim: new Set(AUTH_RESULTS),
  spf: new Set([...AUTH_RESULTS, 'softfail']),
  scope: new Set(['mfrom', 'helo']),
} as const satisfies Record<string, ReadonlySet<string>>;

/** A word of the standard in lower case; null where there is none. */
export function wordOf(text: string, known: ReadonlySet<string>, note: Note): string | null {
  // The three words that make up nearly all values, without a look into the set.
  if (text === 'pass') return known.has('pass') ? 'pass' : unknownWord('pass', note);
  if (text === 'fail' && known === EVALUATED) return 'fail';
  if (text === 'none' && known !== EVALUATED) return known.has('none') ? 'none' : unknownWord('none', note);
  const value = textOf(text);
  if (value === null) return null;
  const word = value.toLowerCase();
  return known.has(word) ? word : unknownWord(word, note);
}

function unknownWord(word: string, note: Note): string {
  note('value-unknown', `${show(word)} is no value of the standard here; kept as it is.`);
  return word;
}

/** Digits that always fit a safe integer. */
const SAFE_DIGITS = 15;

/**
 * A number of messages: a whole number from 0 to 2^53 − 1. Where the text says anything else, 0 is given, or
 * its whole part, with a note.
 */
export function countOf(text: string, note: Note): number {
  const length = text.length;
  if (length > 0 && length <= SAFE_DIGITS) {
    let count = 0;
    for (let i = 0; i < length; i += 1) {
      const digit = text.charCodeAt(i) - 48;
      if (digit < 0 || digit > 9) return oddCount(text, note);
      count = count * 10 + digit;
    }
    return count;
  }
  return oddCount(text, note);
}

function oddCount(text: string, note: Note): number {
  const value = text.trim();
  if (value === '') {
    note('count-missing', 'The number of messages is empty; counted as 0.');
    return 0;
  }
  const match = /^([+-]?)(\d{1,400})(?:\.(\d{0,400}))?$/.exec(value);
  if (match === null) {
    note('count-invalid', `${show(value)} is no number of messages; counted as 0.`);
    return 0;
  }
  const [, sign, digits = '', fraction = ''] = match;
  const count = Number(digits);
  if (sign === '-' && /[1-9]/.test(value)) {
    note('count-negative', `${show(value)} is no number of messages; counted as 0.`);
    return 0;
  }
  if (!Number.isSafeInteger(count)) {
    note('count-too-large', `${show(value)} is beyond 2^53; counted as 0.`);
    return 0;
  }
  if (/[1-9]/.test(fraction))
    note('count-fractional', `${show(value)} is no whole number; counted as ${count}.`);
  return count;
}

/** A percentage from 0 to 100 (RFC 7489 `pct`); null, with a note unless it is empty, where there is none. */
export function percentOf(text: string, note: Note): number | null {
  const value = textOf(text);
  if (value === null) return null;
  const percent = /^\d{1,3}(?:\.0*)?%?$/.test(value) ? Number.parseInt(value, 10) : Number.NaN;
  if (percent >= 0 && percent <= 100) return percent;
  note('pct-invalid', `${show(value)} is no percentage from 0 to 100; left out.`);
  return null;
}
