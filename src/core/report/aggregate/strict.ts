import type * as Saxes from 'saxes';
import { LimitError } from '../limits.js';
import { loadCommonJs } from '../loading.js';
import type { ProblemList } from '../problems.js';
import type { ReportBuilder } from './build.js';
import { checkDoctype } from './doctype.js';
import { describeEpilogue, MOST_EPILOGUE } from './epilogue.js';
import type { Attributes } from './extension.js';
import { MOST_QUIET, NotWellFormed } from './failures.js';
import { FLAT_START, FlatRecords, INCOMPLETE, MOST_KEPT_BACK, skipSpace } from './flat.js';

const { SaxesParser } = loadCommonJs('saxes') as typeof Saxes;

/** Attributes of one element; the standard knows one, and namespaces a few. */
export const MOST_ATTRIBUTES = 64;

/** Ends the parser's run through the text at hand; what follows the root is not its affair. */
class RootClosed extends Error {}

/**
 * Feeds text to saxes, and what saxes finds to the builder. Throws NotWellFormed, Refused and LimitError.
 * Records of the plain shape go past saxes: between two elements they can be read on their own.
 */
export class StrictReader {
  readonly #builder: ReportBuilder;
  readonly #problems: ProblemList;
  readonly #saxes = new SaxesParser({ xmlns: false, position: false });
  readonly #flat = new FlatRecords();
  #keptBack = '';
  /** Characters that saxes was given, and that went past it. */
  #given = 0;
  #passed = 0;
  #quiet = 0;
  #events = 0;
  #attributes = 0;
  /** Place behind the last end tag, in characters given; −1 when something else came after it. */
  #afterClose = -1;
  #epilogue: string | null = null;

  constructor(builder: ReportBuilder, problems: ProblemList) {
    this.#builder = builder;
    this.#problems = problems;
    this.#listen();
  }

  write(text: string): void {
    if (this.#epilogue !== null) this.#addEpilogue(text);
    else this.#read(this.#keptBack === '' ? text : [this.#keptBack, text].join(''), false);
  }

  end(): void {
    if (this.#epilogue === null) this.#read(this.#keptBack, true);
    if (this.#epilogue === null) this.#saxes.close();
    else describeEpilogue(this.#epilogue, this.#problems);
  }

  #read(text: string, isLast: boolean): void {
    this.#keptBack = '';
    const isFlat = this.#flat.load(text);
    let at = 0;
    while (at < text.length && this.#epilogue === null) {
      const start = text.indexOf(FLAT_START, at);
      if (start < 0) {
        this.#give(text, at, text.length);
        return;
      }
      if (start > at) this.#give(text, at, start);
      if (this.#epilogue !== null) return;
      at = start;
      if (isFlat && this.#isBetweenElements(text, start)) at = this.#readFlat(text, start, isLast);
      if (at < 0) return;
      if (at === start) {
        this.#give(text, at, at + FLAT_START.length);
        at += FLAT_START.length;
      }
    }
  }

  /** Reads as many plain records as follow each other; −1 when the rest was kept back. */
  #readFlat(text: string, from: number, isLast: boolean): number {
    let at = from;
    for (;;) {
      const end = this.#flat.read(at, this.#builder);
      if (end === INCOMPLETE && !isLast && text.length - at <= MOST_KEPT_BACK)
        return this.#keepBack(text, at);
      if (end < 0) return at;
      this.#passed += end - at;
      this.#afterClose = this.#given;
      at = end;
      const next = skipSpace(text, at);
      if (text.length - next < FLAT_START.length && !isLast && text.length - at <= MOST_KEPT_BACK)
        return this.#keepBack(text, at);
      if (!text.startsWith(FLAT_START, next)) return at;
      this.#passed += next - at;
      at = next;
    }
  }

  #keepBack(text: string, from: number): number {
    this.#keptBack = text.slice(from);
    return -1;
  }

  /** Whether saxes, having read up to `place`, stands between two children of the report. */
  #isBetweenElements(text: string, place: number): boolean {
    if (!this.#builder.atReport || this.#afterClose < 0) return false;
    const since = this.#given - this.#afterClose;
    return since <= place && skipSpace(text, place - since) >= place;
  }

  #give(text: string, from: number, to: number): void {
    const events = this.#events;
    const piece = from === 0 && to === text.length ? text : text.slice(from, to);
    this.#given += piece.length;
    try {
      this.#saxes.write(piece);
    } catch (error) {
      if (!(error instanceof RootClosed)) throw error;
    }
    if (this.#builder.complete) {
      this.#epilogue = '';
      this.#addEpilogue(text.slice(to - (this.#given - this.#afterClose)));
    }
    this.#quiet = this.#events === events ? this.#quiet + piece.length : 0;
    // A reference or a quote that never ends makes such pieces; the lenient reading knows them from real ones.
    if (this.#quiet > MOST_QUIET)
      throw new NotWellFormed(`more than ${MOST_QUIET} characters in one piece`, this.#where());
  }

  #where(): string {
    return `character ${this.#saxes.position + this.#passed}`;
  }

  #addEpilogue(text: string): void {
    const kept = this.#epilogue ?? '';
    if (kept.length < MOST_EPILOGUE) this.#epilogue = kept + text.slice(0, MOST_EPILOGUE - kept.length);
  }

  #listen(): void {
    const saxes = this.#saxes;
    const builder = this.#builder;
    saxes.on('error', (error) => {
      // The root's end comes even where the end tag is another's, and the error about that right behind it.
      if (builder.complete && saxes.position !== this.#afterClose) throw new RootClosed();
      throw new NotWellFormed(error.message, this.#where());
    });
    saxes.on('doctype', (doctype) => {
      this.#events += 1;
      checkDoctype(doctype, this.#problems);
    });
    saxes.on('attribute', () => {
      this.#attributes += 1;
      this.#events += 1;
      if (this.#attributes > MOST_ATTRIBUTES)
        throw new LimitError(
          'limit-xml-attributes',
          `An element has more than ${MOST_ATTRIBUTES} attributes.`,
        );
    });
    saxes.on('opentag', (tag) => {
      if (builder.complete) throw new RootClosed();
      this.#events += 1;
      this.#afterClose = -1;
      // Without the xmlns option attributes are plain strings.
      const attributes = this.#attributes === 0 ? null : (tag.attributes as Attributes);
      this.#attributes = 0;
      builder.open(tag.name, attributes);
    });
    const text = (content: string): void => {
      if (builder.complete) return;
      this.#events += 1;
      builder.text(content);
    };
    saxes.on('text', text);
    saxes.on('cdata', (content) => {
      this.#afterClose = -1;
      text(content);
    });
    saxes.on('closetag', () => {
      if (builder.complete) return;
      this.#events += 1;
      builder.close();
      this.#afterClose = saxes.position;
    });
  }
}
