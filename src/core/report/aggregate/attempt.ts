import { LimitError, type Limits } from '../limits.js';
import { ProblemList } from '../problems.js';
import type { AggregateReport, Problem, Totals } from '../report.js';
import { ReportBuilder } from './build.js';
import { createDecoder, type Decoder } from './decode.js';
import { Refused, type NotWellFormed } from './failures.js';
import { LenientReader } from './lenient.js';
import type { Repairs } from './repairs.js';
import { StrictReader } from './strict.js';

/** One reading of a document from its first byte on: strict, or lenient after a strict one failed. */
export class Attempt {
  readonly builder: ReportBuilder;
  readonly problems = new ProblemList();
  readonly #decoder: Decoder;
  readonly #reader: StrictReader | LenientReader;
  readonly #limit: number;
  #size = 0;

  constructor(
    limits: Limits,
    lenient: { readonly failure: NotWellFormed; readonly repairs: Repairs } | null,
  ) {
    this.builder = new ReportBuilder(limits, this.problems);
    this.#decoder = createDecoder(this.problems);
    this.#limit = limits.documentBytes;
    if (lenient === null) this.#reader = new StrictReader(this.builder, this.problems);
    else {
      const { failure, repairs } = lenient;
      const message = `The XML is not well-formed (${failure.message.replace(/\.$/, '')}); what could be made of it was read.`;
      this.problems.add('xml-not-well-formed', message, failure.where);
      this.#reader = new LenientReader(this.builder, this.problems, { limits, repairs });
    }
  }

  /** Throws NotWellFormed, Refused and LimitError. */
  write(bytes: Uint8Array): void {
    this.#size += bytes.length;
    if (this.#size > this.#limit)
      throw new LimitError('limit-document-bytes', `The document is larger than ${this.#limit} bytes.`);
    const text = this.#decoder.write(bytes);
    if (text !== '') this.#reader.write(text);
  }

  /** Takes the end of the document. Throws as `write` does. */
  end(): {
    readonly report: AggregateReport;
    readonly totals: Totals;
    readonly problems: readonly Problem[];
  } {
    if (this.#size === 0) throw new Refused('document-empty', 'The document is empty.');
    const rest = this.#decoder.end();
    if (rest !== '') this.#reader.write(rest);
    this.#reader.end();
    return { ...this.builder.finish(), problems: this.problems.toArray() };
  }
}
