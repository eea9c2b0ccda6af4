import type { Session } from './session.js';

/** What a record says beside its address and count; most records of a large report say the same as another. */
const WORDING = 'disposition, dkim, spf, header_from, envelope_from, envelope_to, details';

/**
 * Where records wait within a transaction until their report is known to be new. A temporary table, because
 * PostgreSQL refuses COPY FROM on a table under row-level security for the role that it binds. `wording` is the ordinal
 * of the row of the same document that spells what this row says; NULL where it spells it for itself alone. Rows with
 * what others say already are a fourth as long, and reading them is most of what COPY costs.
 */
export async function openStaging(session: Session): Promise<void> {
  await session.run(
    `CREATE TEMPORARY TABLE IF NOT EXISTS staged (
       doc integer NOT NULL, ordinal integer NOT NULL, source_ip inet, messages bigint NOT NULL, wording integer,
       disposition text, dkim text, spf text, header_from text, envelope_from text, envelope_to text, details jsonb
     ) ON COMMIT DELETE ROWS`,
  );
}

/** Forgets what is staged, for the next documents of the same transaction. */
export async function clearStaging(session: Session): Promise<void> {
  await session.run('TRUNCATE pg_temp.staged');
}

/** The statement that StagedRecords feeds. */
export const COPY_STAGING = 'COPY pg_temp.staged FROM STDIN';

/** The staged rows, each with all that it says, for FROM: doc, ordinal, source_ip, messages and the wording. */
export const STAGED_ROWS = `(
  SELECT n.doc, n.ordinal, n.source_ip, n.messages,
    ${WORDING.split(', ')
      .map((column) => `CASE WHEN w.doc IS NULL THEN n.${column} ELSE w.${column} END AS ${column}`)
      .join(', ')}
  FROM pg_temp.staged n
  LEFT JOIN pg_temp.staged w ON w.doc = n.doc AND w.ordinal = n.wording AND w.wording = w.ordinal)`;
