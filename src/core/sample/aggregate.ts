import type { AggregateReport, ReportRecord } from '../report/report.js';
import { isoSeconds } from './calendar.js';
import type { Parcel } from './containers.js';
import { oddReport, styleOf } from './oddities.js';
import { publishedPolicy } from './policy.js';
import type { Range } from './period.js';
import type { Random } from './random.js';
import type { Policy, ReporterPlan } from './scenario-schema.js';
import { writeAggregate } from './xml.js';

/** Namespace of reports by RFC 9990. */
const MODERN_NAMESPACE = 'urn:ietf:params:xml:ns:dmarc-2.0';

const REPORT_IDS: Readonly<
  Record<
    ReporterPlan['ids'],
    (reporter: ReporterPlan, domain: string, range: Range, random: Random) => string
  >
> = {
  digits: (_reporter, _domain, range, random) =>
    `${range.begin / 1000}${1_000_000_000 + random.below(8_999_999_999)}`,
  hex: (_reporter, _domain, _range, random) => random.hex(32),
  mail: (reporter, domain, range, random) =>
    `${domain}.${range.begin / 1000}.${random.hex(8)}@${reporter.domain}`,
};

/** A report's head as this reporter writes it. */
export function reportHead(
  reporter: ReporterPlan,
  domain: string,
  policy: Policy,
  range: Range,
  random: Random,
): AggregateReport {
  const modern = reporter.standard === 'rfc9990';
  const report: AggregateReport = {
    reporter: {
      orgName: reporter.name,
      email: `noreply-dmarc@${reporter.domain}`,
      extraContactInfo: reporter.contact ?? null,
      generator: modern ? `${reporter.name ?? 'Aggregate'} Reporter 2.1` : null,
    },
    reportId: REPORT_IDS[reporter.ids](reporter, domain, range, random),
    version: '1.0',
    namespace: modern ? MODERN_NAMESPACE : '',
    domain,
    begin: isoSeconds(range.begin),
    end: isoSeconds(reporter.ends === 'before-midnight' ? range.end - 1000 : range.end),
    errors: [],
    policy: publishedPolicy(policy, domain, reporter.standard),
  };
  return oddReport(report, reporter.oddities);
}

/** The report as bytes, named and addressed as RFC 7489 §7.2.1.1 asks. */
export function aggregateParcel(
  reporter: ReporterPlan,
  domain: string,
  report: AggregateReport,
  records: readonly ReportRecord[],
  range: Range,
): Parcel {
  const stem = [reporter.domain, domain, range.begin / 1000, Date.parse(report.end ?? '') / 1000].join('!');
  return {
    stem,
    extension: 'xml',
    bytes: writeAggregate(report, records, styleOf(reporter.oddities)),
    letter: {
      from: `noreply-dmarc@${reporter.domain}`,
      to: `dmarc-reports@${domain}`,
      subject: `Report Domain: ${domain} Submitter: ${reporter.domain} Report-ID: ${report.reportId ?? ''}`,
      date: isoSeconds(range.end),
      messageId: `${range.begin / 1000}.${domain}.dmarc@${reporter.domain}`,
    },
  };
}
