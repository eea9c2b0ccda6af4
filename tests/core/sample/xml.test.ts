import { XMLParser } from 'fast-xml-parser';
import { describe, expect, it } from 'vitest';
import type { AggregateReport, ReportRecord } from '../../../src/core/report/report.js';
import {
  ODDITY_NAMES,
  oddRecord,
  oddReport,
  styleOf,
  type OddityName,
} from '../../../src/core/sample/oddities.js';
import { writeAggregate } from '../../../src/core/sample/xml.js';

const REPORT: AggregateReport = {
  reporter: {
    orgName: 'Söhne & Co €',
    email: 'noreply-dmarc@kurier.example',
    extraContactInfo: 'see <here>',
    generator: 'Sample 1.0',
  },
  reportId: '2026!1',
  version: '1.0',
  namespace: 'urn:ietf:params:xml:ns:dmarc-2.0',
  domain: 'example.com',
  begin: '2026-01-01T00:00:00Z',
  end: '2026-01-01T23:59:59Z',
  errors: ['no record at _dmarc.example.com'],
  policy: {
    domain: 'example.com',
    versionPublished: null,
    p: 'reject',
    sp: 'none',
    np: null,
    adkim: 'r',
    aspf: 's',
    pct: null,
    fo: '1',
    testing: 'n',
    discoveryMethod: 'treewalk',
  },
  languages: { extra_contact_info: 'de' },
};
const RECORD: ReportRecord = {
  sourceIp: '192.0.2.1',
  count: 3,
  disposition: 'reject',
  dkim: 'fail',
  spf: 'fail',
  reasons: [{ type: 'local_policy', comment: null }],
  headerFrom: 'example.com',
  envelopeFrom: null,
  envelopeTo: null,
  authResults: {
    dkim: [{ domain: 'example.com', selector: 's1', result: 'fail', humanResult: null }],
    spf: [{ domain: 'example.com', scope: 'mfrom', result: 'fail', humanResult: null }],
  },
};
const SIX: ReportRecord = { ...RECORD, sourceIp: '2001:db8::1' };

function written(...names: OddityName[]): Buffer {
  const rows = [RECORD, SIX].map((row) => oddRecord(row, names));
  return writeAggregate(oddReport(REPORT, names), rows, styleOf(names));
}

describe('an aggregate report in the plain style', () => {
  it('has the elements of RFC 9990 where another parser finds them', () => {
    const parser = new XMLParser({
      ignoreAttributes: false,
      parseTagValue: false,
      isArray: (name) => name === 'record',
    });

    const { feedback } = parser.parse(written()) as { feedback: Record<string, never> };

    expect(feedback).toMatchObject({
      '@_xmlns': 'urn:ietf:params:xml:ns:dmarc-2.0',
      version: '1.0',
      report_metadata: {
        org_name: 'Söhne & Co €',
        email: 'noreply-dmarc@kurier.example',
        extra_contact_info: { '#text': 'see <here>', '@_lang': 'de' },
        report_id: '2026!1',
        date_range: { begin: '1767225600', end: '1767311999' },
        error: 'no record at _dmarc.example.com',
        generator: 'Sample 1.0',
      },
      policy_published: {
        domain: 'example.com',
        adkim: 'r',
        aspf: 's',
        p: 'reject',
        sp: 'none',
        fo: '1',
        testing: 'n',
        discovery_method: 'treewalk',
      },
    });
    expect(feedback['record']?.[0]).toEqual({
      row: {
        source_ip: '192.0.2.1',
        count: '3',
        policy_evaluated: {
          disposition: 'reject',
          dkim: 'fail',
          spf: 'fail',
          reason: { type: 'local_policy' },
        },
      },
      identifiers: { header_from: 'example.com' },
      auth_results: {
        dkim: { domain: 'example.com', selector: 's1', result: 'fail' },
        spf: { domain: 'example.com', scope: 'mfrom', result: 'fail' },
      },
    });
  });

  it('leaves out what XML cannot hold', () => {
    const text = writeAggregate({ ...REPORT, reportId: 'a\u0000b\u{1F}c\uD800d\uFFFF' }, []).toString('utf8');

    expect(text).toContain('<report_id>abcd</report_id>');
  });
});

/** What the bytes show, read as Latin-1; those of the plain style must not. */
const SHOWN: Readonly<Record<OddityName, RegExp>> = {
  bom: /^\xEF\xBB\xBF<\?xml/,
  'utf-16': /^\xFF\xFE<\0\?\0x\0/,
  'iso-8859-1': /encoding="ISO-8859-1"[^]*S\xF6hne &amp; Co &#x20ac;/,
  'no-declaration': /^<feedback/,
  'space-before-declaration': /^\n \n<\?xml/,
  'trailing-text': /<\/feedback>\n\0\0-- \nScanned/,
  'unclosed-schema': /\?>\n<xs:schema [^>]*>\n<feedback(?![^]*<\/xs:schema>)/,
  prefix: /<ns:feedback xmlns:ns="urn:ietf:params:xml:ns:dmarc-2.0">[^]*<\/ns:count>/,
  'one-line': /^[^\n]*<\/feedback>\n$/,
  crlf: /<feedback[^>]*>\r\n {2}<version>/,
  identities: /<identities>/,
  'upper-case': /<disposition>REJECT<[^]*<result>FAIL</,
  'spaced-values': /<count>\n {6}3\n {6}<\/count>/,
  'empty-elements': /<np><\/np>[^]*<pct><\/pct>/,
  'bare-ampersand': /hne & Co/,
  'email-in-brackets': /<email><noreply-dmarc@kurier\.example><\/email>/,
  'dates-iso': /<begin>2026-01-01T00:00:00Z</,
  'dates-fraction': /<begin>1767225600\.000</,
  'dates-milliseconds': /<begin>1767225600000</,
  'bracketed-addresses': /<source_ip>\[2001:db8::1\]</,
  'mapped-addresses': /<source_ip>::ffff:192\.0\.2\.1</,
  'no-version': /<feedback[^>]*>\s*<report_metadata>/,
  'no-email': /<email><\/email>/,
  'no-sp': /<p>reject<\/p>\s*<fo>/,
  'begin-is-end': /<begin>1767268799<\/begin>\s*<end>1767268799</,
  'report-extension':
    /<extension>\s*<x:region xmlns:x="urn:example:region">eu<\/x:region>\s*<\/extension>\s*<record>/,
  'record-extension': /<\/auth_results>\s*<x:tls xmlns:x="urn:example:tls">yes<\/x:tls>\s*<\/record>/,
  'no-selector': /<dkim>\s*<domain>example\.com<\/domain>\s*<result>/,
  'no-scope': /<spf>\s*<domain>example\.com<\/domain>\s*<result>/,
  'helo-without-domain': /<spf>\s*<scope>helo<\/scope>/,
  'several-spf': /<\/spf>\s*<spf>\s*<domain>relay\.example</,
  'empty-dkim-result': /<selector>s1<\/selector>\s*<result><\/result>/,
  hardfail: /<result>hardfail</,
  'empty-reason-type': /<reason>\s*<type><\/type>\s*<comment>see our policy</,
  'softfail-evaluated': /<spf>softfail<\/spf>/,
  'no-source-ip': /<source_ip><\/source_ip>/,
};

describe('an oddity', () => {
  it.each(ODDITY_NAMES)('%s shows in the bytes', (name) => {
    expect(written(name).toString('latin1')).toMatch(SHOWN[name]);
    expect(written().toString('latin1')).not.toMatch(SHOWN[name]);
  });
});
