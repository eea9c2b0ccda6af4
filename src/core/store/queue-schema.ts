import { createRequire } from 'node:module';
import type pg from 'pg';

/** The schema of pg-boss's tables, beside ours: they are its own, and its migrations change them. */
export const QUEUE_SCHEMA = 'dmarc_ops_queue';

/** pg-boss's version of its schema, read without loading pg-boss: every start asks. */
const VERSION = (createRequire(import.meta.url)('pg-boss/version.json') as { readonly schema: number })
  .schema;

/** Whether pg-boss's tables are there and up to date. One small query. */
export async function isQueueUpToDate(owner: pg.Pool): Promise<boolean> {
  return (await queueVersion(owner)) === VERSION;
}

/**
 * Makes pg-boss's tables, or brings them up to date, with its own SQL as the owner: the runtime role could not. To be
 * called under the lock of the migrations, before them, for they refer to the tables.
 */
export async function migrateQueue(owner: pg.PoolClient, note: (line: string) => void): Promise<void> {
  const version = await queueVersion(owner);
  if (version === VERSION) return;
  if (version !== null && version > VERSION)
    throw new Error(`the queue's tables are of version ${version}, newer than this program's ${VERSION}`);
  note(`migrating: queue ${version ?? 0} → ${VERSION}`);
  const { default: PgBoss } = await import('pg-boss');
  const plans =
    version === null
      ? PgBoss.getConstructionPlans(QUEUE_SCHEMA)
      : PgBoss.getMigrationPlans(QUEUE_SCHEMA, String(version));
  try {
    // It begins and commits by itself.
    await owner.query(plans);
  } catch (error) {
    await owner.query('ROLLBACK');
    throw error;
  }
}

async function queueVersion(owner: pg.Pool | pg.PoolClient): Promise<number | null> {
  const { rows: present } = await owner.query<{ there: boolean }>(
    `SELECT to_regclass('${QUEUE_SCHEMA}.version') IS NOT NULL AS there`,
  );
  if (present[0]?.there !== true) return null;
  const { rows } = await owner.query<{ version: number }>(`SELECT version FROM ${QUEUE_SCHEMA}.version`);
  return rows[0]?.version ?? null;
}

/** What the runtime role lacks there, as statements: on parent tables, never on partitions, and no right to make queues. */
const MISSING = `
  SELECT format('GRANT USAGE ON SCHEMA %I TO %I', $1::text, $2::text) AS statement
  WHERE NOT has_schema_privilege($2, $1, 'USAGE')
  UNION ALL
  SELECT format('GRANT %s ON %I.%I TO %I', t.rights, $1::text, t.name, $2::text)
  FROM (VALUES ('job', 'SELECT, INSERT, UPDATE, DELETE', 'DELETE'), ('archive', 'SELECT, INSERT, UPDATE, DELETE', 'DELETE'),
    ('queue', 'SELECT', 'SELECT'), ('version', 'SELECT', 'SELECT')) AS t (name, rights, last)
  WHERE NOT has_table_privilege($2, format('%I.%I', $1::text, t.name), t.last)`;

/** Gives the runtime role what it lacks to put work into the queue and take it out, as statements for the owner. */
export async function missingQueueGrants(owner: pg.Pool, grantee: string): Promise<string[]> {
  const { rows } = await owner.query<{ statement: string }>(MISSING, [QUEUE_SCHEMA, grantee]);
  return rows.map(({ statement }) => statement);
}
