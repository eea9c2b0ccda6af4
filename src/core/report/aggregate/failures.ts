import { LimitError } from '../limits.js';

/** The strict parser says that the text is no well-formed XML; a lenient reading may still make sense of it. */
export class NotWellFormed extends Error {
  /** Place in the text, for people. */
  readonly where: string;

  constructor(message: string, where: string) {
    super(message);
    this.name = 'NotWellFormed';
    this.where = where;
  }
}

/** The document is not to be read, or holds nothing to read; `code` is the name under which people see it. */
export class Refused extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.name = 'Refused';
    this.code = code;
  }
}

/**
 * Characters in one piece (a comment, a value, white space, an element with all it holds in the lenient
 * reading): a parser has to hold them in memory.
 */
export const MOST_QUIET = 1_048_576;

/** The error for text that goes on and on. */
export function tooQuiet(): LimitError {
  return new LimitError('limit-xml-text', `The XML has more than ${MOST_QUIET} characters in one piece.`);
}
