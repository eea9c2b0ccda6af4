import { constants, createInflateRaw, inflateRawSync, type InflateRaw } from 'node:zlib';
import type { ByteReader } from './byte-reader.js';
import { UnpackError } from './unpack-error.js';

/** Bytes that zlib unpacks in one go; larger steps cost fewer changes of thread. */
const STEP = 128 * 1024;

/** Bytes of memory, over those packed, that what is unpacked likely has room in: most reports shrink to a tenth. */
const LIKELY_RATIO = 16;

/** Packed bytes given to zlib at once. What a ratio is looked at by is exact to this much, times a thousand unpacked. */
const FEED = 16 * 1024;

export interface Inflated {
  readonly bytes: Uint8Array;
  /** Packed bytes up to the end of the deflate stream. */
  readonly consumed: number;
}

/**
 * Unpacks raw deflate (RFC 1951) in memory; what follows its end is left alone, and a cut stream gives what it has.
 * Null where more than `cap` bytes come out. Throws UnpackError on damaged bytes.
 */
export function inflateInMemory(bytes: Uint8Array, cap: number, what: string): Inflated | null {
  try {
    const options = {
      maxOutputLength: cap,
      finishFlush: constants.Z_SYNC_FLUSH,
      chunkSize: Math.min(STEP / 2, 1024 + LIKELY_RATIO * bytes.length),
      info: true,
    };
    // With `info`, Node returns the engine beside the buffer; the types do not say so.
    const { buffer, engine } = inflateRawSync(bytes, options) as unknown as {
      buffer: Buffer;
      engine: InflateRaw;
    };
    return { bytes: buffer, consumed: engine.bytesWritten };
  } catch (error) {
    if (codeOf(error) === 'ERR_BUFFER_TOO_LARGE') return null;
    throw asUnpackError(error, what);
  }
}

/**
 * Unpacks raw deflate from where `input` stands and leaves `input` right behind its end; a cut stream ends early.
 * Throws UnpackError on damaged bytes and what `input` throws.
 */
export async function* inflate(input: ByteReader, what: string): AsyncGenerator<Uint8Array> {
  const engine = createInflateRaw({ chunkSize: STEP, finishFlush: constants.Z_SYNC_FLUSH });
  // Of the last chunk, what zlib has no need of is given back at the end.
  let last: Uint8Array = new Uint8Array();
  let fedBytes = 0;

  async function feed(): Promise<void> {
    for (;;) {
      const next = await input.next();
      if (!next) {
        engine.end();
        return;
      }
      const chunk = next.subarray(0, FEED);
      input.unread(next.subarray(FEED));
      last = chunk;
      fedBytes += chunk.length;
      await new Promise<void>((resolve, reject) => {
        engine.write(chunk, (error) => (error ? reject(error) : resolve()));
      });
      if (engine.bytesWritten < fedBytes) return;
    }
  }

  // Kept apart: an engine that has seen the end of its data would swallow what the storage throws.
  const failures: unknown[] = [];
  const feeding = feed().catch((error: unknown) => {
    failures.push(error);
    engine.destroy(error instanceof Error ? error : new Error(String(error)));
  });
  try {
    for await (const chunk of engine) yield chunk as Uint8Array;
    await feeding;
    if (failures.length > 0) throw failures[0];
  } catch (error) {
    throw codeOf(error)?.startsWith('Z_') ? asUnpackError(error, what) : error;
  } finally {
    engine.destroy();
  }
  const rest = fedBytes - engine.bytesWritten;
  if (rest > 0) input.unread(last.subarray(last.length - rest));
}

function asUnpackError(error: unknown, what: string): unknown {
  if (!codeOf(error)?.startsWith('Z_')) return error;
  return new UnpackError(
    `${what}-damaged`,
    `The ${what} data is damaged and cannot be unpacked; ask the reporter to send the report again.`,
  );
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
