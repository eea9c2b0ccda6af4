import { TemporaryBytes } from '../../core/intake/spool.js';

/** Characters kept as text; most documents have fewer. */
const TEXT_CHARACTERS = 256 * 1024;

/**
 * Text that must wait for what is printed before it: a document's checksum and totals are known only at its
 * end. In memory while it is short, in a temporary file beyond.
 */
export class HeldText {
  #texts: string[] = [];
  #characters = 0;
  readonly #bytes = new TemporaryBytes();

  get empty(): boolean {
    return this.#texts.length === 0 && this.#bytes.size === 0;
  }

  /** Adds text; the promise, where there is one, waits for the file. */
  add(text: string): Promise<void> | undefined {
    this.#texts.push(text);
    this.#characters += text.length;
    if (this.#characters < TEXT_CHARACTERS) return undefined;
    const bytes = Buffer.from(this.#texts.join(''));
    this.#forgetTexts();
    return this.#bytes.append(bytes);
  }

  /** Everything in order: what went to bytes first, then the text that remains. */
  async *chunks(): AsyncGenerator<Uint8Array | string> {
    if (this.#bytes.size > 0) yield* this.#bytes.stream();
    if (this.#texts.length > 0) yield this.#texts.join('');
  }

  /** Everything, where it is short; null where some of it went to a file. */
  get short(): string | null {
    return this.#bytes.size > 0 ? null : this.#texts.join('');
  }

  /** Forgets everything; the promise, where there is one, waits for the file. */
  clear(): Promise<void> | undefined {
    this.#forgetTexts();
    return this.#bytes.size > 0 ? this.#bytes.clear() : undefined;
  }

  close(): Promise<void> {
    return this.#bytes.close();
  }

  #forgetTexts(): void {
    this.#texts = [];
    this.#characters = 0;
  }
}
