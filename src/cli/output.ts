import type { Writable } from 'node:stream';
import { OutputClosed } from './failure.js';

/** Characters gathered before they are written: few large writes instead of many small ones. */
const CHUNK_CHARACTERS = 256 * 1024;

/**
 * Text on its way to standard output: gathered into large writes, waiting where the reader is slow. Throws
 * OutputClosed when the reader went away, and what the stream throws otherwise (a full disk).
 */
export class Output {
  readonly #stream: Writable;
  #pending: string[] = [];
  #characters = 0;
  #error: unknown = null;
  #wake: (() => void) | null = null;

  constructor(stream: Writable) {
    this.#stream = stream;
    stream.on('error', (error: NodeJS.ErrnoException) => {
      this.#error ??= error.code === 'EPIPE' || error.code === 'EOF' ? new OutputClosed() : error;
      this.#wake?.();
    });
    stream.on('drain', () => this.#wake?.());
  }

  /** Adds text; the promise, where there is one, waits for the stream. */
  write(text: string): Promise<void> | undefined {
    this.#pending.push(text);
    this.#characters += text.length;
    return this.#characters < CHUNK_CHARACTERS ? undefined : this.flush();
  }

  /** Adds bytes that are long already. */
  async writeBytes(bytes: Uint8Array): Promise<void> {
    await this.flush();
    await this.#send(bytes);
  }

  async flush(): Promise<void> {
    this.#check();
    if (this.#characters === 0) return;
    const text = this.#pending.join('');
    this.#pending = [];
    this.#characters = 0;
    await this.#send(text);
  }

  /** Writes the rest and waits until the stream took it. */
  async end(): Promise<void> {
    await this.flush();
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      this.#stream.write('', () => resolve());
    });
    this.#check();
  }

  async #send(data: Uint8Array | string): Promise<void> {
    const room = this.#stream.write(data);
    if (!room && this.#error === null) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        // Files and pipes are written at once, and never say drain.
        if (!this.#stream.writableNeedDrain) resolve();
      });
    }
    this.#check();
  }

  #check(): void {
    if (this.#error !== null) throw this.#error as Error;
  }
}

/** Writes one text and waits until it is taken. Throws as Output does. */
export async function print(stream: Writable, text: string): Promise<void> {
  const output = new Output(stream);
  await output.write(text);
  await output.end();
}
