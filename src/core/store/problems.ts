import type { Session } from './session.js';

/** A problem with the document it belongs to. An unreadable document, and one that could not be stored, is one too. */
export interface ProblemRow {
  readonly documentId: number;
  readonly ordinal: number;
  readonly code: string;
  readonly message: string;
  readonly where: string | null;
  /** Name of what came in, and the member in it. */
  readonly name: string;
  readonly member: string | null;
  readonly kind: string;
  readonly domain: string | null;
  readonly reporter: string | null;
  readonly reportId: number | null;
  readonly receivedAt: Date;
}

export interface ProblemFilter {
  readonly code: string | null;
  readonly domainId: number | null;
}

/** Problems, latest document first, from after a place on. */
export function listProblems(
  session: Session,
  tenant: number,
  filter: ProblemFilter,
  page: {
    readonly limit: number;
    readonly after: { readonly documentId: number; readonly ordinal: number } | null;
  },
): Promise<ProblemRow[]> {
  return session.rows<ProblemRow>(
    `WITH all_problems AS (
       SELECT document_id, ordinal, code, message, place FROM problem WHERE tenant_id = $1
       UNION ALL
       SELECT id, 0, error_code, error_message, NULL FROM document WHERE tenant_id = $1 AND outcome = 'unreadable')
     SELECT p.document_id AS "documentId", p.ordinal, p.code, p.message, p.place AS "where", w.name, c.member, c.kind,
       d.name AS domain, o.name AS reporter, c.report_id AS "reportId", w.received_at AS "receivedAt"
     FROM all_problems p
     JOIN document c ON c.tenant_id = $1 AND c.id = p.document_id
     JOIN raw_document w ON w.tenant_id = $1 AND w.id = c.raw_id
     LEFT JOIN aggregate_report r ON r.tenant_id = $1 AND r.id = c.report_id
     LEFT JOIN domain d ON d.tenant_id = $1 AND d.id = r.domain_id
     LEFT JOIN reporter o ON o.tenant_id = $1 AND o.id = r.reporter_id
     WHERE ($2::text IS NULL OR p.code = $2) AND ($3::int IS NULL OR r.domain_id = $3)
       AND ($4::bigint IS NULL OR p.document_id < $4 OR (p.document_id = $4 AND p.ordinal > $5))
     ORDER BY p.document_id DESC, p.ordinal LIMIT $6`,
    [
      tenant,
      filter.code,
      filter.domainId,
      page.after?.documentId ?? null,
      page.after?.ordinal ?? null,
      page.limit,
    ],
  );
}

/** How often each problem occurs, most frequent first. */
export function countProblems(session: Session, tenant: number): Promise<{ code: string; count: number }[]> {
  return session.rows(
    `SELECT code, COUNT(*) AS count FROM (
       SELECT code FROM problem WHERE tenant_id = $1
       UNION ALL SELECT error_code FROM document WHERE tenant_id = $1 AND outcome = 'unreadable') p
     GROUP BY 1 ORDER BY 2 DESC, 1`,
    [tenant],
  );
}
