import { tooManyEntries } from '../container/budget.js';
import type { Limits } from '../limits.js';

/** Characters of a boundary (RFC 2046 §5.1.1). */
const LONGEST_BOUNDARY = 70;
/** Lines that start with two dashes, as a multiple of the parts allowed; texts and signatures have such lines too. */
const DASHED_FACTOR = 5;

/**
 * Refuses a mail with more parts than allowed, with LimitError, before it is taken apart: a part costs a hundred
 * times the memory of its line. Counts the lines that are boundaries, over all nested messages.
 */
export function checkParts(mail: Uint8Array, limits: Limits): void {
  const bytes = Buffer.from(mail.buffer, mail.byteOffset, mail.length);
  let dashed = 0;
  const starts: number[] = [];
  for (let at = bytes.indexOf('--'); at >= 0; at = bytes.indexOf('--', at)) {
    if (at === 0 || bytes[at - 1] === 0x0a) {
      dashed++;
      if (dashed > limits.entries * DASHED_FACTOR) throw tooManyEntries(limits.entries);
      starts.push(at);
    }
    at = bytes.indexOf(0x0a, at);
    if (at < 0) break;
  }
  if (dashed <= limits.entries) return;

  const boundaries = declaredBoundaries(bytes);
  const parts = starts.filter((at) => boundaries.has(boundaryAt(bytes, at)));
  if (parts.length > limits.entries) throw tooManyEntries(limits.entries);
}

function declaredBoundaries(bytes: Buffer): ReadonlySet<string> {
  const boundaries = new Set<string>();
  for (const match of bytes
    .toString('latin1')
    .matchAll(/\bboundary=(?:"([^"\r\n]{1,200})"|([^\s;"]{1,200}))/gi))
    boundaries.add((match[1] ?? match[2] ?? '').trim());
  return boundaries;
}

function boundaryAt(bytes: Buffer, at: number): string {
  return bytes
    .toString('latin1', at + 2, at + 2 + LONGEST_BOUNDARY + 4)
    .replace(/\r?\n[^]*$/, '')
    .trimEnd()
    .replace(/--$/, '');
}
