import { loadCommonJs } from '../loading.js';
import type { ByteReader } from './byte-reader.js';
import { UnpackError } from './unpack-error.js';

/** Output is handed on in pieces of at most this size; one block can unpack to 45 MB. */
const PIECE = 64 * 1024;

/** What is used of seek-bzip's decoder: it is driven block by block, as its own `decode` does, to stay bounded. */
interface Decoder {
  readonly reader: { read(bits: number): number };
  readonly streamCRC: number;
  /** Reads the next block; false at the end of the stream. */
  _init_block(): boolean;
  /** Writes the block out and checks its CRC. */
  _read_bunzip(): void;
}
/** The package has no types. */
const Bunzip = loadCommonJs('seek-bzip') as new (input: object, output: object) => Decoder;

/**
 * Unpacks bzip2 from memory, one block at a time. `onPiece` sees the size of each piece as it comes, and how many
 * packed bytes were read so far; it may throw to stop in the middle of a block. Throws UnpackError on damaged or cut
 * bytes.
 */
export function* bunzip2(
  packed: Uint8Array,
  onPiece: (bytes: number, packedBytes: number) => void,
): Generator<Uint8Array> {
  const input = new PackedBytes(packed);
  const output = new Pieces((bytes) => onPiece(bytes, input.position));
  while (!input.eof()) {
    const decoder = damagedUnlessOurs(() => new Bunzip(input, output));
    while (damagedUnlessOurs(() => readBlock(decoder))) yield* output.flush();
    yield* output.flush();
    if (damagedUnlessOurs(() => decoder.reader.read(32)) >>> 0 !== decoder.streamCRC) throw damaged();
    // Another stream may follow; anything else behind the end is left out.
    if (!input.standsAtStream()) return;
  }
}

/** All of `input`, which must not have more than `limit` bytes: the decoder needs its input at hand. */
export async function readPacked(input: ByteReader, limit: number): Promise<Uint8Array> {
  const packed = await input.take(limit + 1);
  if (packed.length > limit)
    throw new UnpackError(
      'bzip2-too-large',
      'The bzip2 file is too large to be read; unpack it first, or send it as gzip.',
    );
  return packed;
}

function readBlock(decoder: Decoder): boolean {
  if (!decoder._init_block()) return false;
  decoder._read_bunzip();
  return true;
}

/** The decoder throws TypeError of its own and, on hostile input, RangeError; what `onPiece` throws passes. */
function damagedUnlessOurs<T>(step: () => T): T {
  try {
    return step();
  } catch (error) {
    throw error instanceof TypeError || error instanceof RangeError ? damaged() : error;
  }
}

function damaged(): UnpackError {
  return new UnpackError(
    'bzip2-damaged',
    'The bzip2 file is damaged or cut and cannot be unpacked; ask the reporter to send the report again.',
  );
}

class PackedBytes {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get position(): number {
    return this.#at;
  }

  readByte(): number {
    const byte = this.#bytes[this.#at];
    // Without this the decoder would read zeros for ever.
    if (byte === undefined) throw damaged();
    this.#at++;
    return byte;
  }

  read(target: Uint8Array, offset: number, length: number): number {
    for (let i = 0; i < length; i++) target[offset + i] = this.readByte();
    return length;
  }

  eof(): boolean {
    return this.#at >= this.#bytes.length;
  }

  standsAtStream(): boolean {
    const [b0, b1, b2] = this.#bytes.subarray(this.#at, this.#at + 3);
    return b0 === 0x42 && b1 === 0x5a && b2 === 0x68;
  }
}

class Pieces {
  readonly #onPiece: (bytes: number) => void;
  #pieces: Uint8Array[] = [];
  #piece = new Uint8Array(PIECE);
  #length = 0;

  constructor(onPiece: (bytes: number) => void) {
    this.#onPiece = onPiece;
  }

  writeByte(byte: number): void {
    this.#piece[this.#length++] = byte;
    if (this.#length === PIECE) this.#close();
  }

  flush(): Uint8Array[] {
    this.#close();
    return this.#pieces.splice(0);
  }

  #close(): void {
    if (this.#length === 0) return;
    this.#onPiece(this.#length);
    this.#pieces.push(this.#piece.subarray(0, this.#length));
    this.#piece = new Uint8Array(PIECE);
    this.#length = 0;
  }
}
