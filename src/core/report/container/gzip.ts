import { crc32 } from 'node:zlib';
import type { ProblemList } from '../problems.js';
import { tooManyEntries } from './budget.js';
import type { ByteReader } from './byte-reader.js';
import { inflate, inflateInMemory } from './inflate.js';
import { emptyDocument, UnpackError } from './unpack-error.js';

/** The fixed part of a member's header (RFC 1952 §2.3). */
const FIXED_HEADER = 10;
/** CRC-32 and size behind a member's data. */
const TRAILER = 8;
/** Bytes in which a header with extra field, name and comment must end; the extra field alone has up to 64 KB. */
const LONGEST_HEADER = 128 * 1024;

/**
 * Unpacks gzip (RFC 1952) of one or more members. What follows the last one, and a cut tail, are problems; a wrong
 * checksum throws UnpackError, more than `members` members throw LimitError.
 */
export async function* gunzip(
  input: ByteReader,
  problems: ProblemList,
  members: number,
): AsyncGenerator<Uint8Array> {
  for (let member = 1; ; member++) {
    if (member > members) throw tooManyEntries(members);
    const start = await input.take(LONGEST_HEADER);
    const length = headerLength(start);
    input.unread(length === null ? start : start.subarray(length));
    if (length === null) {
      if (member === 1) throw notGzip(start);
      if (start.length > 0) addTrailing(problems);
      return;
    }

    let crc = 0;
    let size = 0;
    for await (const chunk of inflate(input, 'gzip')) {
      crc = crc32(chunk, crc);
      size += chunk.length;
      yield chunk;
    }
    if (!checkTrailer(await input.take(TRAILER), crc, size, problems)) return;
  }
}

/** The same for bytes in memory; null where more than `cap` bytes come out. */
export function gunzipInMemory(
  bytes: Uint8Array,
  cap: number,
  problems: ProblemList,
  members: number,
): Uint8Array | null {
  const parts: Uint8Array[] = [];
  let room = cap;
  let at = 0;
  for (let member = 1; at < bytes.length; member++) {
    if (member > members) throw tooManyEntries(members);
    const rest = bytes.subarray(at);
    const length = headerLength(rest);
    if (length === null) {
      if (member === 1) throw notGzip(rest);
      addTrailing(problems);
      break;
    }
    const inflated = inflateInMemory(rest.subarray(length), room, 'gzip');
    if (!inflated) return null;
    parts.push(inflated.bytes);
    room -= inflated.bytes.length;
    if (room <= 0) return null;
    const end = at + length + inflated.consumed;
    const trailer = bytes.subarray(end, end + TRAILER);
    if (!checkTrailer(trailer, crc32(inflated.bytes), inflated.bytes.length, problems)) break;
    at = end + TRAILER;
  }
  const [only] = parts;
  return only && parts.length === 1 ? only : Buffer.concat(parts);
}

/** Bytes of the header at the start; null where there is none. */
function headerLength(bytes: Uint8Array): number | null {
  const flags = bytes[3] ?? 0;
  if (bytes.length < FIXED_HEADER || bytes[0] !== 0x1f || bytes[1] !== 0x8b || bytes[2] !== 8) return null;
  let at = FIXED_HEADER;
  if (flags & 4) at += 2 + (bytes[at] ?? 0) + 256 * (bytes[at + 1] ?? 0);
  for (const text of [8, 16]) {
    if (!(flags & text)) continue;
    const end = bytes.indexOf(0, at);
    if (end < 0) return null;
    at = end + 1;
  }
  if (flags & 2) at += 2;
  return at <= bytes.length ? at : null;
}

/** False where the file ends before the trailer does. */
function checkTrailer(trailer: Uint8Array, crc: number, size: number, problems: ProblemList): boolean {
  if (trailer.length < TRAILER) {
    problems.add('gzip-truncated', 'The gzip file ends too early; what it holds up to there was read.');
    return false;
  }
  const view = new DataView(trailer.buffer, trailer.byteOffset, TRAILER);
  if (view.getUint32(0, true) !== crc || view.getUint32(4, true) !== size % 2 ** 32)
    throw new UnpackError(
      'gzip-crc',
      'The checksum of the gzip file is wrong, so its content was changed on the way; ask the reporter to send the report again.',
    );
  return true;
}

function addTrailing(problems: ProblemList): void {
  problems.add('gzip-trailing-bytes', 'Bytes after the end of the gzip data were left out.');
}

function notGzip(bytes: Uint8Array): UnpackError {
  // Yahoo's placeholder for a report without content.
  if (/unused/i.test(Buffer.from(bytes.subarray(0, 64)).toString('latin1'))) return emptyDocument();
  return new UnpackError(
    'gzip-damaged',
    'The file starts like gzip but is not; ask the reporter to send the report again.',
  );
}
