import { randomUUID } from 'node:crypto';
import { type FileHandle, open, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RandomAccess, Spool, Spooled } from '../report/bytes.js';
import { LimitError } from '../report/limits.js';

/** Bytes that stay in memory before a file is made: most documents never need one. */
const MEMORY_BYTES = 1024 * 1024;
/** Read at a time. Larger ones gain no time and cost memory: 15 MB more for 256 KB, when reading 60 MB. */
export const CHUNK_BYTES = 64 * 1024;

export interface SpoolOptions {
  /** Where files are made; the system's temporary folder when absent. */
  readonly folder?: string;
  readonly memoryBytes?: number;
}

/** A Spool that keeps little in memory and much in a file that has no name and so vanishes with the process. */
export function createSpool(options: SpoolOptions = {}): Spool {
  return async (chunks, limit): Promise<Spooled> => {
    const kept = new TemporaryBytes(options);
    try {
      for await (const chunk of chunks) {
        if (kept.size + chunk.length > limit)
          throw new LimitError('limit-total-bytes', `More than ${limit} bytes in one file.`);
        await kept.append(chunk);
      }
      return await kept.finish();
    } catch (error) {
      await kept.close();
      throw error;
    }
  };
}

/**
 * Bytes that grow at the end: in memory while few, then in a file. The file is unlinked as soon as it is
 * open, so that nothing is left behind however the process ends. Throws what the file system throws, with the
 * folder as path.
 */
export class TemporaryBytes {
  readonly #folder: string;
  readonly #memoryBytes: number;
  #chunks: Uint8Array[] = [];
  #file: FileHandle | null = null;
  #size = 0;
  /** The write under way: the next bytes are made while it runs. */
  #writing: Promise<void> = Promise.resolve();

  constructor(options: SpoolOptions = {}) {
    this.#folder = options.folder ?? tmpdir();
    this.#memoryBytes = options.memoryBytes ?? MEMORY_BYTES;
  }

  get size(): number {
    return this.#size;
  }

  /** Adds bytes, which must not change afterwards. A failed write is thrown by a later call. */
  async append(chunk: Uint8Array): Promise<void> {
    this.#size += chunk.length;
    this.#chunks.push(chunk);
    if (this.#file === null && this.#size <= this.#memoryBytes) return;
    await this.#writing;
    this.#file ??= await this.#open();
    const position = this.#size - this.#chunks.reduce((sum, { length }) => sum + length, 0);
    const chunks = this.#chunks;
    this.#chunks = [];
    this.#writing = this.#write(this.#file, chunks, position);
    this.#writing.catch(() => {}); // Awaited, and thrown, by the next call.
  }

  /** Forgets all bytes; a file is kept for the next ones. */
  async clear(): Promise<void> {
    await this.#writing;
    this.#chunks = [];
    this.#size = 0;
  }

  /** The bytes in order, while nothing is added. */
  async *stream(): AsyncGenerator<Uint8Array> {
    await this.#writing;
    if (this.#file === null) yield* this.#chunks;
    else yield* fileChunks(reader(this.#file, this.#folder), this.#size);
  }

  /** All bytes as a source; nothing may be added afterwards. */
  async finish(): Promise<Spooled> {
    await this.#writing;
    const close = (): Promise<void> => this.close();
    const size = this.#size;
    if (this.#file === null) {
      const memory =
        this.#chunks.length === 1 ? (this.#chunks[0] ?? NOTHING) : Buffer.concat(this.#chunks, size);
      const read: RandomAccess['read'] = (position, length) =>
        Promise.resolve(memory.subarray(position, position + length));
      return {
        size,
        memory,
        stream: async function* () {
          yield memory;
        },
        read,
        close,
      };
    }
    const read = reader(this.#file, this.#folder);
    return { size, stream: () => fileChunks(read, size), read, close };
  }

  async close(): Promise<void> {
    this.#chunks = [];
    await this.#writing.catch(() => {});
    await this.#file?.close();
    this.#file = null;
  }

  async #open(): Promise<FileHandle> {
    const path = join(this.#folder, `dmarc-ops-${randomUUID()}`);
    const file = await open(path, 'wx+', 0o600);
    await unlink(path);
    return file;
  }

  async #write(file: FileHandle, chunks: readonly Uint8Array[], position: number): Promise<void> {
    let at = position;
    for (const chunk of chunks) {
      for (let written = 0; written < chunk.length;) {
        const { bytesWritten } = await file
          .write(chunk, written, chunk.length - written, at)
          .catch((error: unknown) => Promise.reject(withPath(error, this.#folder)));
        written += bytesWritten;
        at += bytesWritten;
      }
    }
  }
}

const NOTHING = new Uint8Array(0);

/** Reads bytes at a place; fewer at the end. */
export type ReadAt = RandomAccess['read'];

/** A file in chunks from its start; the next one is read while the last one is looked at. */
export async function* fileChunks(read: ReadAt, size: number): AsyncGenerator<Uint8Array> {
  let next = read(0, Math.min(CHUNK_BYTES, size));
  try {
    for (let position = 0; position < size;) {
      const chunk = await next;
      if (chunk.length === 0) return;
      position += chunk.length;
      next = read(position, Math.min(CHUNK_BYTES, size - position));
      yield chunk;
    }
  } finally {
    await next.catch(() => {});
  }
}

function reader(file: FileHandle, path: string): ReadAt {
  return async (position, length) => {
    const buffer = Buffer.allocUnsafeSlow(length);
    let filled = 0;
    while (filled < length) {
      const { bytesRead } = await file
        .read(buffer, filled, length - filled, position + filled)
        .catch((error: unknown) => Promise.reject(withPath(error, path)));
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return buffer.subarray(0, filled);
  };
}

/** Errors of an open file do not say which file it was. */
function withPath(error: unknown, path: string): unknown {
  if (error instanceof Error && !('path' in error)) Object.assign(error, { path });
  return error;
}
