import { createHash } from 'node:crypto';
import { z } from 'zod';
import { ExpectedError } from '../expected-error.js';
import { keep } from '../ingest/keep.js';
import type { Spooled } from '../report/bytes.js';
import { LimitError } from '../report/limits.js';
import { operation, type Context } from './operation.js';

/** Small files stored in one transaction. */
const FILES_AT_ONCE = 50;
/** Bytes held at once while files wait for their transaction. */
const BYTES_AT_ONCE = 4 * 1024 * 1024;
/** Names are for people; the store keeps what is given. */
const LONGEST_NAME = 300;

/** Bytes that come once, with a name for people. */
export interface UploadedFile {
  readonly name: string;
  readonly bytes: AsyncIterable<Uint8Array>;
}

/** A file that is kept: committed, whatever happens afterwards. */
export interface UploadedEntry {
  readonly name: string;
  /** Of the bytes as they came, in hexadecimal. */
  readonly sha256: string;
  /** Bytes. */
  readonly size: number;
  /** The same bytes were there before; they count once. */
  readonly known: boolean;
  /** What to ask for to learn what becomes of it. */
  readonly task: string;
}

export interface UploadResult {
  readonly files: readonly UploadedEntry[];
  /** Why the rest was not taken; null when all was. */
  readonly broken: { readonly error: unknown; readonly code: string; readonly message: string } | null;
}

const uploadInput = z.object({
  files: z.custom<AsyncIterable<UploadedFile>>(
    (value) => typeof value === 'object' && value !== null && Symbol.asyncIterator in value,
  ),
  fileBytes: z.number().int().positive().describe('Most bytes of one file'),
});

export const upload = operation({
  name: 'upload',
  summary: 'Take in reports that somebody sends: files as they are, in any container',
  role: 'analyst',
  effect: 'changes',
  input: uploadInput,
  changed: ({ files, broken }: UploadResult) => ({
    files: files.length,
    known: files.filter((file) => file.known).length,
    ...(broken !== null && { broken: broken.code }),
  }),
  run: async (context, { files, fileBytes }): Promise<UploadResult> => {
    const taken = new Taking(context);
    try {
      for await (const file of files) await taken.add(file, fileBytes);
      await taken.flush();
      return { files: taken.entries, broken: null };
    } catch (error) {
      // What came whole is worth keeping; what stood in the way is told with it.
      const cause = await taken.flush().then(
        () => error,
        (failure: unknown) => failure,
      );
      return { files: taken.entries, broken: reasonOf(cause, fileBytes) };
    } finally {
      await taken.close();
    }
  },
});

/** Files on their way into the store: few bytes in memory, large files one by one. */
class Taking {
  readonly entries: UploadedEntry[] = [];
  readonly #context: Context;
  #waiting: { readonly name: string; readonly source: Spooled; readonly sha256: string }[] = [];
  #bytes = 0;

  constructor(context: Context) {
    this.#context = context;
  }

  async add({ name, bytes }: UploadedFile, fileBytes: number): Promise<void> {
    const hash = createHash('sha256');
    const source = await this.#context.spool(hashed(bytes, hash), fileBytes);
    this.#waiting.push({ name: name.slice(0, LONGEST_NAME), source, sha256: hash.digest('hex') });
    this.#bytes += source.memory?.length ?? 0;
    const isFull = this.#waiting.length >= FILES_AT_ONCE || this.#bytes >= BYTES_AT_ONCE;
    // A file on the disk waits for nobody: many of them would fill it.
    if (isFull || source.memory === undefined) await this.flush();
  }

  async flush(): Promise<void> {
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#bytes = 0;
    if (waiting.length === 0) return;
    try {
      const kept = await keep(this.#context, 'upload', waiting);
      for (const [index, { name, source, sha256 }] of waiting.entries()) {
        const one = kept[index];
        if (one === undefined) throw new Error('a file was kept and is not there');
        this.entries.push({ name, sha256, size: source.size, known: one.known, task: one.task });
      }
    } finally {
      await closeAll(waiting);
    }
  }

  close(): Promise<void> {
    return closeAll(this.#waiting);
  }
}

async function closeAll(files: readonly { readonly source: Spooled }[]): Promise<void> {
  await Promise.all(files.map(({ source }) => source.close()));
}

async function* hashed(
  bytes: AsyncIterable<Uint8Array>,
  hash: { update(data: Uint8Array): unknown },
): AsyncGenerator<Uint8Array> {
  for await (const chunk of bytes) {
    hash.update(chunk);
    yield chunk;
  }
}

function reasonOf(error: unknown, fileBytes: number): NonNullable<UploadResult['broken']> {
  if (error instanceof LimitError)
    return {
      error,
      code: 'file-too-large',
      message: `A file has more than ${fileBytes} bytes, which is the most that is taken; split it.`,
    };
  if (error instanceof ExpectedError) return { error, code: error.code, message: error.message };
  return { error, code: 'unexpected', message: 'Something went wrong that should not have.' };
}
