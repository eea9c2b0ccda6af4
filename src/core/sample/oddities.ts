import type { AggregateReport, ReportRecord } from '../report/report.js';
import { PLAIN_STYLE, type XmlStyle } from './xml-style.js';

/** What a reporter makes unlike others: how its XML is written, or what its reports say. */
export interface Oddity {
  readonly style?: Partial<XmlStyle>;
  readonly report?: (report: AggregateReport) => AggregateReport;
  readonly record?: (record: ReportRecord) => ReportRecord;
}

/** Namespace of the schema in RFC 7489 appendix C. */
const OLD_NAMESPACE = 'http://dmarc.org/dmarc-xml/0.1';

type AuthResults = ReportRecord['authResults'];

function inResults(change: (results: AuthResults) => Partial<AuthResults>): Oddity {
  return {
    record: (record) => ({
      ...record,
      authResults: { ...record.authResults, ...change(record.authResults) },
    }),
  };
}

function middle(report: AggregateReport): string {
  const [from, to] = [Date.parse(report.begin ?? ''), Date.parse(report.end ?? '')];
  return `${new Date(from + Math.floor((to - from) / 2000) * 1000).toISOString().slice(0, 19)}Z`;
}

/** All of these were seen in real reports; docs/scenarios.md lists them by name. */
export const ODDITIES = {
  bom: { style: { byteOrderMark: true } },
  'utf-16': { style: { encoding: 'utf-16', byteOrderMark: true } },
  'iso-8859-1': { style: { encoding: 'iso-8859-1' } },
  'no-declaration': { style: { declaration: false } },
  'space-before-declaration': { style: { before: '\n \n' } },
  'trailing-text': { style: { after: '\n\u0000\u0000-- \nScanned by a mail gateway\n' } },
  'unclosed-schema': {
    style: {
      wrapper:
        '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="http://dmarc.org/dmarc-xml/0.1">',
    },
  },
  prefix: {
    style: { prefix: 'ns' },
    report: (report) => (report.namespace === '' ? { ...report, namespace: OLD_NAMESPACE } : report),
  },
  'one-line': { style: { indent: null } },
  crlf: { style: { newline: '\r\n' } },
  identities: { style: { identifiers: 'identities' } },
  'upper-case': { style: { words: 'upper' } },
  'spaced-values': { style: { padding: '\n      ' } },
  'empty-elements': { style: { absent: 'empty' } },
  'bare-ampersand': { style: { ampersand: 'bare' } },
  'email-in-brackets': { style: { email: 'brackets' } },
  'dates-iso': { style: { dates: 'iso' } },
  'dates-fraction': { style: { dates: 'fraction' } },
  'dates-milliseconds': { style: { dates: 'milliseconds' } },
  'bracketed-addresses': { style: { addresses: 'brackets' } },
  'mapped-addresses': { style: { addresses: 'mapped' } },

  'no-version': { report: (report) => ({ ...report, version: null }) },
  'no-email': { report: (report) => ({ ...report, reporter: { ...report.reporter, email: null } }) },
  'no-sp': { report: (report) => ({ ...report, policy: { ...report.policy, sp: null } }) },
  'begin-is-end': { report: (report) => ({ ...report, begin: middle(report), end: middle(report) }) },
  'report-extension': {
    report: (report) => ({
      ...report,
      extensions: [{ name: 'x:region', xml: '<x:region xmlns:x="urn:example:region">eu</x:region>' }],
    }),
  },
  'record-extension': {
    record: (record) => ({
      ...record,
      extensions: [{ name: 'x:tls', xml: '<x:tls xmlns:x="urn:example:tls">yes</x:tls>' }],
    }),
  },
  'no-selector': inResults(({ dkim }) => ({ dkim: dkim.map((result) => ({ ...result, selector: null })) })),
  'no-scope': inResults(({ spf }) => ({ spf: spf.map((result) => ({ ...result, scope: null })) })),
  'helo-without-domain': inResults(({ spf }) => ({
    spf: spf.map((result) =>
      result.result === 'pass' ? result : { ...result, scope: 'helo', domain: null },
    ),
  })),
  'several-spf': inResults(({ spf }) => ({
    spf: [...spf, { domain: 'relay.example', scope: 'helo', result: 'none', humanResult: null }],
  })),
  'empty-dkim-result': inResults(({ dkim }) => ({
    dkim: dkim.map((result) => (result.result === 'pass' ? result : { ...result, result: null })),
  })),
  hardfail: inResults(({ spf }) => ({
    spf: spf.map((result) => (result.result === 'fail' ? { ...result, result: 'hardfail' } : result)),
  })),
  'empty-reason-type': {
    record: (record) =>
      record.dkim === 'pass' || record.spf === 'pass'
        ? record
        : { ...record, reasons: [...record.reasons, { type: null, comment: 'see our policy' }] },
  },
  'softfail-evaluated': {
    record: (record) => (record.spf === 'fail' ? { ...record, spf: 'softfail' } : record),
  },
  'no-source-ip': { record: (record) => ({ ...record, sourceIp: null }) },
} as const satisfies Readonly<Record<string, Oddity>>;

export type OddityName = keyof typeof ODDITIES;
export const ODDITY_NAMES = Object.keys(ODDITIES) as readonly OddityName[];

/** How a reporter with these oddities writes XML. */
export function styleOf(names: readonly OddityName[]): XmlStyle {
  return names.reduce<XmlStyle>(
    (style, name) => ({ ...style, ...(ODDITIES[name] as Oddity).style }),
    PLAIN_STYLE,
  );
}

/** What such a reporter says instead of this report. */
export function oddReport(report: AggregateReport, names: readonly OddityName[]): AggregateReport {
  return names.reduce((changed, name) => (ODDITIES[name] as Oddity).report?.(changed) ?? changed, report);
}

/** What such a reporter says instead of this record. */
export function oddRecord(record: ReportRecord, names: readonly OddityName[]): ReportRecord {
  return names.reduce((changed, name) => (ODDITIES[name] as Oddity).record?.(changed) ?? changed, record);
}
