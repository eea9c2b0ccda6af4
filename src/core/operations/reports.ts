import { z } from 'zod';
import type { Figures } from '../analysis/figures.js';
import type { AggregateReport, Problem, ReportRecord } from '../report/report.js';
import { countOf, totals } from '../store/figures.js';
import { byReporter } from '../store/reporter-figures.js';
import {
  findByReportId,
  findReport,
  listReports,
  problemsOf,
  recordsOf,
  reportsByReporter,
  type RecordRow,
  type ReportRow,
} from '../store/reports.js';
import type { Session } from '../store/session.js';
import { pageOf, placeShapes, readCursor } from './cursor.js';
import { pageFields, storableText } from './fields.js';
import { ask, type About, filterFields } from './filter.js';
import { operation, OperationError, type Context } from './operation.js';

/** A report as lists show it; times are ISO 8601 in UTC. */
export interface ReportItem extends Omit<ReportRow, 'begin' | 'end' | 'receivedAt'> {
  readonly begin: string | null;
  readonly end: string | null;
  readonly receivedAt: string;
}

export interface ReportersResult extends About {
  /** Of all reporters that the filter lets through, and how many there are. */
  readonly figures: Figures;
  readonly count: number;
  /** When the last of their reports came: ISO 8601 in UTC; null where none did. */
  readonly lastReport: string | null;
  readonly items: readonly {
    readonly reporter: string;
    readonly figures: Figures;
    readonly reports: number;
    /** ISO 8601 in UTC. */
    readonly lastReport: string | null;
    /** UTC days with messages. */
    readonly days: number;
  }[];
  readonly next: string | null;
}

export const reporters = operation({
  name: 'reporters',
  summary: 'List the receivers that send reports, largest first',
  role: 'viewer',
  effect: 'reads',
  input: z.object({ ...filterFields, ...pageFields }),
  run: (context, input): Promise<ReportersResult> =>
    context.db.reading(context.tenant, async (session) => {
      const { tenant } = context;
      const { filter, about } = await ask(context, session, input);
      const place = readCursor(input.cursor, z.tuple([placeShapes.amount, placeShapes.name]));
      const rows = await byReporter(session, tenant, filter, {
        limit: input.limit + 1,
        after: place === null ? null : { messages: place[0], name: place[1] },
      });
      const { items, next } = pageOf(rows, input.limit, (row) => [row.figures.messages, row.reporter]);
      const came = await reportsByReporter(session, tenant, filter);
      const byId = new Map(came.map((one) => [one.reporterId, one]));
      const last = Math.max(...came.map((one) => one.lastReceived.getTime()));
      return {
        ...about,
        figures: await totals(session, tenant, filter),
        count: await countOf(session, tenant, filter, 'reporter'),
        lastReport: came.length === 0 ? null : new Date(last).toISOString(),
        items: items.map(({ reporterId, reporter, figures, days }) => ({
          reporter,
          figures,
          reports: byId.get(reporterId)?.reports ?? 0,
          lastReport: byId.get(reporterId)?.lastReceived.toISOString() ?? null,
          days: days.length,
        })),
        next,
      };
    }),
});

export interface ReportsResult extends About {
  readonly items: readonly ReportItem[];
  readonly next: string | null;
}

export const reports = operation({
  name: 'reports',
  summary: 'List the reports that came in, latest first',
  role: 'viewer',
  effect: 'reads',
  input: z.object({ ...filterFields, ...pageFields }),
  run: (context, input): Promise<ReportsResult> =>
    context.db.reading(context.tenant, async (session) => {
      const { filter, about } = await ask(context, session, input);
      const place = readCursor(input.cursor, z.tuple([placeShapes.day, placeShapes.id]));
      const after = place === null ? null : { day: place[0], id: place[1] };
      const rows = await listReports(session, context.tenant, filter, { limit: input.limit + 1, after });
      const { items, next } = pageOf(rows, input.limit, (row) => [row.lastDay, row.id]);
      return { ...about, items: items.map(asItem), next };
    }),
});

export interface ReportResult extends ReportItem {
  /** As read, without its records. */
  readonly header: AggregateReport;
  readonly rows: readonly ReportRecord[];
  readonly problemList: readonly Problem[];
  readonly next: string | null;
}

const PROBLEMS_LISTED = 100;
const SAME_ID_LISTED = 5;

export const report = operation({
  name: 'report',
  summary: 'Show one report with its records and problems',
  role: 'viewer',
  effect: 'reads',
  input: z.object({
    report: storableText(z.string().trim().min(1).max(4_000)).describe(
      "Number of the report, or the reporter's own report id",
    ),
    ...pageFields,
  }),
  run: (context, input): Promise<ReportResult> =>
    context.db.reading(context.tenant, async (session) => {
      const row = await oneReport(context, session, input.report);
      const place = readCursor(input.cursor, z.tuple([placeShapes.ordinal]));
      const rows = await recordsOf(session, context.tenant, row, {
        limit: input.limit + 1,
        after: place?.[0] ?? 0,
      });
      const { items, next } = pageOf(rows, input.limit, (record) => [record.ordinal]);
      const { header, domainId: _domainId, ...item } = row;
      return {
        ...asItem(item),
        header,
        rows: items.map(asRecord),
        problemList: await problemsOf(session, context.tenant, row.id, PROBLEMS_LISTED),
        next,
      };
    }),
});

async function oneReport(
  context: Context,
  session: Session,
  wanted: string,
): Promise<NonNullable<Awaited<ReturnType<typeof findReport>>>> {
  const number = Number(wanted);
  const byNumber =
    Number.isSafeInteger(number) && number > 0 ? await findReport(session, context.tenant, number) : null;
  if (byNumber !== null) return byNumber;
  const ids = await findByReportId(session, context.tenant, wanted, SAME_ID_LISTED);
  if (ids.length > 1)
    throw new OperationError(
      'report-ambiguous',
      'Several reports carry this report id; name one of them by its number.',
      ids.map(String),
    );
  const found = ids[0] === undefined ? null : await findReport(session, context.tenant, ids[0]);
  if (found === null)
    throw new OperationError(
      'report-unknown',
      'There is no such report; the list of reports gives their numbers.',
    );
  return found;
}

function asItem(row: ReportRow): ReportItem {
  return {
    ...row,
    begin: row.begin?.toISOString() ?? null,
    end: row.end?.toISOString() ?? null,
    receivedAt: row.receivedAt.toISOString(),
  };
}

function asRecord({ ordinal: _ordinal, details, ...row }: RecordRow): ReportRecord {
  return {
    ...row,
    reasons: details?.reasons ?? [],
    authResults: { dkim: details?.dkim ?? [], spf: details?.spf ?? [] },
    ...(details?.extensions !== undefined && { extensions: details.extensions }),
  };
}
