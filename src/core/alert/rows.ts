import type { ReportRecord } from '../report/report.js';

/** Rows by what makes two rows the same: all but their count. The sum where one report has a row twice. */
export function rowsOf(records: readonly ReportRecord[]): Map<string, ReportRecord> {
  const rows = new Map<string, ReportRecord>();
  for (const record of records) {
    const key = JSON.stringify({ ...record, count: 0 });
    const known = rows.get(key);
    rows.set(key, known === undefined ? record : { ...record, count: record.count + known.count });
  }
  return rows;
}

/** Rows of two versions of a report: every row that either has, with the larger count where both have it. */
export function union(
  first: ReadonlyMap<string, ReportRecord>,
  second: ReadonlyMap<string, ReportRecord>,
): Map<string, ReportRecord> {
  const rows = new Map(first);
  for (const [key, row] of second) if (row.count > (rows.get(key)?.count ?? 0)) rows.set(key, row);
  return rows;
}
