import type { Figures } from '../analysis/figures.js';
import type { DomainRow } from './domains.js';
import type { Page } from './page.js';
import { figuresOf, relationFor, type FiguresRow, type Filter } from './relation.js';
import type { Session } from './session.js';

export interface DomainFigures {
  readonly domain: string;
  readonly figures: Figures;
}

/** Domains by messages, or by failing messages, largest first. */
export async function byDomain(
  session: Session,
  tenant: number,
  filter: Filter,
  options: { readonly limit: number; readonly failingFirst?: boolean },
): Promise<DomainFigures[]> {
  const { from, figures, columns, parameters } = relationFor(tenant, filter, ['domain']);
  const rank = options.failingFirst === true ? 'messages - "dmarcPass"' : 'messages';
  const rows = await session.rows<FiguresRow & { name: string }>(
    `SELECT * FROM (
       SELECT d.name, f.* FROM (SELECT ${columns.domain} AS id, ${figures} FROM ${from} GROUP BY 1) f
       JOIN domain d ON d.tenant_id = $1 AND d.id = f.id) s
     ORDER BY ${rank} DESC, name LIMIT ${options.limit}`,
    parameters,
  );
  return rows.map((row) => ({ domain: row.name, figures: figuresOf(row) }));
}

/** Figures of these domains, by id; those without messages are absent. */
export async function figuresOfDomains(
  session: Session,
  tenant: number,
  filter: Filter,
  ids: readonly number[],
): Promise<Map<number, Figures>> {
  const { from, figures, columns, parameters } = relationFor(tenant, filter, ['domain']);
  const rows = await session.rows<FiguresRow & { id: number }>(
    `SELECT ${columns.domain} AS id, ${figures} FROM ${from} AND ${columns.domain} = ANY ($${parameters.length + 1}::int[]) GROUP BY 1`,
    [...parameters, ids],
  );
  return new Map(rows.map((row) => [row.id, figuresOf(row)]));
}

/** Domains that have messages which the filter lets through, by name, from after a name on. */
export function listDomainsWith(
  session: Session,
  tenant: number,
  filter: Filter,
  page: Page<string>,
): Promise<DomainRow[]> {
  const { from, columns, parameters } = relationFor(tenant, filter, ['domain']);
  return session.rows<DomainRow>(
    `SELECT d.id, d.name, d.first_seen_at AS "firstSeenAt", d.last_report_at AS "lastReportAt", d.claimed_at AS "claimedAt",
       d.claimed_by AS "claimedBy"
     FROM domain d WHERE d.tenant_id = $1 AND d.id IN (SELECT ${columns.domain} FROM ${from})
       AND ($${parameters.length + 1}::text IS NULL OR d.name > $${parameters.length + 1})
     ORDER BY d.name LIMIT $${parameters.length + 2}`,
    [...parameters, page.after, page.limit],
  );
}
