/** Bytes that can be read from the start more than once; in memory when small, in a file when large. */
export interface ByteSource {
  /** Bytes; null where it is known only after reading (a stream that is unpacked on the way). */
  readonly size: number | null;
  /** The whole content, where it is in memory already. */
  readonly memory?: Uint8Array;
  /** Starts again from the first byte at every call. Throws what the underlying storage throws. */
  stream(): AsyncIterable<Uint8Array>;
}

/** A source that can also be read at any place, as a zip needs. */
export interface RandomAccess extends ByteSource {
  readonly size: number;
  /** Exactly `length` bytes from `position`; fewer at the end. */
  read(position: number, length: number): Promise<Uint8Array>;
}

/** Bytes kept for a while outside memory; `close` frees them. */
export interface Spooled extends RandomAccess {
  close(): Promise<void>;
}

/** Keeps a stream so that it can be read at any place. Gives up with a LimitError beyond `limit` bytes. */
export type Spool = (chunks: AsyncIterable<Uint8Array>, limit: number) => Promise<Spooled>;

/** Bytes in memory as a source. */
export function inMemory(bytes: Uint8Array): RandomAccess {
  return {
    size: bytes.length,
    memory: bytes,
    async *stream() {
      yield bytes;
    },
    read: (position, length) => Promise.resolve(bytes.subarray(position, position + length)),
  };
}
