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
  /**
   * Counts the documents that a file comes to, when a container with so many members is met: the first of them is
   * what the container was counted as. Archives in archives hold thousands in few bytes. Throws LimitError.
   */
  countMembers(members: number): void;
  /** Counts the parts of a mail to those of all mails in the file. Throws LimitError. */
  countPart(): void;
  /** Whether a bound on the whole file was passed, so that nothing more of it is to be read. */
  readonly exhausted: boolean;
}

/** Parts of all mails in a file together, as a multiple of the documents; a mail with a report has two to five. */
const PARTS_PER_DOCUMENT = 10;

/** `packedSize` gives the bytes of the file, or how many of them were read so far. */
export function createBudget(limits: Limits, packedSize: () => number): Budget {
  let total = 0;
  let documents = 1;
  let parts = 0;
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
    countMembers(members) {
      documents += Math.max(0, members - 1);
      exhausted ||= documents > limits.entries;
      if (exhausted) throw tooManyInAll('documents', limits.entries);
    },
    countPart() {
      parts += 1;
      const most = limits.entries * PARTS_PER_DOCUMENT;
      exhausted ||= parts > most;
      if (exhausted) throw tooManyInAll('parts of mails', most);
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

function tooManyInAll(what: string, limit: number): LimitError {
  return new LimitError(
    'limit-entries',
    `The file holds more than ${limit} ${what} over all its containers; it was not read further.`,
  );
}

/** Bytes as people read them. */
export function mebibytes(bytes: number): string {
  return bytes >= 1024 * 1024 ? `${Math.round(bytes / (1024 * 1024))} MiB` : `${bytes} bytes`;
}
