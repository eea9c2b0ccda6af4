/** A stream of bytes that can be read by pieces and pushed back. */
export interface ByteReader {
  /** The next bytes as they come; null at the end. */
  next(): Promise<Uint8Array | null>;
  /** Exactly `length` bytes; fewer at the end. */
  take(length: number): Promise<Uint8Array>;
  /** Puts bytes back in front. */
  unread(bytes: Uint8Array): void;
  /** Bytes given out and not put back. */
  readonly consumed: number;
  /** Lets go of the stream; to be called however the reading ends. */
  close(): Promise<void>;
}

export function byteReader(chunks: AsyncIterable<Uint8Array>): ByteReader {
  const iterator = chunks[Symbol.asyncIterator]();
  const pushedBack: Uint8Array[] = [];
  let consumed = 0;

  async function next(): Promise<Uint8Array | null> {
    for (;;) {
      const back = pushedBack.pop();
      const step = back ? { done: false as const, value: back } : await iterator.next();
      if (step.done) return null;
      if (step.value.length === 0) continue;
      consumed += step.value.length;
      return step.value;
    }
  }

  function unread(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    consumed -= bytes.length;
    pushedBack.push(bytes);
  }

  async function take(length: number): Promise<Uint8Array> {
    const parts: Uint8Array[] = [];
    let missing = length;
    while (missing > 0) {
      const chunk = await next();
      if (!chunk) break;
      if (chunk.length > missing) unread(chunk.subarray(missing));
      const part = chunk.subarray(0, missing);
      parts.push(part);
      missing -= part.length;
    }
    const [only] = parts;
    return only && parts.length === 1 ? only : Buffer.concat(parts);
  }

  return {
    next,
    take,
    unread,
    get consumed() {
      return consumed;
    },
    async close() {
      await iterator.return?.();
    },
  };
}
