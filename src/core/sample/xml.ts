import type {
  AggregateReport,
  DkimResult,
  OverrideReason,
  PublishedPolicy,
  ReportRecord,
  SpfResult,
} from '../report/report.js';
import { xmlLines, type XmlLines } from './xml-lines.js';
import { PLAIN_STYLE, type XmlStyle } from './xml-style.js';

const BYTE_ORDER_MARK = '\uFEFF';

function date(iso: string | null, style: XmlStyle): string | null {
  if (iso === null || style.dates === 'iso') return iso;
  const milliseconds = Date.parse(iso);
  if (style.dates === 'milliseconds') return String(milliseconds);
  return style.dates === 'fraction' ? (milliseconds / 1000).toFixed(3) : String(milliseconds / 1000);
}

function address(ip: string | null, style: XmlStyle): string | null {
  if (ip === null) return null;
  if (ip.includes(':')) return style.addresses === 'brackets' ? `[${ip}]` : ip;
  return style.addresses === 'mapped' ? `::ffff:${ip}` : ip;
}

function metadata(report: AggregateReport, style: XmlStyle, out: XmlLines): void {
  out.inside('report_metadata', () => {
    out.required('org_name', report.reporter.orgName);
    if (style.email === 'brackets' && report.reporter.email !== null)
      out.raw(`<${out.name('email')}><${report.reporter.email}></${out.name('email')}>`);
    else out.required('email', report.reporter.email);
    out.optional('extra_contact_info', report.reporter.extraContactInfo);
    out.required('report_id', report.reportId);
    out.inside('date_range', () => {
      out.required('begin', date(report.begin, style));
      out.required('end', date(report.end, style));
    });
    for (const error of report.errors) out.required('error', error);
    out.optional('generator', report.reporter.generator);
  });
}

function published(policy: PublishedPolicy, out: XmlLines): void {
  out.inside('policy_published', () => {
    out.optional('version_published', policy.versionPublished);
    out.required('domain', policy.domain);
    out.word('adkim', policy.adkim);
    out.word('aspf', policy.aspf);
    out.word('p', policy.p);
    out.word('sp', policy.sp);
    out.word('np', policy.np);
    out.optional('pct', policy.pct === null ? null : String(policy.pct));
    out.optional('fo', policy.fo);
    out.word('testing', policy.testing);
    out.word('discovery_method', policy.discoveryMethod);
  });
}

function reasonGiven(reason: OverrideReason, out: XmlLines): void {
  out.inside('reason', () => {
    out.requiredWord('type', reason.type);
    out.optional('comment', reason.comment);
  });
}

function dkimResult(result: DkimResult, out: XmlLines): void {
  out.inside('dkim', () => {
    out.required('domain', result.domain);
    out.optional('selector', result.selector);
    out.requiredWord('result', result.result);
    out.optional('human_result', result.humanResult);
  });
}

function spfResult(result: SpfResult, out: XmlLines): void {
  out.inside('spf', () => {
    out.optional('domain', result.domain);
    out.word('scope', result.scope);
    out.requiredWord('result', result.result);
    out.optional('human_result', result.humanResult);
  });
}

function written(record: ReportRecord, style: XmlStyle, out: XmlLines): void {
  out.inside('record', () => {
    out.inside('row', () => {
      out.required('source_ip', address(record.sourceIp, style));
      out.required('count', String(record.count));
      out.inside('policy_evaluated', () => {
        out.requiredWord('disposition', record.disposition);
        out.requiredWord('dkim', record.dkim);
        out.requiredWord('spf', record.spf);
        for (const reason of record.reasons) reasonGiven(reason, out);
      });
    });
    out.inside(style.identifiers, () => {
      out.optional('envelope_to', record.envelopeTo);
      out.optional('envelope_from', record.envelopeFrom);
      out.required('header_from', record.headerFrom);
    });
    out.inside('auth_results', () => {
      for (const result of record.authResults.dkim) dkimResult(result, out);
      for (const result of record.authResults.spf) spfResult(result, out);
    });
    for (const extension of record.extensions ?? []) out.raw(extension.xml);
  });
}

function declaration(style: XmlStyle): string {
  return style.declaration ? `<?xml version="1.0" encoding="${style.encoding.toUpperCase()}"?>` : '';
}

function namespaceAttribute(report: AggregateReport, style: XmlStyle): string {
  if (report.namespace === '') return '';
  return style.prefix === null
    ? ` xmlns="${report.namespace}"`
    : ` xmlns:${style.prefix}="${report.namespace}"`;
}

function encoded(text: string, style: XmlStyle): Buffer {
  if (style.encoding === 'utf-16') return Buffer.from(text, 'utf16le');
  return Buffer.from(text, style.encoding === 'utf-8' ? 'utf8' : 'latin1');
}

/** Lines that are turned into bytes together: a report can have millions, which as strings fill memory. */
const LINES_AT_ONCE = 5_000;

/**
 * An aggregate report as XML bytes, with every field that the types keep: RFC 7489 appendix C and RFC 9990
 * appendix A say where each stands. What no standard lets one write (control characters) is left out.
 */
export function writeAggregate(
  report: AggregateReport,
  records: Iterable<ReportRecord>,
  style: XmlStyle = PLAIN_STYLE,
): Buffer {
  const out = xmlLines(style, report.namespace === '' ? null : style.prefix, report.languages ?? {});
  const mark = style.byteOrderMark ? BYTE_ORDER_MARK : '';
  const chunks = [encoded(mark + style.before, style)];
  for (const line of [declaration(style), style.wrapper]) if (line !== '') out.raw(line);
  out.inside(
    'feedback',
    () => {
      out.optional('version', report.version);
      metadata(report, style, out);
      published(report.policy, out);
      if (report.extensions)
        out.inside('extension', () => report.extensions?.forEach(({ xml }) => out.raw(xml)));
      for (const record of records) {
        written(record, style, out);
        if (out.waiting > LINES_AT_ONCE) chunks.push(encoded(out.take(), style));
      }
    },
    namespaceAttribute(report, style),
  );
  chunks.push(encoded(out.take() + style.after, style));
  return Buffer.concat(chunks);
}
