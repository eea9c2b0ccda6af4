import { LimitError } from '../limits.js';
import type { ProblemList } from '../problems.js';
import { UnpackError } from '../container/unpack-error.js';

/**
 * Objects and arrays in one document. A parsed object takes some fifty bytes however short its text is, so a few
 * megabytes of `{},{},…` would fill the memory; a report has about one for each 200 bytes of text.
 */
const STRUCTURES = 400_000;
/** Values in one document, for arrays of short ones. */
const VALUES = 4_000_000;
/** Objects inside objects; a report has five. */
const DEPTH = 32;

/**
 * The value that JSON text (RFC 8259) stands for; bytes that are not UTF-8 are read as Windows-1252, with a problem.
 * Throws UnpackError where it is no JSON, LimitError where it would need too much memory.
 */
export function parseJson(bytes: Uint8Array, problems: ProblemList): unknown {
  const text = toUtf8(bytes);
  const end = checkStructure(text);
  if (text.subarray(end).some((byte) => byte > 0x20))
    problems.add('json-trailing-bytes', 'Text after the end of the JSON was left out.');
  try {
    return JSON.parse(decodeText(text.subarray(0, end), problems)) as unknown;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new UnpackError(
      'json-invalid',
      'The JSON is damaged or cut; ask the reporter to send the report again.',
    );
  }
}

/** UTF-16 with a byte order mark as UTF-8; anything else as it is. */
function toUtf8(bytes: Uint8Array): Uint8Array {
  const [b0, b1] = bytes;
  if (b0 === 0xff && b1 === 0xfe) return Buffer.from(new TextDecoder('utf-16le').decode(bytes));
  if (b0 === 0xfe && b1 === 0xff) return Buffer.from(new TextDecoder('utf-16be').decode(bytes));
  return bytes;
}

function decodeText(bytes: Uint8Array, problems: ProblemList): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    problems.add('encoding-repaired', 'The text is not UTF-8 as it must be; it was read as Windows-1252.');
    return new TextDecoder('windows-1252').decode(bytes);
  }
}

/** Gives where the first object or array ends. Throws LimitError. */
function checkStructure(bytes: Uint8Array): number {
  let structures = 0;
  let values = 0;
  let depth = 0;
  let quoted = false;
  let end = bytes.length;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i];
    if (quoted) {
      if (byte === 0x5c) i++;
      else if (byte === 0x22) quoted = false;
    } else if (byte === 0x22) quoted = true;
    else if (byte === 0x2c) values++;
    else if (byte === 0x7b || byte === 0x5b) {
      structures++;
      depth++;
      if (depth > DEPTH)
        throw new LimitError(
          'limit-depth',
          `The JSON is nested deeper than ${DEPTH} levels and was not read.`,
        );
    } else if (byte === 0x7d || byte === 0x5d) {
      depth--;
      if (depth > 0) continue;
      end = i + 1;
      break;
    }
  }
  if (structures > STRUCTURES || values > VALUES)
    throw new LimitError('limit-records', 'The JSON has more parts than a report can have and was not read.');
  return end;
}
