import type { AggregateReport, ReadDocument, ReadError, ReportRecord } from '../../core/report/report.js';

/** A document as printed; one that could not even be opened has no bytes and so no checksum. */
export type PrintedDocument =
  | ReadDocument
  | {
      readonly kind: 'unreadable';
      readonly member: null;
      readonly sha256: null;
      readonly report: null;
      readonly totals: null;
      readonly problems: readonly [];
      readonly error: ReadError;
    };

/** One way to print documents: takes what reading yields, in its order. Promises, where given, must be awaited. */
export interface Format {
  begin(): Promise<void> | undefined;
  records(records: readonly ReportRecord[]): Promise<void> | undefined;
  /** Forgets the records since the last document. */
  discard(): Promise<void> | undefined;
  document(file: string, document: PrintedDocument): Promise<void> | undefined;
  end(): Promise<void> | undefined;
  /** Frees what was kept, also after a failure. */
  close(): Promise<void>;
}

export const FORMATS = ['ndjson', 'json', 'csv', 'table'] as const;
export type FormatName = (typeof FORMATS)[number];

/** An aggregate report with its fields in the order that is promised; `records` follow. */
export function orderedReport(report: AggregateReport): AggregateReport {
  const { reporter, reportId, domain, begin, end, policy, ...rest } = report;
  return { reporter, reportId, domain, begin, end, policy, ...rest };
}
