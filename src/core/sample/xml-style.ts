/** How one reporter's software writes XML. The plain style is well-formed and follows the standards. */
export interface XmlStyle {
  readonly encoding: 'utf-8' | 'utf-16' | 'iso-8859-1';
  readonly byteOrderMark: boolean;
  readonly declaration: boolean;
  /** Text before the declaration, after the last tag, and an element around all that is never closed. */
  readonly before: string;
  readonly after: string;
  readonly wrapper: string;
  /** Prefix of every element's name; used where the report has a namespace. */
  readonly prefix: string | null;
  /** One step of indentation; null puts everything on one line. */
  readonly indent: string | null;
  readonly newline: '\n' | '\r\n';
  readonly identifiers: 'identifiers' | 'identities';
  /** Case of the standards' own words, such as `pass`. */
  readonly words: 'lower' | 'upper';
  /** White space around every value. */
  readonly padding: string;
  /** What is written for an optional element without a value. */
  readonly absent: 'omit' | 'empty';
  /** `bare` leaves a `&` before white space as it is. */
  readonly ampersand: 'escaped' | 'bare';
  readonly email: 'plain' | 'brackets';
  readonly dates: 'seconds' | 'iso' | 'fraction' | 'milliseconds';
  readonly addresses: 'plain' | 'brackets' | 'mapped';
}

export const PLAIN_STYLE: XmlStyle = {
  encoding: 'utf-8',
  byteOrderMark: false,
  declaration: true,
  before: '',
  after: '\n',
  wrapper: '',
  prefix: null,
  indent: '  ',
  newline: '\n',
  identifiers: 'identifiers',
  words: 'lower',
  padding: '',
  absent: 'omit',
  ampersand: 'escaped',
  email: 'plain',
  dates: 'seconds',
  addresses: 'plain',
};
