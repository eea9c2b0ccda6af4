import {
  closeSync,
  constants,
  createReadStream,
  type Dirent,
  fstatSync,
  openSync,
  read as readFile,
  readdirSync,
  readSync,
  statSync,
} from 'node:fs';
import type { Spooled } from '../report/bytes.js';
import { fileChunks, type ReadAt } from './spool.js';

/** Files up to this size are read at once: that takes well under a millisecond, less than handing it to a thread. */
const WHOLE_BYTES = 1024 * 1024;

/** A file that a path led to, or a path that could not be followed. */
export type Found =
  | { readonly path: string; readonly error?: undefined }
  /** `missing`: the path that was named does not exist. */
  | { readonly path: string; readonly error: unknown; readonly missing: boolean };

/**
 * Files below a path, in the order of their names (by code unit, folder by folder); the path itself when it is
 * no folder. Symbolic links are followed, each folder once. Below a folder, hidden names (`.…`) and what is
 * neither file nor folder are passed over. Paths begin with what was given.
 */
export async function* walk(path: string): AsyncGenerator<Found> {
  try {
    const facts = statSync(path, { bigint: true });
    if (facts.isDirectory()) yield* walkFolder(path, new Set([folderKey(facts)]));
    else yield { path };
  } catch (error) {
    yield { path, error, missing: (error as NodeJS.ErrnoException).code === 'ENOENT' };
  }
}

/** Whether nothing is where a path leads to. */
export function isMissing(path: string): boolean {
  try {
    statSync(path);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT';
  }
}

async function* walkFolder(folder: string, seen: Set<string>): AsyncGenerator<Found> {
  let entries: Dirent[];
  try {
    entries = readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    yield { path: folder, error, missing: false };
    return;
  }
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    if (entry.name.startsWith('.')) continue;
    const path = folder.endsWith('/') ? `${folder}${entry.name}` : `${folder}/${entry.name}`;
    if (entry.isFile()) yield { path };
    else if (entry.isDirectory() || entry.isSymbolicLink()) yield* follow(path, seen);
  }
}

async function* follow(path: string, seen: Set<string>): AsyncGenerator<Found> {
  try {
    const facts = statSync(path, { bigint: true });
    if (facts.isFile()) yield { path };
    if (!facts.isDirectory()) return;
    const key = folderKey(facts);
    if (seen.has(key)) return;
    seen.add(key);
  } catch (error) {
    yield { path, error, missing: false };
    return;
  }
  yield* walkFolder(path, seen);
}

function folderKey(facts: { readonly dev: bigint; readonly ino: bigint }): string {
  return `${facts.dev}:${facts.ino}`;
}

/** What a path opened: bytes that can be read again, or, from a pipe or device, bytes that come once. */
export type Opened = { readonly source: Spooled } | { readonly once: AsyncIterable<Uint8Array> };

/**
 * A file as a source: small ones are read at once, large ones stay on disk. `flags` are those of open(2), such as not
 * to follow a link. Throws what the file system throws.
 */
export function openFile(path: string, flags = constants.O_RDONLY): Opened {
  const descriptor = openSync(path, flags);
  let keep = false;
  try {
    const facts = fstatSync(descriptor);
    if (facts.isDirectory()) throw Object.assign(new Error('is a folder'), { code: 'EISDIR', path });
    if (facts.isFile() && facts.size <= WHOLE_BYTES) return { source: wholeFile(descriptor, facts.size) };
    keep = true;
    if (facts.isFile()) return { source: largeFile(descriptor, facts.size, path) };
    return { once: createReadStream(path, { fd: descriptor }) };
  } finally {
    if (!keep) closeSync(descriptor);
  }
}

function wholeFile(descriptor: number, size: number): Spooled {
  const buffer = Buffer.allocUnsafeSlow(size);
  let filled = 0;
  while (filled < size) {
    const count = readSync(descriptor, buffer, filled, size - filled, filled);
    if (count === 0) break;
    filled += count;
  }
  return asSource(buffer.subarray(0, filled));
}

function asSource(memory: Uint8Array): Spooled {
  return {
    size: memory.length,
    memory,
    async *stream() {
      yield memory;
    },
    read: (position, length) => Promise.resolve(memory.subarray(position, position + length)),
    close: () => Promise.resolve(),
  };
}

function largeFile(descriptor: number, size: number, path: string): Spooled {
  const read: ReadAt = async (position, length) => {
    const buffer = Buffer.allocUnsafeSlow(length);
    let filled = 0;
    while (filled < length) {
      const count = await readSome(descriptor, buffer, filled, position + filled, path);
      if (count === 0) break;
      filled += count;
    }
    return buffer.subarray(0, filled);
  };
  return {
    size,
    stream: () => fileChunks(read, size),
    read,
    close: () => {
      closeSync(descriptor);
      return Promise.resolve();
    },
  };
}

function readSome(
  descriptor: number,
  buffer: Buffer,
  at: number,
  position: number,
  path: string,
): Promise<number> {
  return new Promise((resolve, reject) => {
    readFile(descriptor, buffer, at, buffer.length - at, position, (error, count) => {
      if (error === null) resolve(count);
      else reject(Object.assign(error, { path }));
    });
  });
}
