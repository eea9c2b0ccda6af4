import { createHash } from 'node:crypto';
import { reportDays, type ReportDay } from '../report/days.js';
import type { AggregateReport, Problem, ReadDocument } from '../report/report.js';
import type { Outcome } from './documents.js';
import { keptName } from './names.js';
import type { StagedDay } from './rollups.js';

/** An aggregate report whose staged records wait under `doc`. */
export interface StagedReport {
  readonly doc: number;
  readonly document: Extract<ReadDocument, { kind: 'aggregate' }>;
  readonly contentHash: Buffer;
  /** When its bytes came in. */
  readonly receivedAt: Date;
}

export interface StoredReport {
  readonly doc: number;
  readonly outcome: Outcome;
  /** Null where retention took the report away. */
  readonly reportId: number | null;
  readonly problems: readonly Problem[];
}

export interface StoreFacts {
  readonly tenant: number;
  readonly now: Date;
  /** Who claims new domains at once; null where that is off. */
  readonly claimedBy: string | null;
}

/** Day of reports whose dates cannot be believed: it lies in the default partition and in nobody's period. */
export const UNKNOWN_DAY = '9999-12-31';
const FIRST_BELIEVED = Date.parse('2010-01-01T00:00:00Z');
/** Clocks and time zones of reporters may be off by so much. */
const FUTURE_MS = 2 * 24 * 3_600_000;
const UNKNOWN_DOMAIN = '(unknown)';
/** Stands for a reporter that gives no name. */
export const UNKNOWN_REPORTER = '(unknown)';

/** A report with the names, the identity and the days that it is stored under. */
export interface Placed extends StagedReport {
  readonly domain: string;
  readonly reporter: string;
  readonly identity: Buffer;
  readonly days: readonly ReportDay[];
  readonly problems: readonly Problem[];
}

/** The same with the ids of its names. */
export interface Keyed extends Placed {
  readonly domainId: number;
  readonly reporterId: number;
}

/** The days of a report, for the staged rows under `doc`. */
export function stagedDays(report: Keyed, doc: number, reportId: number): StagedDay[] {
  const { domainId, reporterId } = report;
  let shareBefore = 0;
  return report.days.map(({ day, share }) => {
    const staged = { doc, reportId, domainId, reporterId, day, shareBefore, share };
    shareBefore = share;
    return staged;
  });
}

/** Works out what a report is stored under; `now` says which dates lie in the future. */
export function place(staged: StagedReport, now: Date): Placed {
  const { report } = staged.document;
  const domain = keptName(report.domain, UNKNOWN_DOMAIN);
  const reporter = keptName(report.reporter.orgName ?? report.reporter.email, UNKNOWN_REPORTER);
  const believed = isBelieved(report, now);
  return {
    ...staged,
    domain,
    reporter,
    identity: identityOf(staged, domain, reporter),
    days: believed ? reportDays(report.begin ?? '', report.end ?? '') : [{ day: UNKNOWN_DAY, share: 1 }],
    problems: believed
      ? []
      : [
          {
            code: 'period-unbelievable',
            message: `The period ${report.begin ?? '(none)'} to ${report.end ?? '(none)'} lies outside 2010 and two days from now; the report is kept and counted on no day.`,
            where: 'report_metadata/date_range',
          },
        ],
  };
}

function isBelieved(report: AggregateReport, now: Date): boolean {
  if (report.begin === null || report.end === null) return false;
  const begin = Date.parse(report.begin);
  const end = Date.parse(report.end);
  return begin >= FIRST_BELIEVED && end >= begin && end <= now.getTime() + FUTURE_MS;
}

/** Without a report id only the same content is the same report. */
function identityOf({ document, contentHash }: StagedReport, domain: string, reporter: string): Buffer {
  const { reportId, begin, end } = document.report;
  const key = [domain, reporter, reportId ?? contentHash.toString('hex'), begin, end];
  return createHash('sha256').update(JSON.stringify(key)).digest();
}
