import { createHash, type Hash } from 'node:crypto';
import { createGzip, gzipSync } from 'node:zlib';
import { pipeline, Readable } from 'node:stream';
import { ExpectedError } from '../expected-error.js';
import type { ByteSource } from '../report/bytes.js';
import { putJobs } from '../store/queue.js';
import { CHUNK_BYTES, appendChunk, storeRaw, type RawDraft, type StoredRaw } from '../store/raw.js';
import { readJob } from '../store/read-jobs.js';
import type { Session } from '../store/session.js';
import type { IngestContext } from './context.js';

/** Bytes from somewhere, with a name for people. */
export interface Incoming {
  readonly name: string;
  readonly source: ByteSource;
}

export type Kept = StoredRaw;

/** Code of the error for what is not the same any more when it is read for the second time. */
export const FILE_CHANGED = 'file-changed';

/** Sources up to this size are held and stored many in a statement; larger ones go chunk by chunk. */
const HELD_BYTES = CHUNK_BYTES;
/** Fast is enough: what is large and worth it arrives compressed. */
const GZIP = { level: 1 };
/** Below this a gzip header eats the gain. */
const WORTH_COMPRESSING = 512;

/**
 * Stores bytes as they came, before anything is made of them, and queues their reading in the same transaction;
 * committed when it returns. Throws an ExpectedError `file-changed` where a large one changes meanwhile: nothing is kept
 * of it then.
 */
export async function keep(
  context: IngestContext,
  from: string,
  incoming: readonly Incoming[],
): Promise<Kept[]> {
  const held = incoming.filter(
    ({ source }) => source.memory !== undefined && source.memory.length <= HELD_BYTES,
  );
  const drafts = held.map(({ name, source }) => heldDraft(from, name, source.memory ?? new Uint8Array()));
  const { tenant, db, now } = context;
  const stored =
    drafts.length === 0
      ? []
      : await db.within(tenant, (session) => storeAndQueue(context, session, drafts, now()));
  const byIncoming = new Map(held.map((one, index) => [one, stored[index]]));
  const kept: Kept[] = [];
  for (const one of incoming) kept.push(byIncoming.get(one) ?? (await keepLarge(context, from, one)));
  context.wake?.();
  return kept;
}

/** Stores drafts, and puts a job for each that is new. */
async function storeAndQueue(
  context: IngestContext,
  session: Session,
  drafts: readonly RawDraft[],
  at: Date,
): Promise<StoredRaw[]> {
  const { tenant, retries } = context;
  const stored = await storeRaw(session, tenant, drafts, at);
  const jobs = stored.flatMap(({ id, task, known }, index) =>
    known ? [] : [readJob(tenant, { id, task, size: drafts[index]?.size ?? 0 }, retries)],
  );
  await putJobs(session, jobs);
  return stored;
}

function heldDraft(source: string, name: string, bytes: Uint8Array): RawDraft {
  const sha256 = createHash('sha256').update(bytes).digest();
  const compress = bytes.length >= WORTH_COMPRESSING && !isCompressed(bytes);
  const data = compress
    ? gzipSync(bytes, GZIP)
    : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return { sha256, size: bytes.length, encoding: compress ? 'gzip' : 'as-is', source, name, chunks: [data] };
}

/** Two passes over the source: its hash says whether it is known, then its chunks go in, if they are the same still. */
async function keepLarge(context: IngestContext, from: string, { name, source }: Incoming): Promise<Kept> {
  const hash = createHash('sha256');
  let size = 0;
  let compressed = false;
  for await (const chunk of source.stream()) {
    if (size === 0) compressed = isCompressed(chunk);
    size += chunk.length;
    hash.update(chunk);
  }
  const { tenant, db, now } = context;
  const encoding = compressed ? ('as-is' as const) : ('gzip' as const);
  const sha256 = hash.digest();
  const draft: RawDraft = { sha256, size, encoding, source: from, name, chunks: [] };
  return db.within(tenant, async (session) => {
    const [kept] = await storeAndQueue(context, session, [draft], now());
    if (kept === undefined) throw new Error('a draft was stored and is not there');
    if (kept.known) return kept;
    const again = createHash('sha256');
    const bytes = hashed(source.stream(), again);
    let seq = 0;
    for await (const chunk of chunksOf(compressed ? bytes : gzipped(bytes), CHUNK_BYTES)) {
      await appendChunk(session, tenant, kept.id, seq, chunk);
      seq += 1;
    }
    if (!again.digest().equals(sha256))
      throw new ExpectedError(
        FILE_CHANGED,
        `${name} changed while it was read. Take it in again when nobody writes to it any more.`,
      );
    return kept;
  });
}

async function* hashed(bytes: AsyncIterable<Uint8Array>, hash: Hash): AsyncGenerator<Uint8Array> {
  for await (const chunk of bytes) {
    hash.update(chunk);
    yield chunk;
  }
}

function gzipped(bytes: AsyncIterable<Uint8Array>): AsyncIterable<Buffer> {
  const packed = createGzip({ ...GZIP, chunkSize: 256 * 1024 });
  // A plain pipe would not pass errors on; whoever reads what is packed is told of them.
  pipeline(Readable.from(bytes, { objectMode: false }), packed, () => {});
  return packed;
}

/** The same bytes in chunks of exactly `size`, the last one shorter. */
async function* chunksOf(stream: AsyncIterable<Uint8Array>, size: number): AsyncGenerator<Buffer> {
  let waiting: Uint8Array[] = [];
  let length = 0;
  for await (const piece of stream) {
    waiting.push(piece);
    length += piece.length;
    if (length < size) continue;
    const all = Buffer.concat(waiting);
    let at = 0;
    for (; all.length - at >= size; at += size) yield all.subarray(at, at + size);
    waiting = [all.subarray(at)];
    length = all.length - at;
  }
  if (length > 0) yield Buffer.concat(waiting);
}

/** First bytes of gzip, zip, bzip2 and xz. */
const MAGIC = [
  Buffer.from([0x1f, 0x8b]),
  Buffer.from('PK'),
  Buffer.from('BZh'),
  Buffer.from([0xfd, 0x37, 0x7a]),
];

function isCompressed(bytes: Uint8Array): boolean {
  return MAGIC.some((magic) => magic.equals(bytes.subarray(0, magic.length)));
}
