import { isAscii, isUtf8 } from 'node:buffer';
import type { ProblemList } from '../problems.js';
import { show } from './values.js';

/** Bytes looked at for a byte order mark and an XML declaration. */
const HEAD = 512;

/** Turns the bytes of a document into text. */
export interface Decoder {
  /** Text of these bytes, as far as it is complete. */
  write(bytes: Uint8Array): string;
  /** Text that remains. */
  end(): string;
}

/**
 * Decodes by byte order mark, else by the declared encoding, else as UTF-8. Bytes that are no UTF-8 are taken
 * for windows-1252, and noted, so that no letter is lost. White space before an XML declaration is dropped.
 */
export function createDecoder(problems: ProblemList): Decoder {
  let head: Uint8Array = new Uint8Array(0);
  let decoder: Decoder | null = null;

  const start = (): string => {
    const bytes = head;
    head = new Uint8Array(0);
    const skipped = skipHead(bytes.subarray(0, HEAD), problems);
    decoder = chooseDecoder(bytes.subarray(0, HEAD), bytes.subarray(skipped, HEAD), problems);
    return decoder.write(bytes.subarray(skipped));
  };

  return {
    write(bytes) {
      if (decoder !== null) return decoder.write(bytes);
      head = head.length === 0 ? bytes : Buffer.concat([head, bytes]);
      return head.length < HEAD ? '' : start();
    },
    end() {
      const text = decoder === null ? start() : '';
      return text + (decoder?.end() ?? '');
    },
  };
}

/** Bytes that are no part of the text: a byte order mark of UTF-8, and white space before an XML declaration. */
function skipHead(bytes: Uint8Array, problems: ProblemList): number {
  const mark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  let at = mark;
  while (at < bytes.length && isSpace(bytes[at] ?? 0)) at += 1;
  if (at === mark) return mark;
  const isDeclaration = Buffer.from(bytes.subarray(at, at + 6))
    .toString('latin1')
    .startsWith('<?xml ');
  if (!isDeclaration) return mark;
  problems.add('space-before-declaration', 'White space before the XML declaration was left out.');
  return at;
}

function isSpace(byte: number): boolean {
  return byte === 32 || (byte >= 9 && byte <= 13);
}

function chooseDecoder(head: Uint8Array, text: Uint8Array, problems: ProblemList): Decoder {
  const [a, b, c, d] = head;
  if (a === 0xff && b === 0xfe) return platformDecoder('utf-16le');
  if (a === 0xfe && b === 0xff) return platformDecoder('utf-16be');
  if (a === 0x3c && b === 0 && c !== 0) return platformDecoder('utf-16le');
  if (a === 0 && b === 0x3c && c === 0 && d !== 0) return platformDecoder('utf-16be');
  const label = declaredEncoding(text);
  if (label === null || /^utf-?(?:8|16|16le|16be)$/i.test(label)) return createUtf8Decoder(problems);
  try {
    return platformDecoder(label);
  } catch {
    problems.add(
      'encoding-unknown',
      `The declared encoding ${show(label)} is not known; the text was read as UTF-8.`,
    );
    return createUtf8Decoder(problems);
  }
}

/** The encoding that the XML declaration names; null where there is none. */
function declaredEncoding(text: Uint8Array): string | null {
  const start = Buffer.from(text).toString('latin1');
  const match = /^<\?xml\s[^>]*?\sencoding\s*=\s*["']([^"'>]{1,40})["']/.exec(start);
  return match?.[1] ?? null;
}

/** By the WHATWG list of labels, where ISO-8859-1 and US-ASCII are windows-1252. Throws for unknown labels. */
function platformDecoder(label: string): Decoder {
  const decoder = new TextDecoder(label);
  if (decoder.encoding === 'windows-1252') return { write: windows1252, end: () => '' };
  return {
    write: (bytes) => decoder.decode(bytes, { stream: true }),
    end: () => decoder.decode(),
  };
}

function createUtf8Decoder(problems: ProblemList): Decoder {
  let carried: Buffer | null = null;
  let isRepaired = false;

  const decode = (bytes: Buffer): string => {
    if (isUtf8(bytes)) return bytes.toString('utf8');
    isRepaired = true;
    return repair(bytes);
  };

  return {
    write(bytes) {
      let buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      if (carried === null && isAscii(buffer)) return buffer.toString('latin1');
      if (carried !== null) buffer = Buffer.concat([carried, buffer]);
      const whole = completeLength(buffer);
      // A copy: whoever reads the bytes may use their memory again.
      carried = whole < buffer.length ? Buffer.from(buffer.subarray(whole)) : null;
      return decode(buffer.subarray(0, whole));
    },
    end() {
      const rest = carried === null ? '' : decode(carried);
      carried = null;
      if (isRepaired) problems.add('encoding-repaired', 'Bytes that are no UTF-8 were read as windows-1252.');
      return rest;
    },
  };
}

/** Length without a sequence at the end that more bytes could complete. */
function completeLength(bytes: Buffer): number {
  const size = bytes.length;
  for (let back = 1; back <= Math.min(3, size); back += 1) {
    const byte = bytes[size - back] ?? 0;
    if (byte < 0x80) return size;
    if (byte >= 0xc0) return sequenceLength(byte) > back ? size - back : size;
  }
  return size;
}

function sequenceLength(lead: number): number {
  if (lead >= 0xf0 && lead <= 0xf4) return 4;
  if (lead >= 0xe0) return lead < 0xf0 ? 3 : 1;
  return lead >= 0xc2 ? 2 : 1;
}

/** 0x80 to 0x9f; Node's own decoder takes them for control characters now and then. */
const WINDOWS_1252 = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ';

function windows1252(bytes: Uint8Array): string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  return text.replace(/[\u0080-\u009f]/g, (character) => WINDOWS_1252.charAt(character.charCodeAt(0) - 0x80));
}

/** Sequences that are UTF-8 as such, every other byte beyond ASCII as windows-1252. */
function repair(bytes: Buffer): string {
  let text = '';
  let plain = 0;
  let at = 0;
  while (at < bytes.length) {
    const byte = bytes[at] ?? 0;
    const length = byte < 0x80 ? 1 : sequenceLength(byte);
    const isGood =
      byte < 0x80 || (length > 1 && isUtf8(bytes.subarray(at, at + length)) && at + length <= bytes.length);
    if (!isGood) {
      text += bytes.toString('utf8', plain, at) + windows1252(bytes.subarray(at, at + 1));
      plain = at + 1;
    }
    at += isGood ? length : 1;
  }
  return text + bytes.toString('utf8', plain);
}
