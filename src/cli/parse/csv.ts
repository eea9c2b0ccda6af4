import { csvLines, textCell, type Cell } from '../../core/csv.js';
import type { AggregateReport, ReportRecord } from '../../core/report/report.js';
import type { Output } from '../output.js';
import type { Format, PrintedDocument } from './format.js';
import { HeldText } from './held-text.js';

/** The columns: first what is the same for a whole document, then what is a record's own. */
const DOCUMENT_COLUMNS = ['file', 'member', 'reporter', 'reportId', 'domain', 'begin', 'end'] as const;
const RECORD_COLUMNS = [
  'sourceIp',
  'count',
  'disposition',
  'dkim',
  'spf',
  'headerFrom',
  'envelopeFrom',
  'envelopeTo',
  'dkimResults',
  'spfResults',
  'reasons',
] as const;

/**
 * One row a record. Cells that a spreadsheet would take for a formula begin with an apostrophe, and cells hold no
 * line breaks. What is no aggregate report has no rows: it is told in a sentence by `tell`.
 */
export function csvFormat(output: Output, tell: (sentence: string) => void): Format {
  const rows = new HeldText();
  return {
    begin: () => output.write(csvLines([[...DOCUMENT_COLUMNS, ...RECORD_COLUMNS]])),
    records: (records) => (records.length === 0 ? undefined : rows.add(csvLines(records.map(recordCells)))),
    discard: () => rows.clear(),
    document: async (file, document) => {
      if (document.kind !== 'aggregate') return tell(sentenceOf(file, document));
      const prefix = csvLines([documentCells(file, document.member, document.report)]).slice(0, -1);
      for await (const line of lines(rows.chunks())) await output.write(`${prefix},${line}\n`);
      await rows.clear();
    },
    end: () => undefined,
    close: () => rows.close(),
  };
}

function documentCells(file: string, member: string | null, report: AggregateReport): Cell[] {
  const { reporter, reportId, domain, begin, end } = report;
  return [file, member, reporter.orgName, reportId, domain, begin, end].map(textCell);
}

function recordCells(record: ReportRecord): Cell[] {
  const { dkim, spf } = record.authResults;
  return [
    textCell(record.sourceIp),
    record.count,
    textCell(record.disposition),
    textCell(record.dkim),
    textCell(record.spf),
    textCell(record.headerFrom),
    textCell(record.envelopeFrom),
    textCell(record.envelopeTo),
    textCell(dkim.map((it) => result(it.domain, it.selector, it.result)).join(' ')),
    textCell(spf.map((it) => result(it.domain, it.scope, it.result)).join(' ')),
    textCell(
      joined(
        record.reasons.map(({ type, comment }) => joined([type, comment], ': ')),
        '; ',
      ),
    ),
  ];
}

/** Such as `example.com/selector1=pass`. */
function result(domain: string | null, detail: string | null, outcome: string | null): string {
  return `${joined([domain, detail], '/')}=${outcome ?? ''}`;
}

function joined(parts: readonly (string | null)[], separator: string): string {
  return parts.filter((part) => part !== null && part !== '').join(separator);
}

function sentenceOf(file: string, { kind, member, error }: PrintedDocument): string {
  const name = member === null ? file : `${file} (${member})`;
  if (error !== null) return `${name} could not be read: ${error.message}`;
  const what = kind === 'failure' ? 'a failure report' : 'an SMTP TLS report';
  return `${name} is ${what} and has no rows; --format ndjson shows it.`;
}

/** Lines of text in chunks; cells hold no line breaks, so every one ends a row. */
async function* lines(chunks: AsyncIterable<Uint8Array | string>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of chunks) {
    const text = rest + (typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true }));
    const parts = text.split('\n');
    rest = parts.pop() ?? '';
    yield* parts;
  }
}
