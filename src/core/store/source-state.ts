import { ASKED_CHANNEL, IS_LED } from './leader.js';
import type { Session } from './session.js';
import { storable, storableJsonText } from './text.js';

/** Failures of one source that are kept by name; all are counted. */
const FAILURES_KEPT = 10;

/** How one source fares. */
export interface SourceRow {
  readonly name: string;
  readonly kind: string;
  readonly place: string;
  /** Whether a process runs it at this moment. */
  readonly running: boolean;
  readonly lastContact: Date | null;
  readonly lastReport: Date | null;
  readonly waiting: number;
  readonly taken: number;
  readonly known: number;
  readonly failed: number;
  /** Newest first. */
  readonly failures: readonly SourceFailure[];
  readonly trouble: { readonly code: string; readonly message: string; readonly since: Date } | null;
}

export interface SourceFailure {
  readonly name: string;
  readonly code: string;
  readonly message: string;
  /** ISO 8601. */
  readonly at: string;
}

/** Makes the source known, or its kind and place, where these were changed. */
export async function registerSource(
  session: Session,
  tenant: number,
  source: Pick<SourceRow, 'name' | 'kind' | 'place'>,
): Promise<void> {
  await session.run(
    `INSERT INTO source_state AS s (tenant_id, name, kind, place) VALUES ($1, $2, $3, $4)
     ON CONFLICT (tenant_id, name) DO UPDATE SET kind = EXCLUDED.kind, place = EXCLUDED.place,
       -- What was remembered of another place means nothing here.
       memory = CASE WHEN s.kind = EXCLUDED.kind AND s.place = EXCLUDED.place THEN s.memory END`,
    [tenant, source.name, source.kind, source.place],
  );
}

/** What a source says of itself; null and undefined leave what is there, but for `trouble`, where null means none. */
export interface SourceChange {
  readonly lastContact?: Date | undefined;
  readonly waiting?: number | undefined;
  readonly trouble?: { readonly code: string; readonly message: string } | null | undefined;
}

/** Changes how a source fares. Trouble of the same code goes on since it began. */
export async function changeSource(
  session: Session,
  tenant: number,
  name: string,
  change: SourceChange,
  at: Date,
): Promise<void> {
  const { trouble, lastContact, waiting } = change;
  await session.run(
    `UPDATE source_state SET
       last_contact_at = GREATEST(last_contact_at, $3::timestamptz), waiting = COALESCE($4, waiting),
       trouble_code = CASE WHEN $5 THEN $6 ELSE trouble_code END,
       trouble_message = CASE WHEN $5 THEN $7 ELSE trouble_message END,
       trouble_since = CASE WHEN NOT $5 THEN trouble_since WHEN $6::text IS NULL THEN NULL
         WHEN trouble_code = $6 THEN trouble_since ELSE $8::timestamptz END
     WHERE tenant_id = $1 AND name = $2`,
    [
      tenant,
      name,
      lastContact ?? null,
      waiting ?? null,
      trouble !== undefined,
      trouble?.code ?? null,
      trouble === null || trouble === undefined ? null : storable(trouble.message),
      at,
    ],
  );
}

/** Counts documents that a source brought. */
export async function countTaken(
  session: Session,
  tenant: number,
  name: string,
  counts: { readonly taken: number; readonly known: number },
  at: Date,
): Promise<void> {
  await session.run(
    `UPDATE source_state SET taken = taken + $3, known = known + $4,
       last_contact_at = GREATEST(last_contact_at, $5), last_report_at = CASE WHEN $3 > 0 THEN $5 ELSE last_report_at END
     WHERE tenant_id = $1 AND name = $2`,
    [tenant, name, counts.taken, counts.known, at],
  );
}

/** Counts what a source put aside; the latest keep their reasons. */
export async function addFailures(
  session: Session,
  tenant: number,
  name: string,
  failures: readonly Omit<SourceFailure, 'at'>[],
  at: Date,
): Promise<void> {
  const latest = failures.slice(-FAILURES_KEPT).map((one) => ({ ...one, at: at.toISOString() }));
  await session.run(
    `UPDATE source_state SET failed = failed + $3, failures = (
       SELECT COALESCE(jsonb_agg(f.value ORDER BY f.ordinality), '[]')
       FROM jsonb_array_elements($4::jsonb || failures) WITH ORDINALITY AS f WHERE f.ordinality <= $5)
     WHERE tenant_id = $1 AND name = $2`,
    [tenant, name, failures.length, storableJsonText(JSON.stringify(latest.toReversed())), FAILURES_KEPT],
  );
}

/** Keeps what a source wants to know after a restart. */
export async function rememberSource(
  session: Session,
  tenant: number,
  name: string,
  memory: unknown,
): Promise<void> {
  await session.run('UPDATE source_state SET memory = $3 WHERE tenant_id = $1 AND name = $2', [
    tenant,
    name,
    storableJsonText(JSON.stringify(memory ?? null)),
  ]);
}

/** What a source kept; null where it kept nothing. */
export async function recallSource(session: Session, tenant: number, name: string): Promise<unknown> {
  const [row] = await session.rows<{ memory: unknown }>(
    'SELECT memory FROM source_state WHERE tenant_id = $1 AND name = $2',
    [tenant, name],
  );
  return row?.memory ?? null;
}

/** Every source of the tenant that was ever run, by name. */
export async function sourceRows(session: Session, tenant: number): Promise<SourceRow[]> {
  const rows = await session.rows<SourceRow>(
    `SELECT name, kind, place, ${IS_LED} AS running, last_contact_at AS "lastContact", last_report_at AS "lastReport",
       waiting, taken, known, failed, failures,
       CASE WHEN trouble_code IS NOT NULL THEN jsonb_build_object('code', trouble_code, 'message', trouble_message,
         'since', trouble_since) END AS trouble
     FROM source_state s WHERE tenant_id = $1 ORDER BY name`,
    [tenant],
  );
  return rows.map(withDates);
}

/** JSON has no dates. */
function withDates(row: SourceRow): SourceRow {
  return row.trouble === null
    ? row
    : { ...row, trouble: { ...row.trouble, since: new Date(row.trouble.since) } };
}

/** Asks whoever runs the source to look now; gives the number of the wish. */
export async function askSource(session: Session, tenant: number, name: string): Promise<number> {
  const { asked } = await session.row<{ asked: number }>(
    `UPDATE source_state SET asked = asked + 1 WHERE tenant_id = $1 AND name = $2
     RETURNING asked, pg_notify($3, tenant_id || '/' || name)`,
    [tenant, name, ASKED_CHANNEL],
  );
  return asked;
}

/** Number of the last wish, and of the last that was answered. */
export function sourceWishes(
  session: Session,
  tenant: number,
  name: string,
): Promise<{ readonly asked: number; readonly answered: number }> {
  return session.row('SELECT asked, answered FROM source_state WHERE tenant_id = $1 AND name = $2', [
    tenant,
    name,
  ]);
}

/** Says that all wishes up to this one have been answered. */
export async function answerSource(
  session: Session,
  tenant: number,
  name: string,
  answered: number,
): Promise<void> {
  await session.run(
    'UPDATE source_state SET answered = GREATEST(answered, $3) WHERE tenant_id = $1 AND name = $2',
    [tenant, name, answered],
  );
}
