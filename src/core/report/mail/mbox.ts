import { tooManyEntries } from '../container/budget.js';
import type { Limits } from '../limits.js';

/** The line that starts a mail: sender, and a date that ends in a year or a zone (RFC 4155 appendix A). */
const SEPARATOR = /^From \S+ .*\d{2}:\d{2}.*\d{4}/;
/** Characters of such a line that are looked at. */
const LONGEST = 300;

/**
 * The mails of an mbox file (RFC 4155), each without the line before it; null where the bytes are no mbox, or one
 * with a single mail. Throws LimitError where there are too many.
 */
export function splitMbox(bytes: Uint8Array, limits: Limits): Uint8Array[] | null {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (!isSeparator(file, 0)) return null;
  const starts = [0];
  // A separator follows an empty line; in texts, mails quote such lines.
  for (let at = file.indexOf('\nFrom '); at >= 0; at = file.indexOf('\nFrom ', at + 1)) {
    const isAfterEmpty = file[at - 1] === 0x0a || (file[at - 1] === 0x0d && file[at - 2] === 0x0a);
    if (!isAfterEmpty || !isSeparator(file, at + 1)) continue;
    starts.push(at + 1);
    if (starts.length > limits.entries) throw tooManyEntries(limits.entries);
  }
  if (starts.length === 1) return null;
  return starts.map((start, index) => file.subarray(file.indexOf('\n', start) + 1, starts[index + 1]));
}

/** Whether the line at this place parts two mails. */
export function isSeparator(file: Buffer, at: number): boolean {
  const line = file.toString('latin1', at, at + LONGEST).split('\n', 1)[0] ?? '';
  return SEPARATOR.test(line);
}
