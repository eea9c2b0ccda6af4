import type { Severity } from '../alert/finding.js';
import type { Suppression } from '../alert/suppression.js';
import type { Session } from './session.js';
import { storable } from './text.js';

interface Raw extends Omit<Suppression, 'from' | 'until' | 'created' | 'ended'> {
  readonly fromAt: Date;
  readonly untilAt: Date | null;
  readonly createdAt: Date;
  readonly createdBy: string;
  readonly endedAt: Date | null;
  readonly endedBy: string | null;
}

const SUPPRESSIONS = `SELECT s.id, s.rule, s.severity, d.name AS domain, s.sender::text AS sender, s.reason,
    s.from_at AS "fromAt", s.until_at AS "untilAt", s.rrule, s.minutes, s.zone, s.created_at AS "createdAt",
    s.created_by AS "createdBy", s.ended_at AS "endedAt", s.ended_by AS "endedBy"
  FROM suppression s LEFT JOIN domain d ON d.tenant_id = s.tenant_id AND d.id = s.domain_id WHERE s.tenant_id = $1`;

export interface NewSuppression {
  readonly rule: string | null;
  readonly severity: Severity | null;
  readonly domainId: number | null;
  readonly sender: string | null;
  readonly reason: string;
  readonly from: Date;
  readonly until: Date | null;
  readonly rrule: string | null;
  readonly minutes: number | null;
  readonly zone: string;
  readonly at: Date;
  readonly by: string;
}

/** Adds a suppression; gives its id. */
export async function addSuppression(session: Session, tenant: number, one: NewSuppression): Promise<number> {
  const { id } = await session.row<{ id: number }>(
    `INSERT INTO suppression (tenant_id, rule, severity, domain_id, sender, reason, from_at, until_at, rrule, minutes, zone,
       created_at, created_by) VALUES ($1, $2, $3, $4, network($5::inet), $6, $7, $8, $9, $10, $11, $12, $13) RETURNING id`,
    [
      tenant,
      one.rule,
      one.severity,
      one.domainId,
      one.sender,
      storable(one.reason),
      one.from,
      one.until,
      one.rrule,
      one.minutes,
      one.zone,
      one.at,
      storable(one.by),
    ],
  );
  return id;
}

/** Suppressions that are not over, by id; bounded. */
export async function liveSuppressions(
  session: Session,
  tenant: number,
  now: Date,
  most: number,
): Promise<Suppression[]> {
  const rows = await session.rows<Raw>(
    `${SUPPRESSIONS} AND s.ended_at IS NULL AND (s.until_at IS NULL OR s.until_at > $2) ORDER BY s.id LIMIT $3`,
    [tenant, now, most],
  );
  return rows.map(read);
}

/** How many are not over. */
export async function countLiveSuppressions(session: Session, tenant: number, now: Date): Promise<number> {
  const { count } = await session.row<{ count: number }>(
    `SELECT COUNT(*) AS count FROM suppression
     WHERE tenant_id = $1 AND ended_at IS NULL AND (until_at IS NULL OR until_at > $2)`,
    [tenant, now],
  );
  return count;
}

/** Suppressions, latest first, from before an id on; those that are over too, or not. */
export async function listSuppressions(
  session: Session,
  tenant: number,
  which: { readonly over: boolean; readonly now: Date },
  page: { readonly limit: number; readonly before: number | null },
): Promise<Suppression[]> {
  const rows = await session.rows<Raw>(
    `${SUPPRESSIONS} AND ($2 OR (s.ended_at IS NULL AND (s.until_at IS NULL OR s.until_at > $3)))
       AND ($4::integer IS NULL OR s.id < $4) ORDER BY s.id DESC LIMIT $5`,
    [tenant, which.over, which.now, page.before, page.limit],
  );
  return rows.map(read);
}

/** One suppression; null where there is none of this number. */
export async function findSuppression(
  session: Session,
  tenant: number,
  id: number,
): Promise<Suppression | null> {
  const [row] = await session.rows<Raw>(`${SUPPRESSIONS} AND s.id = $2`, [tenant, id]);
  return row === undefined ? null : read(row);
}

/** Ends a suppression. False where it was ended before. */
export async function endSuppression(
  session: Session,
  tenant: number,
  id: number,
  done: { readonly at: Date; readonly by: string },
): Promise<boolean> {
  const changed = await session.run(
    'UPDATE suppression SET ended_at = $3, ended_by = $4 WHERE tenant_id = $1 AND id = $2 AND ended_at IS NULL',
    [tenant, id, done.at, storable(done.by)],
  );
  return changed > 0;
}

function read({ fromAt, untilAt, createdAt, createdBy, endedAt, endedBy, ...row }: Raw): Suppression {
  return {
    ...row,
    from: fromAt.toISOString(),
    until: untilAt?.toISOString() ?? null,
    created: { at: createdAt.toISOString(), by: createdBy },
    ended: endedAt === null ? null : { at: endedAt.toISOString(), by: endedBy ?? '' },
  };
}
