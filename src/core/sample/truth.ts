import { reportDays, spreadOverDays } from '../report/days.js';
import type { AggregateReport, ReportRecord } from '../report/report.js';
import type { TruthEvent } from './events.js';

/** Messages of one domain and UTC day. */
export interface DayTruth {
  messages: number;
  dmarcPass: number;
  dkimAligned: number;
  spfAligned: number;
  /** By disposition, as reporters wrote it in lower case. */
  readonly disposition: Record<string, number>;
}

/** What a right store shows after taking in all files of a scenario. */
export interface Truth {
  readonly scenario: string;
  readonly seed: string;
  /** `YYYY-MM-DD`. */
  readonly firstDay: string;
  readonly lastDay: string;
  readonly files: number;
  /** Different aggregate reports; a report sent again, changed or not, is the same one. */
  readonly reports: number;
  /** Reports sent once more, by what the second one holds. */
  readonly resent: { readonly exact: number; readonly changed: number };
  readonly domains: Readonly<Record<string, Readonly<Record<string, DayTruth>>>>;
  readonly tls: { readonly reports: number; readonly successful: number; readonly failed: number };
  readonly failureReports: Readonly<Record<string, number>>;
  readonly events: readonly TruthEvent[];
}

/** Sums what reports say, by domain and day. */
export class Totals {
  readonly #domains = new Map<string, Map<string, DayTruth>>();

  #day(domain: string, day: string): DayTruth {
    const days = this.#domains.get(domain) ?? new Map<string, DayTruth>();
    this.#domains.set(domain, days);
    const totals = days.get(day) ?? {
      messages: 0,
      dmarcPass: 0,
      dkimAligned: 0,
      spfAligned: 0,
      disposition: {},
    };
    days.set(day, totals);
    return totals;
  }

  /** Adds a report with its rows as they stand after all its versions came in. */
  add(report: AggregateReport, records: readonly ReportRecord[]): void {
    const days = reportDays(report.begin ?? '', report.end ?? '');
    const totals = days.map(({ day }) => this.#day(report.domain ?? '', day));
    for (const record of records) {
      const parts = spreadOverDays(record.count, days);
      for (const [index, total] of totals.entries()) count(total, record, parts[index] ?? 0);
    }
  }

  /** Days in order, by domain in order. */
  toObject(): Record<string, Record<string, DayTruth>> {
    return Object.fromEntries(
      sorted(this.#domains).map(([domain, days]) => [domain, Object.fromEntries(sorted(days))]),
    );
  }
}

function sorted<Value>(entries: Iterable<[string, Value]>): [string, Value][] {
  return [...entries].sort(([a], [b]) => (a < b ? -1 : 1));
}

function count(total: DayTruth, record: ReportRecord, messages: number): void {
  const disposition = record.disposition ?? '';
  total.messages += messages;
  if (record.dkim === 'pass' || record.spf === 'pass') total.dmarcPass += messages;
  if (record.dkim === 'pass') total.dkimAligned += messages;
  if (record.spf === 'pass') total.spfAligned += messages;
  total.disposition[disposition] = (total.disposition[disposition] ?? 0) + messages;
}
