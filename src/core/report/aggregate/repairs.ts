import { LimitError } from '../limits.js';

/**
 * Pieces of markup, of all documents in a file, that are read one by one since the XML is not well-formed: some 1,200
 * odd records. It takes a quarter to half a second; plain records between them do not count.
 */
const MOST_PIECES = 120_000;
/** A piece takes as long as so many of its characters. */
const CHARACTERS_PER_PIECE = 16;
/** A larger file may take longer: MOST_PIECES for each so many bytes of it, as it came. */
const FILE_BYTES = 1024 * 1024;

/** The work that may be spent on what is not well-formed, over all documents of one file. */
export interface Repairs {
  /** Counts a piece of so many characters. Throws LimitError. */
  spend(characters: number): void;
}

/** `fileBytes` gives the bytes of the file as it came, or how many of them were read so far. */
export function createRepairs(fileBytes: () => number): Repairs {
  let spent = 0;
  let most = MOST_PIECES;
  return {
    spend(characters) {
      spent += 1 + characters / CHARACTERS_PER_PIECE;
      if (spent <= most) return;
      most = MOST_PIECES * Math.max(1, fileBytes() / FILE_BYTES);
      if (spent > most)
        throw new LimitError(
          'limit-xml-repairs',
          'The XML is not well-formed in so many places that it was not read; ask the reporter to send the report again.',
        );
    },
  };
}
