import { readFileSync } from 'node:fs';
import {
  readAggregateFromMemory,
  type AggregateOutcome,
} from '../../../../src/core/report/aggregate/read.js';
import { DEFAULT_LIMITS, type Limits } from '../../../../src/core/report/limits.js';
import type { AggregateReport, Problem, ReportRecord, Totals } from '../../../../src/core/report/report.js';

/** Parts of a report as XML; each has a plain default. */
export interface Parts {
  readonly root?: string;
  readonly version?: string;
  readonly metadata?: string;
  readonly dates?: string;
  readonly policy?: string;
  readonly records?: string;
  readonly extra?: string;
}

export interface RecordParts {
  readonly ip?: string;
  readonly count?: string;
  readonly evaluated?: string;
  readonly identifiers?: string;
  readonly auth?: string;
  readonly extra?: string;
}

const DATES = '<date_range><begin>1714521600</begin><end>1714607999</end></date_range>';
const METADATA =
  '<org_name>Reporter</org_name><email>dmarc@reporter.example.net</email><report_id>r-1</report_id>';

export function recordXml(parts: RecordParts = {}): string {
  const ip = parts.ip ?? '<source_ip>192.0.2.1</source_ip>';
  const count = parts.count ?? '<count>3</count>';
  const evaluated = parts.evaluated ?? '<disposition>none</disposition><dkim>pass</dkim><spf>fail</spf>';
  const identifiers =
    parts.identifiers ?? '<identifiers><header_from>example.com</header_from></identifiers>';
  const auth =
    parts.auth ??
    '<dkim><domain>example.com</domain><selector>s1</selector><result>pass</result></dkim>' +
      '<spf><domain>bounce.example.com</domain><scope>mfrom</scope><result>fail</result></spf>';
  return (
    `<record><row>${ip}${count}<policy_evaluated>${evaluated}</policy_evaluated></row>` +
    `${identifiers}<auth_results>${auth}</auth_results>${parts.extra ?? ''}</record>`
  );
}

export function reportXml(parts: Parts = {}): string {
  const policy = parts.policy ?? '<domain>example.com</domain><p>reject</p><sp>none</sp><pct>100</pct>';
  return (
    `<feedback${parts.root ?? ''}>${parts.version ?? '<version>1.0</version>'}` +
    `<report_metadata>${parts.metadata ?? METADATA}${parts.dates ?? DATES}</report_metadata>` +
    `<policy_published>${policy}</policy_published>${parts.extra ?? ''}${parts.records ?? recordXml()}</feedback>`
  );
}

export function read(
  document: string | Uint8Array,
  limits: Partial<Limits> = {},
): { readonly records: readonly ReportRecord[]; readonly outcome: AggregateOutcome } {
  const bytes = typeof document === 'string' ? Buffer.from(document) : document;
  return readAggregateFromMemory(bytes, { limits: { ...DEFAULT_LIMITS, ...limits } });
}

export interface Good {
  readonly report: AggregateReport;
  readonly totals: Totals;
  readonly records: readonly ReportRecord[];
  readonly problems: readonly Problem[];
  readonly codes: readonly string[];
}

/** Reads what must be a report. */
export function good(document: string | Uint8Array, limits: Partial<Limits> = {}): Good {
  const { records, outcome } = read(document, limits);
  if (outcome.error !== null) throw new Error(`${outcome.error.code}: ${outcome.error.message}`);
  const { report, totals, problems } = outcome;
  return { report, totals, records, problems, codes: problems.map(({ code }) => code) };
}

/** Reads a report with one record, and gives that. */
export function oneRecord(parts: RecordParts): Good & { readonly record: ReportRecord } {
  const result = good(reportXml({ records: recordXml(parts) }));
  const [record] = result.records;
  if (record === undefined || result.records.length !== 1) throw new Error('expected one record');
  return { ...result, record };
}

/** Code of the error that a document must end with. */
export function errorOf(document: string | Uint8Array, limits: Partial<Limits> = {}): string {
  const { outcome } = read(document, limits);
  if (outcome.error === null) throw new Error('expected an error');
  return outcome.error.code;
}

export function fixture(name: string): Buffer {
  return readFileSync(new URL(`../../../fixtures/aggregate/${name}`, import.meta.url));
}
