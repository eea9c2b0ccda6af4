import { noticesById, type NoticeRow } from '../../store/notices.js';
import type { Context } from '../operation.js';

export type { NoticeRow };

/** Notices by id; those that are gone are left out. */
export function loadNotices({ db, tenant }: Context, ids: readonly number[]): Promise<NoticeRow[]> {
  return db.reading(tenant, (session) => noticesById(session, tenant, ids));
}
