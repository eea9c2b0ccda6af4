import type { ReadDocument } from '../report/report.js';
import { readReports } from '../report/read.js';
import { storableJson } from '../store/documents.js';
import type { RawDocument } from '../store/raw.js';
import { StagedRecords } from '../store/staged-records.js';
import type { IngestContext } from './context.js';
import { rawSources } from './raw-source.js';

/** A document that was read; the records of an aggregate report are staged under `doc`. */
export interface Found {
  readonly raw: RawDocument;
  readonly doc: number;
  readonly document: ReadDocument;
  /** Of the canonical content of an aggregate report. */
  readonly contentHash: Buffer | null;
  /** Characters of the report without its records, as JSON. */
  readonly characters: number;
}

/** Documents stored at once, and the text of their headers: a small zip may hold a thousand large headers. */
const PART_DOCUMENTS = 500;
const PART_CHARACTERS = 8 * 1024 * 1024;

/** Reads raw documents one after the other; gives COPY lines for their records, and each document after its own. */
export async function* readRaws(
  context: IngestContext,
  raws: readonly RawDocument[],
): AsyncGenerator<string | Found, void> {
  const { limits, spool, signal } = context;
  let doc = 1;
  for (const { raw, source } of await rawSources(context, raws)) {
    let staged = new StagedRecords(doc);
    for await (const event of readReports(source, { limits, spool, redact: true })) {
      signal?.throwIfAborted();
      if (event.type === 'records') {
        yield staged.lines(event.records);
        continue;
      }
      if (event.type === 'document') yield foundOf(raw, doc, event.document, staged);
      // Rows staged so far belong to a finished document, or to a reading that is void: either way the next
      // rows get a number of their own.
      doc += 1;
      staged = new StagedRecords(doc);
    }
  }
}

function foundOf(raw: RawDocument, doc: number, document: ReadDocument, staged: StagedRecords): Found {
  const header = storableJson(document.report);
  const contentHash = document.kind === 'aggregate' ? staged.contentHash(header) : null;
  return { raw, doc, document, contentHash, characters: header.length };
}

/** Some documents of a reading that are stored together. */
export interface Part {
  /** COPY lines; to be taken to their end before the rest is looked at. */
  readonly lines: AsyncGenerator<string>;
  readonly found: readonly Found[];
  /** Whether the reading came to its end. */
  readonly last: boolean;
}

/** The next documents of a reading, as many as are stored at once. */
export function nextPart(reading: AsyncGenerator<string | Found, void>): Part {
  const found: Found[] = [];
  const part = { lines: linesInto(), found, last: false };
  async function* linesInto(): AsyncGenerator<string> {
    let characters = 0;
    for (;;) {
      // Not by for await: leaving that would end the reading.
      const { value, done } = await reading.next();
      if (done === true) {
        part.last = true;
        return;
      }
      if (typeof value === 'string') {
        yield value;
        continue;
      }
      found.push(value);
      characters += value.characters;
      if (found.length >= PART_DOCUMENTS || characters >= PART_CHARACTERS) return;
    }
  }
  return part;
}
