import type { Session } from './session.js';

/** A problem with the document it belongs to. An unreadable document, and bytes that could not be stored, are one too. */
export interface ProblemRow {
  /** What came in; the document found in it, null where nothing in it was stored. */
  readonly rawId: number;
  readonly documentId: number | null;
  readonly ordinal: number;
  readonly code: string;
  readonly message: string;
  readonly where: string | null;
  /** Name of what came in, and the member in it. */
  readonly name: string;
  readonly member: string | null;
  /** Kind of the document; `raw` for bytes that could not be stored. */
  readonly kind: string;
  /** Of a TLS report, which may be about several: one that was asked for, or the first. */
  readonly domain: string | null;
  readonly reporter: string | null;
  readonly reportId: number | null;
  readonly receivedAt: Date;
}

/** Null means any. Days are UTC days on which documents came in, both included. */
export interface ProblemFilter {
  readonly domainId: number | null;
  readonly reporterId: number | null;
  readonly from: string | null;
  readonly to: string | null;
}

/** Place in the list: of two documents in the same bytes the later one comes first, the bytes themselves last. */
export interface ProblemPlace {
  readonly rawId: number;
  /** 0 for the bytes themselves. */
  readonly documentId: number;
  readonly ordinal: number;
}

/** Every problem as raw_id, document_id (0: the bytes themselves), ordinal, code, message and place. */
const ENTRIES = `
  SELECT c.raw_id, p.document_id, p.ordinal, p.code, p.message, p.place
    FROM problem p JOIN document c ON c.tenant_id = $1 AND c.id = p.document_id WHERE p.tenant_id = $1
  UNION ALL
  SELECT raw_id, id, 0, error_code, error_message, NULL FROM document WHERE tenant_id = $1 AND outcome = 'unreadable'
  UNION ALL
  SELECT id, 0, 0, error_code, error_message, NULL FROM raw_document WHERE tenant_id = $1 AND state = 'failed'`;

function parametersOf(tenant: number, filter: ProblemFilter): unknown[] {
  return [tenant, filter.domainId, filter.reporterId, filter.from, filter.to];
}

/**
 * What a filter asks of entries `p`. Documents are those whose report, of whatever kind, is about the domain and by the
 * reporter; failure reports name no reporter.
 */
const LET_THROUGH = `
  ($2::int IS NULL AND $3::int IS NULL OR p.document_id IN (
    SELECT c.id FROM aggregate_report r JOIN document c ON c.tenant_id = $1 AND c.report_id = r.id
      WHERE r.tenant_id = $1 AND ($2 IS NULL OR r.domain_id = $2) AND ($3 IS NULL OR r.reporter_id = $3)
    UNION ALL
    SELECT document_id FROM tls_result
      WHERE tenant_id = $1 AND ($2 IS NULL OR domain_id = $2) AND ($3 IS NULL OR reporter_id = $3)
    UNION ALL
    SELECT document_id FROM failure_report WHERE tenant_id = $1 AND domain_id = $2 AND $3 IS NULL))
  AND ($4::date IS NULL AND $5::date IS NULL OR p.raw_id IN (
    SELECT id FROM raw_document WHERE tenant_id = $1
      AND ($4 IS NULL OR received_at >= $4::timestamp AT TIME ZONE 'UTC')
      AND ($5 IS NULL OR received_at < ($5 + 1)::timestamp AT TIME ZONE 'UTC')))`;

/** Problems, of what came last first, from after a place on; of one code where that is given. */
export function listProblems(
  session: Session,
  tenant: number,
  filter: ProblemFilter,
  page: { readonly code: string | null; readonly limit: number; readonly after: ProblemPlace | null },
): Promise<ProblemRow[]> {
  const { code, limit, after } = page;
  return session.rows<ProblemRow>(
    `WITH p AS (
       SELECT * FROM (${ENTRIES}) p
       WHERE ${LET_THROUGH} AND ($6::text IS NULL OR p.code = $6)
         AND ($7::bigint IS NULL OR (p.raw_id, p.document_id) < ($7, $8::bigint)
           OR (p.raw_id = $7 AND p.document_id = $8 AND p.ordinal > $9::int))
       ORDER BY p.raw_id DESC, p.document_id DESC, p.ordinal LIMIT $10)
     SELECT p.raw_id AS "rawId", NULLIF(p.document_id, 0) AS "documentId", p.ordinal, p.code, p.message, p.place AS "where",
       w.name, c.member, COALESCE(c.kind, 'raw') AS kind, d.name AS domain, o.name AS reporter, c.report_id AS "reportId",
       w.received_at AS "receivedAt"
     FROM p
     JOIN raw_document w ON w.tenant_id = $1 AND w.id = p.raw_id
     LEFT JOIN document c ON c.tenant_id = $1 AND c.id = p.document_id
     LEFT JOIN aggregate_report r ON r.tenant_id = $1 AND r.id = c.report_id
     LEFT JOIN failure_report f ON f.tenant_id = $1 AND f.document_id = c.id
     LEFT JOIN LATERAL (SELECT t.domain_id, t.reporter_id FROM tls_result t WHERE t.tenant_id = $1 AND t.document_id = c.id
       ORDER BY (($2 IS NULL OR t.domain_id = $2) AND ($3 IS NULL OR t.reporter_id = $3)) IS TRUE DESC, t.id LIMIT 1) t ON true
     LEFT JOIN domain d ON d.tenant_id = $1 AND d.id = COALESCE(r.domain_id, f.domain_id, t.domain_id)
     LEFT JOIN reporter o ON o.tenant_id = $1 AND o.id = COALESCE(r.reporter_id, t.reporter_id)
     ORDER BY p.raw_id DESC, p.document_id DESC, p.ordinal`,
    [
      ...parametersOf(tenant, filter),
      code,
      after?.rawId ?? null,
      after?.documentId ?? null,
      after?.ordinal ?? null,
      limit,
    ],
  );
}

/** How often each problem occurs, most frequent first. */
export function countProblems(
  session: Session,
  tenant: number,
  filter: ProblemFilter,
): Promise<{ code: string; count: number }[]> {
  return session.rows(
    `SELECT p.code, COUNT(*) AS count FROM (${ENTRIES}) p WHERE ${LET_THROUGH} GROUP BY 1 ORDER BY 2 DESC, 1`,
    parametersOf(tenant, filter),
  );
}
