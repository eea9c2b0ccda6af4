import { inMemory, type RandomAccess } from '../bytes.js';

/** Bytes that are read from storage at once. */
const CHUNK = 256 * 1024;

/** A part of a source as a source of its own. */
export function slice(source: RandomAccess, start: number, size: number): RandomAccess {
  if (source.memory) return inMemory(source.memory.subarray(start, start + size));
  return {
    size,
    read: (position, length) => source.read(start + position, Math.max(0, Math.min(length, size - position))),
    async *stream() {
      for (let at = 0; at < size; at += CHUNK) yield source.read(start + at, Math.min(CHUNK, size - at));
    },
  };
}
