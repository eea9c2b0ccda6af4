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

const STRIPE_LOCK = 0x6471;
/** Transactions that may add to the counts of all domains at once; those beyond wait for one of them. */
const STRIPES = 16;

/** A stripe of rollup_tenant that no other transaction writes to until the end of this one. */
export async function takeStripe(session: Session, tenant: number): Promise<number> {
  const first = tenant * STRIPES;
  const [free] = await session.rows<{ stripe: number }>(
    'SELECT s AS stripe FROM generate_series(0, $3 - 1) AS s WHERE pg_try_advisory_xact_lock($1, $2::int + s) LIMIT 1',
    [STRIPE_LOCK, first, STRIPES],
  );
  if (free !== undefined) return free.stripe;
  await session.rows('SELECT pg_advisory_xact_lock($1, $2)', [STRIPE_LOCK, first]);
  return 0;
}

const DOCUMENT_LOCK = 0x6472;

/** Until the end of the transaction: nobody else stores documents with these hashes (hex), which are locked in order. */
export async function lockDocuments(session: Session, hashes: readonly string[]): Promise<void> {
  await session.rows(
    `SELECT pg_advisory_xact_lock($1, key) FROM (
       SELECT DISTINCT hashtext(h) AS key FROM unnest($2::text[]) AS h ORDER BY 1) AS k`,
    [DOCUMENT_LOCK, hashes],
  );
}

const ROLLUP_LOCK = 0x6473;

/**
 * Until the end of the transaction: others may write to the rollups of this tenant too, in the order of their keys; or
 * nobody else does, which a transaction needs that writes to them several times and so in no order.
 */
export async function lockRollups(session: Session, tenant: number, how: 'shared' | 'alone'): Promise<void> {
  const lock = how === 'alone' ? 'pg_advisory_xact_lock' : 'pg_advisory_xact_lock_shared';
  await session.rows(`SELECT ${lock}($1, $2)`, [ROLLUP_LOCK, tenant]);
}

const CHANNELS_LOCK = 0x6476;

/** Until the end of the transaction: nobody else adds a channel to this tenant, which has a bounded number of them. */
export async function lockChannels(session: Session, tenant: number): Promise<void> {
  await session.rows('SELECT pg_advisory_xact_lock($1, $2)', [CHANNELS_LOCK, tenant]);
}

/** Alone for who changes rules of a tenant, shared for who changes its alerts, which follow their rules. */
export const RULES_LOCK = 0x6475;
const ALERT_LOCK = 0x6474;

/**
 * Until the end of the transaction: nobody else changes alerts of this domain, or of no domain, and nobody changes rules.
 * A transaction takes one such lock, and before all others, so that nobody waits crosswise.
 */
export async function lockAlerts(session: Session, tenant: number, domainId: number | null): Promise<void> {
  await session.rows(
    'SELECT pg_advisory_xact_lock_shared($1, $2::int), pg_advisory_xact_lock($3, hashtext($4))',
    [RULES_LOCK, tenant, ALERT_LOCK, `${tenant}/${domainId ?? 'none'}`],
  );
}

/**
 * Until the end of the transaction: nobody else changes deliveries of alerts of this domain that are not resolved, or of
 * those named. All are locked at once and in order, as those who deliver lock them.
 */
export async function lockAlertDeliveries(
  session: Session,
  tenant: number,
  domainId: number | null,
  alertIds: readonly number[] = [],
): Promise<void> {
  await session.rows(
    `SELECT FROM delivery WHERE tenant_id = $1 AND subject = 'alert' AND subject_id IN (
       SELECT id FROM alert WHERE tenant_id = $1 AND domain_id IS NOT DISTINCT FROM $2 AND state <> 'resolved'
       UNION SELECT unnest($3::int[])) ORDER BY id FOR UPDATE`,
    [tenant, domainId, alertIds],
  );
}
