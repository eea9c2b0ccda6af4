import type { Session } from './session.js';

/** Bytes of one chunk: small enough to hold a few, large enough that a round trip is little. */
export const CHUNK_BYTES = 1024 * 1024;

export interface RawDraft {
  /** Of the bytes as they came, 32 bytes. */
  readonly sha256: Buffer;
  /** Bytes as they came. */
  readonly size: number;
  readonly encoding: 'as-is' | 'gzip';
  /** Where it came from, such as `files` or the name of a mailbox. */
  readonly source: string;
  /** File name or message id, for people. */
  readonly name: string;
  /** Encoded bytes in chunks of CHUNK_BYTES, the last one shorter. */
  readonly chunks: readonly Buffer[];
}

export interface RawDocument {
  readonly id: number;
  readonly name: string;
  readonly size: number;
  readonly encoding: 'as-is' | 'gzip';
  readonly attempts: number;
}

/**
 * Stores raw documents as pending, in one statement for all. Gives one entry for each draft: its id, and
 * whether the same bytes were there before (then nothing is stored).
 */
export async function storeRaw(
  session: Session,
  tenant: number,
  drafts: readonly RawDraft[],
  receivedAt: Date,
): Promise<{ readonly id: number; readonly known: boolean }[]> {
  const inserted = await session.rows<{ id: number; sha256: Buffer }>(
    `INSERT INTO raw_document (tenant_id, sha256, size, encoding, source, name, received_at)
     SELECT $1, d.sha256, d.size, d.encoding, d.source, d.name, $7
     FROM unnest($2::bytea[], $3::bigint[], $4::text[], $5::text[], $6::text[]) AS d (sha256, size, encoding, source, name)
     ORDER BY d.sha256
     ON CONFLICT (tenant_id, sha256) DO NOTHING
     RETURNING id, sha256`,
    [
      tenant,
      drafts.map((draft) => draft.sha256),
      drafts.map((draft) => draft.size),
      drafts.map((draft) => draft.encoding),
      drafts.map((draft) => draft.source),
      drafts.map((draft) => storable(draft.name)),
      receivedAt,
    ],
  );
  const fresh = new Map(inserted.map((row) => [row.sha256.toString('hex'), row.id]));
  const known = await idsOf(session, tenant, drafts);
  const results = drafts.map((draft) => {
    const key = draft.sha256.toString('hex');
    const id = fresh.get(key);
    if (id === undefined) return { id: known.get(key) ?? -1, known: true };
    // The second of two equal drafts in one call is known by then.
    fresh.delete(key);
    return { id, known: false };
  });
  await storeChunks(session, tenant, drafts, results);
  return results;
}

async function idsOf(session: Session, tenant: number, drafts: readonly RawDraft[]): Promise<Map<string, number>> {
  const rows = await session.rows<{ id: number; sha256: Buffer }>(
    'SELECT id, sha256 FROM raw_document WHERE tenant_id = $1 AND sha256 = ANY ($2::bytea[])',
    [tenant, drafts.map((draft) => draft.sha256)],
  );
  return new Map(rows.map((row) => [row.sha256.toString('hex'), row.id]));
}

async function storeChunks(
  session: Session,
  tenant: number,
  drafts: readonly RawDraft[],
  results: readonly { readonly id: number; readonly known: boolean }[],
): Promise<void> {
  const rows = drafts.flatMap((draft, index) => {
    const result = results[index];
    if (result === undefined || result.known) return [];
    return draft.chunks.map((data, seq) => ({ id: result.id, seq, data }));
  });
  if (rows.length === 0) return;
  await session.run(
    `INSERT INTO raw_chunk (tenant_id, raw_id, seq, data)
     SELECT $1, c.raw_id, c.seq, c.data FROM unnest($2::bigint[], $3::int[], $4::bytea[]) AS c (raw_id, seq, data)`,
    [tenant, rows.map((row) => row.id), rows.map((row) => row.seq), rows.map((row) => row.data)],
  );
}

/** Appends chunks to a raw document of this transaction, for one too large to be held in one statement. */
export async function appendChunk(session: Session, tenant: number, id: number, seq: number, data: Buffer): Promise<void> {
  await session.run('INSERT INTO raw_chunk (tenant_id, raw_id, seq, data) VALUES ($1, $2, $3, $4)', [tenant, id, seq, data]);
}

/**
 * Takes pending documents in the order of arrival, skipping those that another worker holds, and counts the
 * attempt. Committed apart from the reading, so that a document that kills its reader is not tried for ever.
 */
export function takePending(
  session: Session,
  tenant: number,
  bounds: { readonly documents: number; readonly attempts: number; readonly after?: number },
): Promise<RawDocument[]> {
  return session.rows<RawDocument>(
    `UPDATE raw_document SET attempts = attempts + 1
     WHERE tenant_id = $1 AND id IN (
       SELECT id FROM raw_document
       WHERE tenant_id = $1 AND state = 'pending' AND attempts < $2 AND id > $4
       ORDER BY id LIMIT $3 FOR UPDATE SKIP LOCKED)
     RETURNING id, name, size, encoding, attempts`,
    [tenant, bounds.attempts, bounds.documents, bounds.after ?? 0],
  );
}

/** Locks those of the documents that are still pending; the rest was done by somebody else. */
export function lockPending(session: Session, tenant: number, ids: readonly number[]): Promise<RawDocument[]> {
  return session.rows<RawDocument>(
    `SELECT id, name, size, encoding, attempts FROM raw_document
     WHERE tenant_id = $1 AND id = ANY ($2::bigint[]) AND state = 'pending'
     ORDER BY id FOR UPDATE SKIP LOCKED`,
    [tenant, ids],
  );
}

/** Chunks `from` to `to` of one raw document, in order. */
export function readChunks(session: Session, tenant: number, id: number, from: number, to: number): Promise<Buffer[]> {
  return session.bytes(
    'SELECT data FROM raw_chunk WHERE tenant_id = $1 AND raw_id = $2 AND seq BETWEEN $3 AND $4 ORDER BY seq',
    [tenant, id, from, to],
  );
}

/** Marks documents as read and stored. */
export async function markProcessed(session: Session, tenant: number, ids: readonly number[], at: Date): Promise<void> {
  await session.run(
    `UPDATE raw_document SET state = 'processed', processed_at = $3, error_code = NULL, error_message = NULL
     WHERE tenant_id = $1 AND id = ANY ($2::bigint[])`,
    [tenant, ids, at],
  );
}

/** Keeps a document that could not be stored, with the reason. */
export async function markFailed(
  session: Session,
  tenant: number,
  id: number,
  error: { readonly code: string; readonly message: string },
  at: Date,
): Promise<void> {
  await session.run(
    `UPDATE raw_document SET state = 'failed', processed_at = $3, error_code = $4, error_message = $5
     WHERE tenant_id = $1 AND id = $2`,
    [tenant, id, at, error.code, error.message],
  );
}

/** Replaces the bytes of a failure report by their redacted form. */
export async function replaceRaw(session: Session, tenant: number, id: number, data: Buffer): Promise<void> {
  await session.run('DELETE FROM raw_chunk WHERE tenant_id = $1 AND raw_id = $2', [tenant, id]);
  await appendChunk(session, tenant, id, 0, data);
  await session.run(
    `UPDATE raw_document SET redacted = true, encoding = 'as-is' WHERE tenant_id = $1 AND id = $2`,
    [tenant, id],
  );
}

/** PostgreSQL's text holds no NUL. */
export function storable(text: string): string {
  return text.includes('\0') ? text.replaceAll('\0', '\uFFFD') : text;
}
