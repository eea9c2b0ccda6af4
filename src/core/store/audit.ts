import type { Session } from './session.js';

/** One line of the audit as it is written. */
export interface NewAuditRow {
  readonly at: Date;
  readonly actorId: string;
  readonly actorName: string;
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly outcome: string;
}

export interface AuditRow extends NewAuditRow {
  readonly id: number;
}

export interface AuditFilter {
  /** First day and last, in UTC. */
  readonly from: string;
  readonly to: string;
  /** Id or name of an actor, in any case. */
  readonly actor: string | null;
  readonly operation: string | null;
}

/** Adds a line; nothing ever changes it. */
export async function addAudit(session: Session, tenant: number, row: NewAuditRow): Promise<void> {
  await session.run(
    `INSERT INTO audit (tenant_id, at, actor_id, actor_name, operation, input, outcome)
     VALUES ($1, $2, $3, $4, $5, $6, $7)`,
    [tenant, row.at, row.actorId, row.actorName, row.operation, JSON.stringify(row.input), row.outcome],
  );
}

/** Lines of a period, latest first, from before an id on. */
export function listAudit(
  session: Session,
  tenant: number,
  filter: AuditFilter,
  page: { readonly limit: number; readonly before: number | null },
): Promise<AuditRow[]> {
  return session.rows<AuditRow>(
    `SELECT id, at, actor_id AS "actorId", actor_name AS "actorName", operation, input, outcome FROM audit
     WHERE tenant_id = $1 AND at >= $2::date::timestamp AT TIME ZONE 'UTC' AND at < ($3::date + 1)::timestamp AT TIME ZONE 'UTC'
       AND ($4::text IS NULL OR lower(actor_id) = lower($4) OR lower(actor_name) = lower($4))
       AND ($5::text IS NULL OR operation = $5) AND ($6::bigint IS NULL OR id < $6)
     ORDER BY id DESC LIMIT $7`,
    [tenant, filter.from, filter.to, filter.actor, filter.operation, page.before, page.limit],
  );
}
