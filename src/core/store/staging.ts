import { createHash, type Hash } from 'node:crypto';
import type { ReportRecord } from '../report/report.js';
import type { Session } from './session.js';
import { storableJsonText } from './text.js';

/**
 * Where records wait within a transaction until their report is known to be new. A temporary table, because
 * PostgreSQL refuses COPY FROM on a table under row-level security for the role that it binds.
 */
export async function openStaging(session: Session): Promise<void> {
  await session.run(
    `CREATE TEMPORARY TABLE IF NOT EXISTS staging_record (
       doc integer NOT NULL, ordinal integer NOT NULL, source_ip inet, messages bigint NOT NULL,
       disposition text, dkim text, spf text, header_from text, envelope_from text, envelope_to text, details jsonb
     ) ON COMMIT DELETE ROWS`,
  );
}

/** Forgets what is staged, for the next documents of the same transaction. */
export async function clearStaging(session: Session): Promise<void> {
  await session.run('TRUNCATE pg_temp.staging_record');
}

/** The statement that StagedRecords feeds. */
export const COPY_STAGING = 'COPY pg_temp.staging_record FROM STDIN';

/** Turns the records of one document into COPY lines, and hashes them on the way. */
export class StagedRecords {
  readonly #doc: number;
  readonly #hash: Hash = createHash('sha256');
  #ordinal = 0;

  /** `doc` numbers the document within the transaction; a document read again gets a new number. */
  constructor(doc: number) {
    this.#doc = doc;
  }

  /** Lines in COPY's text format, ending with a line feed. */
  lines(records: readonly ReportRecord[]): string {
    if (records.length === 0) return '';
    const rows = records.map((record) => this.#row(record));
    this.#hash.update(rows.join('\n')).update('\n');
    return `${this.#doc}\t${rows.join(`\n${this.#doc}\t`)}\n`;
  }

  /** SHA-256 of everything that counts in the document: `header` in its canonical text, then all rows. */
  contentHash(header: string): Buffer {
    return this.#hash.update(header).digest();
  }

  #row(record: ReportRecord): string {
    this.#ordinal += 1;
    return `${this.#ordinal}\t${record.sourceIp ?? NULL}\t${record.count}\t${field(record.disposition)}\t${field(record.dkim)}\t${field(record.spf)}\t${field(record.headerFrom)}\t${field(record.envelopeFrom)}\t${field(record.envelopeTo)}\t${field(details(record))}`;
  }
}

const NULL = '\\N';
const ESCAPED = /[\\\t\n\r\0]/u;
const ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '\t': '\\t',
  '\n': '\\n',
  '\r': '\\r',
  '\0': '\uFFFD',
};

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
