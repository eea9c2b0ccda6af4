import type { Problem } from './report.js';
import { ownText } from './text.js';

/** Places listed for one code; further ones are counted. A report can have millions of rows. */
const LISTED_PER_CODE = 20;
/** Different codes are few; this bound is against a code made of input by mistake. */
const CODES = 200;

/** Gathers the problems of one document, bounded: the first places of every code, then how many more. */
export class ProblemList {
  readonly #listed: Problem[] = [];
  readonly #counts = new Map<string, number>();

  add(code: string, message: string, where: string | null = null): void {
    const count = (this.#counts.get(code) ?? 0) + 1;
    if (count === 1 && this.#counts.size >= CODES) return;
    this.#counts.set(code, count);
    if (count <= LISTED_PER_CODE)
      this.#listed.push({ code, message: ownText(message), where: where === null ? null : ownText(where) });
  }

  get size(): number {
    return this.#listed.length;
  }

  /** Forgets everything, for a second reading of the same document. */
  clear(): void {
    this.#listed.length = 0;
    this.#counts.clear();
  }

  /** In order of appearance; a code with more places than are listed ends with an entry that counts the rest. */
  toArray(): Problem[] {
    const more: Problem[] = [];
    for (const [code, count] of this.#counts) {
      if (count > LISTED_PER_CODE)
        more.push({ code, message: `The same in ${count - LISTED_PER_CODE} more places.`, where: null });
    }
    return [...this.#listed, ...more];
  }
}
