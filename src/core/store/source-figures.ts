import type { Figures } from '../analysis/figures.js';
import type { Page } from './page.js';
import { figuresOf, relationFor, type FiguresRow, type Filter } from './relation.js';
import type { Session } from './session.js';

export interface SourceFigures {
  /** Canonical address; null for rows that name none. */
  readonly source: string | null;
  readonly figures: Figures;
  /** UTC days within the period. */
  readonly firstDay: string;
  readonly lastDay: string;
}

type SourceRow = FiguresRow & { source: string | null; firstDay: string; lastDay: string };

function sourceFigures(row: SourceRow): SourceFigures {
  return { source: row.source, figures: figuresOf(row), firstDay: row.firstDay, lastDay: row.lastDay };
}

/** Sources by messages, or by failing messages, largest first; from after a place on, whose name is the address. */
export async function bySource(
  session: Session,
  tenant: number,
  filter: Filter,
  page: Page & { readonly failingFirst?: boolean },
): Promise<SourceFigures[]> {
  const { from, figures, columns, parameters } = relationFor(tenant, filter, ['source']);
  const rank = page.failingFirst === true ? 'messages - "dmarcPass"' : 'messages';
  const { after } = page;
  // Rows that name no source come last among those of the same rank.
  const later =
    after === null
      ? ''
      : `WHERE ${rank} < $${parameters.length + 1} OR (${rank} = $${parameters.length + 1}
           AND $${parameters.length + 2}::inet IS NOT NULL AND (source > $${parameters.length + 2}::inet OR source IS NULL))`;
  const rows = await session.rows<SourceRow>(
    `SELECT * FROM (
       SELECT ${columns.source} AS source, MIN(t.day) AS "firstDay", MAX(t.day) AS "lastDay", ${figures} FROM ${from} GROUP BY 1) s
     ${later} ORDER BY ${rank} DESC, source LIMIT ${page.limit}`,
    after === null ? parameters : [...parameters, after.messages, after.name === '' ? null : after.name],
  );
  return rows.map(sourceFigures);
}

/**
 * The largest sources, and those with most failing messages. One pass over what the filter lets through sums only
 * what ranks them; the rest is summed for the few that are named.
 */
export async function topSources(
  session: Session,
  tenant: number,
  filter: Filter,
  limits: { readonly largest: number; readonly failing: number },
): Promise<{ readonly largest: SourceFigures[]; readonly failing: SourceFigures[] }> {
  const { from, figures, columns, parameters, failed } = relationFor(tenant, filter, ['source']);
  const ranked = await session.rows<{ list: 'largest' | 'failing'; source: string | null }>(
    `WITH s AS MATERIALIZED (
       SELECT ${columns.source} AS source, SUM(t.messages::float8) AS messages, SUM((${failed})::float8) AS failed
       FROM ${from} GROUP BY 1)
     (SELECT 'largest' AS list, source FROM s ORDER BY messages DESC, source LIMIT ${limits.largest})
     UNION ALL
     (SELECT 'failing', source FROM s WHERE failed > 0 ORDER BY failed DESC, source LIMIT ${limits.failing})`,
    parameters,
  );
  const rows = await session.rows<SourceRow>(
    `SELECT ${columns.source} AS source, MIN(t.day) AS "firstDay", MAX(t.day) AS "lastDay", ${figures}
     FROM ${from} AND (${columns.source} = ANY ($${parameters.length + 1}::inet[]) OR ($${parameters.length + 2} AND ${columns.source} IS NULL))
     GROUP BY 1`,
    [
      ...parameters,
      ranked.flatMap(({ source }) => source ?? []),
      ranked.some(({ source }) => source === null),
    ],
  );
  const found = new Map(rows.map((row) => [row.source, sourceFigures(row)]));
  const listed = (wanted: string) =>
    ranked.filter(({ list }) => list === wanted).flatMap(({ source }) => found.get(source) ?? []);
  return { largest: listed('largest'), failing: listed('failing') };
}

/**
 * Of these sources, those that had no messages for the domain before a day; none where nobody had: what a history
 * begins with is not new.
 */
export async function newSources(
  session: Session,
  tenant: number,
  domainId: number,
  sources: readonly string[],
  before: string,
): Promise<Set<string>> {
  // One look-up each in rollup_source_by_ip; as a join, all earlier rows of the domain would be read.
  const rows = await session.rows<{ source: string }>(
    `SELECT host(s) AS source FROM unnest($3::inet[]) AS s
     WHERE (SELECT r.day FROM rollup_source r
       WHERE r.tenant_id = $1 AND r.source_ip = s AND r.day < $4 AND r.domain_id + 0 = $2 LIMIT 1) IS NULL
       AND EXISTS (SELECT FROM rollup_source WHERE tenant_id = $1 AND domain_id = $2 AND day < $4)`,
    [tenant, domainId, sources, before],
  );
  return new Set(rows.map((row) => row.source));
}
