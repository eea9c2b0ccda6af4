import pg from 'pg';
import type { Context } from '../../../src/core/operations/operation.js';

/** Ids of channels that are parked. */
export async function parkedIds({ db, tenant }: Context): Promise<readonly number[]> {
  const rows = await db.within(tenant, (session) =>
    session.rows<{ id: number }>('SELECT id FROM channel WHERE parked_at IS NOT NULL ORDER BY id'),
  );
  return rows.map(({ id }) => id);
}

/** A suppression that is not ended, by a share of all of them; null for none. */
export async function lastSuppression({ db, tenant }: Context, pick: number): Promise<number | null> {
  const rows = await db.within(tenant, (session) =>
    session.rows<{ id: number }>('SELECT id FROM suppression WHERE ended_at IS NULL ORDER BY id'),
  );
  return rows[Math.floor(rows.length * pick)]?.id ?? null;
}

/** How much is to be done now: by anybody, and by whoever holds it. */
export function waiting({ db, tenant, now }: Context): Promise<{ due: number; leased: number }> {
  return db.within(tenant, (session) =>
    session.row<{ due: number; leased: number }>(
      `SELECT COUNT(*) FILTER (WHERE leased_until IS NULL OR leased_until < $1)
           + (SELECT COUNT(*) FROM alert WHERE next_step_at <= $1) AS due,
         COUNT(*) FILTER (WHERE leased_until >= $1) AS leased
       FROM delivery WHERE next_at <= $1`,
      [now()],
    ),
  );
}

/** Ends all connections of the workers but the one that asks, as a server that is set up anew does. */
export async function cutConnections(url: string): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    await client.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name = 'dmarc-ops' AND random() < 0.5`,
    );
  } finally {
    await client.end();
  }
}
