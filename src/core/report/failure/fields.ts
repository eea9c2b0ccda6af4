import { decodeWords } from 'postal-mime';
import { cutText, wellFormed } from '../text.js';

export interface Field {
  /** As written. */
  readonly name: string;
  /** Unfolded, encoded words decoded, without control characters. */
  readonly value: string;
}

/** Fields that are read of one block; a mail has some fifty. */
const MOST_FIELDS = 1_000;
/** Characters of a block that are looked at. */
const LONGEST_BLOCK = 2 * 1024 * 1024;

/** Encoded words inside encoded words that are undone; one is what the standard has. */
const MOST_DECODINGS = 4;

export interface Block {
  readonly fields: readonly Field[];
  /** What follows the empty line after the fields; '' where nothing does. */
  readonly rest: string;
}

/**
 * Header fields (RFC 5322 §2.2) at the start of a text, up to the first empty line. Lines that are no field and
 * continue none are passed over. Values are cut at `valueLength` characters.
 */
export function readFields(text: string, valueLength: number): Block {
  const start = /^(?:[ \t]*\r?\n)*/.exec(text)?.[0].length ?? 0;
  const block = cutText(text.slice(start), LONGEST_BLOCK);
  const end = /\r?\n[ \t]*\r?\n/.exec(block);
  const head = end ? block.slice(0, end.index) : block;
  const raw: { name: string; lines: string[] }[] = [];
  for (const line of head.split(/\r\n|\n|\r/)) {
    const last = raw.at(-1);
    if (/^[ \t]/.test(line)) {
      last?.lines.push(line.trim());
      continue;
    }
    const field = /^([!-9;-~]+)[ \t]*:(.*)$/.exec(line);
    if (field?.[1] === undefined || raw.length >= MOST_FIELDS) continue;
    raw.push({ name: field[1], lines: [(field[2] ?? '').trim()] });
  }
  const fields = raw.map(({ name, lines }) => ({ name, value: valueOf(lines.join(' '), valueLength) }));
  return { fields, rest: end ? text.slice(start + end.index + end[0].length) : '' };
}

function valueOf(raw: string, length: number): string {
  const line = wellFormed(decoded(raw))
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .trim();
  return line.length <= length ? line : cutText(line, length).trim();
}

/** Until nothing changes, so that a value means the same when it is written and read once more. */
function decoded(raw: string): string {
  let value = raw;
  for (let i = 0; i < MOST_DECODINGS && value.includes('=?'); i++) {
    const next = decodeWords(value);
    if (next === value) return value;
    value = next;
  }
  return value.includes('=?') ? value.replaceAll('=?', '= ?') : value;
}

/** Text of bytes that should be UTF-8 but often are not. */
export function textOfBytes(bytes: Uint8Array): string {
  try {
    // As part of a stream: the bytes may end in the middle of a character.
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true });
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
}
