import type { AggregateReport, Extension, PublishedPolicy } from '../report.js';
import { isoOf, secondsOf } from './dates.js';
import { AT, pathOf } from './grammar.js';
import { domainOf, percentOf, show, textOf, wordOf, WORDS, type Note } from './values.js';

/** Errors and extensions kept of one report. */
const MOST_KEPT = 100;

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
    this.#namespace = namespace;
  }

  /** Only the first language of each element is kept; a report has one. */
  setLanguage(element: string, language: string): void {
    this.#languages[element] ??= language;
  }

  addExtension(extension: Extension): void {
    if (this.#extensions.length < MOST_KEPT) this.#extensions.push(extension);
    else this.#note('results-too-many', `Only the first ${MOST_KEPT} were kept.`);
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
    return {
      ...report,
      ...(Object.keys(this.#languages).length > 0 && { languages: this.#languages }),
      ...(this.#extensions.length > 0 && { extensions: this.#extensions }),
    };
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
    if (kept === null) this.#texts.set(at, value);
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
    if (text === null) return;
    if (this.#errors.length < MOST_KEPT) this.#errors.push(text);
    else this.#note('results-too-many', `Only the first ${MOST_KEPT} were kept.`);
  }

  #text(at: number): Text {
    return this.#texts.get(at) ?? null;
  }
}
