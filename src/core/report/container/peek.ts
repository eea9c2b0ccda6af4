import { inMemory, type ByteSource } from '../bytes.js';
import { isRandomAccess } from './access.js';
import { detect, HEAD_BYTES, type Kind } from './detect.js';

/** A source whose first bytes were looked at; the first `stream` goes on from there instead of starting again. */
export interface Peeked {
  readonly kind: Kind;
  readonly source: ByteSource;
  /** Lets go of the opened stream where it was not read on. */
  close(): Promise<void>;
}

/** Looks at the first bytes. What comes as a stream and ends within them is in memory afterwards. */
export async function peek(source: ByteSource): Promise<Peeked> {
  if (source.memory)
    return { kind: detect(source.memory.subarray(0, HEAD_BYTES)), source, close: nothingToClose };
  if (isRandomAccess(source))
    return { kind: detect(await source.read(0, HEAD_BYTES)), source, close: nothingToClose };

  const iterator = source.stream()[Symbol.asyncIterator]();
  const chunks: Uint8Array[] = [];
  let size = 0;
  let ended = false;
  while (size < HEAD_BYTES && !ended) {
    const step = await iterator.next();
    if (step.done) ended = true;
    else {
      chunks.push(step.value);
      size += step.value.length;
    }
  }
  const head = Buffer.concat(chunks);
  const kind = detect(head.subarray(0, HEAD_BYTES));
  if (ended) return { kind, source: inMemory(head), close: nothingToClose };

  let opened: AsyncIterator<Uint8Array> | null = iterator;
  async function* resume(rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
    try {
      yield head;
      for (let step = await rest.next(); !step.done; step = await rest.next()) yield step.value;
    } finally {
      await rest.return?.();
    }
  }
  return {
    kind,
    source: {
      size: source.size,
      stream() {
        if (!opened) return source.stream();
        const rest = opened;
        opened = null;
        return resume(rest);
      },
    },
    async close() {
      await opened?.return?.();
    },
  };
}

function nothingToClose(): Promise<void> {
  return Promise.resolve();
}
