import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { redactedMail } from '../../../src/core/report/failure/write.js';
import type { AggregateReport, Extension, FailureReport } from '../../../src/core/report/report.js';
import { asFile, readAll, readOne, type DocumentWithRecords } from '../../support/read-all.js';

/** Reports that real receivers sent and that other projects test with; beside the project, not in it. */
const CORPUS = fileURLToPath(new URL('../../../../shared/corpus', import.meta.url));

// Real reports are other people's: they lie beside the project, where somebody has them.
describe.skipIf(!existsSync(CORPUS))('the corpus', () => {
  it('is read: every file gives documents, and what is unreadable says why', async () => {
    const kinds = new Map<string, number>();
    const unreadable: string[] = [];
    const wrong: string[] = [];
    for (const file of files()) {
      const documents = await readAll(readFileSync(join(CORPUS, file)));
      if (documents.length === 0) wrong.push(`${file}: nothing`);
      for (const { kind, error, sha256 } of documents) {
        kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
        if (!/^[0-9a-f]{64}$/.test(sha256)) wrong.push(`${file}: ${sha256}`);
        if (error && !/^[A-Z].+[.]$/.test(error.message)) wrong.push(`${file}: ${error.message}`);
        if (error) unreadable.push(`${file} ${error.code}`);
      }
    }

    expect(wrong).toEqual([]);
    expect(unreadable.filter((line) => !isNoReport(line))).toEqual([]);
    expect(kinds.get('aggregate')).toBeGreaterThanOrEqual(1_305);
    expect(kinds.get('failure')).toBe(5);
    expect(kinds.get('smtp-tls')).toBe(7);
  }, 60_000);

  it('is read alike from memory, from disk and in pieces', async () => {
    for (const file of files().filter((name) => !name.startsWith('dmarcrua/') || name.endsWith('0.xml'))) {
      const bytes = readFileSync(join(CORPUS, file));

      expect({ file, documents: await readAll(asFile(bytes, 700)) }).toEqual({
        file,
        documents: await readAll(bytes),
      });
    }
  }, 60_000);

  it('has aggregate reports in every container it holds', async () => {
    const packed = files().filter((name) => /\.(?:gz|zip)$/.test(name));
    const mails = files().filter((name) => /(?:dmarc-feedback|samples__aggregate).*\.eml$/.test(name));

    expect([packed.length, mails.length]).toEqual([11, 6]);
    for (const file of [...packed, ...mails])
      expect({ file, ...(await readOne(readFileSync(join(CORPUS, file)))) }).toMatchObject({
        file,
        kind: 'aggregate',
      });
  });

  it('has packed reports that are what the plain ones beside them are', async () => {
    const pairs = [
      [
        'parsedmarc/samples__extract_report__nice-input.xml.gz',
        'parsedmarc/samples__extract_report__nice-input.xml',
      ],
      [
        'parsedmarc/samples__extract_report__nice-input.xml.zip',
        'parsedmarc/samples__extract_report__nice-input.xml',
      ],
      [
        'dmarc-report-converter/pkg__dmarc__testdata__test.xml.gz.gz',
        'dmarc-report-converter/pkg__dmarc__testdata__test.xml',
      ],
      ['mail-dmarc/t__fixtures__test_dmarc.xml.gz', 'mail-dmarc/t__fixtures__test_dmarc.xml'],
    ] as const;

    for (const [packed, plain] of pairs) {
      const [one, other] = await Promise.all([
        readOne(readFileSync(join(CORPUS, packed))),
        readOne(readFileSync(join(CORPUS, plain))),
      ]);

      expect({ packed, report: one.report, totals: one.totals }).toEqual({
        packed,
        report: other.report,
        totals: other.totals,
      });
    }
  });

  it('has failure reports that read as themselves once they are redacted', async () => {
    for (const file of files().filter((name) => /failure|arf.*eml/.test(name))) {
      const { kind, report, sha256 } = await readOne(readFileSync(join(CORPUS, file)));

      const again = await readOne(redactedMail(report as FailureReport, sha256));

      expect({ file, kind }).toEqual({ file, kind: 'failure' });
      expect({ file, report: again.report }).toEqual({ file, report });
    }
  });

  describe('that another parser has read: in every field that both have', () => {
    const read = (name: string): Promise<DocumentWithRecords> =>
      readOne(readFileSync(join(CORPUS, 'mail-auth', name)), { redact: false });

    it.each(['100.eml', '101.eml', '102.eml', '001.xml', '002.xml', '003.xml'])(
      'aggregate %s',
      async (name) => {
        const theirs = expected(`resources__dmarc-feedback__${name.replace(/\.\w+$/, '.json')}`);
        const ours = await read(`resources__dmarc-feedback__${name}`);

        expect(asTheirs(ours)).toEqual(withoutUnspecified(theirs));
      },
    );

    it.each(['001', '002'])('failure %s', async (name) => {
      // They leave the message unread, and keep folds and angle brackets as they are written.
      const {
        message: _,
        headers: __,
        ...theirs
      } = withoutUnspecified(
        expected(`resources__arf__${name}.json`, (text) =>
          text.replace(/\s+/g, ' ').replace(/^<(.*)>$/, '$1'),
        ),
      ) as Readonly<Record<string, unknown>>;
      const { report } = await read(`resources__arf__${name}.eml`);

      expect(failureAsTheirs(report as FailureReport)).toEqual(theirs);
    });

    it('TLS report in a mail', async () => {
      const ours = await read('resources__tlsrpt__rpt01.eml');
      const plain = await read('resources__tlsrpt__rpt01.json');

      // The two files differ in one text, in which the JSON has white space that the mail has not.
      const compact = (document: DocumentWithRecords): unknown =>
        JSON.parse(
          JSON.stringify(document.report, (key, value: unknown) =>
            key === 'additionalInformation' && typeof value === 'string' ? value.replaceAll(' ', '') : value,
          ),
        );
      expect(compact(ours)).toEqual(compact(plain));
    });
  });
});

function files(): string[] {
  return readdirSync(CORPUS, { recursive: true, encoding: 'utf8' })
    .map((name) => join(CORPUS, name))
    .filter((path) => statSync(path).isFile())
    .map((path) => relative(CORPUS, path));
}

/** Files that are no reports, or damaged beyond reading. */
function isNoReport(line: string): boolean {
  return (
    /^(?:README\.md|expected\.tsv) not-a-report$/.test(line) ||
    /^mail-auth\/resources__(?:arf|dmarc-feedback)__\d+\.json not-a-report$/.test(line) ||
    /^parsedmarc\/samples__empty\.xml document-empty$/.test(line) ||
    /^(?:trollByte\/backend__.*malformed.*|dmarcrua\/invalid-truncated\/.*) [a-z-]+$/.test(line)
  );
}

function expected(name: string, text: (text: string) => string = (same) => same): unknown {
  return JSON.parse(readFileSync(join(CORPUS, 'mail-auth', name), 'utf8'), (_, value: unknown) =>
    typeof value === 'string' ? text(value) : value,
  );
}

/** Their words for what is not said, in the form of ours; their words in lower case. */
function withoutUnspecified(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutUnspecified);
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withoutUnspecified(inner)]));
  if (value === 'Unspecified' || value === '') return null;
  return value;
}

/** Our report in the shape of theirs, with every field that both have. */
function asTheirs({ report, records }: DocumentWithRecords): unknown {
  const { reporter, policy, version, begin, end, reportId, errors, extensions } = report as AggregateReport;
  return {
    version: version === null ? 0 : Number(version),
    report_metadata: {
      org_name: reporter.orgName,
      email: reporter.email,
      extra_contact_info: reporter.extraContactInfo,
      report_id: reportId,
      date_range: { begin: seconds(begin), end: seconds(end) },
      error: errors,
    },
    policy_published: {
      domain: policy.domain,
      version_published: policy.versionPublished,
      adkim: word(policy.adkim, { r: 'Relaxed', s: 'Strict' }),
      aspf: word(policy.aspf, { r: 'Relaxed', s: 'Strict' }),
      p: word(policy.p),
      sp: word(policy.sp),
      testing: policy.testing === 'y',
      fo: policy.fo,
    },
    record: records.map((record) => ({
      row: {
        source_ip: record.sourceIp,
        count: record.count,
        policy_evaluated: {
          disposition: word(record.disposition),
          dkim: word(record.dkim),
          spf: word(record.spf),
          reason: record.reasons.map(({ type, comment }) => ({ type_: word(type), comment })),
        },
      },
      identifiers: {
        envelope_to: record.envelopeTo,
        envelope_from: record.envelopeFrom,
        header_from: record.headerFrom,
      },
      auth_results: {
        dkim: record.authResults.dkim.map(({ domain, selector, result, humanResult }) => ({
          domain,
          selector,
          result: word(result),
          human_result: humanResult,
        })),
        spf: record.authResults.spf.map(({ domain, scope, result, humanResult }) => ({
          domain,
          scope: word(scope, { mfrom: 'MailFrom', helo: 'Helo' }),
          result: word(result),
          human_result: humanResult,
        })),
      },
      extensions: (record.extensions ?? []).map(extensionAsTheirs),
    })),
    // Foreign elements that are no extension are kept by us, and passed over by them.
    extensions: (extensions ?? [])
      .map(extensionAsTheirs)
      .filter(({ definition }) => definition !== undefined),
  };
}

function extensionAsTheirs({ xml }: Extension): { name: string | undefined; definition: string | undefined } {
  return { name: /\bname="([^"]*)"/.exec(xml)?.[1], definition: /\bdefinition="([^"]*)"/.exec(xml)?.[1] };
}

function failureAsTheirs(report: FailureReport): unknown {
  return {
    feedback_type: word(report.feedbackType),
    arrival_date: seconds(report.arrivalDate),
    authentication_results: report.authenticationResults,
    incidents: report.incidents,
    original_envelope_id: report.originalEnvelopeId,
    original_mail_from: report.originalMailFrom,
    original_rcpt_to: report.originalRcptTo[0] ?? null,
    reported_domain: report.reportedDomain,
    reported_uri: report.reportedUri,
    reporting_mta: report.reportingMta,
    source_ip: report.sourceIp,
    user_agent: report.userAgent,
    version: Number(report.version),
    source_port: report.sourcePort ?? 0,
    auth_failure: word(report.authFailure),
    delivery_result: word(report.deliveryResult),
    dkim_adsp_dns: report.dkimAdspDns,
    dkim_canonicalized_body: report.dkimCanonicalizedBody,
    dkim_canonicalized_header: report.dkimCanonicalizedHeader,
    dkim_domain: report.dkimDomain,
    dkim_identity: report.dkimIdentity,
    dkim_selector: report.dkimSelector,
    dkim_selector_dns: report.dkimSelectorDns,
    spf_dns: report.spfDns,
    identity_alignment: word(report.identityAlignment),
  };
}

function seconds(date: string | null): number | null {
  return date === null ? null : Date.parse(date) / 1000;
}

/** `trusted_forwarder` as `TrustedForwarder`. */
function word(value: string | null, names: Readonly<Record<string, string>> = {}): string | null {
  if (value === null) return null;
  return names[value] ?? value.replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
