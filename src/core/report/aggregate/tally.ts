import type { ReportRecord, Totals } from '../report.js';
import type { Note } from './values.js';

/** Adds up the records of one report; what it counts stays within 2^53 − 1, over all of them. */
export class Tally {
  records = 0;
  readonly #note: Note;
  #messages = 0;
  #dmarcPass = 0;
  #dkimAligned = 0;
  #spfAligned = 0;
  #isFull = false;
  /** Undefined before the first record; null where records differ. */
  #from: string | null | undefined = undefined;

  constructor(note: Note) {
    this.#note = note;
  }

  /** The record as it counts: with 0 messages from the first on that takes the sum beyond 2^53 − 1. */
  add(written: ReportRecord): ReportRecord {
    this.#isFull ||= this.#messages + written.count > Number.MAX_SAFE_INTEGER;
    const record = this.#isFull ? this.#withoutMessages(written) : written;
    const { count, headerFrom } = record;
    const isDkim = record.dkim === 'pass';
    const isSpf = record.spf === 'pass';
    this.records += 1;
    this.#messages += count;
    if (isDkim) this.#dkimAligned += count;
    if (isSpf) this.#spfAligned += count;
    if (isDkim || isSpf) this.#dmarcPass += count;
    if (this.#from === undefined) this.#from = headerFrom;
    else if (this.#from !== headerFrom) this.#from = null;
    return record;
  }

  /** The From domain of all records; null where they have none, or more than one. */
  get commonFrom(): string | null {
    return this.#from ?? null;
  }

  /** The sums, each of what the records say that `add` gave. */
  get totals(): Totals {
    return {
      records: this.records,
      messages: this.#messages,
      dmarcPass: this.#dmarcPass,
      dkimAligned: this.#dkimAligned,
      spfAligned: this.#spfAligned,
    };
  }

  #withoutMessages(record: ReportRecord): ReportRecord {
    if (record.count === 0) return record;
    this.#note(
      'total-too-large',
      `The messages of the records are more than 2^53 in all; ${record.count} of this one are counted as 0.`,
    );
    return { ...record, count: 0 };
  }
}
