import type { FiguresRow, Filter } from './relation.js';
import { relationFor } from './relation.js';
import { inBatches } from './cursor.js';
import { reportsQuery, type RecordRow, type ReportRow } from './reports.js';
import type { Session } from './session.js';

/** A batch is held in memory: rows have some hundred bytes, those of records with details a few thousand. */
const BATCH = 1_000;
/** No single step of an export takes longer, or somebody waits for an answer that nobody wants any more. */
const STEP_MS = 120_000;

/** All reports that the filter lets through, first day first. */
export async function* allReports(
  session: Session,
  tenant: number,
  filter: Filter,
): AsyncGenerator<ReportRow[]> {
  const { sql, parameters } = reportsQuery(tenant, filter);
  await bound(session);
  yield* inBatches<ReportRow>(session, `${sql} ORDER BY r.last_day, r.id`, parameters, BATCH);
}

/** A record with the report that it is in. */
export interface ExportedRecord extends RecordRow {
  readonly domain: string;
  readonly reporter: string;
  readonly reportId: string | null;
  readonly report: number;
  readonly day: string;
}

/**
 * All rows of reports that the filter lets through, by domain and day; a report of several days has a row for each.
 * The order is that of the primary key, so that nothing is sorted first.
 */
export async function* allRecords(
  session: Session,
  tenant: number,
  filter: Filter,
): AsyncGenerator<ExportedRecord[]> {
  const { from, parameters } = relationFor(tenant, filter, ['source', 'result']);
  await bound(session);
  yield* inBatches<ExportedRecord>(
    session,
    // Names one by one: as joins, all domains may be gone through for every record.
    `SELECT (SELECT d.name FROM domain d WHERE d.tenant_id = $1 AND d.id = t.domain_id) AS domain,
       (SELECT o.name FROM reporter o WHERE o.tenant_id = $1 AND o.id = t.reporter_id) AS reporter, r.report_id AS "reportId", t.report_id AS report, t.day, t.ordinal,
       host(t.source_ip) AS "sourceIp", t.messages AS count, t.disposition, t.dkim, t.spf, t.header_from AS "headerFrom",
       t.envelope_from AS "envelopeFrom", t.envelope_to AS "envelopeTo", t.details
     FROM (SELECT t.* FROM ${from}) t
       JOIN aggregate_report r ON r.tenant_id = $1 AND r.id = t.report_id
     ORDER BY t.domain_id, t.day, t.report_id, t.ordinal`,
    parameters,
    BATCH,
  );
}

/** Figures of one source; its address is null for rows that name none. */
export type ExportedSource = FiguresRow & {
  readonly source: string | null;
  readonly firstDay: string;
  readonly lastDay: string;
};

/** All sources that the filter lets through, most messages first. */
export async function* allSources(
  session: Session,
  tenant: number,
  filter: Filter,
): AsyncGenerator<ExportedSource[]> {
  const { from, figures, columns, parameters } = relationFor(tenant, filter, ['source']);
  await bound(session);
  yield* inBatches<ExportedSource>(
    session,
    `SELECT host(${columns.source}) AS source, MIN(t.day) AS "firstDay", MAX(t.day) AS "lastDay", ${figures}
     FROM ${from} GROUP BY ${columns.source} ORDER BY messages DESC, ${columns.source}`,
    parameters,
    BATCH,
  );
}

async function bound(session: Session): Promise<void> {
  await session.run(`SET LOCAL statement_timeout = ${STEP_MS}`);
}
