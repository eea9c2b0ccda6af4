import type { Figures } from '../analysis/figures.js';
import type { Page } from './page.js';
import { leadingSources, type Wanted } from './leading-sources.js';
import { figuresOf, relationFor, type FiguresRow, type Filter, type Relation } from './relation.js';
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

/** With at most so many messages there are at most so many rows, and one pass over them is the shorter way. */
const FEW_MESSAGES = 20_000;

/**
 * The largest sources, and those with most failing messages. One pass over what the filter lets through, or over the
 * sources that lead. `messages` are those of the whole period, from which the shorter way is chosen.
 */
export async function topSources(
  session: Session,
  tenant: number,
  filter: Filter,
  limits: Wanted,
  messages: number,
): Promise<{ readonly largest: SourceFigures[]; readonly failing: SourceFigures[] }> {
  const relation = relationFor(tenant, filter, ['source']);
  const isLarge = relation.kind === 'rollup_source' && messages > FEW_MESSAGES;
  const leading = isLarge ? await leadingSources(session, tenant, filter, limits) : null;
  const { from, parameters } = leading === null ? relation : ofSources(relation, leading);
  // A plan for any sources would go through all of the domain: what it is to know of them is how few they are.
  if (leading !== null) await session.run('SET LOCAL plan_cache_mode = force_custom_plan');
  const rows = await session.rows<SourceRow & { list: 'largest' | 'failing' }>(
    `WITH s AS MATERIALIZED (
       SELECT ${relation.columns.source} AS source, MIN(t.day) AS "firstDay", MAX(t.day) AS "lastDay", ${relation.figures}
       FROM ${from} GROUP BY 1),
     f AS (SELECT *, messages - "dmarcPass" AS failed FROM s)
     (SELECT 'largest' AS list, f.* FROM f ORDER BY messages DESC, source LIMIT ${limits.largest})
     UNION ALL
     (SELECT 'failing', f.* FROM f WHERE failed > 0 ORDER BY failed DESC, source LIMIT ${limits.failing})`,
    parameters,
  );
  if (leading !== null) await session.run('SET LOCAL plan_cache_mode TO DEFAULT');
  const listed = (wanted: string) => rows.filter(({ list }) => list === wanted).map(sourceFigures);
  return { largest: listed('largest'), failing: listed('failing') };
}

/** A relation with these sources alone; null is that of rows that name none. */
function ofSources(
  { from, columns, parameters }: Relation,
  sources: readonly (string | null)[],
): Pick<Relation, 'from' | 'parameters'> {
  const named = `$${parameters.length + 1}::inet[]`;
  const unnamed = sources.includes(null) ? ` OR ${columns.source} IS NULL` : '';
  return {
    from: `${from} AND (${columns.source} = ANY (${named})${unnamed})`,
    parameters: [...parameters, sources.filter((source) => source !== null)],
  };
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
