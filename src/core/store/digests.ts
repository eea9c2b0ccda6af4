import type { DigestContent } from '../digest/content.js';
import type { Session } from './session.js';
import { storableJsonText } from './text.js';

export interface NewDigest {
  readonly subscriptionId: number;
  readonly dueAt: Date;
  readonly content: DigestContent;
  readonly madeAt: Date;
  readonly openUntil: Date;
}

/** Keeps a digest; null where there is one of that time. */
export async function addDigest(
  session: Session,
  tenant: number,
  { subscriptionId, dueAt, content, madeAt, openUntil }: NewDigest,
): Promise<number | null> {
  const [row] = await session.rows<{ id: number }>(
    `INSERT INTO digest (tenant_id, subscription_id, due_at, first_day, last_day, content, made_at, open_until)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
     ON CONFLICT (tenant_id, subscription_id, due_at) DO NOTHING RETURNING id`,
    [
      tenant,
      subscriptionId,
      dueAt,
      content.range.from,
      content.range.to,
      storableJsonText(JSON.stringify(content)),
      madeAt,
      openUntil,
    ],
  );
  return row?.id ?? null;
}

export interface DigestRow {
  readonly id: number;
  readonly subscriptionId: number;
  readonly dueAt: Date;
  readonly version: number;
  readonly content: DigestContent;
}

const DIGESTS = `SELECT d.id, d.subscription_id AS "subscriptionId", d.due_at AS "dueAt", d.version, d.content FROM digest d WHERE d.tenant_id = $1`;

/** The last digest of a subscription before a time; null where there is none. */
export async function digestBefore(
  session: Session,
  tenant: number,
  subscriptionId: number,
  before: Date,
): Promise<DigestRow | null> {
  const [row] = await session.rows<DigestRow>(
    `${DIGESTS} AND d.subscription_id = $2 AND d.due_at < $3 ORDER BY d.due_at DESC LIMIT 1`,
    [tenant, subscriptionId, before],
  );
  return row ?? null;
}

/** Digests that late reports still change, from after an id on. Index digest_open. */
export function openDigests(
  session: Session,
  tenant: number,
  at: Date,
  page: { readonly limit: number; readonly after: number },
): Promise<DigestRow[]> {
  return session.rows<DigestRow>(`${DIGESTS} AND d.open_until > $2 AND d.id > $3 ORDER BY d.id LIMIT $4`, [
    tenant,
    at,
    page.after,
    page.limit,
  ]);
}

/** Gives a digest newer content and its next version; null where it was changed or removed meanwhile. */
export async function changeDigest(
  session: Session,
  tenant: number,
  { id, version }: Pick<DigestRow, 'id' | 'version'>,
  content: DigestContent,
): Promise<number | null> {
  const [row] = await session.rows<{ version: number }>(
    `UPDATE digest SET version = version + 1, content = $4 WHERE tenant_id = $1 AND id = $2 AND version = $3
     RETURNING version`,
    [tenant, id, version, storableJsonText(JSON.stringify(content))],
  );
  return row?.version ?? null;
}

export interface DigestToTell extends DigestRow {
  /** Whether there is a newer one of the same subscription. */
  readonly superseded: boolean;
}

/** Digests of these ids, as far as they are there. */
export function digestsToTell(
  session: Session,
  tenant: number,
  ids: readonly number[],
): Promise<DigestToTell[]> {
  return session.rows<DigestToTell>(
    `SELECT d.id, d.subscription_id AS "subscriptionId", d.due_at AS "dueAt", d.version, d.content,
       EXISTS (SELECT FROM digest n WHERE n.tenant_id = $1 AND n.subscription_id = d.subscription_id AND n.due_at > d.due_at)
         AS superseded
     FROM digest d WHERE d.tenant_id = $1 AND d.id = ANY ($2::int[])`,
    [tenant, ids],
  );
}

/** Forgets digests of long ago and how they were told; the last of each subscription stays, for the next begins where it ended. */
export async function forgetDigests(session: Session, tenant: number, madeBefore: Date): Promise<number> {
  const forgotten = await session.rows<{ id: number }>(
    `DELETE FROM digest d WHERE d.tenant_id = $1 AND d.made_at < $2 AND EXISTS (
       SELECT FROM digest n WHERE n.tenant_id = $1 AND n.subscription_id = d.subscription_id AND n.due_at > d.due_at)
     RETURNING d.id`,
    [tenant, madeBefore],
  );
  await session.run(
    `DELETE FROM delivery WHERE tenant_id = $1 AND subject = 'digest' AND subject_id = ANY ($2::int[])`,
    [tenant, forgotten.map(({ id }) => id)],
  );
  return forgotten.length;
}
