import { NO_FIGURES, type DayFigures, type Figures } from '../analysis/figures.js';
import { figuresOf, relationFor, type Filter } from './relation.js';
import type { Session } from './session.js';

const FIGURES = [
  'messages',
  'dmarcPass',
  'dkimAligned',
  'spfAligned',
  'quarantined',
  'rejected',
] as const satisfies readonly (keyof Figures)[];
type FiguresRow = Record<keyof Figures, number>;

/** Place in a list ordered by messages, largest first, then by name. */
export interface AfterMessages {
  readonly messages: number;
  readonly name: string;
}

export interface Page<After = AfterMessages> {
  readonly limit: number;
  readonly after: After | null;
}

/** Figures of everything that the filter lets through. */
export async function totals(session: Session, tenant: number, filter: Filter): Promise<Figures> {
  const { from, figures, parameters } = relationFor(tenant, filter, []);
  const [row] = await session.rows<FiguresRow>(`SELECT ${figures} FROM ${from}`, parameters);
  return row === undefined ? NO_FIGURES : figuresOf(row);
}

/** Figures by UTC day, in order; days without reports are absent. */
export async function byDay(session: Session, tenant: number, filter: Filter): Promise<DayFigures[]> {
  const { from, figures, columns, parameters } = relationFor(tenant, filter, ['day']);
  const rows = await session.rows<FiguresRow & { day: string }>(
    `SELECT ${columns.day} AS day, ${figures} FROM ${from} GROUP BY 1 ORDER BY 1`,
    parameters,
  );
  return rows.map((row) => ({ day: row.day, figures: figuresOf(row) }));
}

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
  const bySource = new Map(rows.map((row) => [row.source, sourceFigures(row)]));
  const of = (wanted: string) =>
    ranked.filter(({ list }) => list === wanted).flatMap(({ source }) => bySource.get(source) ?? []);
  return { largest: of('largest'), failing: of('failing') };
}

/** How many different sources there are. */
export async function countSources(session: Session, tenant: number, filter: Filter): Promise<number> {
  const { from, columns, parameters } = relationFor(tenant, filter, ['source']);
  const { count } = await session.row<{ count: number }>(
    `SELECT COUNT(*) AS count FROM (SELECT DISTINCT ${columns.source} FROM ${from}) s`,
    parameters,
  );
  return count;
}

/** Days and reporters of one question. */
export interface Overview {
  /** From `since` on, in order; days without reports are absent. */
  readonly days: readonly DayFigures[];
  /** By messages, largest first; figures of the filter's period, days from `since` on. */
  readonly reporters: readonly ReporterFigures[];
}

/** Figures by day and by reporter from one pass; `since` may lie before the filter's period. */
export async function overview(
  session: Session,
  tenant: number,
  filter: Filter,
  since: string,
): Promise<Overview> {
  const { from, figures, columns, parameters } = relationFor(tenant, { ...filter, from: since }, [
    'reporter',
  ]);
  const first = `$${parameters.length + 1}::date`;
  const sums = FIGURES.map((name) => `SUM("${name}") AS "${name}"`).join(', ');
  const within = FIGURES.map(
    (name) => `COALESCE(SUM("${name}") FILTER (WHERE day >= ${first}), 0) AS "${name}"`,
  ).join(', ');
  const rows = await session.rows<
    FiguresRow & { day: string | null; reporterId: number; reporter: string; days: string }
  >(
    `WITH s AS MATERIALIZED (SELECT ${columns.reporter} AS reporter_id, t.day, ${figures} FROM ${from} GROUP BY 1, 2)
     SELECT day, NULL AS "reporterId", NULL AS reporter, NULL AS days, ${sums} FROM s GROUP BY day
     UNION ALL
     SELECT NULL, r.id, r.name, f.days, ${FIGURES.map((name) => `f."${name}"`).join(', ')}
     FROM (SELECT reporter_id, string_agg(day::text, ' ') AS days, ${within} FROM s GROUP BY 1) f
     JOIN reporter r ON r.tenant_id = $1 AND r.id = f.reporter_id
     ORDER BY day, messages DESC, reporter`,
    [...parameters, filter.from],
  );
  const days = rows.flatMap(({ day, ...row }) => (day === null ? [] : [{ day, figures: figuresOf(row) }]));
  const reporters = rows.filter(({ day }) => day === null).map(reporterFigures);
  return { days, reporters };
}

export interface ReporterFigures {
  readonly reporterId: number;
  readonly reporter: string;
  readonly figures: Figures;
  /** UTC days on which it has messages, in order. */
  readonly days: readonly string[];
}

/** Reporters by messages, largest first. */
export async function byReporter(
  session: Session,
  tenant: number,
  filter: Filter,
): Promise<ReporterFigures[]> {
  const { from, figures, columns, parameters } = relationFor(tenant, filter, ['reporter']);
  const rows = await session.rows<FiguresRow & { reporterId: number; reporter: string; days: string }>(
    `SELECT s.*, r.name AS reporter FROM (
       SELECT ${columns.reporter} AS "reporterId", string_agg(DISTINCT ${columns.day}::text, ' ' ORDER BY ${columns.day}::text) AS days, ${figures}
       FROM ${from} GROUP BY 1) s
     JOIN reporter r ON r.tenant_id = $1 AND r.id = s."reporterId"
     ORDER BY s.messages DESC, r.name`,
    parameters,
  );
  return rows.map(reporterFigures);
}

function reporterFigures(
  row: FiguresRow & { reporterId: number; reporter: string; days: string },
): ReporterFigures {
  return {
    reporterId: row.reporterId,
    reporter: row.reporter,
    figures: figuresOf(row),
    days: row.days.split(' '),
  };
}

export interface DomainFigures {
  readonly domain: string;
  readonly figures: Figures;
}

/** Domains by messages, or by failing messages, largest first. */
export async function byDomain(
  session: Session,
  tenant: number,
  filter: Filter,
  page: Page & { readonly failingFirst?: boolean },
): Promise<DomainFigures[]> {
  const { from, figures, columns, parameters } = relationFor(tenant, filter, ['domain']);
  const rank = page.failingFirst === true ? 'messages - "dmarcPass"' : 'messages';
  const { clause, values } = after(page.after, rank, parameters.length);
  const rows = await session.rows<FiguresRow & { name: string }>(
    `SELECT * FROM (
       SELECT d.name, f.* FROM (SELECT ${columns.domain} AS id, ${figures} FROM ${from} GROUP BY 1) f
       JOIN domain d ON d.tenant_id = $1 AND d.id = f.id) s
     ${clause} ORDER BY ${rank} DESC, name LIMIT ${page.limit}`,
    [...parameters, ...values],
  );
  return rows.map((row) => ({ domain: row.name, figures: figuresOf(row) }));
}

export interface ResultFigures {
  /** none, pass, quarantine, reject or other. */
  readonly disposition: string;
  readonly dkim: boolean;
  readonly spf: boolean;
  readonly messages: number;
}

/** Messages by disposition, DKIM and SPF alignment. */
export function byResult(session: Session, tenant: number, filter: Filter): Promise<ResultFigures[]> {
  const { from, columns, parameters } = relationFor(tenant, filter, ['result']);
  return session.rows<ResultFigures>(
    `SELECT * FROM (SELECT ${columns.result}, SUM(t.messages) FROM ${from} GROUP BY 1, 2, 3) s (disposition, dkim, spf, messages)
     ORDER BY messages DESC, 1, 2, 3`,
    parameters,
  );
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

function after(
  place: AfterMessages | null,
  rank: string,
  used: number,
): { clause: string; values: unknown[] } {
  if (place === null) return { clause: '', values: [] };
  return {
    clause: `WHERE (${rank} < $${used + 1} OR (${rank} = $${used + 1} AND name > $${used + 2}))`,
    values: [place.messages, place.name],
  };
}
