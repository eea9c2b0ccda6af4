import type pg from 'pg';
import type { Plan } from './reports.js';

/** What the store says, in the terms of the plan's truth. An empty table says 0, which is a difference as any other. */
const SUMS = `
  SELECT 'reports' AS place, COUNT(*) AS reports, ${sum('records')} AS records, ${sum('messages')} AS messages,
    ${sum('dmarc_pass')} AS "dmarcPass", ${sum('dkim_aligned')} AS "dkimAligned", ${sum('spf_aligned')} AS "spfAligned"
  FROM dmarc_ops.aggregate_report
  UNION ALL
  SELECT 'records', COUNT(DISTINCT report_id), COUNT(*), ${sum('messages')}, ${sum('messages', "dkim = 'pass' OR spf = 'pass'")},
    ${sum('messages', "dkim = 'pass'")}, ${sum('messages', "spf = 'pass'")} FROM dmarc_ops.record
  UNION ALL
  SELECT 'rollup_source', NULL, NULL, ${sum('messages')}, ${sum('dmarc_pass')}, ${sum('dkim_aligned')}, ${sum('spf_aligned')}
  FROM dmarc_ops.rollup_source
  UNION ALL
  SELECT 'rollup_domain', NULL, NULL, ${sum('messages')}, ${sum('dmarc_pass')}, ${sum('dkim_aligned')}, ${sum('spf_aligned')}
  FROM dmarc_ops.rollup_domain
  UNION ALL
  SELECT 'rollup_result', NULL, NULL, ${sum('messages')}, ${sum('messages', 'dkim OR spf')}, ${sum('messages', 'dkim')},
    ${sum('messages', 'spf')} FROM dmarc_ops.rollup_result
  UNION ALL
  SELECT 'rollup_tenant', NULL, NULL, ${sum('messages')}, ${sum('messages', 'dkim OR spf')}, ${sum('messages', 'dkim')},
    ${sum('messages', 'spf')} FROM dmarc_ops.rollup_tenant`;

/** Rollups hold messages: they know of no reports and no records. */
const NOT_IN_ROLLUPS: readonly string[] = ['reports', 'records'];

function sum(column: string, where = 'true'): string {
  return `COALESCE(SUM(${column}) FILTER (WHERE ${where}), 0)`;
}

type Row = { readonly place: string } & Record<keyof Plan['truth'], string | null>;

/** Where the store differs from what was sent, in sentences; empty where each report is counted exactly once. */
export async function differences(client: pg.Client, truth: Plan['truth']): Promise<string[]> {
  const { rows } = await client.query<Row>(SUMS);
  const told: string[] = [];
  for (const { place, ...sums } of rows)
    for (const [name, held] of Object.entries(sums)) {
      if (place.startsWith('rollup_') && NOT_IN_ROLLUPS.includes(name)) continue;
      const expected = truth[name as keyof Plan['truth']];
      if (held === null || Number(held) !== expected)
        told.push(`${place}: ${name} ${held ?? 'not known'}, sent ${expected}`);
    }
  const { rows: left } = await client.query<{ told: string }>(
    `SELECT format('%s: %s (%s)', name, state, COALESCE(error_code, 'no error')) AS told FROM dmarc_ops.raw_document
     WHERE state <> 'processed' LIMIT 10`,
  );
  return [...told, ...left.map((row) => `document ${row.told}`)];
}

/** How many reports are counted, and how many documents wait. */
export async function progressOf(client: pg.Client): Promise<{ reports: number; waiting: number }> {
  const { rows } = await client.query<{ reports: string; waiting: string }>(
    `SELECT (SELECT COUNT(*) FROM dmarc_ops.aggregate_report) AS reports,
       (SELECT COUNT(*) FROM dmarc_ops.raw_document WHERE state = 'pending') AS waiting`,
  );
  return { reports: Number(rows[0]?.reports ?? 0), waiting: Number(rows[0]?.waiting ?? 0) };
}
