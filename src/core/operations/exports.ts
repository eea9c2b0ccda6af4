import { csvLines, textCell, type Cell } from '../csv.js';
import {
  allRecords,
  allReports,
  allSources,
  type ExportedRecord,
  type ExportedSource,
} from '../store/exports.js';
import type { Filter } from '../store/relation.js';
import type { ReportRow } from '../store/reports.js';
import type { Session } from '../store/session.js';
import { ask, filterInput } from './filter.js';
import { operation, type Context, type Operation } from './operation.js';

/** Text that comes as it is made. */
export interface CsvExport {
  /** Such as `reports-2026-01-01-2026-01-31.csv`. */
  readonly fileName: string;
  /**
   * Gives the text piece by piece to `write`, and goes on when that has taken it; what it throws ends the query. Holds
   * a connection and a snapshot meanwhile, so whoever writes to somebody slow has to give up at some time.
   */
  send(write: (text: string) => Promise<void>): Promise<void>;
}

export type ExportInput = typeof filterInput;

/** One column: its name in the header row, and its cell. */
type Column<Row> = readonly [name: string, cell: (row: Row) => Cell];
type Batches<Row> = (session: Session, tenant: number, filter: Filter) => AsyncGenerator<Row[]>;

const REPORT_COLUMNS: readonly Column<ReportRow>[] = [
  ['report', (row) => row.id],
  ['domain', (row) => textCell(row.domain)],
  ['reporter', (row) => textCell(row.reporter)],
  ['reportId', (row) => textCell(row.reportId)],
  ['begin', (row) => moment(row.begin)],
  ['end', (row) => moment(row.end)],
  ['firstDay', (row) => row.firstDay],
  ['lastDay', (row) => row.lastDay],
  ['records', (row) => row.records],
  ['messages', (row) => row.messages],
  ['dmarcPass', (row) => row.dmarcPass],
  ['dkimAligned', (row) => row.dkimAligned],
  ['spfAligned', (row) => row.spfAligned],
  ['versions', (row) => row.versions],
  ['problems', (row) => row.problems],
  ['receivedAt', (row) => moment(row.receivedAt)],
];

const RECORD_COLUMNS: readonly Column<ExportedRecord>[] = [
  ['report', (row) => row.report],
  ['domain', (row) => textCell(row.domain)],
  ['reporter', (row) => textCell(row.reporter)],
  ['reportId', (row) => textCell(row.reportId)],
  ['day', (row) => row.day],
  ['row', (row) => row.ordinal],
  ['sourceIp', (row) => textCell(row.sourceIp)],
  ['count', (row) => row.count],
  ['disposition', (row) => textCell(row.disposition)],
  ['dkim', (row) => textCell(row.dkim)],
  ['spf', (row) => textCell(row.spf)],
  ['headerFrom', (row) => textCell(row.headerFrom)],
  ['envelopeFrom', (row) => textCell(row.envelopeFrom)],
  ['envelopeTo', (row) => textCell(row.envelopeTo)],
  ['dkimResults', (row) => results(row.details?.dkim ?? [], ({ selector }) => selector)],
  ['spfResults', (row) => results(row.details?.spf ?? [], ({ scope }) => scope)],
  ['reasons', (row) => reasons(row)],
];

const SOURCE_COLUMNS: readonly Column<ExportedSource>[] = [
  ['source', (row) => textCell(row.source)],
  ['messages', (row) => row.messages],
  ['dmarcPass', (row) => row.dmarcPass],
  ['dkimAligned', (row) => row.dkimAligned],
  ['spfAligned', (row) => row.spfAligned],
  ['quarantined', (row) => row.quarantined],
  ['rejected', (row) => row.rejected],
  ['firstDay', (row) => row.firstDay],
  ['lastDay', (row) => row.lastDay],
];

export const exportReports = exportOperation('reports', 'viewer', allReports, REPORT_COLUMNS);
/** The same rows that `report` shows to viewers, envelope addresses included: so for them, too. */
export const exportRecords = exportOperation('records', 'viewer', allRecords, RECORD_COLUMNS);
export const exportSources = exportOperation('sources', 'viewer', allSources, SOURCE_COLUMNS);

function exportOperation<Row>(
  what: string,
  role: Operation['role'],
  batches: Batches<Row>,
  columns: readonly Column<Row>[],
): Operation<ExportInput, CsvExport> {
  return operation({
    name: `export-${what}`,
    summary: `Give all ${what} that the filters let through as CSV`,
    role,
    effect: 'reads',
    input: filterInput,
    run: async (context, input): Promise<CsvExport> => {
      // Apart, so that a domain that is not known is told before any text is.
      const { filter, range } = await context.db.within(context.tenant, (session) =>
        ask(context, session, input),
      );
      return {
        fileName: `${what}-${range.from}-${range.to}.csv`,
        send: (write) => send(context, filter, { batches, columns, write }),
      };
    },
  });
}

interface Sending<Row> {
  readonly batches: Batches<Row>;
  readonly columns: readonly Column<Row>[];
  readonly write: (text: string) => Promise<void>;
}

async function send<Row>(
  context: Context,
  filter: Filter,
  { batches, columns, write }: Sending<Row>,
): Promise<void> {
  await context.db.within(context.tenant, async (session) => {
    await write(csvLines([columns.map(([name]) => name)]));
    for await (const rows of batches(session, context.tenant, filter))
      await write(csvLines(rows.map((row) => columns.map(([, cell]) => cell(row)))));
  });
}

function moment(at: Date | null): string {
  return at?.toISOString() ?? '';
}

/** Such as `example.com/selector1=pass`. */
function results<Result extends { readonly domain: string | null; readonly result: string | null }>(
  found: readonly Result[],
  detail: (result: Result) => string | null,
): string {
  const told = found.map(
    (one) => `${[one.domain, detail(one)].filter(Boolean).join('/')}=${one.result ?? ''}`,
  );
  return textCell(told.join(' '));
}

function reasons({ details }: ExportedRecord): string {
  const told = (details?.reasons ?? []).map(({ type, comment }) =>
    [type, comment].filter(Boolean).join(': '),
  );
  return textCell(told.join('; '));
}
