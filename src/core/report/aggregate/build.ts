import { LimitError, type Limits } from '../limits.js';
import type { ProblemList } from '../problems.js';
import type { AggregateReport, ReportRecord, Totals } from '../report.js';
import { cutText } from '../text.js';
import { declarePrefixes, ExtensionText, type Attributes } from './extension.js';
import { reportOf } from './finish.js';
import { AT, below, codeOf, FIRST_LEAF, NAMES, pathOf } from './grammar.js';
import { HeadFields } from './head.js';
import { RecordFields } from './record.js';
import { LONGEST_ADDRESS, type Repeatable } from './repeats.js';
import { Tally } from './tally.js';
import { hasContent, show } from './values.js';

/** Elements that no standard names, kept of one document; a report can have millions of records. */
const MOST_EXTENSIONS = 100_000;

/** Elements of one document besides those of its records, and as many as each record may have; most have 25. */
const MOST_ELEMENTS = 200_000;
const MOST_PER_RECORD = 200;

/** Makes a report of elements: `open`, `text` and `close` in document order, from whatever parser. */
export class ReportBuilder {
  /** Complete records that nobody has taken yet. */
  #records: ReportRecord[] = [];
  readonly #limits: Limits;
  readonly #problems: ProblemList;
  readonly #record: RecordFields;
  readonly #head: HeadFields;
  readonly #tally: Tally;
  readonly #extension: ExtensionText;
  readonly #prefixes = new Map<string, string>();
  readonly #stack: Uint8Array;
  #depth = 0;
  #at: number = AT.outside;
  /** Position that a note is about. */
  #place: number = AT.outside;
  #text = '';
  #inRecord = false;
  #keepsForeign = false;
  #extensions = 0;
  #elements = 0;
  #notes = 0;
  /** As the record at hand began. */
  #elementsBefore = 0;
  #notesBefore = 0;
  #root: string | null = null;
  #rootPrefix = '';
  #found = false;

  constructor(limits: Limits, problems: ProblemList) {
    this.#limits = limits;
    this.#problems = problems;
    const note = (code: string, message: string): void => this.#note(code, message);
    this.#record = new RecordFields(note);
    this.#tally = new Tally(note);
    this.#head = new HeadFields(note, (code, message, where) => problems.add(code, message, where));
    this.#extension = new ExtensionText(limits.textLength);
    this.#stack = new Uint8Array(limits.xmlDepth + 1);
  }

  /** Number of complete records that nobody has taken yet. */
  get waiting(): number {
    return this.#records.length;
  }

  /** Number of complete records in all. */
  get recordCount(): number {
    return this.#tally.records;
  }

  /** Whether the next element would be a child of the report itself. */
  get atReport(): boolean {
    return this.#at === AT.feedback;
  }

  /** Whether the report's own element was opened and closed again. */
  get complete(): boolean {
    return this.#found && this.#depth === 0;
  }

  /** The record that was read last, for those that repeat it; null where there was anything odd about it. */
  lastRecord(): Repeatable | null {
    const record = this.#records.at(-1);
    const isOdd = this.#notes > this.#notesBefore || this.#limits.textLength < LONGEST_ADDRESS;
    if (record === undefined || record.extensions !== undefined || isOdd) return null;
    return { record, elements: this.#elements - this.#elementsBefore };
  }

  /** A record that says what an earlier one said, but for its address and count. */
  repeat(earlier: Repeatable, sourceIp: string, count: string): void {
    this.#addElements(earlier.elements);
    this.#beginRecord();
    this.#place = AT.sourceIp;
    this.#record.set(AT.sourceIp, sourceIp);
    this.#place = AT.count;
    this.#record.set(AT.count, count);
    this.#place = AT.record;
    this.#endRecord(earlier.record);
  }

  takeRecords(): ReportRecord[] {
    const records = this.#records;
    this.#records = [];
    return records;
  }

  /** An element with its name as written, and its attributes, if any. */
  open(name: string, attributes: Attributes | null): void {
    if (this.#at === AT.outside && attributes !== null) declarePrefixes(this.#prefixes, attributes);
    this.#open(this.codeOf(name), name, attributes);
  }

  /** An element around the report, when nobody knows whether it ends. */
  wrap(name: string, attributes: Attributes | null): void {
    this.#root ??= name;
    if (attributes !== null) declarePrefixes(this.#prefixes, attributes);
  }

  /** Code of a name as written: without its prefix where that is the root's. */
  codeOf(name: string): number {
    const code = codeOf(name);
    if (code !== 0) return code;
    const colon = name.indexOf(':');
    if (colon < 0) return 0;
    const isOurs = this.#at === AT.outside || name.slice(0, colon) === this.#rootPrefix;
    return isOurs ? codeOf(name.slice(colon + 1)) : 0;
  }

  /** An element without prefix and attributes, by its code. */
  openCode(code: number): void {
    this.#open(code, NAMES[code] ?? '', null);
  }

  /** An element without prefix and attributes that holds nothing but text. */
  leafCode(code: number, text: string): void {
    const at = below(this.#at, code);
    if (at < FIRST_LEAF || text.length > this.#limits.textLength) {
      this.openCode(code);
      this.text(text);
      this.close();
      return;
    }
    this.#place = at;
    this.#set(at, text);
  }

  text(text: string): void {
    const at = this.#at;
    if (at >= FIRST_LEAF) {
      this.#text += text;
      if (this.#text.length > this.#limits.textLength) this.#cutText();
    } else if (at === AT.foreign) {
      if (this.#keepsForeign) this.#extension.text(text);
    } else if (at !== AT.outside && hasContent(text)) this.#bareText(at, text);
  }

  close(): void {
    const at = this.#at;
    this.#place = at;
    this.#depth -= 1;
    this.#at = this.#stack[this.#depth] ?? AT.outside;
    if (at >= FIRST_LEAF) this.#set(at, this.#text);
    else if (at === AT.foreign) this.#closeForeign();
    else if (at === AT.record) this.#endRecord(null);
    else if (at === AT.reason || at === AT.dkim || at === AT.spf) this.#record.endPart(at);
  }

  /** The report and its figures. Throws Refused where nothing was found that could be counted. */
  finish(): { report: AggregateReport; totals: Totals } {
    return reportOf(this.#root, this.#found, this.#head, this.#tally, this.#problems);
  }

  #open(code: number, name: string, attributes: Attributes | null): void {
    if (this.#depth >= this.#limits.xmlDepth)
      throw new LimitError('limit-xml-depth', `Elements are nested deeper than ${this.#limits.xmlDepth}.`);
    this.#addElements(1);
    const parent = this.#at;
    let at = parent === AT.foreign ? AT.foreign : below(parent, code);
    // An extension with attributes is kept whole; one without is a frame around what it holds.
    if (at === AT.extensions && attributes !== null) at = AT.foreign;
    this.#stack[this.#depth] = parent;
    this.#depth += 1;
    this.#at = at;
    this.#place = at;
    if (at >= FIRST_LEAF) {
      this.#text = '';
      if (attributes !== null) this.#language(name, attributes);
    } else if (at === AT.record) this.#beginRecord();
    else if (at === AT.reason || at === AT.dkim || at === AT.spf) this.#record.beginPart();
    else if (at === AT.foreign) this.#openForeign(parent, code, name, attributes);
    else if (at === AT.feedback) this.#openReport(name);
    else if (at === AT.outside) this.#root ??= name;
  }

  #addElements(count: number): void {
    this.#elements += count;
    if (this.#elements > MOST_ELEMENTS + MOST_PER_RECORD * this.#tally.records)
      throw new LimitError(
        'limit-xml-elements',
        `The report has more than ${MOST_ELEMENTS} elements that are no records.`,
      );
  }

  #openReport(name: string): void {
    if (this.#found) {
      this.#at = AT.foreign;
      this.#keepsForeign = false;
      this.#note('second-root', 'A second report follows in the same document; it was left out.');
      return;
    }
    this.#found = true;
    this.#place = AT.feedback;
    if (this.#root !== null)
      this.#note('report-wrapped', `The report stands inside the element ${show(this.#root)}.`);
    const colon = name.indexOf(':');
    this.#rootPrefix = colon < 0 ? '' : name.slice(0, colon);
    this.#head.setNamespace(this.#prefixes.get(this.#rootPrefix) ?? '');
  }

  #beginRecord(): void {
    if (this.#tally.records >= this.#limits.records)
      throw new LimitError('limit-records', `The report has more than ${this.#limits.records} records.`);
    this.#inRecord = true;
    this.#notesBefore = this.#notes;
    this.#elementsBefore = this.#elements - 1;
  }

  #endRecord(repeated: ReportRecord | null): void {
    this.#records.push(this.#tally.add(this.#record.take(repeated)));
    this.#inRecord = false;
  }

  #set(at: number, text: string): void {
    if (this.#inRecord) this.#record.set(at, text);
    else this.#head.set(at, text);
  }

  #bareText(at: number, text: string): void {
    this.#place = at;
    if (at === AT.reason) {
      this.#record.setBare(at, cutText(text, this.#limits.textLength));
      return;
    }
    this.#note('text-unexpected', `There is text where only elements belong: ${show(text.trim())}.`);
    if (at === AT.dkim || at === AT.spf) this.#record.setBare(at, cutText(text, this.#limits.textLength));
  }

  #openForeign(parent: number, code: number, name: string, attributes: Attributes | null): void {
    if (parent === AT.foreign) {
      if (this.#keepsForeign) this.#extension.open(name, attributes);
      return;
    }
    this.#extensions += 1;
    this.#keepsForeign = this.#extensions <= MOST_EXTENSIONS;
    if (!this.#keepsForeign) {
      this.#note('results-too-many', `Only the first ${MOST_EXTENSIONS} unknown elements were kept.`);
      return;
    }
    this.#extension.start(name, attributes, this.#prefixes);
    // RFC 9990 lets a record hold any further element, and extensions anything.
    if (parent === AT.record || parent === AT.extensions || NAMES[code]?.startsWith('extension')) return;
    this.#place = parent;
    this.#note(
      'element-unknown',
      `The element ${show(name)} has no place in the standard here; kept as an extension.`,
    );
  }

  #closeForeign(): void {
    if (!this.#keepsForeign) return;
    this.#extension.close();
    if (!this.#extension.complete) return;
    if (this.#extension.cut)
      this.#note('extension-cut', `An extension was cut after ${this.#limits.textLength} characters.`);
    (this.#inRecord ? this.#record : this.#head).addExtension(this.#extension.take());
  }

  #language(name: string, attributes: Attributes): void {
    const language = attributes['lang'] ?? attributes['xml:lang'];
    if (language !== undefined) this.#head.setLanguage(name.slice(name.indexOf(':') + 1), language);
  }

  #cutText(): void {
    const { textLength } = this.#limits;
    this.#text = cutText(this.#text, textLength);
    this.#place = this.#at;
    this.#note('text-cut', `A value was cut after ${textLength} characters.`);
  }

  #note(code: string, message: string): void {
    this.#notes += 1;
    const path = pathOf(this.#place);
    if (!this.#inRecord) this.#problems.add(code, message, path === '' ? null : path);
    else {
      const record = `record ${this.#tally.records + 1}`;
      this.#problems.add(code, message, this.#place === AT.record ? record : `${record} ${path}`);
    }
  }
}
