import { createHash, type Hash } from 'node:crypto';
import type { ReportRecord } from '../report/report.js';
import { storableJsonText } from './text.js';

/** Different wordings of one document that later rows may refer to; beyond them, rows spell what they say. */
const MOST_WORDINGS = 512;
/** Rows of a document that spell what they say in any case: small reports end before anything else pays. */
const FIRST_ROWS = 20;
/** Characters of a wording that is worth keeping for others. */
const LONGEST_WORDING = 1_024;
/** Records whose wording is known by the results that they share with others. */
const MOST_SHARED = 64;

/** What a record says beside its address and count, in COPY's text format. */
interface Wording {
  readonly text: string;
  readonly bytes: Buffer;
  /** Ordinal of the row that spells it; null where later rows cannot refer to it. */
  readonly spelledBy: number | null;
}

/** Turns the records of one document into COPY lines for staging.ts, and hashes them on the way. */
export class StagedRecords {
  readonly #doc: number;
  readonly #hash: Hash = createHash('sha256');
  readonly #byText = new Map<string, Wording>();
  readonly #byResults = new Map<unknown, { readonly record: ReportRecord; readonly wording: Wording }>();
  #ordinal = 0;
  /** Rows whose wording was looked for, and not found or found. */
  #spelled = 0;
  #referred = 0;

  /** `doc` numbers the document within the transaction; a document read again gets a new number. */
  constructor(doc: number) {
    this.#doc = doc;
  }

  /** Lines in COPY's text format, ending with a line feed. */
  lines(records: readonly ReportRecord[]): string {
    let lines = '';
    const starts: string[] = [];
    const wordings: Wording[] = [];
    let bytes = 0;
    for (const record of records) {
      this.#ordinal += 1;
      const ordinal = this.#ordinal;
      const wording = this.#wordingOf(record, ordinal);
      const start = `${ordinal}\t${record.sourceIp ?? NULL}\t${record.count}\t`;
      const { spelledBy } = wording;
      lines +=
        spelledBy === null || spelledBy === ordinal
          ? `${this.#doc}\t${start}${spelledBy ?? NULL}\t${wording.text}\n`
          : `${this.#doc}\t${start}${spelledBy}${UNSPELLED}`;
      starts.push(start);
      wordings.push(wording);
      bytes += start.length + wording.bytes.length + 1;
    }
    this.#hash.update(wholeRows(starts, wordings, bytes));
    return lines;
  }

  /** SHA-256 of everything that counts in the document: `header` in its canonical text, then all rows. */
  contentHash(header: string): Buffer {
    return this.#hash.update(header).digest();
  }

  #wordingOf(record: ReportRecord, ordinal: number): Wording {
    if (ordinal <= FIRST_ROWS || this.#spelled > MOST_WORDINGS * 2 + this.#referred)
      return wordingOf(wordingText(record), null);
    // The reader gives the same results to records that say the same; their texts need not be compared then.
    const shared = this.#byResults.get(record.authResults);
    if (shared !== undefined && saysTheSame(shared.record, record)) {
      this.#referred += 1;
      return shared.wording;
    }
    const text = wordingText(record);
    const found = this.#byText.get(text);
    if (found === undefined) this.#spelled += 1;
    else this.#referred += 1;
    const wording = found ?? this.#newWording(text, ordinal);
    if (this.#byResults.size < MOST_SHARED) this.#byResults.set(record.authResults, { record, wording });
    return wording;
  }

  #newWording(text: string, ordinal: number): Wording {
    const isKept = this.#byText.size < MOST_WORDINGS && text.length <= LONGEST_WORDING;
    const wording = wordingOf(text, isKept ? ordinal : null);
    if (isKept) this.#byText.set(text, wording);
    return wording;
  }
}

function wordingOf(text: string, spelledBy: number | null): Wording {
  return { text, bytes: Buffer.from(text), spelledBy };
}

const NULL = '\\N';
/** In place of the seven columns of a wording that another row spells. */
const UNSPELLED = `${`\t${NULL}`.repeat(7)}\n`;
const ESCAPED = /[\\\t\n\r\0]/u;
const ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '\t': '\\t',
  '\n': '\\n',
  '\r': '\\r',
  '\0': '\uFFFD',
};

/** The rows as if each spelled what it says; put together as bytes, since text would be copied thrice. */
function wholeRows(starts: readonly string[], wordings: readonly Wording[], size: number): Buffer {
  const rows = Buffer.allocUnsafe(size);
  let at = 0;
  for (const [index, start] of starts.entries()) {
    at += rows.write(start, at, 'latin1');
    const bytes = wordings[index]?.bytes;
    if (bytes !== undefined) rows.set(bytes, at);
    at += bytes?.length ?? 0;
    rows[at] = 10;
    at += 1;
  }
  return rows;
}

function saysTheSame(a: ReportRecord, b: ReportRecord): boolean {
  return (
    a.disposition === b.disposition &&
    a.dkim === b.dkim &&
    a.spf === b.spf &&
    a.headerFrom === b.headerFrom &&
    a.envelopeFrom === b.envelopeFrom &&
    a.envelopeTo === b.envelopeTo &&
    a.reasons === b.reasons &&
    a.extensions === b.extensions
  );
}

function wordingText(record: ReportRecord): string {
  return `${field(record.disposition)}\t${field(record.dkim)}\t${field(record.spf)}\t${field(record.headerFrom)}\t${field(record.envelopeFrom)}\t${field(record.envelopeTo)}\t${field(details(record))}`;
}

function field(text: string | null): string {
  if (text === null) return NULL;
  if (!ESCAPED.test(text)) return text;
  return text.replaceAll(/[\\\t\n\r\0]/gu, (character) => ESCAPES[character] ?? character);
}

/** What no column holds, as JSON without its empty parts. JSONB refuses some escapes. */
function details(record: ReportRecord): string | null {
  const { dkim, spf } = record.authResults;
  const { reasons, extensions } = record;
  // Put together by hand: an object of only the parts that are there costs as much again.
  let parts = '';
  if (dkim.length > 0) parts += `,"dkim":${JSON.stringify(dkim)}`;
  if (spf.length > 0) parts += `,"spf":${JSON.stringify(spf)}`;
  if (reasons.length > 0) parts += `,"reasons":${JSON.stringify(reasons)}`;
  if (extensions !== undefined) parts += `,"extensions":${JSON.stringify(extensions)}`;
  return parts === '' ? null : storableJsonText(`{${parts.slice(1)}}`);
}
