import { inMemory, type ByteSource, type RandomAccess } from '../bytes.js';
import { SMALL, type Reading } from './layer.js';

/** Whether bytes can be read at any place, so without unpacking anything. */
export function isRandomAccess(source: ByteSource): source is RandomAccess {
  return 'read' in source;
}

/** The source with access at any place: as it is, or put into memory, or spooled where it is large. */
export async function toRandomAccess(source: ByteSource, reading: Reading): Promise<RandomAccess> {
  if (source.memory) return inMemory(source.memory);
  if (isRandomAccess(source)) return source;
  const chunks: Uint8Array[] = [];
  let size = 0;
  const iterator = source.stream()[Symbol.asyncIterator]();
  try {
    for (let step = await iterator.next(); !step.done; step = await iterator.next()) {
      chunks.push(step.value);
      size += step.value.length;
      if (size > SMALL) {
        const spooled = await reading.spool(continued(chunks, iterator), reading.limits.documentBytes);
        reading.spooled.push(spooled);
        return spooled;
      }
    }
    return inMemory(Buffer.concat(chunks));
  } finally {
    await iterator.return?.();
  }
}

async function* continued(chunks: Uint8Array[], rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* chunks.splice(0);
  for (let step = await rest.next(); !step.done; step = await rest.next()) yield step.value;
}

/** The whole content in memory; null where it is larger than `limit`. */
export async function toMemory(source: ByteSource, limit: number): Promise<Uint8Array | null> {
  if (source.memory) return source.memory.length > limit ? null : source.memory;
  if (source.size !== null && source.size > limit) return null;
  const room = source.size === null ? null : new Uint8Array(source.size);
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of source.stream()) {
    if (size + chunk.length > (room?.length ?? limit)) return null;
    if (room) room.set(chunk, size);
    else chunks.push(chunk);
    size += chunk.length;
  }
  return room ? room.subarray(0, size) : Buffer.concat(chunks);
}
