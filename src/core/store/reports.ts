import type {
  AggregateReport,
  DkimResult,
  Extension,
  OverrideReason,
  Problem,
  SpfResult,
  Totals,
} from '../report/report.js';
import { hasRows, type Filter } from './relation.js';
import { recordDays } from './report-days.js';
import type { Session } from './session.js';

export interface ReportRow extends Totals {
  readonly id: number;
  readonly domain: string;
  readonly reporter: string;
  readonly reportId: string | null;
  readonly begin: Date | null;
  readonly end: Date | null;
  /** UTC days that it is counted on. */
  readonly firstDay: string;
  readonly lastDay: string;
  readonly versions: number;
  readonly problems: number;
  readonly receivedAt: Date;
}

const COLUMNS = `r.id, d.name AS domain, o.name AS reporter, r.report_id AS "reportId", r.begin_at AS begin, r.end_at AS "end",
  r.first_day AS "firstDay", r.last_day AS "lastDay", r.records, r.messages, r.dmarc_pass AS "dmarcPass",
  r.dkim_aligned AS "dkimAligned", r.spf_aligned AS "spfAligned", r.versions, r.received_at AS "receivedAt",
  (SELECT COALESCE(SUM(c.problems), 0)::int FROM document c WHERE c.tenant_id = $1 AND c.report_id = r.id) AS problems`;
const JOINS = `aggregate_report r JOIN domain d ON d.tenant_id = $1 AND d.id = r.domain_id
  JOIN reporter o ON o.tenant_id = $1 AND o.id = r.reporter_id`;

/** SELECT … WHERE … of the reports that the filter lets through, whole. */
export function reportsQuery(tenant: number, filter: Filter): { sql: string; parameters: unknown[] } {
  const parameters: unknown[] = [tenant, filter.from, filter.to, filter.domainId, filter.reporterId];
  const rows = hasRows(filter, parameters) ?? 'true';
  return {
    parameters,
    sql: `SELECT ${COLUMNS} FROM ${JOINS}
     WHERE r.tenant_id = $1 AND r.last_day >= $2::date AND r.first_day <= $3::date
       AND ($4::int IS NULL OR r.domain_id = $4) AND ($5::int IS NULL OR r.reporter_id = $5) AND ${rows}`,
  };
}

/** Reports that the filter lets through, whole, latest day first, from after a place on. */
export function listReports(
  session: Session,
  tenant: number,
  filter: Filter,
  page: { readonly limit: number; readonly after: { readonly day: string; readonly id: number } | null },
): Promise<ReportRow[]> {
  const { after, limit } = page;
  const { sql, parameters } = reportsQuery(tenant, filter);
  const used = parameters.length;
  return session.rows<ReportRow>(
    `${sql} AND ($${used + 1}::date IS NULL OR (r.last_day, r.id) < ($${used + 1}::date, $${used + 2}::bigint))
     ORDER BY r.last_day DESC, r.id DESC LIMIT $${used + 3}`,
    [...parameters, after?.day ?? null, after?.id ?? null, limit],
  );
}

/** One report by its number, with its header; null where this tenant has none. */
export async function findReport(
  session: Session,
  tenant: number,
  id: number,
): Promise<(ReportRow & { readonly header: AggregateReport; readonly domainId: number }) | null> {
  const [row] = await session.rows<ReportRow & { header: AggregateReport; domainId: number }>(
    `SELECT ${COLUMNS}, r.header, r.domain_id AS "domainId" FROM ${JOINS} WHERE r.tenant_id = $1 AND r.id = $2`,
    [tenant, id],
  );
  return row ?? null;
}

/** Numbers of the reports that carry a reporter's own report id, latest first. */
export async function findByReportId(
  session: Session,
  tenant: number,
  reportId: string,
  limit: number,
): Promise<number[]> {
  const rows = await session.rows<{ id: number }>(
    'SELECT id FROM aggregate_report WHERE tenant_id = $1 AND report_id = $2 ORDER BY id DESC LIMIT $3',
    [tenant, reportId, limit],
  );
  return rows.map((row) => row.id);
}

/** A stored row; days that a long report was spread over are added up again. */
export interface RecordRow {
  readonly ordinal: number;
  readonly sourceIp: string | null;
  readonly count: number;
  readonly disposition: string | null;
  readonly dkim: string | null;
  readonly spf: string | null;
  readonly headerFrom: string | null;
  readonly envelopeFrom: string | null;
  readonly envelopeTo: string | null;
  readonly details: {
    readonly dkim?: readonly DkimResult[];
    readonly spf?: readonly SpfResult[];
    readonly reasons?: readonly OverrideReason[];
    readonly extensions?: readonly Extension[];
  } | null;
}

/** Rows of one report in the order of the document, from after an ordinal on. */
export function recordsOf(
  session: Session,
  tenant: number,
  report: {
    readonly id: number;
    readonly domainId: number;
    readonly firstDay: string;
    readonly lastDay: string;
  },
  page: { readonly limit: number; readonly after: number },
): Promise<RecordRow[]> {
  const days = recordDays(report);
  // Of one day the rows come in their order from the index.
  const onDays = days.length === 1 ? 'day = $3::date' : 'day = ANY ($3::date[])';
  return session.rows<RecordRow>(
    `SELECT ordinal, host(MIN(source_ip)) AS "sourceIp", SUM(messages) AS count, MIN(disposition) AS disposition, MIN(dkim) AS dkim,
       MIN(spf) AS spf, MIN(header_from) AS "headerFrom", MIN(envelope_from) AS "envelopeFrom", MIN(envelope_to) AS "envelopeTo",
       (ARRAY_AGG(details))[1] AS details
     FROM record
     WHERE tenant_id = $1 AND domain_id = $2 AND ${onDays} AND report_id = $4 AND ordinal > $5
     GROUP BY ordinal ORDER BY ordinal LIMIT $6`,
    [tenant, report.domainId, days.length === 1 ? days[0] : days, report.id, page.after, page.limit],
  );
}

/** Problems of all documents that brought a report. */
export function problemsOf(
  session: Session,
  tenant: number,
  reportId: number,
  limit: number,
): Promise<Problem[]> {
  return session.rows<Problem>(
    `SELECT p.code, p.message, p.place AS "where" FROM problem p JOIN document d ON d.tenant_id = $1 AND d.id = p.document_id
     WHERE p.tenant_id = $1 AND d.report_id = $2 ORDER BY p.document_id, p.ordinal LIMIT $3`,
    [tenant, reportId, limit],
  );
}

/** Reports by reporter within a filter: how many, and when the last one came. */
export function reportsByReporter(
  session: Session,
  tenant: number,
  filter: Filter,
): Promise<{ reporterId: number; reports: number; lastReceived: Date }[]> {
  const parameters: unknown[] = [tenant, filter.from, filter.to, filter.domainId, filter.reporterId];
  return session.rows(
    `SELECT r.reporter_id AS "reporterId", COUNT(*) AS reports, MAX(r.received_at) AS "lastReceived" FROM aggregate_report r
     WHERE r.tenant_id = $1 AND r.last_day >= $2::date AND r.first_day <= $3::date
       AND ($4::int IS NULL OR r.domain_id = $4) AND ($5::int IS NULL OR r.reporter_id = $5)
       AND ${hasRows(filter, parameters) ?? 'true'}
     GROUP BY 1`,
    parameters,
  );
}

/** The reporter of a name, in any letter case; null where none has it. */
export async function findReporter(
  session: Session,
  tenant: number,
  name: string,
): Promise<{ id: number; name: string } | null> {
  const [row] = await session.rows<{ id: number; name: string }>(
    `SELECT id, name FROM reporter WHERE tenant_id = $1 AND lower(name) = lower($2) ORDER BY name = $2 DESC LIMIT 1`,
    [tenant, name],
  );
  return row ?? null;
}

/** Names of reporters, for finding the nearest to a typo. */
export async function reporterNames(session: Session, tenant: number, limit: number): Promise<string[]> {
  const rows = await session.rows<{ name: string }>(
    'SELECT name FROM reporter WHERE tenant_id = $1 ORDER BY id LIMIT $2',
    [tenant, limit],
  );
  return rows.map((row) => row.name);
}
