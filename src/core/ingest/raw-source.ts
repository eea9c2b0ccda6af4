import { pipeline, Readable } from 'node:stream';
import { createGunzip, gunzipSync } from 'node:zlib';
import { inMemory, type ByteSource, type RandomAccess } from '../report/bytes.js';
import { CHUNK_BYTES, readChunks, readWhole, type RawDocument } from '../store/raw.js';
import type { IngestContext } from './context.js';

/** Chunks fetched in one round trip. */
const CHUNKS_AT_ONCE = 4;
const UNPACK = { chunkSize: 256 * 1024 };

/**
 * Raw documents as sources, in their order. Small ones are fetched together; a large one is read as it goes,
 * each read in a transaction of its own, so that nothing is held meanwhile.
 */
export async function rawSources(
  context: IngestContext,
  raws: readonly RawDocument[],
): Promise<{ readonly raw: RawDocument; readonly source: ByteSource | RandomAccess }[]> {
  const small = raws.filter((raw) => raw.size <= CHUNK_BYTES).map((raw) => raw.id);
  const held = await context.db.within(context.tenant, (session) =>
    readWhole(session, context.tenant, small),
  );
  return raws.map((raw) => {
    const stored = held.get(raw.id);
    return { raw, source: stored === undefined ? largeSource(context, raw) : inMemory(plain(raw, stored)) };
  });
}

function plain(raw: RawDocument, stored: Buffer): Buffer {
  return raw.encoding === 'gzip' ? gunzipSync(stored, { maxOutputLength: raw.size }) : stored;
}

function largeSource(context: IngestContext, raw: RawDocument): ByteSource | RandomAccess {
  if (raw.encoding === 'gzip') return { size: raw.size, stream: () => unpacked(context, raw) };
  return {
    size: raw.size,
    stream: () => chunks(context, raw),
    read: async (position, length) => {
      const from = Math.floor(position / CHUNK_BYTES);
      const to = Math.floor((position + length - 1) / CHUNK_BYTES);
      const start = position - from * CHUNK_BYTES;
      return Buffer.concat(await fetch(context, raw.id, from, to)).subarray(start, start + length);
    },
  };
}

function fetch(context: IngestContext, id: number, from: number, to: number): Promise<Buffer[]> {
  return context.db.within(context.tenant, (session) => readChunks(session, context.tenant, id, from, to));
}

async function* chunks(context: IngestContext, raw: RawDocument): AsyncGenerator<Buffer> {
  for (let from = 0; ; from += CHUNKS_AT_ONCE) {
    const some = await fetch(context, raw.id, from, from + CHUNKS_AT_ONCE - 1);
    yield* some;
    if (some.length < CHUNKS_AT_ONCE) return;
  }
}

function unpacked(context: IngestContext, raw: RawDocument): AsyncIterable<Buffer> {
  // The callback is for the error of the source, which the iteration throws too.
  return pipeline(Readable.from(chunks(context, raw), { objectMode: false }), createGunzip(UNPACK), () => {});
}
