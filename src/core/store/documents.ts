import type { Problem, ReadDocument } from '../report/report.js';
import { lockDocuments } from './locks.js';
import type { Session } from './session.js';
import { storable, storableJsonText } from './text.js';

export type Outcome = 'stored' | 'duplicate' | 'merged' | 'unreadable';

/** A document that was read, and what became of it. */
export interface DocumentRow {
  readonly rawId: number;
  readonly document: ReadDocument;
  readonly outcome: Outcome;
  /** Aggregate reports: the stored report and the SHA-256 of the canonical content. */
  readonly reportId: number | null;
  readonly contentHash: Buffer | null;
  /** Those of reading and those that storing found. */
  readonly problems: readonly Problem[];
}

/** Keeps what was found in raw documents, with its problems. Gives the ids in the order of the rows. */
export async function insertDocuments(
  session: Session,
  tenant: number,
  rows: readonly DocumentRow[],
): Promise<number[]> {
  if (rows.length === 0) return [];
  const inserted = await session.rows<{ id: number; place: number }>(
    `WITH given AS (
       SELECT * FROM unnest($2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[], $8::text[], $9::text[], $10::text[], $11::int[], $12::bigint[])
         WITH ORDINALITY AS g (raw_id, member, sha256, kind, outcome, report_id, content_sha256, error_code, error_message, problems, messages, place)),
     numbered AS (SELECT g.*, nextval(pg_get_serial_sequence('document', 'id')) AS id FROM given g),
     kept AS (
       INSERT INTO document (tenant_id, id, raw_id, member, sha256, kind, outcome, report_id, content_sha256, error_code, error_message, problems, messages)
       OVERRIDING SYSTEM VALUE
       SELECT $1, id, raw_id, member, decode(sha256, 'hex'), kind, outcome, report_id, decode(content_sha256, 'hex'), error_code, error_message, problems, messages
       FROM numbered)
     SELECT id, place::int FROM numbered ORDER BY place`,
    [
      tenant,
      rows.map((row) => row.rawId),
      rows.map((row) => row.document.member && storable(row.document.member)),
      rows.map((row) => row.document.sha256),
      rows.map((row) => row.document.kind),
      rows.map((row) => row.outcome),
      rows.map((row) => row.reportId),
      rows.map((row) => row.contentHash?.toString('hex') ?? null),
      rows.map((row) => row.document.error?.code ?? null),
      rows.map((row) => row.document.error && storable(row.document.error.message)),
      rows.map((row) => row.problems.length),
      rows.map((row) => row.document.totals?.messages ?? 0),
    ],
  );
  const ids = inserted.map((row) => row.id);
  await insertProblems(
    session,
    tenant,
    rows.map((row, index) => ({ documentId: ids[index] ?? -1, problems: row.problems })),
  );
  return ids;
}

async function insertProblems(
  session: Session,
  tenant: number,
  found: readonly { readonly documentId: number; readonly problems: readonly Problem[] }[],
): Promise<void> {
  const rows = found.flatMap(({ documentId, problems }) =>
    problems.map((problem, index) => ({ documentId, ordinal: index + 1, problem })),
  );
  if (rows.length === 0) return;
  await session.run(
    `INSERT INTO problem (tenant_id, document_id, ordinal, code, message, place)
     SELECT $1, p.* FROM unnest($2::bigint[], $3::int[], $4::text[], $5::text[], $6::text[]) AS p`,
    [
      tenant,
      rows.map((row) => row.documentId),
      rows.map((row) => row.ordinal),
      rows.map((row) => storable(row.problem.code)),
      rows.map((row) => storable(row.problem.message)),
      rows.map((row) => row.problem.where && storable(row.problem.where)),
    ],
  );
}

/** Adds one problem to every document of a kind that was found in some raw documents. */
export async function addProblem(
  session: Session,
  tenant: number,
  where: { readonly rawIds: readonly number[]; readonly kind: ReadDocument['kind'] },
  problem: Problem,
): Promise<void> {
  if (where.rawIds.length === 0) return;
  await session.run(
    `WITH counted AS (
       UPDATE document SET problems = problems + 1 WHERE tenant_id = $1 AND raw_id = ANY ($2::bigint[]) AND kind = $3
       RETURNING id, problems)
     INSERT INTO problem (tenant_id, document_id, ordinal, code, message) SELECT $1, id, problems, $4, $5 FROM counted`,
    [tenant, where.rawIds, where.kind, problem.code, problem.message],
  );
}

/**
 * Which of these documents (SHA-256 as hex) are stored already, as something other than an aggregate report. Until the
 * end of the transaction nobody else may store them: of two resends that are read at once, the second finds the first.
 */
export async function knownDocuments(
  session: Session,
  tenant: number,
  hashes: readonly string[],
): Promise<Set<string>> {
  if (hashes.length === 0) return new Set();
  await lockDocuments(session, hashes);
  const rows = await session.rows<{ sha256: string }>(
    `SELECT encode(sha256, 'hex') AS sha256 FROM document
     WHERE tenant_id = $1 AND kind IN ('failure', 'smtp-tls') AND outcome = 'stored'
       AND sha256 IN (SELECT decode(h, 'hex') FROM unnest($2::text[]) AS h)`,
    [tenant, hashes],
  );
  return new Set(rows.map((row) => row.sha256));
}

/** JSON text that JSONB takes. */
export function storableJson(value: unknown): string {
  return storableJsonText(JSON.stringify(value));
}
