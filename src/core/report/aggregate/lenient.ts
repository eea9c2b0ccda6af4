import { LimitError, type Limits } from '../limits.js';
import type { ProblemList } from '../problems.js';
import type { ReportBuilder } from './build.js';
import { checkDoctype } from './doctype.js';
import { describeEpilogue, MOST_EPILOGUE } from './epilogue.js';
import { AT, below, codeOf, FIRST_LEAF } from './grammar.js';
import { MOST_QUIET, tooQuiet } from './failures.js';
import { FLAT_START, FlatRecords, INCOMPLETE, MOST_KEPT_BACK, skipSpace } from './flat.js';
import { MarkupReader, type Markup } from './markup.js';
import { mendText, withoutForbidden } from './mend.js';
import type { Repairs } from './repairs.js';
import { cleanAttributes, Slices } from './slices.js';
import { show } from './values.js';

const RECORD = codeOf('record');

interface OpenTag {
  readonly name: string;
  /** Position in the grammar. */
  readonly at: number;
  /** Length of the slice before this tag. */
  readonly start: number;
}

/**
 * Reads what is not well-formed: cuts the children of the report out of the text as slices, mends each slice
 * so that its tags match, and has fast-xml-parser read it. Every repair is noted. Complete records are kept.
 */
export class LenientReader {
  readonly #builder: ReportBuilder;
  readonly #problems: ProblemList;
  readonly #limits: Limits;
  readonly #repairs: Repairs;
  readonly #markup = new MarkupReader();
  readonly #slices: Slices;
  readonly #flat = new FlatRecords();
  /** Whether plain records can be told in the text at hand; null before somebody asked. */
  #isFlat: boolean | null = null;
  #state: 'before' | 'report' | 'after' = 'before';
  #slice = '';
  #text = '';
  #open: OpenTag[] = [];
  #leading: string | null = null;
  #epilogue = '';

  constructor(
    builder: ReportBuilder,
    problems: ProblemList,
    { limits, repairs }: { readonly limits: Limits; readonly repairs: Repairs },
  ) {
    this.#builder = builder;
    this.#problems = problems;
    this.#limits = limits;
    this.#repairs = repairs;
    this.#slices = new Slices(builder, problems, limits);
  }

  write(text: string): void {
    if (this.#state === 'after') this.#addEpilogue(text);
    else {
      this.#markup.add(text);
      this.#isFlat = null;
      this.#read(false);
    }
  }

  end(): void {
    this.#markup.end();
    this.#read(true);
    if (this.#state === 'after') describeEpilogue(this.#epilogue, this.#problems);
    else if (this.#state === 'report') this.#truncated();
  }

  #read(isLast: boolean): void {
    for (;;) {
      if (this.#state === 'report' && this.#open.length === 0 && !this.#readFlat(isLast)) return;
      const from = this.#markup.at;
      const markup = this.#markup.next();
      this.#repairs.spend(this.#markup.at - from);
      if (markup === null) return;
      this.#take(markup);
      if (this.#state === 'after') {
        this.#addEpilogue(this.#markup.takeRest());
        return;
      }
    }
  }

  /** Reads the plain records that stand here, which need no mending. False where more text is needed to tell. */
  #readFlat(isLast: boolean): boolean {
    const { text } = this.#markup;
    for (let { at } = this.#markup; text.startsWith(FLAT_START, at); at = skipSpace(text, at)) {
      this.#isFlat ??= this.#flat.load(text);
      if (!this.#isFlat) return true;
      this.#flushText();
      const end = this.#flat.read(at, this.#builder);
      if (end === INCOMPLETE && !isLast && text.length - at <= MOST_KEPT_BACK) return false;
      if (end < 0) return true;
      this.#markup.skipTo(end);
      at = end;
    }
    return true;
  }

  #take(markup: Markup): void {
    switch (markup.kind) {
      case 'text':
        this.#addText(markup.text);
        return;
      case 'less-than':
        if (this.#state === 'report')
          this.#note('less-than-bare', 'A "<" that starts no element was taken for text.');
        this.#addText('<');
        return;
      case 'doctype':
        checkDoctype(markup.text, this.#problems);
        return;
      case 'cdata':
        this.#flushText();
        if (this.#open.length > 0) this.#add(`<![CDATA[${withoutForbidden(markup.text)}]]>`);
        return;
      case 'close':
        this.#flushText();
        if (this.#state === 'report') this.#close(markup.name);
        return;
      case 'open':
      case 'empty':
        this.#flushText();
        if (this.#state === 'report') this.#openTag(markup.name, markup.attributes, markup.kind === 'empty');
        else this.#openBefore(markup.name, markup.attributes, markup.kind === 'empty');
    }
  }

  #openBefore(name: string, attributes: string, isEmpty: boolean): void {
    if (localName(name) !== 'feedback') {
      this.#builder.wrap(name, this.#slices.attributesOf(attributes));
      return;
    }
    this.#builder.open(name, this.#slices.attributesOf(attributes));
    this.#state = 'report';
    if (this.#leading !== null)
      this.#problems.add(
        'leading-text',
        `Text before the report was left out: ${show(this.#leading)}.`,
        null,
      );
    if (isEmpty) this.#closeReport();
  }

  #openTag(name: string, attributes: string, isEmpty: boolean): void {
    const code = this.#builder.codeOf(name);
    this.#closeForSibling(code);
    const parent = this.#open.at(-1);
    const at = parent === undefined ? below(AT.feedback, code) : childOf(parent.at, code);
    if (this.#open.length + 1 >= this.#limits.xmlDepth)
      throw new LimitError('limit-xml-depth', `Elements are nested deeper than ${this.#limits.xmlDepth}.`);
    const start = this.#slice.length;
    const { clean, isWhole } = cleanAttributes(attributes);
    this.#add(clean === '' ? `<${name}>` : `<${name} ${clean}>`);
    this.#open.push({ name, at, start });
    if (!isWhole) this.#note('attributes-unreadable', `Attributes of ${show(name)} were left out.`);
    if (isEmpty) this.#closeTop();
  }

  /** Closes what was left open, where the next element has its place further out. */
  #closeForSibling(code: number): void {
    const top = this.#open.at(-1);
    if (code === 0 || top === undefined || childOf(top.at, code) !== AT.foreign) return;
    if (this.#open.some((tag) => tag.at === AT.foreign)) return;
    const index = this.#open.findLastIndex((tag) => childOf(tag.at, code) !== AT.foreign);
    if (index < 0 && below(AT.feedback, code) === AT.foreign) return;
    this.#closeDownTo(index + 1);
  }

  #close(name: string): void {
    const top = this.#open.at(-1);
    if (top?.name === name) {
      this.#closeTop();
      return;
    }
    const index = this.#open.findLastIndex((tag) => tag.name === name);
    if (index >= 0) {
      this.#closeDownTo(index + 1);
      this.#closeTop();
    } else if (localName(name) === 'feedback') {
      this.#closeDownTo(0);
      this.#closeReport();
    } else if (top !== undefined && (top.at >= FIRST_LEAF || this.#isDamaged(top, name))) {
      this.#note('tag-mismatched', `${show(top.name)} ends with the tag of ${show(name)}.`);
      this.#closeTop();
    } else if (this.#builder.codeOf(name) === RECORD)
      this.#note('record-incomplete', 'The end of a record stands where none is open: a record was lost.');
    else this.#note('tag-stray', `The end of ${show(name)} stands where none is open; it was left out.`);
  }

  /** Whether an unknown element is what an end tag, known at this place, once began: its start is misspelt. */
  #isDamaged(top: OpenTag, end: string): boolean {
    const parent = this.#open.at(-2)?.at ?? AT.feedback;
    return top.at === AT.foreign && childOf(parent, this.#builder.codeOf(end)) !== AT.foreign;
  }

  /** Closes until only `depth` elements of the slice are open; each of them lacks its end tag. */
  #closeDownTo(depth: number): void {
    while (this.#open.length > depth) {
      this.#note(
        'tag-unclosed',
        `The end of ${show(this.#open.at(-1)?.name ?? '')} is missing; it was put in.`,
      );
      this.#closeTop();
    }
  }

  #closeTop(): void {
    const tag = this.#open.pop();
    if (tag === undefined) return;
    this.#add(`</${tag.name}>`);
    if (this.#open.length > 0) return;
    this.#slices.read(this.#slice);
    this.#slice = '';
  }

  #closeReport(): void {
    this.#builder.close();
    this.#state = 'after';
  }

  /** The document ends within the report: a record that is cut is left out, other elements keep what is whole. */
  #truncated(): void {
    const { recordCount } = this.#builder;
    const top = this.#open.at(-1);
    this.#text = '';
    if (this.#open[0]?.at === AT.record) {
      this.#note('record-incomplete', 'The last record is cut; it was left out.');
    } else if (top !== undefined) {
      if (top.at >= FIRST_LEAF) {
        this.#slice = this.#slice.slice(0, top.start);
        this.#open.pop();
      }
      while (this.#open.length > 0) this.#closeTop();
    }
    const message = `The document ends before the report does, after ${recordCount} whole records.`;
    this.#problems.add('document-truncated', message, null);
    this.#builder.close();
  }

  #addText(text: string): void {
    this.#text += text;
    if (this.#text.length > MOST_QUIET) throw tooQuiet();
  }

  #flushText(): void {
    const raw = this.#text;
    if (raw === '') return;
    this.#text = '';
    if (this.#state === 'before') {
      if (/[^\s\p{Cc}]/u.test(raw)) this.#leading ??= raw.trim();
      return;
    }
    const { text, hadBare, hadForbidden } = mendText(raw);
    if (hadBare) this.#note('ampersand-bare', 'An "&" that starts no reference was taken for itself.');
    if (hadForbidden) this.#note('control-characters', 'Characters that XML does not allow were left out.');
    if (this.#open.length > 0) this.#add(text);
    else this.#slices.readText(text);
  }

  #add(text: string): void {
    this.#slice += text;
    if (this.#slice.length > MOST_QUIET) throw tooQuiet();
  }

  #addEpilogue(text: string): void {
    if (this.#epilogue.length < MOST_EPILOGUE)
      this.#epilogue += text.slice(0, MOST_EPILOGUE - this.#epilogue.length);
  }

  #note(code: string, message: string): void {
    const [slice] = this.#open;
    const where = slice?.at === AT.record ? `record ${this.#builder.recordCount + 1}` : (slice?.name ?? null);
    this.#problems.add(code, message, where);
  }
}

function childOf(at: number, code: number): number {
  return at >= FIRST_LEAF || at === AT.foreign || at === AT.extensions ? AT.foreign : below(at, code);
}

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}
