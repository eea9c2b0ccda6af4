import type { Session } from './session.js';

/** First key of the two-key advisory locks of this schema; the second is the tenant. */
const STORE_LOCK = 0x6470;

/** Until the end of the transaction: others may store too, but nobody recomputes rollups meanwhile. */
export async function lockStoreShared(session: Session, tenant: number): Promise<void> {
  await session.rows('SELECT pg_advisory_xact_lock_shared($1, $2)', [STORE_LOCK, tenant]);
}

/** Until the end of the transaction: nobody else stores or recomputes for this tenant. */
export async function lockStoreAlone(session: Session, tenant: number): Promise<void> {
  await session.rows('SELECT pg_advisory_xact_lock($1, $2)', [STORE_LOCK, tenant]);
}
