import type { Figures } from '../analysis/figures.js';
import { daysOfReport } from './report-days.js';
import { resultColumns, type ResultColumns } from './result.js';

/** What all questions share. Days are UTC and both included; null means any. */
export interface Filter {
  readonly from: string;
  readonly to: string;
  readonly domainId: number | null;
  readonly reporterId: number | null;
  /** An address or a network in CIDR notation. */
  readonly source: string | null;
  /** Whether DKIM, SPF was aligned. */
  readonly dkim: boolean | null;
  readonly spf: boolean | null;
  readonly disposition: string | null;
}

/** Whether a filter asks anything of rows, and not only of whose reports they are in. */
export function asksOfRows({ source, dkim, spf, disposition }: Filter): boolean {
  return [source, dkim, spf, disposition].some((asked) => asked !== null);
}

/** The same filter without what it asks of rows. */
export function withoutRows(filter: Filter): Filter {
  return { ...filter, source: null, dkim: null, spf: null, disposition: null };
}

/** A way a question may group its figures. */
export type Dimension = 'domain' | 'day' | 'source' | 'reporter' | 'result';

/** FROM and WHERE of a question, and how the relation spells what is asked for. */
export interface Relation {
  readonly kind: 'rollup_source' | 'rollup_result' | 'rollup_domain' | 'rollup_tenant' | 'record';
  readonly from: string;
  readonly parameters: readonly unknown[];
  readonly columns: Readonly<Record<Dimension, string>>;
  /** Select list that gives Figures. */
  readonly figures: string;
}

/** As a rollup has it. */
const COUNTED: ResultColumns = { dkim: 't.dkim', spf: 't.spf', disposition: 't.disposition' };

/** The stripes of rollup_tenant as one; PostgreSQL applies conditions on what is grouped by before it groups. */
const ALL_DOMAINS = `(SELECT tenant_id, day, reporter_id, disposition, dkim, spf, SUM(messages) AS messages
  FROM rollup_tenant GROUP BY 1, 2, 3, 4, 5, 6 HAVING SUM(messages) > 0)`;

/**
 * Chooses the smallest relation that can answer: by source, one rollup; by reporter and result, another, or that of all
 * domains together; by domain and day alone, the smallest; by source and result at once, the records. `grouped` are the
 * dimensions that the question groups by.
 */
export function relationFor(tenant: number, filter: Filter, grouped: readonly Dimension[]): Relation {
  const bySource = filter.source !== null || grouped.includes('source');
  const byResult =
    filter.reporterId !== null ||
    filter.dkim !== null ||
    filter.spf !== null ||
    filter.disposition !== null ||
    grouped.includes('reporter') ||
    grouped.includes('result');
  const byDomain = filter.domainId !== null || grouped.includes('domain');
  const kind = kindFor(bySource, byResult, byDomain);
  const isSummed = kind === 'rollup_source' || kind === 'rollup_domain';
  const { dkim, spf, disposition } = kind === 'record' ? resultColumns('t') : COUNTED;
  const parameters: unknown[] = [tenant];
  const conditions = ['t.tenant_id = $1'];
  const where = conditionsInto(conditions, parameters);
  where(filter.domainId, (place) => `t.domain_id = ${place}`);
  where(filter.from, (place) => `t.day >= ${place}::date`);
  where(filter.to, (place) => `t.day <= ${place}::date`);
  where(filter.reporterId, (place) => `t.reporter_id = ${place}`);
  whereRows(filter, where, { dkim, spf, disposition });
  if (kind === 'record') {
    conditions.push('t.messages > 0');
    where(
      oneAddress(filter),
      (address) => `(t.domain_id, t.day) IN (
      SELECT s.domain_id, s.day FROM rollup_source s WHERE s.tenant_id = $1 AND s.source_ip = ${address}::inet)`,
    );
  }
  return {
    kind,
    from: `${kind === 'rollup_tenant' ? ALL_DOMAINS : kind} t WHERE ${conditions.join(' AND ')}`,
    parameters,
    columns: {
      domain: 't.domain_id',
      day: 't.day',
      source: 't.source_ip',
      reporter: 't.reporter_id',
      result: `${disposition}, ${dkim}, ${spf}`,
    },
    figures: isSummed ? sumsOfRollup() : sumsOfRows(dkim, spf, disposition),
  };
}

function kindFor(bySource: boolean, byResult: boolean, byDomain: boolean): Relation['kind'] {
  if (bySource) return byResult ? 'record' : 'rollup_source';
  if (!byDomain) return 'rollup_tenant';
  return byResult ? 'rollup_result' : 'rollup_domain';
}

type Where = (value: unknown, condition: (place: string) => string) => void;

/** Adds a condition and its parameter for a value that is not null. */
function conditionsInto(conditions: string[], parameters: unknown[]): Where {
  return (value, condition) => {
    if (value === null) return;
    parameters.push(value);
    conditions.push(condition(`$${parameters.length}`));
  };
}

/** What a filter asks of rows, whatever report or day they belong to. */
function whereRows(filter: Filter, where: Where, { dkim, spf, disposition }: ResultColumns): void {
  where(filter.source, (place) => sourceCondition(filter.source ?? '', place));
  where(filter.dkim, (place) => `${dkim} = ${place}`);
  where(filter.spf, (place) => `${spf} = ${place}`);
  where(filter.disposition, (place) => `${disposition} = ${place}`);
}

/**
 * A condition on reports `r` that they have a row which the filter lets through; null where it asks nothing of rows.
 * Adds its parameters to those that are there.
 */
export function hasRows(filter: Filter, parameters: unknown[]): string | null {
  const conditions: string[] = [];
  const where = conditionsInto(conditions, parameters);
  whereRows(filter, where, resultColumns('t'));
  if (conditions.length === 0) return null;
  const address = oneAddress(filter);
  if (address === null)
    return `EXISTS (SELECT FROM ${daysOfReport('r')} AS g, LATERAL (
      SELECT FROM record t WHERE t.tenant_id = $1 AND t.domain_id = r.domain_id AND t.day = g.day AND t.report_id = r.id
        AND ${conditions.join(' AND ')} LIMIT 1) AS found)`;
  where(address, (place) => `s.source_ip = ${place}::inet`);
  return `EXISTS (SELECT FROM rollup_source s
    JOIN record t ON t.tenant_id = $1 AND t.domain_id = s.domain_id AND t.day = s.day AND t.report_id = r.id
    WHERE s.tenant_id = $1 AND s.domain_id = r.domain_id AND s.day BETWEEN r.first_day AND r.last_day
      AND ${conditions.join(' AND ')})`;
}

/**
 * The address that a filter asks for; null for a network and for none. Records have no index by address. The rollup has
 * one, and says on which domain-days it sent at all: these are few.
 */
function oneAddress({ source }: Filter): string | null {
  return source === null || source.includes('/') ? null : source;
}

/** An address is looked up by equality, which the index by address serves on every version of PostgreSQL. */
function sourceCondition(source: string, place: string): string {
  return source.includes('/') ? `t.source_ip <<= ${place}::inet` : `t.source_ip = ${place}::inet`;
}

/**
 * Sums of double precision: exact up to 2^53, as counts are, and half the work of the NUMERIC that PostgreSQL sums
 * BIGINT in.
 */
function sumsOfRollup(): string {
  const sum = (column: string) => `SUM(t.${column}::float8)`;
  return `${sum('messages')} AS messages, ${sum('dmarc_pass')} AS "dmarcPass", ${sum('dkim_aligned')} AS "dkimAligned",
    ${sum('spf_aligned')} AS "spfAligned", ${sum('quarantined')} AS quarantined, ${sum('rejected')} AS rejected`;
}

function sumsOfRows(dkim: string, spf: string, disposition: string): string {
  const where = (condition: string) => `COALESCE(SUM(t.messages::float8) FILTER (WHERE ${condition}), 0)`;
  return `SUM(t.messages::float8) AS messages, ${where(`${dkim} OR ${spf}`)} AS "dmarcPass", ${where(dkim)} AS "dkimAligned",
    ${where(spf)} AS "spfAligned", ${where(`${disposition} = 'quarantine'`)} AS quarantined,
    ${where(`${disposition} = 'reject'`)} AS rejected`;
}

/** What Relation.figures selects, of a group that has rows. */
export type FiguresRow = Record<keyof Figures, number>;

/** A row of Relation.figures as Figures; sums over nothing are 0. */
export function figuresOf(row: Partial<Record<keyof Figures, number | null>>): Figures {
  return {
    messages: row.messages ?? 0,
    dmarcPass: row.dmarcPass ?? 0,
    dkimAligned: row.dkimAligned ?? 0,
    spfAligned: row.spfAligned ?? 0,
    quarantined: row.quarantined ?? 0,
    rejected: row.rejected ?? 0,
  };
}
