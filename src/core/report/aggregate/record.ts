import type { DkimResult, Extension, OverrideReason, ReportRecord, SpfResult } from '../report.js';
import { AT } from './grammar.js';
import { ipOf } from './ip.js';
import { countOf, domainOf, show, textOf, wordOf, WORDS, type Note } from './values.js';

/** Reasons, DKIM results or SPF results of one record; RFC 9990 asks for no more than 100 signatures. */
const MOST_RESULTS = 500;

const NO_REASONS: readonly OverrideReason[] = Object.freeze([]);
const NO_DKIM: readonly DkimResult[] = Object.freeze([]);
const NO_SPF: readonly SpfResult[] = Object.freeze([]);

/**
 * Gathers one record after the other. `note` speaks about the element at hand. Of an element that is given
 * twice the first content is kept, and the other is shown by a note.
 */
export class RecordFields {
  readonly #note: Note;
  #sourceIp: string | null = null;
  #sourceIpNoted = false;
  /** −1 until one is read. */
  #count = -1;
  #disposition: string | null = null;
  #dkim: string | null = null;
  #spf: string | null = null;
  #headerFrom: string | null = null;
  #envelopeFrom: string | null = null;
  #envelopeTo: string | null = null;
  #reasons: OverrideReason[] | null = null;
  #dkimResults: DkimResult[] | null = null;
  #spfResults: SpfResult[] | null = null;
  #extensions: Extension[] | null = null;
  // The reason, DKIM result or SPF result at hand. `#first` is its domain or type, `#second` its selector, scope
  // or comment; `#seen` whether it has any child at all.
  #first: string | null = null;
  #second: string | null = null;
  #result: string | null = null;
  #human: string | null = null;
  #seen = false;

  constructor(note: Note) {
    this.#note = note;
  }

  #clear(): void {
    this.#sourceIp = null;
    this.#sourceIpNoted = false;
    this.#count = -1;
    this.#disposition = null;
    this.#dkim = null;
    this.#spf = null;
    this.#headerFrom = null;
    this.#envelopeFrom = null;
    this.#envelopeTo = null;
    this.#reasons = null;
    this.#dkimResults = null;
    this.#spfResults = null;
    this.#extensions = null;
  }

  /** Starts a reason, a DKIM result or an SPF result. */
  beginPart(): void {
    this.#first = null;
    this.#second = null;
    this.#result = null;
    this.#human = null;
    this.#seen = false;
  }

  /** Takes the text of a leaf of the record. */
  set(at: number, text: string): void {
    const note = this.#note;
    switch (at) {
      case AT.sourceIp:
        this.#sourceIp = this.#one(this.#sourceIp, this.#ip(text));
        return;
      case AT.count:
        if (this.#count < 0) this.#count = countOf(text, note);
        else this.#one(String(this.#count), textOf(text));
        return;
      case AT.disposition:
        this.#disposition = this.#one(this.#disposition, wordOf(text, WORDS.disposition, note));
        return;
      case AT.evaluatedDkim:
        this.#dkim = this.#one(this.#dkim, wordOf(text, WORDS.evaluated, note));
        return;
      case AT.evaluatedSpf:
        this.#spf = this.#one(this.#spf, wordOf(text, WORDS.evaluated, note));
        return;
      case AT.headerFrom:
        this.#headerFrom = this.#one(this.#headerFrom, domainOf(text));
        return;
      case AT.envelopeFrom:
        this.#envelopeFrom = this.#one(this.#envelopeFrom, domainOf(text));
        return;
      case AT.envelopeTo:
        this.#envelopeTo = this.#one(this.#envelopeTo, domainOf(text));
        return;
      default:
        this.#setPart(at, text);
    }
  }

  #setPart(at: number, text: string): void {
    const note = this.#note;
    this.#seen = true;
    switch (at) {
      case AT.dkimDomain:
      case AT.spfDomain:
        this.#first = this.#one(this.#first, domainOf(text));
        return;
      case AT.dkimResult:
        this.#result = this.#one(this.#result, wordOf(text, WORDS.dkim, note));
        return;
      case AT.spfResult:
        this.#result = this.#one(this.#result, wordOf(text, WORDS.spf, note));
        return;
      case AT.dkimSelector:
        this.#second = this.#one(this.#second, textOf(text));
        return;
      case AT.spfScope:
        this.#second = this.#one(this.#second, wordOf(text, WORDS.scope, note));
        return;
      case AT.dkimHumanResult:
      case AT.spfHumanResult:
        this.#human = this.#one(this.#human, textOf(text));
        return;
      case AT.reasonType:
        this.#first = this.#one(this.#first, wordOf(text, WORDS.reason, note));
        return;
      case AT.reasonComment:
        this.#second = this.#one(this.#second, textOf(text));
    }
  }

  /** Text that stands in a reason or result itself: the comment of the one, the result of the other. */
  setBare(at: number, text: string): void {
    if (at === AT.reason) this.set(AT.reasonComment, text);
    else this.set(at === AT.dkim ? AT.dkimResult : AT.spfResult, text);
  }

  /** Ends a reason, a DKIM result or an SPF result; one without any content is no result. */
  endPart(at: number): void {
    if (!this.#seen) return;
    if (at === AT.reason) {
      this.#reasons ??= [];
      if (this.#hasRoom(this.#reasons)) this.#reasons.push({ type: this.#first, comment: this.#second });
    } else if (at === AT.dkim) {
      this.#dkimResults ??= [];
      if (this.#hasRoom(this.#dkimResults))
        this.#dkimResults.push({
          domain: this.#first,
          selector: this.#second,
          result: this.#result,
          humanResult: this.#human,
        });
    } else {
      this.#spfResults ??= [];
      if (this.#hasRoom(this.#spfResults))
        this.#spfResults.push({
          domain: this.#first,
          scope: this.#second,
          result: this.#result,
          humanResult: this.#human,
        });
    }
  }

  addExtension(extension: Extension): void {
    this.#extensions ??= [];
    if (this.#hasRoom(this.#extensions)) this.#extensions.push(extension);
  }

  /** The record as it was read; starts the next one. Where it repeats another, all but address and count is its. */
  take(repeated: ReportRecord | null = null): ReportRecord {
    if (this.#count < 0) this.#note('count-missing', 'The number of messages is missing; counted as 0.');
    if (this.#sourceIp === null && !this.#sourceIpNoted)
      this.#note('source-ip-missing', 'The source address is missing.');
    const sourceIp = this.#sourceIp;
    const count = this.#count < 0 ? 0 : this.#count;
    if (repeated !== null) {
      this.#clear();
      return { ...repeated, sourceIp, count };
    }
    const record: ReportRecord = {
      sourceIp,
      count,
      disposition: this.#disposition,
      dkim: this.#dkim,
      spf: this.#spf,
      reasons: this.#reasons ?? NO_REASONS,
      headerFrom: this.#headerFrom,
      envelopeFrom: this.#envelopeFrom,
      envelopeTo: this.#envelopeTo,
      authResults: { dkim: this.#dkimResults ?? NO_DKIM, spf: this.#spfResults ?? NO_SPF },
    };
    const extensions = this.#extensions;
    this.#clear();
    return extensions === null ? record : { ...record, extensions };
  }

  #ip(text: string): string | null {
    const ip = ipOf(text);
    if (ip !== null || textOf(text) === null) return ip;
    this.#sourceIpNoted = true;
    this.#note('source-ip-invalid', `${show(text)} is no IP address; left out.`);
    return null;
  }

  #one(kept: string | null, next: string | null): string | null {
    if (kept === null) return next;
    if (next !== null && next !== kept)
      this.#note('element-repeated', `Given twice: ${show(kept)} was kept, ${show(next)} left out.`);
    return kept;
  }

  #hasRoom(list: readonly unknown[]): boolean {
    if (list.length < MOST_RESULTS) return true;
    this.#note('results-too-many', `Only the first ${MOST_RESULTS} were kept.`);
    return false;
  }
}
