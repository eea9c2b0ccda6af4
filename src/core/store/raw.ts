import type { Session } from './session.js';
import { storable } from './text.js';

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
  readonly receivedAt: Date;
}

export interface StoredRaw {
  readonly id: number;
  /** The same bytes were there before; then nothing is stored. */
  readonly known: boolean;
  /** Id of the task that reads it. */
  readonly task: string;
  /** Whether it waits to be read. */
  readonly pending: boolean;
}

/** Stores raw documents as pending, in one statement for all. Gives one entry for each draft. */
export async function storeRaw(
  session: Session,
  tenant: number,
  drafts: readonly RawDraft[],
  receivedAt: Date,
): Promise<StoredRaw[]> {
  const inserted = await session.rows<{ id: number; sha256: Buffer }>(
    `INSERT INTO raw_document (tenant_id, sha256, size, encoding, source, name, received_at)
     SELECT $1, d.sha256, d.size, d.encoding, d.source, d.name, $7
     FROM unnest($2::bytea[], $3::bigint[], $4::text[], $5::text[], $6::text[]) AS d (sha256, size, encoding, source, name)
     ORDER BY d.sha256
     ON CONFLICT (sha256, tenant_id) DO NOTHING
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
    const there = known.get(key);
    if (there === undefined) throw new Error('a raw document was stored and is not there');
    // The second of two equal drafts in one call is known by then.
    return { ...there, known: !fresh.delete(key) };
  });
  await storeChunks(session, tenant, drafts, results);
  return results;
}

async function idsOf(
  session: Session,
  tenant: number,
  drafts: readonly RawDraft[],
): Promise<Map<string, Omit<StoredRaw, 'known'>>> {
  const rows = await session.rows<Omit<StoredRaw, 'known'> & { sha256: Buffer }>(
    `SELECT id, sha256, task_id AS task, state = 'pending' AS pending FROM raw_document
     WHERE tenant_id = $1 AND sha256 = ANY ($2::bytea[])`,
    [tenant, drafts.map((draft) => draft.sha256)],
  );
  return new Map(rows.map(({ sha256, ...row }) => [sha256.toString('hex'), row]));
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
export async function appendChunk(
  session: Session,
  tenant: number,
  id: number,
  seq: number,
  data: Buffer,
): Promise<void> {
  await session.run('INSERT INTO raw_chunk (tenant_id, raw_id, seq, data) VALUES ($1, $2, $3, $4)', [
    tenant,
    id,
    seq,
    data,
  ]);
}

export interface PendingDocument extends RawDocument {
  /** Readings that were begun and did not end. */
  readonly attempts: number;
  /** Seconds until it should be tried again; 0 where it may be at once. */
  readonly wait: number;
  /** The transaction that holds it, for countAttempt. */
  readonly holder: string;
}

/**
 * Locks those of the documents that are still pending until the transaction ends, passing over those that another
 * worker holds. The lock lets countAttempt refer to the rows meanwhile.
 */
export function lockPending(
  session: Session,
  tenant: number,
  ids: readonly number[],
): Promise<PendingDocument[]> {
  return session.rows<PendingDocument>(
    `SELECT r.id, r.name, r.size, r.encoding, r.received_at AS "receivedAt", COALESCE(a.attempts, 0) AS attempts,
       GREATEST(EXTRACT(epoch FROM a.not_before - now()), 0)::float8 AS wait, pg_current_xact_id()::text AS holder
     FROM raw_document r LEFT JOIN raw_attempt a ON a.tenant_id = $1 AND a.raw_id = r.id AND a.attempts > 0
     WHERE r.tenant_id = $1 AND r.id = ANY ($2::bigint[]) AND r.state = 'pending'
     ORDER BY r.id FOR NO KEY UPDATE OF r SKIP LOCKED`,
    [tenant, ids],
  );
}

/**
 * Counts an attempt at reading by the transaction `holder`; to be committed before the attempt, in a transaction of its
 * own. The next one shall be later: after a second, two, four, so that what kills its reader does not do so at once.
 */
export async function countAttempt(
  session: Session,
  tenant: number,
  ids: readonly number[],
  holder: string,
): Promise<void> {
  await session.run(
    `INSERT INTO raw_attempt AS a (tenant_id, raw_id, attempts, holder, not_before)
     SELECT $1, id, 1, $3::xid8, now() + interval '1 second' FROM unnest($2::bigint[]) AS id ORDER BY id
     ON CONFLICT (tenant_id, raw_id) DO UPDATE SET attempts = a.attempts + 1, holder = excluded.holder,
       not_before = now() + (2 ^ LEAST(a.attempts, 10)) * interval '1 second'`,
    [tenant, ids, holder],
  );
}

/** Takes an attempt back that ended for a reason outside the document. */
export async function forgiveAttempt(
  session: Session,
  tenant: number,
  ids: readonly number[],
): Promise<void> {
  await session.run(
    'UPDATE raw_attempt SET attempts = attempts - 1 WHERE tenant_id = $1 AND raw_id = ANY ($2::bigint[]) AND attempts > 0',
    [tenant, ids],
  );
}

/** Chunks `from` to `to` of one raw document, in order. */
export async function readChunks(
  session: Session,
  tenant: number,
  id: number,
  from: number,
  to: number,
): Promise<Buffer[]> {
  const rows = await session.rows<{ data: Buffer }>(
    'SELECT data FROM raw_chunk WHERE tenant_id = $1 AND raw_id = $2 AND seq BETWEEN $3 AND $4 ORDER BY seq',
    [tenant, id, from, to],
  );
  return rows.map((row) => row.data);
}

/** Bytes of raw documents of at most one chunk, by id. */
export async function readWhole(
  session: Session,
  tenant: number,
  ids: readonly number[],
): Promise<Map<number, Buffer>> {
  const rows = await session.rows<{ id: number; data: Buffer }>(
    'SELECT raw_id AS id, data FROM raw_chunk WHERE tenant_id = $1 AND raw_id = ANY ($2::bigint[]) AND seq = 0',
    [tenant, ids],
  );
  return new Map(rows.map((row) => [row.id, row.data]));
}

/** Marks documents as read and stored. */
export async function markProcessed(
  session: Session,
  tenant: number,
  ids: readonly number[],
  at: Date,
): Promise<void> {
  await session.run(
    `UPDATE raw_document SET state = 'processed', processed_at = $3, error_code = NULL, error_message = NULL
     WHERE tenant_id = $1 AND id = ANY ($2::bigint[])`,
    [tenant, ids, at],
  );
  await session.run('DELETE FROM raw_attempt WHERE tenant_id = $1 AND raw_id = ANY ($2::bigint[])', [
    tenant,
    ids,
  ]);
}

/** Keeps a document that could not be stored, with the reason. False where somebody else has stored it meanwhile. */
export async function markFailed(
  session: Session,
  tenant: number,
  id: number,
  error: { readonly code: string; readonly message: string },
  at: Date,
): Promise<boolean> {
  const changed = await session.run(
    `UPDATE raw_document SET state = 'failed', processed_at = $3, error_code = $4, error_message = $5
     WHERE tenant_id = $1 AND id = $2 AND state = 'pending'`,
    [tenant, id, at, error.code, error.message],
  );
  return changed > 0;
}

/** Replaces the bytes of a failure report by their redacted form. */
export async function replaceRaw(session: Session, tenant: number, id: number, data: Buffer): Promise<void> {
  await session.run('DELETE FROM raw_chunk WHERE tenant_id = $1 AND raw_id = $2', [tenant, id]);
  for (let seq = 0; seq === 0 || seq * CHUNK_BYTES < data.length; seq += 1)
    await appendChunk(session, tenant, id, seq, data.subarray(seq * CHUNK_BYTES, (seq + 1) * CHUNK_BYTES));
  await session.run(
    `UPDATE raw_document SET redacted = true, encoding = 'as-is', size = $3 WHERE tenant_id = $1 AND id = $2`,
    [tenant, id, data.length],
  );
}
