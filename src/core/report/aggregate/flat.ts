import type { ReportBuilder } from './build.js';
import { codeOf, NAMES } from './grammar.js';
import { Repeats } from './repeats.js';

/** The text at hand is no record of the plain shape; a parser for all of XML must say what it is. */
export const UNUSUAL = -1;
/** The text ends before the record does. */
export const INCOMPLETE = -2;

/** How a record begins that this way of reading may take. */
export const FLAT_START = '<record>';

/** Characters of a record that may be kept back until its end is there. */
export const MOST_KEPT_BACK = 131_072;

/** Numbers that describe the elements of one record; a record with more is unusual. */
const MOST_TOKENS = 4_096;
const DEPTH = 16;
/** Records of a document that are read before any is remembered: small reports end before that pays. */
const FIRST_RECORDS = 20;

const TAB = 9;
const NEWLINE = 10;
const RETURN = 13;
const SPACE = 32;
const AMPERSAND = 38;
const SLASH = 47;
const LESS = 60;
const BRACKET = 93;
const DELETE = 127;

const ascii = new TextEncoder();
const OPENINGS: readonly Uint8Array[] = NAMES.map((name) => ascii.encode(`<${name}>`));
const CLOSINGS: readonly Uint8Array[] = NAMES.map((name) => ascii.encode(`</${name}>`));
const LONGEST = Math.max(...CLOSINGS.map((closing) => closing.length));
const BY_FIRST_CHARACTER = candidates();
const CODES = {
  record: codeOf('record'),
  row: codeOf('row'),
  sourceIp: codeOf('source_ip'),
  count: codeOf('count'),
};

/**
 * Reads records of the shape that nearly all have: known elements without prefix or attributes, text of
 * printable ASCII without references. A parser for all of XML takes several times as long for them. Everything
 * else is left to that parser, and what is read here is well-formed without doubt, so the result is the same.
 */
export class FlatRecords {
  // Of an element with children: its code; at its end: 0. Of one with text: −code, and where the text is.
  readonly #tokens = new Int32Array(MOST_TOKENS);
  readonly #stack = new Int32Array(DEPTH);
  #length = 0;
  readonly #repeats = new Repeats();
  #read = 0;
  #text = '';
  /** The text as ASCII, and a zero behind it: bytes are read twice as fast as characters. */
  #bytes = new Uint8Array(0);

  /** Takes the text that `read` is about. False where it holds more than ASCII: then nothing can be read here. */
  load(text: string): boolean {
    const size = text.length;
    if (this.#bytes.length <= size) this.#bytes = new Uint8Array(size + (size >> 2) + 1);
    const { read, written } = ascii.encodeInto(text, this.#bytes.subarray(0, size));
    if (read !== size || written !== size) return false;
    this.#bytes[size] = 0;
    this.#text = text;
    return true;
  }

  /**
   * Reads the record that starts at `from`, where FLAT_START stands, into the builder. Gives the place behind
   * it, or UNUSUAL or INCOMPLETE, and then the builder has seen nothing of it.
   */
  read(from: number, builder: ReportBuilder): number {
    const repeated = this.#repeats.read(this.#bytes, this.#text, from, builder);
    if (repeated >= 0) return repeated;
    const end = this.#scan(from);
    if (end < 0) return end;
    const isRecord = builder.atReport;
    this.#replay(builder);
    this.#read += 1;
    if (isRecord && this.#read > FIRST_RECORDS && !this.#repeats.isFull) this.#learn(from, end, builder);
    return end;
  }

  /** Lets others repeat the record that was read, where it begins with its row, and that with address and count. */
  #learn(from: number, end: number, builder: ReportBuilder): void {
    const tokens = this.#tokens.subarray(0, this.#length);
    const [record, row, ip, address = 0, addressEnd = 0, number, count = 0, countEnd = 0] = tokens;
    if (record !== CODES.record || row !== CODES.row || ip !== -CODES.sourceIp || number !== -CODES.count)
      return;
    // A second one would be compared to the first.
    if (tokens.lastIndexOf(ip) > 2 || tokens.lastIndexOf(number) > 5) return;
    const repeatable = builder.lastRecord();
    if (repeatable !== null)
      this.#repeats.learn(this.#bytes, { from, address, addressEnd, count, countEnd, end }, repeatable);
  }

  #scan(from: number): number {
    const bytes = this.#bytes;
    const tokens = this.#tokens;
    const stack = this.#stack;
    const size = this.#text.length;
    let depth = 0;
    let length = 0;
    let at = from;
    for (;;) {
      // Here a tag must start.
      if (bytes[at + 1] === SLASH) {
        depth -= 1;
        const closing = CLOSINGS[stack[depth] ?? 0] ?? bytes;
        if (!matches(bytes, at, closing)) return at + closing.length > size ? INCOMPLETE : UNUSUAL;
        at += closing.length;
        tokens[length] = 0;
        length += 1;
        if (depth === 0) {
          this.#length = length;
          return at;
        }
      } else {
        const code = codeAt(bytes, at);
        if (code === 0) return at + LONGEST > size ? INCOMPLETE : UNUSUAL;
        at += OPENINGS[code]?.length ?? 0;
        const start = at;
        at = skipSpaceBytes(bytes, at);
        let isLeaf = bytes[at + 1] === SLASH;
        if (bytes[at] !== LESS) {
          if (at === start) at = skipText(bytes, at);
          if (bytes[at] !== LESS) return at >= size ? INCOMPLETE : UNUSUAL;
          isLeaf = true;
        }
        if (length + 3 >= MOST_TOKENS || depth >= DEPTH) return UNUSUAL;
        if (isLeaf) {
          const closing = CLOSINGS[code] ?? bytes;
          if (!matches(bytes, at, closing)) return at + closing.length > size ? INCOMPLETE : UNUSUAL;
          tokens[length] = -code;
          tokens[length + 1] = start;
          tokens[length + 2] = at;
          length += 3;
          at += closing.length;
          if (depth === 0) return UNUSUAL;
        } else {
          tokens[length] = code;
          length += 1;
          stack[depth] = code;
          depth += 1;
        }
      }
      at = skipSpaceBytes(bytes, at);
      if (bytes[at] !== LESS) return at >= size ? INCOMPLETE : UNUSUAL;
    }
  }

  #replay(builder: ReportBuilder): void {
    const text = this.#text;
    const tokens = this.#tokens;
    const length = this.#length;
    for (let i = 0; i < length; i += 1) {
      const token = tokens[i] ?? 0;
      if (token === 0) builder.close();
      else if (token > 0) builder.openCode(token);
      else {
        builder.leafCode(-token, text.slice(tokens[i + 1], tokens[i + 2]));
        i += 2;
      }
    }
  }
}

/** Code of the start tag at this place; 0 where there is none that is known. */
function codeAt(bytes: Uint8Array, at: number): number {
  const codes = BY_FIRST_CHARACTER[bytes[at + 1] ?? 0];
  if (codes === undefined) return 0;
  for (let i = 0; i < codes.length; i += 1) {
    const code = codes[i] ?? 0;
    if (matches(bytes, at, OPENINGS[code] ?? bytes)) return code;
  }
  return 0;
}

function matches(bytes: Uint8Array, at: number, pattern: Uint8Array): boolean {
  for (let i = 0; i < pattern.length; i += 1) if (bytes[at + i] !== pattern[i]) return false;
  return true;
}

function skipSpaceBytes(bytes: Uint8Array, from: number): number {
  let at = from;
  let byte = bytes[at] ?? 0;
  while (byte === SPACE || byte === NEWLINE || byte === RETURN || byte === TAB) {
    at += 1;
    byte = bytes[at] ?? 0;
  }
  return at;
}

/** Place of the first character that is no printable ASCII, or of `<`, `&` or `]`. */
function skipText(bytes: Uint8Array, from: number): number {
  let at = from;
  for (;;) {
    const byte = bytes[at] ?? 0;
    if (byte < SPACE ? byte !== NEWLINE && byte !== TAB : byte >= DELETE) return at;
    if (byte === LESS || byte === AMPERSAND || byte === BRACKET) return at;
    at += 1;
  }
}

/** Codes by the first character of the name, the frequent ones first. */
function candidates(): readonly (readonly number[] | undefined)[] {
  const lists: number[][] = [];
  const frequent = [
    'result',
    'row',
    'record',
    'domain',
    'dkim',
    'source_ip',
    'selector',
    'spf',
    'envelope_to',
  ];
  for (const name of [...frequent, ...NAMES.filter((other) => other !== '' && !frequent.includes(other))])
    (lists[name.charCodeAt(0)] ??= []).push(codeOf(name));
  return lists;
}

/** Place of the first character that is no white space. */
export function skipSpace(text: string, from: number): number {
  let at = from;
  let code = text.charCodeAt(at);
  while (code === SPACE || code === NEWLINE || code === RETURN || code === TAB) {
    at += 1;
    code = text.charCodeAt(at);
  }
  return at;
}
