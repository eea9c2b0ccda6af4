import { recordDays } from './report-days.js';
import { resultColumns } from './result.js';
import { takeStripe } from './locks.js';
import { unlessTaken } from './savepoint.js';
import type { Session } from './session.js';
import { STAGED_ROWS } from './staging.js';

/** A staged document and one UTC day of it: which part of every count belongs there. */
export interface StagedDay {
  /** Number of the document among those that are staged. */
  readonly doc: number;
  readonly reportId: number;
  readonly domainId: number;
  readonly reporterId: number;
  /** `YYYY-MM-DD`. */
  readonly day: string;
  /** Part of the range that is over before and at the end of the day, from 0 to 1; the first is 0, the last 1. */
  readonly shareBefore: number;
  readonly share: number;
}

/** FROM clause that joins staged records with their days; $1 is the tenant, $2 to $8 as `dayParameters` gives. */
const STAGED = `
  ${STAGED_ROWS} s
  JOIN unnest($2::int[], $3::bigint[], $4::int[], $5::int[], $6::date[], $7::float8[], $8::float8[])
    AS d (doc, report_id, domain_id, reporter_id, day, share_before, share) ON d.doc = s.doc
  CROSS JOIN LATERAL (SELECT CASE WHEN d.share_before = 0 AND d.share = 1 THEN s.messages
    ELSE CASE WHEN d.share = 1 THEN s.messages ELSE floor(s.messages * d.share + 0.5)::bigint END
       - floor(s.messages * d.share_before + 0.5)::bigint END AS messages) part`;

function dayParameters(tenant: number, days: readonly StagedDay[]): unknown[] {
  return [
    tenant,
    days.map((day) => day.doc),
    days.map((day) => day.reportId),
    days.map((day) => day.domainId),
    days.map((day) => day.reporterId),
    days.map((day) => day.day),
    days.map((day) => day.shareBefore),
    days.map((day) => day.share),
  ];
}

/**
 * Moves staged records, about so many, into their partitions and adds them to the rollups. Every staged row is read,
 * so the joins hash: PostgreSQL knows nothing of a temporary table, and where it takes 20,000 rows for one, a nested
 * loop goes through all of them for each.
 */
export async function addStaged(
  session: Session,
  tenant: number,
  days: readonly StagedDay[],
  records: number,
): Promise<void> {
  if (days.length === 0) return;
  const isFirst = records >= MANY_RECORDS && (await areFirst(session, tenant, days));
  await session.run('SET LOCAL enable_nestloop = off');
  const parameters = dayParameters(tenant, days);
  // A row without messages is kept on the first day; a part without messages is no row.
  await session.run(
    `INSERT INTO record (tenant_id, domain_id, day, report_id, ordinal, reporter_id, source_ip, messages,
       disposition, dkim, spf, header_from, envelope_from, envelope_to, details)
     SELECT $1, d.domain_id, d.day, d.report_id, s.ordinal, d.reporter_id, s.source_ip, part.messages,
       s.disposition, s.dkim, s.spf, s.header_from, s.envelope_from, s.envelope_to, s.details
     FROM ${STAGED}
     WHERE part.messages > 0 OR (s.messages = 0 AND d.share_before = 0)`,
    parameters,
  );
  const change = { day: 'd', messages: 'part.messages', from: `${STAGED} WHERE part.messages > 0` } as const;
  await addBySource(session, change, parameters, isFirst);
  await addByResult(session, tenant, change, parameters);
  await session.run('SET LOCAL enable_nestloop TO DEFAULT');
}

/** From so many records on it pays to ask first whether rows can meet others of the same key. */
const MANY_RECORDS = 1_000;

/** Whether nothing is counted yet on these days of these domains. */
async function areFirst(session: Session, tenant: number, days: readonly StagedDay[]): Promise<boolean> {
  const { first } = await session.row<{ first: boolean }>(
    `SELECT NOT EXISTS (SELECT FROM rollup_domain r JOIN unnest($2::int[], $3::date[]) AS d (domain_id, day)
       ON r.tenant_id = $1 AND r.domain_id = d.domain_id AND r.day = d.day) AS first`,
    [tenant, days.map(({ domainId }) => domainId), days.map(({ day }) => day)],
  );
  return first;
}

/** Takes some rows of a report, named by their ordinals, out of the rollups. */
export async function subtractRows(
  session: Session,
  tenant: number,
  report: {
    readonly id: number;
    readonly domainId: number;
    readonly firstDay: string;
    readonly lastDay: string;
  },
  ordinals: readonly number[],
): Promise<void> {
  const parameters = [tenant, report.domainId, recordDays(report), report.id, ordinals];
  const from = `record s WHERE s.tenant_id = $1 AND s.domain_id = $2 AND s.day = ANY ($3::date[]) AND s.report_id = $4 AND s.ordinal = ANY ($5::int[]) AND s.messages > 0`;
  const change = { day: 's', messages: '-s.messages', from } as const;
  await addBySource(session, change, parameters, false);
  await addByResult(session, tenant, change, parameters);
}

/** Makes the rollups of some domain-days anew from their records. The caller keeps others from adding meanwhile. */
export async function recomputeRollups(
  session: Session,
  tenant: number,
  touched: readonly { readonly domainId: number; readonly day: string }[],
): Promise<void> {
  const parameters = [tenant, touched.map((day) => day.domainId), touched.map((day) => day.day)];
  const days = 'unnest($2::int[], $3::date[]) AS d (domain_id, day)';
  await session.run(
    `INSERT INTO rollup_tenant AS r (tenant_id, day, reporter_id, disposition, dkim, spf, stripe, messages)
     SELECT $1, r.day, r.reporter_id, r.disposition, r.dkim, r.spf, 0, -SUM(r.messages)
     FROM rollup_result r JOIN ${days} ON r.tenant_id = $1 AND r.domain_id = d.domain_id AND r.day = d.day
     GROUP BY 2, 3, 4, 5, 6 ORDER BY 2, 3, 4, 5, 6
     ON CONFLICT (tenant_id, day, reporter_id, disposition, dkim, spf, stripe) DO UPDATE SET ${added('messages')}`,
    parameters,
  );
  for (const table of ['rollup_source', 'rollup_result', 'rollup_domain'])
    await session.run(
      `DELETE FROM ${table} r USING ${days} WHERE r.tenant_id = $1 AND r.domain_id = d.domain_id AND r.day = d.day`,
      parameters,
    );
  const from = `record s JOIN ${days} ON s.tenant_id = $1 AND s.domain_id = d.domain_id AND s.day = d.day WHERE s.messages > 0`;
  const change = { day: 's', messages: 's.messages', from } as const;
  await addBySource(session, change, parameters, true);
  await addByResult(session, tenant, change, parameters);
}

/** Sums stop where whole numbers end in JavaScript: no forged count makes a later honest one fail. */
export const MOST = Number.MAX_SAFE_INTEGER;
const { dkim: DKIM, spf: SPF, disposition: DISPOSITION } = resultColumns('s');

/** In double precision: exact up to 2^53, where sums stop, and less work than the NUMERIC of sums of BIGINT. */
function sourceSums(messages: string): string {
  const sum = (filter: string) =>
    `LEAST(COALESCE(SUM((${messages})::float8) ${filter}, 0), ${MOST}::float8)::bigint`;
  const where = (condition: string) => sum(`FILTER (WHERE ${condition})`);
  return [
    sum(''),
    where(`${DKIM} OR ${SPF}`),
    where(DKIM),
    where(SPF),
    where(`s.disposition = 'quarantine'`),
    where(`s.disposition = 'reject'`),
  ].join(', ');
}

/** Rows that change the rollups: `s` has what they say, the alias `day` their domain, day and reporter. */
interface Change {
  readonly day: 'd' | 's';
  /** Messages of one row; below 0 to take them out. */
  readonly messages: string;
  /** FROM and WHERE. */
  readonly from: string;
}

/**
 * Adds rows to the rollup by source. Sorted by the key, so that two transactions that add at once wait for each other
 * and do not deadlock. `isFirst` says that no row of these keys was there: then they are inserted as they are, which
 * saves a fourth of the work, and where another transaction was faster after all, once more in the usual way.
 */
async function addBySource(
  session: Session,
  { day, messages, from }: Change,
  parameters: readonly unknown[],
  isFirst: boolean,
): Promise<void> {
  // By address first: one large report is about one domain and day, and PostgreSQL sorts fast by the first key alone.
  const bySource = `s.source_ip, ${day}.domain_id, ${day}.day`;
  const insert = `INSERT INTO rollup_source AS r (tenant_id, source_ip, domain_id, day, ${SUMS.join(', ')})
     SELECT $1, ${bySource}, ${sourceSums(messages)} FROM ${from} GROUP BY ${bySource} ORDER BY 2, 3, 4`;
  if (isFirst && (await unlessTaken(session, () => session.run(insert, parameters)))) return;
  await session.run(
    `${insert} ON CONFLICT (tenant_id, domain_id, day, source_ip) DO UPDATE SET ${SUMS.map(added).join(', ')}`,
    parameters,
  );
}

/** Adds rows to the rollups that come from sums by result, sorted as well. */
async function addByResult(
  session: Session,
  tenant: number,
  { day, messages, from }: Change,
  parameters: readonly unknown[],
): Promise<void> {
  const stripe = await takeStripe(session, tenant);
  const sum = (condition: string) => `LEAST(COALESCE(SUM(messages) FILTER (WHERE ${condition}), 0), ${MOST})`;
  await session.run(
    `WITH change (domain_id, day, reporter_id, disposition, dkim, spf, messages) AS MATERIALIZED (
       SELECT ${day}.domain_id, ${day}.day, ${day}.reporter_id, ${DISPOSITION}, ${DKIM}, ${SPF}, LEAST(SUM(${messages}), ${MOST})
       FROM ${from} GROUP BY 1, 2, 3, 4, 5, 6),
     by_result AS (
       INSERT INTO rollup_result AS r (tenant_id, domain_id, day, reporter_id, disposition, dkim, spf, messages)
       SELECT $1, * FROM change ORDER BY 2, 3, 4, 5, 6, 7
       ON CONFLICT (tenant_id, domain_id, day, reporter_id, disposition, dkim, spf) DO UPDATE SET ${added('messages')}),
     by_domain AS (
       INSERT INTO rollup_domain AS r (tenant_id, domain_id, day, ${SUMS.join(', ')})
       SELECT $1, domain_id, day, LEAST(SUM(messages), ${MOST}), ${sum('dkim OR spf')}, ${sum('dkim')}, ${sum('spf')},
         ${sum(`disposition = 'quarantine'`)}, ${sum(`disposition = 'reject'`)}
       FROM change GROUP BY 2, 3 ORDER BY 2, 3
       ON CONFLICT (tenant_id, domain_id, day) DO UPDATE SET ${SUMS.map(added).join(', ')})
     INSERT INTO rollup_tenant AS r (tenant_id, day, reporter_id, disposition, dkim, spf, stripe, messages)
     SELECT $1, day, reporter_id, disposition, dkim, spf, ${stripe}, LEAST(SUM(messages), ${MOST})
     FROM change GROUP BY 2, 3, 4, 5, 6 ORDER BY 2, 3, 4, 5, 6
     ON CONFLICT (tenant_id, day, reporter_id, disposition, dkim, spf, stripe) DO UPDATE SET ${added('messages')}`,
    parameters,
  );
}

/** Columns of rollup_source, in the order of sourceSums, and of rollup_domain. */
const SUMS = ['messages', 'dmarc_pass', 'dkim_aligned', 'spf_aligned', 'quarantined', 'rejected'] as const;

function added(column: string): string {
  return `${column} = LEAST(r.${column} + excluded.${column}, ${MOST})`;
}
