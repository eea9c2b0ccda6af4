import { daysOf, rangeOf } from '../analysis/range.js';
import type { Filter } from './relation.js';
import type { Session } from './session.js';

/** What sources are ranked by, and the least of it in a day that its index has. */
const RANKINGS: Readonly<Record<keyof Wanted, { readonly rank: string; readonly least: number }>> = {
  largest: { rank: 't.messages', least: 8 },
  failing: { rank: 't.failed', least: 1 },
};
/** Beyond so many, one pass over everything is the shorter way. */
const MOST_CANDIDATES = 2_000;

/** How many sources each list wants. */
export interface Wanted {
  readonly largest: number;
  readonly failing: number;
}

/**
 * Sources of a domain among which the first of both rankings are certain to be; null where one pass over all of them is
 * the shorter way. A ranking is over a period, the indexes know single days. So the lists of the days' largest give a
 * sum that the wanted number of sources reaches; who never had that sum's share in a day cannot reach it (the
 * three-phase uniform threshold algorithm: Cao and Wang, "Efficient top-k query calculation in distributed networks",
 * 2004).
 */
export async function leadingSources(
  session: Session,
  tenant: number,
  filter: Filter,
  wanted: Wanted,
): Promise<(string | null)[] | null> {
  if (filter.domainId === null || filter.source !== null) return null;
  const days = daysOf(rangeOf(filter.from, filter.to)).length;
  const parameters = [tenant, filter.domainId, filter.from, filter.to];
  const found = new Set<string | null>();
  for (const list of ['largest', 'failing'] as const) {
    const rows = await session.rows<{ source: string | null; share: number }>(
      candidatesOf(list, wanted[list], days),
      parameters,
    );
    // With a share below the index's least, a source could get there by days that the index does not have.
    const isCertain = RANKINGS[list].least === 1 || (rows[0]?.share ?? 0) >= RANKINGS[list].least;
    if (!isCertain || rows.length > MOST_CANDIDATES) return null;
    for (const { source } of rows) found.add(source);
  }
  return [...found];
}

/** SQL of one ranking's candidates, each with the share in a day that others would need. */
function candidatesOf(list: keyof Wanted, wanted: number, days: number): string {
  const { rank, least } = RANKINGS[list];
  const ofDay = `FROM rollup_source t WHERE t.tenant_id = $1 AND t.domain_id = $2 AND t.day = d.day AND ${rank} >= ${least}`;
  return `
    WITH d AS (SELECT g::date AS day FROM generate_series($3::date, $4::date, '1 day') g),
    first AS MATERIALIZED (
      SELECT f.source_ip, SUM(f.counted) AS counted
      FROM d CROSS JOIN LATERAL (
        SELECT t.source_ip, ${rank} AS counted ${ofDay} ORDER BY ${rank} DESC LIMIT ${wanted}) f
      GROUP BY 1),
    bar AS MATERIALIZED (
      SELECT CEIL(COALESCE((SELECT counted FROM first ORDER BY counted DESC OFFSET ${wanted - 1} LIMIT 1), 0) / ${days})::bigint AS share),
    seen AS MATERIALIZED (
      SELECT s.source_ip, SUM(s.counted) AS counted, COUNT(*) AS days
      FROM d CROSS JOIN bar CROSS JOIN LATERAL (
        SELECT t.source_ip, ${rank} AS counted ${ofDay} AND ${rank} >= bar.share) s
      GROUP BY 1)
    SELECT source_ip AS source, bar.share FROM seen CROSS JOIN bar
    WHERE counted + (${days} - days) * GREATEST(bar.share - 1, 0)
      >= COALESCE((SELECT counted FROM seen ORDER BY counted DESC OFFSET ${wanted - 1} LIMIT 1), 0)
    LIMIT ${MOST_CANDIDATES + 1}`;
}
