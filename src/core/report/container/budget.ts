import { LimitError, type Limits } from '../limits.js';

/** Counts the bytes of one layer while it is unpacked. `restart` before the layer is unpacked once more. */
export interface Meter {
  /** Throws LimitError when a bound is passed. `packed` is how many bytes of the container were read so far. */
  add(unpacked: number, packed: number): void;
  restart(): void;
}

/** Everything that is unpacked from one file, over all its layers. */
export interface Budget {
  meter(): Meter;
  /** Counts members over all layers: archives whose members share bytes hold millions of them in few bytes. */
  countMember(): void;
  /** Whether a bound on the whole file was passed, so that nothing more of it is to be read. */
  readonly exhausted: boolean;
}

/** Members in all containers of a file together, as a multiple of those allowed in one. */
const ALL_MEMBERS_FACTOR = 5;

/** `packedSize` gives the bytes of the file, or how many of them were read so far. */
export function createBudget(limits: Limits, packedSize: () => number): Budget {
  let total = 0;
  let members = 0;
  let exhausted = false;

  const tooMuch = (unpacked: number, packed: number): boolean =>
    unpacked > limits.ratioGraceBytes && unpacked > limits.ratio * packed;

  return {
    meter() {
      let mine = 0;
      return {
        add(unpacked, packed) {
          mine += unpacked;
          total += unpacked;
          if (mine > limits.documentBytes) throw documentTooLarge(limits);
          exhausted ||= total > limits.totalBytes || tooMuch(mine, packed) || tooMuch(total, packedSize());
          if (total > limits.totalBytes)
            throw new LimitError(
              'limit-total-bytes',
              `The file unpacks to more than ${mebibytes(limits.totalBytes)}; it was not read further.`,
            );
          if (exhausted)
            throw new LimitError(
              'limit-ratio',
              `The file unpacks to more than ${limits.ratio} times its size, as an archive made to do harm does; it was not read further.`,
            );
        },
        restart() {
          total -= mine;
          mine = 0;
        },
      };
    },
    countMember() {
      members++;
      exhausted ||= members > limits.entries * ALL_MEMBERS_FACTOR;
      if (exhausted) throw tooManyEntries(limits.entries * ALL_MEMBERS_FACTOR);
    },
    get exhausted() {
      return exhausted;
    },
  };
}

export function documentTooLarge(limits: Limits): LimitError {
  return new LimitError(
    'limit-document-bytes',
    `The document is larger than ${mebibytes(limits.documentBytes)} and was not read.`,
  );
}

export function tooManyEntries(limit: number): LimitError {
  return new LimitError(
    'limit-entries',
    `The file holds more than ${limit} members or parts and was not read.`,
  );
}

/** Bytes as people read them. */
export function mebibytes(bytes: number): string {
  return bytes >= 1024 * 1024 ? `${Math.round(bytes / (1024 * 1024))} MiB` : `${bytes} bytes`;
}
