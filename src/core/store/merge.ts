import type { Problem } from '../report/report.js';
import { stagedDays, type Keyed, type StoredReport, type StoreFacts } from './placed.js';
import { addStaged, subtractReport } from './rollups.js';
import type { Session } from './session.js';

/** Code of the problem that every version of a conflicting report carries. */
export const CONFLICT = 'report-conflict';

/** All of a row but its count: what makes two rows of two versions the same row. */
const KEY = 'source_ip, disposition, dkim, spf, header_from, envelope_from, envelope_to, details';

interface Existing {
  readonly id: number;
  readonly domainId: number;
  readonly firstDay: string;
  readonly lastDay: string;
  readonly versions: number;
}

/**
 * Stores another version of a report: the union by row, with the larger count where both have the row. A version
 * that differs in the order of its rows alone is a duplicate. The caller holds the lock on the report.
 */
export async function mergeReport(
  session: Session,
  facts: StoreFacts,
  report: Keyed,
  reportId: number,
): Promise<StoredReport> {
  const { tenant } = facts;
  const existing = await session.row<Existing>(
    `SELECT id, domain_id AS "domainId", first_day AS "firstDay", last_day AS "lastDay", versions
     FROM aggregate_report WHERE tenant_id = $1 AND id = $2`,
    [tenant, reportId],
  );
  const merged = -report.doc;
  const { differs } = await stageUnion(session, tenant, existing, report.doc, merged);
  if (!differs) return { doc: report.doc, outcome: 'duplicate', reportId, problems: report.problems };
  await subtractReport(session, tenant, existing);
  await session.run(
    'DELETE FROM record WHERE tenant_id = $1 AND domain_id = $2 AND day BETWEEN $3 AND $4 AND report_id = $5',
    [tenant, existing.domainId, existing.firstDay, existing.lastDay, reportId],
  );
  await addStaged(session, tenant, stagedDays(report, merged, reportId));
  await session.run(
    `UPDATE aggregate_report r SET versions = versions + 1, records = t.records, messages = t.messages,
       dmarc_pass = t.dmarc_pass, dkim_aligned = t.dkim_aligned, spf_aligned = t.spf_aligned,
       first_day = $4, last_day = $5
     FROM (SELECT COUNT(*)::int AS records, COALESCE(SUM(messages), 0) AS messages,
         COALESCE(SUM(messages) FILTER (WHERE dkim = 'pass' OR spf = 'pass'), 0) AS dmarc_pass,
         COALESCE(SUM(messages) FILTER (WHERE dkim = 'pass'), 0) AS dkim_aligned,
         COALESCE(SUM(messages) FILTER (WHERE spf = 'pass'), 0) AS spf_aligned
       FROM pg_temp.staging_record WHERE doc = $3) t
     WHERE r.tenant_id = $1 AND r.id = $2`,
    [tenant, reportId, merged, report.days[0]?.day, report.days.at(-1)?.day],
  );
  return { doc: report.doc, outcome: 'merged', reportId, problems: [...report.problems, conflict()] };
}

/** Stages the union of a stored report and the staged rows of `doc` as the document `merged`. */
async function stageUnion(
  session: Session,
  tenant: number,
  existing: Existing,
  doc: number,
  merged: number,
): Promise<{ differs: boolean }> {
  return session.row<{ differs: boolean }>(
    `WITH rows AS (
       SELECT true AS old, ordinal, messages, ${KEY} FROM record
       WHERE tenant_id = $1 AND domain_id = $2 AND day BETWEEN $3 AND $4 AND report_id = $5
       UNION ALL
       SELECT false, ordinal, messages, ${KEY} FROM pg_temp.staging_record WHERE doc = $6),
     keyed AS (
       SELECT SUM(messages) FILTER (WHERE old) AS before, SUM(messages) FILTER (WHERE NOT old) AS after,
         MIN(ordinal) FILTER (WHERE old) AS place_before, MIN(ordinal) AS place, ${KEY}
       FROM rows GROUP BY ${KEY}),
     staged AS (
       INSERT INTO pg_temp.staging_record (doc, ordinal, messages, ${KEY})
       SELECT $7, ROW_NUMBER() OVER (ORDER BY place_before, place), GREATEST(before, after), ${KEY} FROM keyed)
     SELECT COALESCE(bool_or(before IS DISTINCT FROM after), false) AS differs FROM keyed`,
    [tenant, existing.domainId, existing.firstDay, existing.lastDay, existing.id, doc, merged],
  );
}

function conflict(): Problem {
  return {
    code: CONFLICT,
    message:
      'The same reporter sent this report id for the same domain and period with other content; the union of the rows is counted, with the larger count where both have a row.',
    where: null,
  };
}

/** Lets the first version of every merged report carry the problem too. */
export async function noteConflicts(
  session: Session,
  tenant: number,
  reportIds: readonly number[],
): Promise<void> {
  if (reportIds.length === 0) return;
  const { code, message } = conflict();
  await session.run(
    `WITH first AS (
       UPDATE document d SET problems = problems + 1
       WHERE d.tenant_id = $1 AND d.report_id = ANY ($2::bigint[]) AND d.outcome = 'stored'
         AND NOT EXISTS (SELECT FROM problem p WHERE p.tenant_id = $1 AND p.document_id = d.id AND p.code = $3)
       RETURNING d.id, d.problems)
     INSERT INTO problem (tenant_id, document_id, ordinal, code, message) SELECT $1, id, problems, $3, $4 FROM first`,
    [tenant, reportIds, code, message],
  );
}
