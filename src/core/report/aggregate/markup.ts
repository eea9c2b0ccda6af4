import { MOST_QUIET, tooQuiet } from './failures.js';

/** A piece of a text that is XML more or less. */
export type Markup =
  | { readonly kind: 'open' | 'empty'; readonly name: string; readonly attributes: string }
  | { readonly kind: 'close'; readonly name: string }
  | { readonly kind: 'text' | 'cdata' | 'doctype'; readonly text: string }
  /** A `<` that starts nothing. */
  | { readonly kind: 'less-than' };

/** Characters of one tag; a `<` without its `>` so near starts no tag. */
const MOST_TAG = 8_192;

const NAME = /[A-Za-z_:\u0080-\uffff][\w.:\-\u0080-\uffff]*/y;

/** Not enough text yet to say what stands there. */
const WAIT = Symbol('wait');
type Found = readonly [markup: Markup | null, end: number];

/** Cuts text that comes in pieces into markup, whatever state it is in. Comments and instructions are left out. */
export class MarkupReader {
  #text = '';
  #at = 0;
  #isLast = false;
  /** Delimiters that the rest of the document does not have. */
  readonly #absent = new Set<string>();

  add(text: string): void {
    this.#text = this.#text.slice(this.#at) + text;
    this.#at = 0;
  }

  /** No more text will come. */
  end(): void {
    this.#isLast = true;
  }

  /** The text at hand, and the place in it that `next` goes on from. */
  get text(): string {
    return this.#text;
  }

  get at(): number {
    return this.#at;
  }

  /** Goes on from a place further on: somebody else read what is before it. */
  skipTo(place: number): void {
    this.#at = place;
  }

  /** What is left after the last `next`; nothing of it will be given again. */
  takeRest(): string {
    const rest = this.#text.slice(this.#at);
    this.#at = this.#text.length;
    return rest;
  }

  /** The next piece; null when more text is needed, or nothing remains. */
  next(): Markup | null {
    while (this.#at < this.#text.length) {
      const found = this.#read();
      if (found === WAIT) {
        if (this.#text.length - this.#at > MOST_QUIET) throw tooQuiet();
        return null;
      }
      const [markup, end] = found;
      this.#at = end;
      if (markup !== null) return markup;
    }
    return null;
  }

  #read(): Found | typeof WAIT {
    const text = this.#text;
    const at = this.#at;
    const less = text.indexOf('<', at);
    if (less !== at) {
      const end = less < 0 ? text.length : less;
      return [{ kind: 'text', text: text.slice(at, end) }, end];
    }
    const lead = text.slice(at, at + 9);
    if (!this.#isLast && lead.length < 9 && /^<(?:$|[!?])/.test(lead)) return WAIT;
    if (lead.startsWith('<!--')) return this.#until('-->', 4, null);
    if (lead.startsWith('<?')) return this.#until('?>', 2, null);
    if (lead === '<![CDATA[') return this.#until(']]>', 9, 'cdata');
    if (lead === '<!DOCTYPE') return this.#doctype();
    return this.#tag();
  }

  /** Everything up to a delimiter; where it never comes, a `<` that starts nothing. */
  #until(delimiter: string, skip: number, kind: 'cdata' | null): Found | typeof WAIT {
    const start = this.#at + skip;
    const end = this.#absent.has(delimiter) ? -1 : this.#text.indexOf(delimiter, start);
    if (end < 0 && !this.#isLast) return WAIT;
    if (end < 0) {
      this.#absent.add(delimiter);
      return [{ kind: 'less-than' }, this.#at + 1];
    }
    const markup: Markup | null = kind === null ? null : { kind, text: this.#text.slice(start, end) };
    return [markup, end + delimiter.length];
  }

  #doctype(): Found | typeof WAIT {
    const text = this.#text;
    const bracket = text.indexOf('[', this.#at);
    const close = text.indexOf('>', this.#at);
    const hasSubset = bracket >= 0 && (close < 0 || bracket < close);
    const end = hasSubset ? text.indexOf(']', bracket) : close;
    const stop = hasSubset && end >= 0 ? text.indexOf('>', end) : end;
    if (stop < 0 && !this.#isLast) return WAIT;
    const last = stop < 0 ? text.length : stop + 1;
    return [{ kind: 'doctype', text: text.slice(this.#at, last) }, last];
  }

  #tag(): Found | typeof WAIT {
    const text = this.#text;
    const limit = Math.min(text.length, this.#at + MOST_TAG);
    const undecided: Found | typeof WAIT =
      this.#isLast || limit < text.length ? [{ kind: 'less-than' }, this.#at + 1] : WAIT;
    const isClose = text.charAt(this.#at + 1) === '/';
    NAME.lastIndex = this.#at + (isClose ? 2 : 1);
    if (NAME.lastIndex >= limit) return undecided;
    const name = NAME.exec(text)?.[0];
    if (name === undefined) return [{ kind: 'less-than' }, this.#at + 1];
    const start = this.#at + (isClose ? 2 : 1) + name.length;
    if (start >= limit) return undecided;
    if (!/[\s/>]/.test(text.charAt(start))) return [{ kind: 'less-than' }, this.#at + 1];
    const end = tagEnd(text, start, limit);
    if (end === 'undecided') return undecided;
    if (end === 'none') return [{ kind: 'less-than' }, this.#at + 1];
    if (isClose) return [{ kind: 'close', name }, end + 1];
    const isEmpty = text.charAt(end - 1) === '/';
    const attributes = text.slice(start, isEmpty ? end - 1 : end).trim();
    return [{ kind: isEmpty ? 'empty' : 'open', name, attributes }, end + 1];
  }
}

/** Place of the `>` that ends a tag; one in a quoted value does not. */
function tagEnd(text: string, from: number, limit: number): number | 'undecided' | 'none' {
  for (let at = from; at < limit; at += 1) {
    const character = text.charAt(at);
    if (character === '>') return at;
    if (character === '<') return 'none';
    if (character !== '"' && character !== "'") continue;
    const less = text.indexOf('<', at + 1);
    const last = less >= 0 && less < limit ? less : limit;
    const quote = text.slice(at + 1, last).indexOf(character);
    if (quote < 0 && last === limit) return 'undecided';
    // A quote that is not closed before the next tag is no quote.
    if (quote >= 0) at += quote + 1;
  }
  return 'undecided';
}
