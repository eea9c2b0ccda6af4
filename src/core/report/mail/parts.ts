import { HEAD_BYTES } from '../container/detect.js';
import { tooManyEntries } from '../container/budget.js';
import type { Reading } from '../container/layer.js';
import { LimitError } from '../limits.js';
import type { ProblemList } from '../problems.js';
import { readHeader, type PartHeader, type Range } from './header.js';
import { decodeTransfer } from './transfer.js';

/** Multiparts inside multiparts of one message; real mails have four or so. */
const PART_DEPTH = 32;

const DASH = 0x2d;
const SPACE = 0x20;
const TAB = 0x09;
const CR = 0x0d;
const LF = 0x0a;

/** A leaf of a mail. */
export interface Part {
  /** File name, or null. */
  readonly name: string | null;
  /** Lower case, without parameters; `text/plain` where the mail says nothing. */
  readonly mimeType: string;
  /** The first bytes, decoded: enough to tell what the part is. */
  head(): Uint8Array;
  /** All bytes, decoded anew at every call. */
  bytes(): Uint8Array;
}

export interface Mail {
  readonly subject: string;
  /** The leaves of the mail in their order; attached messages are leaves. */
  readonly parts: readonly Part[];
}

/**
 * Takes a mail apart (RFC 5322, RFC 2045, RFC 2046) without copying it. Throws LimitError where it has too many
 * parts, or parts too deep inside each other.
 */
export function readMailParts(
  bytes: Uint8Array,
  { limits, budget }: Pick<Reading, 'limits' | 'budget'>,
  problems: ProblemList,
): Mail {
  const mail = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const parts: Part[] = [];
  let seen = 0;

  function walk(header: PartHeader, end: number, depth: number): void {
    if (!header.mimeType.startsWith('multipart/')) {
      parts.push(leaf(mail.subarray(header.body, end), header));
      return;
    }
    if (depth >= PART_DEPTH)
      throw new LimitError('limit-nesting', 'The mail is nested too deeply and was not read.');
    for (const range of partRanges(mail, header, end)) {
      if (++seen > limits.entries) throw tooManyEntries(limits.entries);
      budget.countPart();
      // In a digest, parts without a type are messages (RFC 2046 §5.1.5).
      const usual = header.mimeType === 'multipart/digest' ? 'message/rfc822' : 'text/plain';
      walk(readHeader(mail, range, usual, problems), range.end, depth + 1);
    }
  }

  const root = readHeader(mail, { start: headerStart(mail), end: mail.length }, 'text/plain', problems);
  walk(root, mail.length, 0);
  return { subject: root.subject, parts };
}

function leaf(encoded: Buffer, { name, mimeType, encoding }: PartHeader): Part {
  return {
    name,
    mimeType,
    // Encodings need up to three times the bytes.
    head: () => decodeTransfer(encoded.subarray(0, 3 * HEAD_BYTES), encoding).subarray(0, HEAD_BYTES),
    bytes: () => decodeTransfer(encoded, encoding),
  };
}

/** Where the header starts: behind empty lines and the line with which mbox files start a mail (RFC 4155). */
function headerStart(mail: Buffer): number {
  let start = 0;
  while (mail[start] === CR || mail[start] === LF) start++;
  if (!/^>?From /.test(mail.toString('latin1', start, start + 6))) return start;
  const end = mail.indexOf(LF, start);
  return end < 0 ? start : end + 1;
}

/** What lies between the boundary lines of a multipart, one after the other; the last may lack its end. */
function* partRanges(mail: Buffer, { body, boundary }: PartHeader, end: number): Generator<Range> {
  const delimiter = boundary === null ? null : `--${boundary.trimEnd()}`;
  const first = delimiter === null ? null : findBoundary(mail, delimiter, body, end);
  // A boundary that is missing or another than in the body: the first line of dashes is taken for it.
  const used = first ? delimiter : dashedLine(mail, body, end);
  if (used === null) return;
  let line = first ?? findBoundary(mail, used, body, end);
  while (line && !line.isLast) {
    const next = findBoundary(mail, used, line.after, end);
    yield { start: line.after, end: next?.before ?? end };
    line = next;
  }
}

interface BoundaryLine {
  /** End of what stands before it, without the line break that belongs to it (RFC 2046 §5.1.1). */
  readonly before: number;
  /** Start of what follows. */
  readonly after: number;
  readonly isLast: boolean;
}

function findBoundary(mail: Buffer, delimiter: string, from: number, end: number): BoundaryLine | null {
  for (let at = mail.indexOf(delimiter, from); at >= 0 && at < end; at = mail.indexOf(delimiter, at + 1)) {
    if (at !== from && mail[at - 1] !== LF) continue;
    let rest = at + delimiter.length;
    const isLast = mail[rest] === DASH && mail[rest + 1] === DASH;
    if (isLast) rest += 2;
    while (mail[rest] === SPACE || mail[rest] === TAB) rest++;
    if (mail[rest] === CR) rest++;
    if (rest < end && mail[rest] !== LF) continue;
    return { before: lineBreakBefore(mail, at, from), after: Math.min(rest + 1, end), isLast };
  }
  return null;
}

function lineBreakBefore(mail: Buffer, at: number, from: number): number {
  if (at <= from) return from;
  return Math.max(from, mail[at - 2] === CR ? at - 2 : at - 1);
}

function dashedLine(mail: Buffer, body: number, end: number): string | null {
  const start = mail.toString('latin1', body, Math.min(end, body + 4_000));
  return /^--[^\s-][^\r\n]{0,70}(?=\r?\n)/m.exec(start)?.[0].trimEnd() ?? null;
}
