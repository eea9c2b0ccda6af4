import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { AggregateReport, ReportRecord } from '../../../../src/core/report/report.js';
import { good, read } from './document.js';

/** Real reports, which are beside the repository on some machines and never in it. */
const CORPUS = new URL('../../../../../shared/corpus/', import.meta.url);
const EXPECTED = new URL('expected.tsv', CORPUS);
const exists = existsSync(EXPECTED);

function filesIn(folder: string): readonly string[] {
  return exists ? readdirSync(new URL(folder, CORPUS)).map((name) => `${folder}${name}`) : [];
}

function bytesOf(file: string): Buffer {
  return readFileSync(new URL(file.split('/').map(encodeURIComponent).join('/'), CORPUS));
}

function seconds(iso: string | null): string {
  return iso === null ? '' : String(Date.parse(iso) / 1000);
}

// Real reports are other people's: they lie beside the project, where somebody has them.
describe.skipIf(!exists)('real reports', () => {
  it('give exactly the figures that an independent reader finds', () => {
    const [, ...rows] = readFileSync(EXPECTED, 'utf8').trimEnd().split('\n');

    for (const row of rows) {
      const [file = '', , ...figures] = row.split('\t');
      const { report, totals, records } = good(bytesOf(file));
      const found = [
        report.reporter.orgName ?? '',
        report.reportId ?? '',
        report.domain ?? '',
        seconds(report.begin),
        seconds(report.end),
        totals.records,
        totals.messages,
        totals.dmarcPass,
        totals.dkimAligned,
        totals.spfAligned,
      ];
      expect([file, ...found.map(String)]).toEqual([file, ...figures]);
      expect(records).toHaveLength(totals.records);
    }
    expect(rows).toHaveLength(1_279);
  });

  it.each(filesIn('dmarcrua/invalid-truncated/'))('that are damaged name what is wrong: %s', (file) => {
    const { outcome } = read(bytesOf(file));

    expect(outcome.error !== null || outcome.problems.length > 0).toBe(true);
  });

  it('that are no plain reports end in a report or a clear error', () => {
    const files = ['parsedmarc/', 'trollByte/', 'go-dmarc-report/', 'mail-dmarc/', 'mail-auth/'].flatMap(
      filesIn,
    );

    const errors = files
      .filter((file) => file.endsWith('.xml'))
      .map((file) => read(bytesOf(file)).outcome.error);

    expect(new Set(errors.map((error) => error?.code))).toEqual(
      new Set([undefined, 'document-empty', 'report-empty', 'not-a-report']),
    );
  });
});

interface OtherResult {
  readonly domain: string;
  readonly selector?: string;
  readonly scope?: string;
  readonly result: string;
  readonly human_result: string | null;
}

/** What another reader makes of a report, as far as both have it. */
interface Other {
  readonly version: number;
  readonly report_metadata: {
    readonly org_name: string;
    readonly email: string;
    readonly extra_contact_info: string | null;
    readonly report_id: string;
    readonly date_range: { readonly begin: number; readonly end: number };
    readonly error: readonly string[];
  };
  readonly policy_published: Readonly<Record<string, string | boolean | null>>;
  readonly record: readonly {
    readonly row: {
      readonly source_ip: string;
      readonly count: number;
      readonly policy_evaluated: {
        readonly disposition: string;
        readonly dkim: string;
        readonly spf: string;
        readonly reason: readonly { readonly type_: string; readonly comment: string | null }[];
      };
    };
    readonly identifiers: Readonly<Record<'envelope_to' | 'envelope_from' | 'header_from', string | null>>;
    readonly auth_results: { readonly dkim: readonly OtherResult[]; readonly spf: readonly OtherResult[] };
    readonly extensions: readonly { readonly name: string; readonly definition: string }[];
  }[];
  readonly extensions: readonly { readonly name: string; readonly definition: string }[];
}

const WORDS: Readonly<Record<string, string | null>> = {
  Unspecified: null,
  MailFrom: 'mfrom',
  TrustedForwarder: 'trusted_forwarder',
  Relaxed: 'r',
  Strict: 's',
};

function word(value: string | boolean | null | undefined): string | null {
  if (typeof value !== 'string' || value === '') return null;
  return value in WORDS ? (WORDS[value] ?? null) : value.toLowerCase();
}

function otherReport(other: Other): unknown {
  const { report_metadata: metadata, policy_published: policy } = other;
  return {
    orgName: metadata.org_name,
    email: metadata.email,
    extraContactInfo: metadata.extra_contact_info,
    reportId: metadata.report_id,
    begin: metadata.date_range.begin,
    end: metadata.date_range.end,
    errors: metadata.error,
    version: other.version,
    domain: policy['domain'],
    versionPublished: policy['version_published'],
    adkim: word(policy['adkim']),
    aspf: word(policy['aspf']),
    p: word(policy['p']),
    sp: word(policy['sp']),
    testing: policy['testing'],
    fo: policy['fo'],
    extensions: other.extensions.map(({ name }) => name),
  };
}

function ourReport(report: AggregateReport): unknown {
  const { reporter, policy } = report;
  return {
    orgName: reporter.orgName,
    email: reporter.email,
    extraContactInfo: reporter.extraContactInfo,
    reportId: report.reportId,
    begin: Number(seconds(report.begin)),
    end: Number(seconds(report.end)),
    errors: report.errors,
    version: Number(report.version ?? 0),
    domain: policy.domain,
    versionPublished: policy.versionPublished,
    adkim: policy.adkim,
    aspf: policy.aspf,
    p: policy.p,
    sp: policy.sp,
    testing: policy.testing === 'y',
    fo: policy.fo,
    // The other reader leaves out unknown elements that are no extensions.
    extensions: (report.extensions ?? [])
      .filter(({ xml }) => xml.startsWith('<extension'))
      .map(({ name }) => name),
  };
}

function otherRecord({
  row,
  identifiers,
  auth_results: results,
  extensions,
}: Other['record'][number]): unknown {
  const evaluated = row.policy_evaluated;
  return {
    sourceIp: row.source_ip,
    count: row.count,
    disposition: word(evaluated.disposition),
    dkim: word(evaluated.dkim),
    spf: word(evaluated.spf),
    reasons: evaluated.reason.map(({ type_, comment }) => ({ type: word(type_), comment })),
    headerFrom: word(identifiers.header_from),
    envelopeFrom: word(identifiers.envelope_from),
    envelopeTo: word(identifiers.envelope_to),
    dkimResults: results.dkim.map((result) => [
      result.domain,
      result.selector,
      word(result.result),
      result.human_result,
    ]),
    spfResults: results.spf.map((result) => [
      result.domain,
      word(result.scope),
      word(result.result),
      result.human_result,
    ]),
    extensions: extensions.map(({ name }) => name),
  };
}

function ourRecord(record: ReportRecord): unknown {
  const { authResults, extensions, ...rest } = record;
  return {
    ...rest,
    dkimResults: authResults.dkim.map((result) => [
      result.domain,
      result.selector,
      result.result,
      result.humanResult,
    ]),
    spfResults: authResults.spf.map((result) => [
      result.domain,
      result.scope,
      result.result,
      result.humanResult,
    ]),
    extensions: (extensions ?? []).map(({ name }) => name),
  };
}

// Real reports are other people's: they lie beside the project, where somebody has them.
describe.skipIf(!exists)('reports with the JSON that another reader makes of them', () => {
  const files = filesIn('mail-auth/').filter((file) => file.endsWith('.xml'));

  it('are there', () => {
    expect(files).toHaveLength(3);
  });

  it.each(files)('are equal in every field that both have: %s', (file) => {
    const other = JSON.parse(bytesOf(file.replace(/xml$/, 'json')).toString()) as Other;

    const { report, records } = good(bytesOf(file));

    expect(ourReport(report)).toEqual(otherReport(other));
    expect(records.map(ourRecord)).toEqual(other.record.map(otherRecord));
    const definitions = [...other.extensions, ...other.record.flatMap(({ extensions }) => extensions)];
    const xml = [...(report.extensions ?? []), ...records.flatMap((record) => record.extensions ?? [])];
    for (const { definition } of definitions) expect(JSON.stringify(xml)).toContain(definition);
  });
});
