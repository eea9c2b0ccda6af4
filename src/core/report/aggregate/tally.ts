import type { ProblemList } from '../problems.js';
import type { ReportRecord, Totals } from '../report.js';

/** Adds up the records of one report. */
export class Tally {
  records = 0;
  #messages = 0;
  #dmarcPass = 0;
  #dkimAligned = 0;
  #spfAligned = 0;
  /** Undefined before the first record; null where records differ. */
  #from: string | null | undefined = undefined;

  add(record: ReportRecord): void {
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
  }

  /** The From domain of all records; null where they have none, or more than one. */
  get commonFrom(): string | null {
    return this.#from ?? null;
  }

  /** The sums; those beyond 2^53 − 1 are given as that, with a problem. */
  totals(problems: ProblemList): Totals {
    if (this.#messages > Number.MAX_SAFE_INTEGER)
      problems.add('total-too-large', 'The messages of all records are more than 2^53; counted as 2^53 − 1.');
    return {
      records: this.records,
      messages: safe(this.#messages),
      dmarcPass: safe(this.#dmarcPass),
      dkimAligned: safe(this.#dkimAligned),
      spfAligned: safe(this.#spfAligned),
    };
  }
}

function safe(count: number): number {
  return Math.min(count, Number.MAX_SAFE_INTEGER);
}
