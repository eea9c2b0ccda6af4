import type { AggregateReport, Extension, PublishedPolicy } from '../report.js';
import { cutText } from '../text.js';
import { isoOf, secondsOf } from './dates.js';
import { AT, pathOf } from './grammar.js';
import { domainOf, percentOf, show, textOf, wordOf, WORDS, type Note } from './values.js';

/** Errors and extensions kept of one report. */
const MOST_KEPT = 100;

/**
 * Characters of a report's header in all: those of single values (a real report has some hundred), and those of what
 * may be repeated without end: errors, extensions, languages, and the namespace. A file can hold a thousand reports,
 * whose headers wait in memory until their records are stored.
 */
const VALUES_LENGTH = 32_768;
const REPEATED_LENGTH = 32_768;

type Text = string | null;
/** A note that names another place than the element at hand. */
export type NoteAt = (code: string, message: string, where: Text) => void;

/** Gathers what a report says beside its records. Of an element given twice the first content is kept. */
export class HeadFields {
  readonly #note: Note;
  readonly #noteAt: NoteAt;
  readonly #texts = new Map<number, string>();
  readonly #errors: string[] = [];
  readonly #extensions: Extension[] = [];
  readonly #languages: Record<string, string> = {};
  #pct: number | null = null;
  #namespace = '';
  #valuesRoom = VALUES_LENGTH;
  #repeatedRoom = REPEATED_LENGTH;

  constructor(note: Note, noteAt: NoteAt) {
    this.#note = note;
    this.#noteAt = noteAt;
  }

  set(at: number, text: string): void {
    if (at === AT.error) this.#addError(textOf(text));
    else if (at === AT.pct) this.#setPct(percentOf(text, this.#note));
    else this.#keep(at, this.#valueOf(at, text));
  }

  setNamespace(namespace: string): void {
    this.#namespace = this.#hasRoom(namespace.length, namespace) ? namespace : '';
  }

  /** Only the first language of each element is kept; a report has one. */
  setLanguage(element: string, language: string): void {
    if (this.#languages[element] === undefined && this.#hasRoom(element.length + language.length, language))
      this.#languages[element] = language;
  }

  addExtension(extension: Extension): void {
    if (this.#isFull(this.#extensions)) return;
    const { name, xml } = extension;
    if (this.#hasRoom(name.length + xml.length, xml)) this.#extensions.push(extension);
  }

  /** The domain whose policy was published; null where the report does not say it. */
  get domain(): Text {
    return this.#text(AT.policyDomain);
  }

  /** The report as it was read. `domain` is what stands for the missing domain of the policy. */
  take(domain: Text): AggregateReport {
    const [begin, end] = this.#range();
    for (const at of [AT.orgName, AT.reportId] as const) {
      if (this.#text(at) === null) {
        const name = at === AT.orgName ? 'The name of the reporter' : 'The id of the report';
        this.#noteAt(
          at === AT.orgName ? 'org-name-missing' : 'report-id-missing',
          `${name} is missing.`,
          pathOf(at),
        );
      }
    }
    const report: AggregateReport = {
      reporter: {
        orgName: this.#text(AT.orgName),
        email: this.#text(AT.email),
        extraContactInfo: this.#text(AT.extraContactInfo),
        generator: this.#text(AT.generator),
      },
      reportId: this.#text(AT.reportId),
      version: this.#text(AT.version),
      namespace: this.#namespace,
      domain: this.domain ?? domain,
      begin: begin === null ? null : isoOf(begin),
      end: end === null ? null : isoOf(end),
      errors: this.#errors,
      policy: this.#policy(),
    };
    // The texts were cut out of larger ones, which they would keep alive.
    return structuredClone({
      ...report,
      ...(Object.keys(this.#languages).length > 0 && { languages: this.#languages }),
      ...(this.#extensions.length > 0 && { extensions: this.#extensions }),
    });
  }

  #policy(): PublishedPolicy {
    return {
      domain: this.domain,
      versionPublished: this.#text(AT.versionPublished),
      p: this.#text(AT.p),
      sp: this.#text(AT.sp),
      np: this.#text(AT.np),
      adkim: this.#text(AT.adkim),
      aspf: this.#text(AT.aspf),
      pct: this.#pct,
      fo: this.#text(AT.fo),
      testing: this.#text(AT.testing),
      discoveryMethod: this.#text(AT.discoveryMethod),
    };
  }

  /** Begin and end in seconds since the epoch, in order. */
  #range(): [number | null, number | null] {
    const begin = this.#date(AT.begin);
    const end = this.#date(AT.end);
    if (begin === null || end === null || begin <= end) return [begin, end];
    this.#noteAt(
      'date-order',
      'The end is before the begin; the two were swapped.',
      'report_metadata/date_range',
    );
    return [end, begin];
  }

  #date(at: number): number | null {
    const text = this.#text(at);
    const where = pathOf(at);
    if (text !== null) return secondsOf(text, (code, message) => this.#noteAt(code, message, where));
    this.#noteAt('date-missing', 'The date is missing.', where);
    return null;
  }

  #valueOf(at: number, text: string): Text {
    switch (at) {
      case AT.policyDomain:
        return domainOf(text);
      case AT.p:
      case AT.sp:
      case AT.np:
        return wordOf(text, WORDS.policy, this.#note);
      case AT.adkim:
      case AT.aspf:
        return wordOf(text, WORDS.alignment, this.#note);
      case AT.testing:
        return wordOf(text, WORDS.testing, this.#note);
      case AT.discoveryMethod:
        return wordOf(text, WORDS.discovery, this.#note);
      case AT.email:
        return textOf(text)?.replace(/^<(.*)>$/, '$1') ?? null;
      default:
        return textOf(text);
    }
  }

  #keep(at: number, value: Text): void {
    if (value === null) return;
    const kept = this.#text(at);
    if (kept === null) this.#texts.set(at, this.#fitting(value));
    else if (kept !== value) this.#repeated(kept, value);
  }

  #setPct(pct: number | null): void {
    if (this.#pct !== null && pct !== null && pct !== this.#pct)
      this.#repeated(String(this.#pct), String(pct));
    this.#pct ??= pct;
  }

  #repeated(kept: string, other: string): void {
    this.#note('element-repeated', `Given twice: ${show(kept)} was kept, ${show(other)} left out.`);
  }

  #addError(text: Text): void {
    if (text === null || this.#isFull(this.#errors)) return;
    if (this.#hasRoom(text.length, text)) this.#errors.push(text);
  }

  #isFull(list: readonly unknown[]): boolean {
    if (list.length < MOST_KEPT) return false;
    this.#note('results-too-many', `Only the first ${MOST_KEPT} were kept.`);
    return true;
  }

  /** Takes room for what may be repeated; where there is too little, it is to be left out. */
  #hasRoom(length: number, text: string): boolean {
    if (length > this.#repeatedRoom) {
      this.#note(
        'header-cut',
        `Errors, extensions and the like have more than ${REPEATED_LENGTH} characters in all; ${show(text)} was left out.`,
      );
      return false;
    }
    this.#repeatedRoom -= length;
    return true;
  }

  /** As much of a value as there is room for. */
  #fitting(text: string): string {
    const kept = cutText(text, this.#valuesRoom);
    this.#valuesRoom -= kept.length;
    if (kept.length < text.length)
      this.#note(
        'header-cut',
        `The values beside the records have more than ${VALUES_LENGTH} characters in all; ${show(text)} was cut.`,
      );
    return kept;
  }

  #text(at: number): Text {
    return this.#texts.get(at) ?? null;
  }
}
