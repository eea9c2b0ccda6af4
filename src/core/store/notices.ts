import type { Session } from './session.js';
import { storableJsonText } from './text.js';

/** What is told beside alerts and digests: what waited in quiet hours, that a channel was parked, and tests of channels. */
export type NoticeKind = 'morning' | 'parked' | 'test';

export interface NoticeRow {
  readonly id: number;
  readonly kind: NoticeKind;
  readonly content: Readonly<Record<string, unknown>>;
  readonly createdAt: Date;
}

/** Adds a notice; gives its id. Null where the same was added before: then nothing was changed. */
export async function addNotice(
  session: Session,
  tenant: number,
  notice: {
    readonly kind: NoticeKind;
    /** The same again is the same notice. */
    readonly key: string;
    readonly content: Readonly<Record<string, unknown>>;
    readonly at: Date;
  },
): Promise<number | null> {
  const [row] = await session.rows<{ id: number }>(
    `INSERT INTO notice (tenant_id, kind, key, content, created_at) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (tenant_id, kind, key) DO NOTHING RETURNING id`,
    [tenant, notice.kind, notice.key, storableJsonText(JSON.stringify(notice.content)), notice.at],
  );
  return row?.id ?? null;
}

/** Whether a notice was added before. Index notice_tenant_id_kind_key_key. */
export async function hasNotice(
  session: Session,
  tenant: number,
  kind: NoticeKind,
  key: string,
): Promise<boolean> {
  const rows = await session.rows('SELECT FROM notice WHERE tenant_id = $1 AND kind = $2 AND key = $3', [
    tenant,
    kind,
    key,
  ]);
  return rows.length > 0;
}

/** Those of the ids that are there. */
export function noticesById(session: Session, tenant: number, ids: readonly number[]): Promise<NoticeRow[]> {
  return session.rows<NoticeRow>(
    `SELECT id, kind, content, created_at AS "createdAt" FROM notice WHERE tenant_id = $1 AND id = ANY ($2)`,
    [tenant, ids],
  );
}

/** Forgets notices from before a time. */
export function forgetNotices(session: Session, tenant: number, before: Date): Promise<number> {
  return session.run('DELETE FROM notice WHERE tenant_id = $1 AND created_at < $2', [tenant, before]);
}
