import { inMemory, type ByteSource, type RandomAccess, type Spool } from '../../src/core/report/bytes.js';
import { DEFAULT_LIMITS, LimitError, type Limits } from '../../src/core/report/limits.js';
import { readReports } from '../../src/core/report/read.js';
import type { ReadDocument, ReportRecord } from '../../src/core/report/report.js';

export type DocumentWithRecords = ReadDocument & { readonly records: readonly ReportRecord[] };

export interface ReadAllOptions {
  readonly limits?: Partial<Limits>;
  readonly redact?: boolean;
  readonly spool?: Spool;
}

/** All documents of some bytes, each with its records. */
export async function readAll(
  from: Uint8Array | string | ByteSource,
  { limits, redact, spool = memorySpool().spool }: ReadAllOptions = {},
): Promise<DocumentWithRecords[]> {
  const source =
    typeof from === 'string'
      ? inMemory(Buffer.from(from))
      : from instanceof Uint8Array
        ? inMemory(from)
        : from;
  const documents: DocumentWithRecords[] = [];
  let records: ReportRecord[] = [];
  for await (const event of readReports(source, {
    limits: { ...DEFAULT_LIMITS, ...limits },
    spool,
    redact,
  })) {
    if (event.type === 'records') records.push(...event.records);
    else if (event.type === 'discard') records = [];
    else {
      documents.push({ ...event.document, records });
      records = [];
    }
  }
  return documents;
}

/** The only document of some bytes. */
export async function readOne(
  from: Uint8Array | string | ByteSource,
  options?: ReadAllOptions,
): Promise<DocumentWithRecords> {
  const [first, ...more] = await readAll(from, options);
  if (!first || more.length > 0)
    throw new Error(`${more.length + (first ? 1 : 0)} documents where one was expected`);
  return first;
}

export function codesOf(document: ReadDocument): string[] {
  return document.problems.map((problem) => problem.code);
}

/** Bytes as a file on disk gives them: in pieces, and at any place. */
export function asFile(bytes: Uint8Array, piece = 64 * 1024): RandomAccess {
  return {
    size: bytes.length,
    read: (position, length) => Promise.resolve(bytes.subarray(position, position + length)),
    stream: () => pieces(bytes, [piece]),
  };
}

/** Bytes as a pipe gives them: in pieces whose sizes are `sizes` over and over, of unknown length. */
export function asStream(bytes: Uint8Array, sizes: readonly number[]): ByteSource {
  return { size: null, stream: () => pieces(bytes, sizes) };
}

async function* pieces(bytes: Uint8Array, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const size = sizes[i % sizes.length] ?? 1;
    yield await Promise.resolve(bytes.subarray(at, at + size));
    at += size;
  }
}

/** A spool that keeps its bytes in memory, but gives them as a file does; `open` counts what is not closed yet. */
export function memorySpool(): { readonly spool: Spool; readonly used: { spooled: number; open: number } } {
  const used = { spooled: 0, open: 0 };
  return {
    used,
    async spool(chunks, limit) {
      const kept: Uint8Array[] = [];
      let size = 0;
      for await (const chunk of chunks) {
        size += chunk.length;
        if (size > limit) throw new LimitError('limit-document-bytes', 'too large for the spool');
        kept.push(chunk);
      }
      used.spooled++;
      used.open++;
      return {
        ...asFile(Buffer.concat(kept)),
        close() {
          used.open--;
          return Promise.resolve();
        },
      };
    },
  };
}
