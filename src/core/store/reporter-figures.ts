import type { DayFigures, Figures } from '../analysis/figures.js';
import { after, type Page } from './page.js';
import { figuresOf, relationFor, type FiguresRow, type Filter } from './relation.js';
import type { Session } from './session.js';

const FIGURES = [
  'messages',
  'dmarcPass',
  'dkimAligned',
  'spfAligned',
  'quarantined',
  'rejected',
] as const satisfies readonly (keyof Figures)[];

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

/** Reporters by messages, largest first, from after a place on. */
export async function byReporter(
  session: Session,
  tenant: number,
  filter: Filter,
  page: Page,
): Promise<ReporterFigures[]> {
  const { from, figures, columns, parameters } = relationFor(tenant, filter, ['reporter']);
  const { clause, values } = after(page.after, 'messages', parameters.length);
  const rows = await session.rows<FiguresRow & { reporterId: number; reporter: string; days: string }>(
    `SELECT s.*, name AS reporter FROM (
       SELECT ${columns.reporter} AS "reporterId", string_agg(DISTINCT ${columns.day}::text, ' ' ORDER BY ${columns.day}::text) AS days, ${figures}
       FROM ${from} GROUP BY 1) s
     JOIN reporter r ON r.tenant_id = $1 AND r.id = s."reporterId"
     ${clause} ORDER BY messages DESC, name LIMIT ${page.limit}`,
    [...parameters, ...values],
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
