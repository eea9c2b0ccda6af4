import type { ProblemList } from '../problems.js';
import type { ByteReader } from './byte-reader.js';
import { inflate, inflateInMemory } from './inflate.js';
import { UnpackError } from './unpack-error.js';

const HEADER = 2;
/** Adler-32, highest byte first (RFC 1950 §2.2). */
const TRAILER = 4;
const ADLER_MODULUS = 65_521;
/** Most additions before the sums could pass 2^31 (as zlib itself has it, for half the range). */
const ADLER_RUN = 3_800;

/** Unpacks a zlib stream (RFC 1950) with the same rules as gzip. */
export async function* unzlib(input: ByteReader, problems: ProblemList): AsyncGenerator<Uint8Array> {
  await input.take(HEADER);
  let adler = 1;
  for await (const chunk of inflate(input, 'zlib')) {
    adler = adler32(chunk, adler);
    yield chunk;
  }
  checkTrailer(await input.take(TRAILER + 1), adler, problems);
}

/** The same for bytes in memory; null where more than `cap` bytes come out. */
export function unzlibInMemory(bytes: Uint8Array, cap: number, problems: ProblemList): Uint8Array | null {
  const inflated = inflateInMemory(bytes.subarray(HEADER), cap, 'zlib');
  if (!inflated) return null;
  checkTrailer(bytes.subarray(HEADER + inflated.consumed), adler32(inflated.bytes, 1), problems);
  return inflated.bytes;
}

function checkTrailer(rest: Uint8Array, adler: number, problems: ProblemList): void {
  if (rest.length < TRAILER) {
    problems.add('zlib-truncated', 'The zlib data ends too early; what it holds up to there was read.');
    return;
  }
  if (new DataView(rest.buffer, rest.byteOffset, TRAILER).getUint32(0) !== adler)
    throw new UnpackError(
      'zlib-checksum',
      'The checksum of the zlib data is wrong, so its content was changed on the way; ask the reporter to send the report again.',
    );
  if (rest.length > TRAILER)
    problems.add('zlib-trailing-bytes', 'Bytes after the end of the zlib data were left out.');
}

function adler32(bytes: Uint8Array, before: number): number {
  let a = before & 0xffff;
  let b = before >>> 16;
  for (let at = 0; at < bytes.length; at += ADLER_RUN) {
    const end = Math.min(at + ADLER_RUN, bytes.length);
    for (let i = at; i < end; i++) {
      a += bytes[i] ?? 0;
      b += a;
    }
    a %= ADLER_MODULUS;
    b %= ADLER_MODULUS;
  }
  return ((b << 16) | a) >>> 0;
}
