import type { ReportRecord } from '../report.js';
import type { ReportBuilder } from './build.js';

/** A record that others may repeat, all but its address and its count. */
export interface Repeatable {
  readonly record: ReportRecord;
  /** Elements with children in it, which count against a bound. */
  readonly elements: number;
}

/** No record that is known is repeated here. */
export const NO_REPEAT = -1;

/** Records of one document that are known at once. */
const MOST_KNOWN = 64;
/** Records that repeat none, after which nobody looks any more, unless as many repeat one. */
const MOST_MISSES = 500;
/** Bytes behind the count that are worth keeping; most records have 500. */
const LONGEST_REST = 4_096;
/** Characters of the longest address, an IPv6 one with an IPv4 one in it. */
export const LONGEST_ADDRESS = 45;
/** Digits that always fit a safe integer. */
const LONGEST_COUNT = 15;

interface Known extends Repeatable {
  /** All that follows its count. */
  readonly rest: Uint8Array;
  /** Where that differs first from the rest of the first known one. */
  readonly differsAt: number;
}

/**
 * Knows some records of a document by their bytes. In large reports most say the same as an earlier one, of another
 * address: comparing takes a fifth of the time of reading, and what they share is shared in memory too.
 */
export class Repeats {
  #known: readonly Known[] = [];
  #hits = 0;
  #misses = 0;
  #hasGivenUp = false;
  /** From the start of a record to its address, and from there to its count: the same in all that are known. */
  #before = new Uint8Array(0);
  #between = new Uint8Array(0);

  /**
   * Gives the record at `from` to the builder if it repeats a known one; the place behind it, or NO_REPEAT. `bytes` are
   * those of `text`, and end with a zero.
   */
  read(bytes: Uint8Array, text: string, from: number, builder: ReportBuilder): number {
    if (this.#known.length === 0 || !builder.atReport) return NO_REPEAT;
    if (agreed(bytes, from, this.#before, 0) < this.#before.length) return NO_REPEAT;
    const address = from + this.#before.length;
    const addressEnd = skipAddress(bytes, address);
    if (agreed(bytes, addressEnd, this.#between, 0) < this.#between.length) return NO_REPEAT;
    const count = addressEnd + this.#between.length;
    const countEnd = skipDigits(bytes, count);
    const isUsual =
      addressEnd > address &&
      addressEnd - address <= LONGEST_ADDRESS &&
      countEnd > count &&
      countEnd - count <= LONGEST_COUNT;
    const known = isUsual ? this.#find(bytes, countEnd) : null;
    if (known === null) {
      this.#misses += 1;
      if (this.#misses > MOST_MISSES && this.#misses > this.#hits) this.#giveUp();
      return NO_REPEAT;
    }
    this.#hits += 1;
    builder.repeat(known, text.slice(address, addressEnd), text.slice(count, countEnd));
    return countEnd + known.rest.length;
  }

  /** Whether no more are to be learnt. */
  get isFull(): boolean {
    return this.#hasGivenUp || this.#known.length >= MOST_KNOWN;
  }

  /** Remembers a record by its bytes. */
  learn(bytes: Uint8Array, places: RecordPlaces, repeatable: Repeatable): void {
    const { from, address, addressEnd, count, countEnd, end } = places;
    if (this.isFull || end - countEnd > LONGEST_REST) return;
    if (this.#known.length === 0) {
      this.#before = bytes.slice(from, address);
      this.#between = bytes.slice(addressEnd, count);
    } else if (
      agreed(bytes, from, this.#before, 0) < this.#before.length ||
      agreed(bytes, addressEnd, this.#between, 0) < this.#between.length
    )
      return;
    const rest = bytes.slice(countEnd, end);
    const first = this.#known[0]?.rest ?? rest;
    this.#known = [...this.#known, { ...repeatable, rest, differsAt: agreed(rest, 0, first, 0) }];
  }

  /** In a report whose records all differ, looking would cost as much as reading. */
  #giveUp(): void {
    this.#known = [];
    this.#hasGivenUp = true;
  }

  /** Whoever agrees with the first one for so long and then differs can only be one that differs there as well. */
  #find(bytes: Uint8Array, at: number): Known | null {
    const [first] = this.#known;
    if (first === undefined) return null;
    const differsAt = agreed(bytes, at, first.rest, 0);
    if (differsAt === first.rest.length) return first;
    for (const known of this.#known)
      if (known.differsAt === differsAt && agreed(bytes, at, known.rest, differsAt) === known.rest.length)
        return known;
    return null;
  }
}

/** Where the parts of a record are in the bytes at hand. */
export interface RecordPlaces {
  readonly from: number;
  readonly address: number;
  readonly addressEnd: number;
  readonly count: number;
  readonly countEnd: number;
  readonly end: number;
}

/** How many bytes of a pattern stand at a place, where so many are known to. */
function agreed(bytes: Uint8Array, at: number, pattern: Uint8Array, known: number): number {
  let length = known;
  while (length < pattern.length && bytes[at + length] === pattern[length]) length += 1;
  return length;
}

function skipDigits(bytes: Uint8Array, from: number): number {
  let at = from;
  while (isDigit(bytes[at] ?? 0)) at += 1;
  return at;
}

/** Digits of any base up to 16, dots and colons: whether they are an address is seen later. */
function skipAddress(bytes: Uint8Array, from: number): number {
  let at = from;
  for (;;) {
    const byte = bytes[at] ?? 0;
    const letter = byte | 32;
    if (!isDigit(byte) && byte !== 46 && byte !== 58 && (letter < 97 || letter > 102)) return at;
    at += 1;
  }
}

function isDigit(byte: number): boolean {
  return byte >= 48 && byte <= 57;
}
