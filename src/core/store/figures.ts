import { NO_FIGURES, type DayFigures, type Figures } from '../analysis/figures.js';
import { figuresOf, type FiguresRow, relationFor, type Filter } from './relation.js';
import type { Session } from './session.js';

/** Figures of everything that the filter lets through. */
export async function totals(session: Session, tenant: number, filter: Filter): Promise<Figures> {
  const { from, figures, parameters } = relationFor(tenant, filter, []);
  const [row] = await session.rows<FiguresRow>(`SELECT ${figures} FROM ${from}`, parameters);
  return row === undefined ? NO_FIGURES : figuresOf(row);
}

/** How many different domains, sources or reporters there are. */
export async function countOf(
  session: Session,
  tenant: number,
  filter: Filter,
  dimension: 'domain' | 'source' | 'reporter',
): Promise<number> {
  const { from, columns, parameters } = relationFor(tenant, filter, [dimension]);
  // Not DISTINCT: by several workers that goes through one hash table in the order of another, which may take minutes.
  const { count } = await session.row<{ count: number }>(
    `SELECT COUNT(*) AS count FROM (SELECT ${columns[dimension]} FROM ${from} GROUP BY 1) s`,
    parameters,
  );
  return count;
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
