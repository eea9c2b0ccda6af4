import type pg from 'pg';
import type { Plan } from './reports.js';

/** What the store says, in the terms of the plan's truth. */
const SUMS = `
  SELECT 'reports' AS place, COUNT(*) AS reports, SUM(records) AS records, SUM(messages) AS messages, SUM(dmarc_pass) AS "dmarcPass",
    SUM(dkim_aligned) AS "dkimAligned", SUM(spf_aligned) AS "spfAligned" FROM dmarc_ops.aggregate_report
  UNION ALL
  SELECT 'records', COUNT(DISTINCT report_id), COUNT(*), SUM(messages), SUM(messages) FILTER (WHERE dkim = 'pass' OR spf = 'pass'),
    SUM(messages) FILTER (WHERE dkim = 'pass'), SUM(messages) FILTER (WHERE spf = 'pass') FROM dmarc_ops.record
  UNION ALL
  SELECT 'rollup_source', NULL, NULL, SUM(messages), SUM(dmarc_pass), SUM(dkim_aligned), SUM(spf_aligned) FROM dmarc_ops.rollup_source
  UNION ALL
  SELECT 'rollup_domain', NULL, NULL, SUM(messages), SUM(dmarc_pass), SUM(dkim_aligned), SUM(spf_aligned) FROM dmarc_ops.rollup_domain
  UNION ALL
  SELECT 'rollup_result', NULL, NULL, SUM(messages), SUM(messages) FILTER (WHERE dkim OR spf), SUM(messages) FILTER (WHERE dkim),
    SUM(messages) FILTER (WHERE spf) FROM dmarc_ops.rollup_result
  UNION ALL
  SELECT 'rollup_tenant', NULL, NULL, SUM(messages), SUM(messages) FILTER (WHERE dkim OR spf), SUM(messages) FILTER (WHERE dkim),
    SUM(messages) FILTER (WHERE spf) FROM dmarc_ops.rollup_tenant`;

type Row = { readonly place: string } & Record<keyof Plan['truth'], string | null>;

/** Where the store differs from what was sent, in sentences; empty where each report is counted exactly once. */
export async function differences(client: pg.Client, truth: Plan['truth']): Promise<string[]> {
  const { rows } = await client.query<Row>(SUMS);
  const told: string[] = [];
  for (const { place, ...sums } of rows)
    for (const [name, sum] of Object.entries(sums)) {
      const expected = truth[name as keyof Plan['truth']];
      if (sum !== null && Number(sum) !== expected) told.push(`${place}: ${name} ${sum}, sent ${expected}`);
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
