import { LimitError, type Limits } from '../limits.js';
import type { AggregateReport, Problem, ReadError, ReportRecord, Totals } from '../report.js';
import { Attempt } from './attempt.js';
import { NotWellFormed, Refused } from './failures.js';
import { createRepairs, type Repairs } from './repairs.js';

/** How a reading ended: with a report, or with why there is none. */
export type AggregateOutcome =
  | {
      readonly report: AggregateReport;
      readonly totals: Totals;
      readonly error: null;
      readonly problems: readonly Problem[];
    }
  | {
      readonly report: null;
      readonly totals: null;
      readonly error: ReadError;
      readonly problems: readonly Problem[];
    };

/**
 * In order: batches of records, and `end`. `discard` takes back all records so far: the strict reading failed
 * half-way and the lenient one starts again, or there is no report in the end.
 */
export type AggregateEvent =
  | { readonly type: 'records'; readonly records: readonly ReportRecord[] }
  | { readonly type: 'discard' }
  | { readonly type: 'end'; readonly outcome: AggregateOutcome };

export interface AggregateOptions {
  readonly limits: Limits;
  /** Shared by all documents of a file; of this document's own when absent. */
  readonly repairs?: Repairs;
  /** The whole document, where it is in memory already: then `open` is not called. */
  readonly memory?: Uint8Array | undefined;
}

/** Records of one batch, at least, but for the last one. */
const BATCH = 1_000;
/** Bytes of a document in memory that are read at a time. */
const PIECE = 65_536;

/**
 * Reads an aggregate report (RFC 7489, RFC 9990) as a stream: strictly first, and where its XML is not
 * well-formed once more from the start and leniently. `open` starts at the first byte at every call; a stream
 * that nobody needs any longer is left before its end. What is wrong with the document is told by the outcome;
 * what the underlying storage throws is thrown, but for LimitError.
 */
export async function* readAggregate(
  open: () => AsyncIterable<Uint8Array>,
  options: AggregateOptions,
): AsyncGenerator<AggregateEvent, void, void> {
  const { memory } = options;
  if (memory !== undefined) {
    yield* readInMemory(memory, options);
    return;
  }
  const reading = new Reading(options);
  while (reading.begin()) {
    try {
      for await (const bytes of open()) {
        if (!reading.write(bytes)) break;
        yield* reading.takeEvents();
      }
    } catch (error) {
      reading.fail(error);
    }
    reading.end();
    yield* reading.takeEvents();
  }
}

/** A whole small document at once: its records and how the reading ended. */
export function readAggregateFromMemory(
  bytes: Uint8Array,
  options: AggregateOptions,
): { readonly records: readonly ReportRecord[]; readonly outcome: AggregateOutcome } {
  let records: ReportRecord[] = [];
  for (const event of readInMemory(bytes, options)) {
    if (event.type === 'discard') records = [];
    else if (event.type === 'records') records = records.concat(event.records);
    else return { records, outcome: event.outcome };
  }
  throw new Error('A reading has an end.');
}

/** The same as `readAggregate` for a document in memory, without waiting for anything. */
export function* readInMemory(
  bytes: Uint8Array,
  options: AggregateOptions,
): Generator<AggregateEvent, void, void> {
  const reading = new Reading(options);
  while (reading.begin()) {
    for (let at = 0; at < bytes.length; at += PIECE) {
      if (!reading.write(bytes.subarray(at, at + PIECE))) break;
      yield* reading.takeEvents();
    }
    reading.end();
    yield* reading.takeEvents();
  }
}

/** One document through its one or two attempts; what both faces above share. */
class Reading {
  readonly #limits: Limits;
  readonly #repairs: Repairs;
  #attempt: Attempt | null = null;
  #failure: NotWellFormed | null = null;
  #events: AggregateEvent[] = [];
  #hasGiven = false;
  #isDone = false;

  constructor({ limits, repairs = createRepairs(() => 0) }: AggregateOptions) {
    this.#limits = limits;
    this.#repairs = repairs;
  }

  /** Whether the document is to be read, from its first byte on. */
  begin(): boolean {
    if (this.#isDone) return false;
    const lenient = this.#failure && { failure: this.#failure, repairs: this.#repairs };
    this.#attempt = new Attempt(this.#limits, lenient);
    return true;
  }

  /** Whether more bytes are wanted. */
  write(bytes: Uint8Array): boolean {
    if (this.#attempt === null) return false;
    try {
      this.#attempt.write(bytes);
      if (this.#attempt.builder.waiting >= BATCH) this.#giveRecords(this.#attempt);
    } catch (error) {
      this.fail(error);
    }
    return this.#attempt !== null;
  }

  end(): void {
    if (this.#attempt === null) return;
    try {
      const outcome = this.#attempt.end();
      if (this.#attempt.builder.waiting > 0) this.#giveRecords(this.#attempt);
      this.#finish({ ...outcome, error: null });
    } catch (error) {
      this.fail(error);
    }
  }

  /** Goes on with the lenient attempt, or ends. Throws what is no trouble with the document. */
  fail(error: unknown): void {
    const problems = this.#attempt?.problems.toArray() ?? [];
    this.#attempt = null;
    if (this.#hasGiven) this.#events.push({ type: 'discard' });
    this.#hasGiven = false;
    if (error instanceof NotWellFormed) this.#failure = error;
    else if (error instanceof Refused || error instanceof LimitError) {
      const { code, message } = error;
      this.#finish({ report: null, totals: null, error: { code, message }, problems });
    } else throw error;
  }

  takeEvents(): readonly AggregateEvent[] {
    const events = this.#events;
    if (events.length > 0) this.#events = [];
    return events;
  }

  #giveRecords(attempt: Attempt): void {
    this.#hasGiven = true;
    this.#events.push({ type: 'records', records: attempt.builder.takeRecords() });
  }

  #finish(outcome: AggregateOutcome): void {
    this.#attempt = null;
    this.#isDone = true;
    this.#events.push({ type: 'end', outcome });
  }
}
