import type { DayFigures, Figures } from '../analysis/figures.js';
import type { AlertLine } from '../digest/content.js';
import { figuresOf, type FiguresRow } from './relation.js';
import type { Session } from './session.js';

export interface NamedDomain {
  readonly id: number;
  readonly name: string;
}

/** Claimed domains by name: all of them, or those of these ids that are claimed. */
export function claimedDomains(
  session: Session,
  tenant: number,
  ids: readonly number[] | null,
): Promise<NamedDomain[]> {
  return session.rows<NamedDomain>(
    `SELECT id, name FROM domain WHERE tenant_id = $1 AND claimed_at IS NOT NULL AND ($2::int[] IS NULL OR id = ANY ($2))
     ORDER BY name`,
    [tenant, ids],
  );
}

/** Domains of these ids by name, claimed or not. */
export function domainsOf(session: Session, tenant: number, ids: readonly number[]): Promise<NamedDomain[]> {
  return session.rows<NamedDomain>(
    'SELECT id, name FROM domain WHERE tenant_id = $1 AND id = ANY ($2::int[]) ORDER BY name',
    [tenant, ids],
  );
}

const SUMS = `SUM(t.messages::float8) AS messages, SUM(t.dmarc_pass::float8) AS "dmarcPass",
  SUM(t.dkim_aligned::float8) AS "dkimAligned", SUM(t.spf_aligned::float8) AS "spfAligned",
  SUM(t.quarantined::float8) AS quarantined, SUM(t.rejected::float8) AS rejected`;

/** Figures of these domains together by UTC day, in order; days without reports are absent. */
export async function daysOfDomains(
  session: Session,
  tenant: number,
  ids: readonly number[],
  from: string,
  to: string,
): Promise<DayFigures[]> {
  const rows = await session.rows<FiguresRow & { day: string }>(
    `SELECT t.day, ${SUMS} FROM rollup_domain t
     WHERE t.tenant_id = $1 AND t.domain_id = ANY ($2::int[]) AND t.day BETWEEN $3 AND $4 GROUP BY 1 ORDER BY 1`,
    [tenant, ids, from, to],
  );
  return rows.map((row) => ({ day: row.day, figures: figuresOf(row) }));
}

/** Of these domains, those with most failing messages; those without messages are absent. */
export async function worstDomains(
  session: Session,
  tenant: number,
  ids: readonly number[],
  from: string,
  to: string,
  limit: number,
): Promise<{ domain: string; figures: Figures }[]> {
  const rows = await session.rows<FiguresRow & { name: string }>(
    `SELECT d.name, f.* FROM (
       SELECT t.domain_id, ${SUMS} FROM rollup_domain t
       WHERE t.tenant_id = $1 AND t.domain_id = ANY ($2::int[]) AND t.day BETWEEN $3 AND $4 GROUP BY 1) f
     JOIN domain d ON d.tenant_id = $1 AND d.id = f.domain_id
     ORDER BY f.messages - f."dmarcPass" DESC, d.name LIMIT $5`,
    [tenant, ids, from, to, limit],
  );
  return rows.map((row) => ({ domain: row.name, figures: figuresOf(row) }));
}

/** Reporters of these domains, by messages, with the UTC days on which they have some. */
export async function reportersOfDomains(
  session: Session,
  tenant: number,
  ids: readonly number[],
  from: string,
  to: string,
): Promise<{ reporter: string; days: string[] }[]> {
  const rows = await session.rows<{ reporter: string; days: string }>(
    `SELECT r.name AS reporter, f.days FROM (
       SELECT reporter_id, string_agg(day::text, ' ' ORDER BY day) AS days, SUM(messages) AS messages FROM (
         SELECT t.reporter_id, t.day, SUM(t.messages::float8) AS messages FROM rollup_result t
         WHERE t.tenant_id = $1 AND t.domain_id = ANY ($2::int[]) AND t.day BETWEEN $3 AND $4
         GROUP BY 1, 2 HAVING SUM(t.messages) > 0) s
       GROUP BY 1) f
     JOIN reporter r ON r.tenant_id = $1 AND r.id = f.reporter_id ORDER BY f.messages DESC, r.name`,
    [tenant, ids, from, to],
  );
  return rows.map(({ reporter, days }) => ({ reporter, days: days.split(' ') }));
}

/** Alerts of these domains, and of none, that are not resolved: how many, and the most severe of them, newest first. */
export async function openAlerts(
  session: Session,
  tenant: number,
  ids: readonly number[],
  limit: number,
): Promise<{ readonly count: number; readonly items: readonly AlertLine[] }> {
  const rows = await session.rows<AlertLine & { count: number }>(
    `SELECT a.id, a.rule, d.name AS domain, a.cause, a.severity, a.state, a.finding ->> 'says' AS says, a.finding ->> 'fix' AS fix,
       COUNT(*) OVER () AS count
     FROM alert a LEFT JOIN domain d ON d.tenant_id = a.tenant_id AND d.id = a.domain_id
     WHERE a.tenant_id = $1 AND a.state <> 'resolved' AND (a.domain_id IS NULL OR a.domain_id = ANY ($2::int[]))
     ORDER BY array_position(ARRAY['critical', 'warning', 'info'], a.severity), a.opened_at DESC, a.id DESC LIMIT $3`,
    [tenant, ids, limit],
  );
  return { count: rows[0]?.count ?? 0, items: rows.map(({ count: _count, ...line }) => line) };
}

/** How many alerts of these domains, and of none, were opened and resolved within a span of time. */
export function alertsWithin(
  session: Session,
  tenant: number,
  ids: readonly number[],
  after: Date,
  until: Date,
): Promise<{ readonly opened: number; readonly resolved: number }> {
  return session.row(
    `SELECT COUNT(*) FILTER (WHERE opened_at > $3 AND opened_at <= $4) AS opened,
       COUNT(*) FILTER (WHERE state = 'resolved' AND resolved_at > $3 AND resolved_at <= $4) AS resolved
     FROM alert WHERE tenant_id = $1 AND (domain_id IS NULL OR domain_id = ANY ($2::int[]))
       AND (opened_at > $3 OR resolved_at > $3)`,
    [tenant, ids, after, until],
  );
}
