import { Busboy, type BusboyFileStream } from '@fastify/busboy';
import type { IncomingHttpHeaders } from 'node:http';
import type { UploadedFile } from '../core/operations/upload.js';
import { HttpError } from './problem.js';

/** Fields beside the files say nothing to us; a few are let pass, as forms of browsers have them. */
const FIELDS = 20;
const FIELD_BYTES = 1024;
/** Header lines of one part, and their bytes: name and type are all that matters. */
const HEADER_PAIRS = 20;
const HEADER_BYTES = 4 * 1024;

/**
 * The files of a multipart body one after the other, each to be read before the next is asked for. Little is held: the
 * body is read on only as far as the file at hand is. Throws HttpError `multipart-invalid`, `too-many-files`, and what
 * the body throws.
 */
export async function* filesOf(
  headers: IncomingHttpHeaders,
  body: AsyncIterable<Buffer>,
  most: number,
): AsyncGenerator<UploadedFile> {
  const parts = openParser(headers, most);
  const arrived = new Arrived();
  parts.on('file', (_field, stream, name) => arrived.add(stream, name));
  parts.once('filesLimit', () => arrived.fail(tooMany(most)));
  parts.once('fieldsLimit', () => arrived.fail(invalid('It has too many fields beside the files.')));
  // More than one may come, and one that nobody hears ends the process.
  parts.on('error', (error) => arrived.fail(invalid('It is cut or garbled.', error)));
  parts.once('finish', () => arrived.end());
  const feeding = feed(parts, body).catch((error: unknown) => arrived.fail(error));
  try {
    yield* arrived.files();
    await feeding;
  } finally {
    // Whatever still comes is of no use to anybody.
    arrived.fail(invalid('It was given up.'));
    parts.destroy();
  }
}

function openParser(headers: IncomingHttpHeaders, most: number): InstanceType<typeof Busboy> {
  try {
    return new Busboy({
      headers: { ...headers, 'content-type': headers['content-type'] ?? '' },
      limits: {
        files: most,
        fields: FIELDS,
        fieldSize: FIELD_BYTES,
        headerPairs: HEADER_PAIRS,
        headerSize: HEADER_BYTES,
      },
    });
  } catch (error) {
    throw invalid('Its Content-Type names no boundary.', error);
  }
}

async function feed(parts: InstanceType<typeof Busboy>, body: AsyncIterable<Buffer>): Promise<void> {
  for await (const chunk of body) {
    if (parts.destroyed) return;
    if (!parts.write(chunk)) await drained(parts);
  }
  parts.end();
}

function drained(parts: InstanceType<typeof Busboy>): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      parts.off('drain', done);
      parts.off('close', done);
      parts.off('error', done);
      resolve();
    };
    parts.on('drain', done);
    parts.on('close', done);
    parts.on('error', done);
  });
}

/** Files that the parser has come upon: one chunk may hold many, and they wait here for whoever reads them. */
class Arrived {
  readonly #waiting: { readonly stream: BusboyFileStream; readonly name: string }[] = [];
  #current: BusboyFileStream | null = null;
  #failure: { readonly error: unknown } | null = null;
  #ended = false;
  #wake: () => void = () => {};

  add(stream: BusboyFileStream, name: string): void {
    // A stream whose error nobody hears ends the process.
    stream.on('error', () => {});
    if (this.#failure !== null) {
      stream.resume();
      return;
    }
    this.#waiting.push({ stream, name });
    this.#wake();
  }

  end(): void {
    this.#ended = true;
    this.#wake();
  }

  /** The first reason counts; files that nobody reads any more are let go. */
  fail(error: unknown): void {
    if (this.#failure !== null) return;
    this.#failure = { error };
    this.#wake();
    const cause = error instanceof Error ? error : new Error(String(error));
    this.#current?.destroy(cause);
    for (const { stream } of this.#waiting) stream.resume();
  }

  async *files(): AsyncGenerator<UploadedFile> {
    for (;;) {
      // Whole files that came before the trouble are worth keeping, but which of them are whole is not known.
      if (this.#failure !== null) throw this.#failure.error;
      const next = this.#waiting.shift();
      if (next !== undefined) {
        this.#current = next.stream;
        yield { name: next.name ?? 'unnamed', bytes: this.#bytesOf(next.stream) };
        this.#current = null;
        continue;
      }
      if (this.#ended) return;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  async *#bytesOf(stream: BusboyFileStream): AsyncGenerator<Uint8Array> {
    try {
      for await (const chunk of stream as AsyncIterable<Buffer>) yield chunk;
    } catch (error) {
      throw this.#failure?.error ?? error;
    }
    if (this.#failure !== null) throw this.#failure.error;
  }
}

function tooMany(most: number): HttpError {
  return new HttpError(
    413,
    'too-many-files',
    `One upload has at most ${most} files; send the rest in another.`,
  );
}

function invalid(why: string, cause?: unknown): HttpError {
  return new HttpError(400, 'multipart-invalid', `The multipart body cannot be read. ${why}`, { cause });
}
