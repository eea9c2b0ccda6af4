import type pg from 'pg';
import { missingQueueGrants } from './queue-schema.js';

/** Any constant of our own. */
const LOCK = 0x6772616e74;

/** Tables on which the runtime role has less than all: tenants it reads, the audit and the history of alerts it reads and adds to. */
const RIGHTS = `CASE c.relname WHEN 'tenant' THEN 'SELECT' WHEN 'audit' THEN 'SELECT, INSERT' WHEN 'alert_event' THEN 'SELECT, INSERT' ELSE 'SELECT, INSERT, UPDATE, DELETE' END`;
/** The last of these rights: who has it has them all. */
const LAST_RIGHT = `CASE c.relname WHEN 'tenant' THEN 'SELECT' WHEN 'audit' THEN 'INSERT' WHEN 'alert_event' THEN 'INSERT' ELSE 'DELETE' END`;

/** What the runtime role lacks, as statements: on parent tables, never on partitions. */
const MISSING = `
  SELECT format('GRANT USAGE ON SCHEMA %I TO %I', $1::text, $2::text) AS statement
  WHERE NOT has_schema_privilege($2, $1, 'USAGE')
  UNION ALL
  SELECT format('GRANT %s ON %s TO %I', rights, c.oid::regclass, $2::text)
  FROM pg_class c, LATERAL (SELECT ${RIGHTS}) AS r (rights)
  WHERE c.relnamespace = $1::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
    AND c.relname NOT LIKE 'migration%' AND NOT has_table_privilege($2, c.oid, ${LAST_RIGHT})
  UNION ALL
  -- Documents are numbered before they are inserted, to give each its problems.
  SELECT format('GRANT USAGE ON SEQUENCE %s TO %I', c.oid::regclass, $2::text)
  FROM pg_class c WHERE c.relnamespace = $1::regnamespace AND c.relname = 'document_id_seq'
    AND NOT has_sequence_privilege($2, c.oid, 'USAGE')
  UNION ALL
  SELECT format('GRANT EXECUTE ON FUNCTION %s TO %I', p.oid::regprocedure, $2::text)
  FROM pg_proc p WHERE p.pronamespace = $1::regnamespace AND NOT has_function_privilege($2, p.oid, 'EXECUTE')`;

/**
 * Gives the runtime role what it lacks in the schema, as the owner. Apart from the migrations, because the role may
 * change between two starts. Two queries where nothing is missing.
 */
export async function grant(owner: pg.Pool, schema: string, grantee: string): Promise<void> {
  const { rows } = await owner.query<{ statement: string }>(MISSING, [schema, grantee]);
  const missing = [...rows.map(({ statement }) => statement), ...(await missingQueueGrants(owner, grantee))];
  if (missing.length === 0) return;
  // Two processes that grant at once would change the same row of the catalogue.
  const statements = ['BEGIN', `SELECT pg_advisory_xact_lock(${LOCK})`, ...missing, 'COMMIT'];
  await owner.query(statements.join(';\n'));
}
