import { describe, expect, it } from 'vitest';
import { good, oneRecord, recordXml, reportXml, type Good } from '../core/report/aggregate/document.js';

/** One statement of the standard, and the check that the reader keeps it. */
interface Clause {
  /** Where RFC 9990 says it: a type of the schema in its appendix A, or the title of a section. */
  readonly clause: string;
  readonly says: string;
  readonly holds: () => void;
}

const NAMESPACE = 'urn:ietf:params:xml:ns:dmarc-2.0';

/** Every element of the schema at least once, in the order of the standard. */
const COMPLETE = `<?xml version="1.0"?>
<feedback xmlns="${NAMESPACE}" xmlns:ext="urn:example:ext">
  <version>1.0</version>
  <report_metadata>
    <org_name>Reporter</org_name>
    <email>dmarc@reporter.example.net</email>
    <extra_contact_info lang="de">https://reporter.example.net/hilfe</extra_contact_info>
    <report_id>20240501.1@reporter.example.net</report_id>
    <date_range><begin>1714521600</begin><end>1714607999</end></date_range>
    <error lang="en">two DMARC records</error>
    <generator>Reporter 1.2</generator>
  </report_metadata>
  <policy_published>
    <domain>example.com</domain>
    <discovery_method>treewalk</discovery_method>
    <p>reject</p><sp>quarantine</sp><np>reject</np>
    <fo>1:d</fo><adkim>s</adkim><aspf>r</aspf><testing>y</testing>
  </policy_published>
  <extension><ext:region>eu</ext:region></extension>
  <record>
    <row>
      <source_ip>2001:db8::1</source_ip>
      <count>12</count>
      <policy_evaluated>
        <disposition>pass</disposition><dkim>pass</dkim><spf>fail</spf>
        <reason><type>policy_test_mode</type><comment lang="en">testing</comment></reason>
        <reason><type>other</type></reason>
      </policy_evaluated>
    </row>
    <identifiers>
      <header_from>example.com</header_from>
      <envelope_from>bounce.example.com</envelope_from>
      <envelope_to>example.org</envelope_to>
    </identifiers>
    <auth_results>
      <dkim>
        <domain>example.com</domain><selector>s1</selector><result>pass</result>
        <human_result lang="en">2048-bit key</human_result>
      </dkim>
      <dkim><domain>example.net</domain><selector>s2</selector><result>policy</result></dkim>
      <spf>
        <domain>bounce.example.com</domain><scope>mfrom</scope><result>softfail</result>
        <human_result>no match</human_result>
      </spf>
    </auth_results>
    <ext:arc result="pass"/>
  </record>
</feedback>`;

const complete: Good = good(COMPLETE);
const [record] = complete.records;

function policy(xml: string): Good {
  return good(reportXml({ policy: `<domain>example.com</domain><p>none</p>${xml}` }));
}

function metadata(xml: string): Good {
  return good(
    reportXml({ metadata: `<org_name>R</org_name><email>e</email><report_id>1</report_id>${xml}` }),
  );
}

/** Values of a list are taken without a note, and one that is not of it is kept with one. */
function holdsList(
  read: (value: string) => Good,
  of: (found: Good) => unknown,
  values: readonly string[],
): void {
  for (const value of values) {
    const found = read(value);
    expect([of(found), found.codes]).toEqual([value, []]);
  }
  const other = read('other-word');
  expect([of(other), other.codes]).toEqual(['other-word', ['value-unknown']]);
}

export const CLAUSES: readonly Clause[] = [
  {
    clause: 'XML root element',
    says: 'The root is "feedback" in the DMARC namespace.',
    holds: () => {
      expect(complete.report.namespace).toBe(NAMESPACE);
      expect(complete.problems).toEqual([]);
    },
  },
  {
    clause: 'XML root element',
    says: 'The namespace may be bound to a prefix.',
    holds: () => {
      const prefixed = COMPLETE.replace(`xmlns="${NAMESPACE}"`, `xmlns:d="${NAMESPACE}"`).replace(
        /<(\/?)(?!ext:|\?)(\w)/g,
        '<$1d:$2',
      );
      const found = good(prefixed);
      expect(found.report).toEqual(complete.report);
      expect(found.records).toEqual(complete.records);
      expect(found.problems).toEqual([]);
    },
  },
  {
    clause: 'First Level Elements: version',
    says: 'version is optional, and kept as written.',
    holds: () => {
      expect(complete.report.version).toBe('1.0');
      expect(good(reportXml({ version: '' })).report.version).toBeNull();
      expect(good(reportXml({ version: '' })).codes).toEqual([]);
    },
  },
  {
    clause: 'First Level Elements',
    says: 'The order is prescribed for writers; a reader loses nothing in another order.',
    holds: () => {
      const head = /<report_metadata>.*<\/report_metadata>/s.exec(COMPLETE)?.[0] ?? '';
      const moved = good(COMPLETE.replace(head, '').replace('</feedback>', `${head}</feedback>`));
      expect([moved.report, moved.records]).toEqual([complete.report, complete.records]);
    },
  },
  {
    clause: 'First Level Elements: record',
    says: 'At least one record is required.',
    holds: () => expect(good(reportXml({ records: '' })).codes).toEqual(['records-none']),
  },
  {
    clause: 'First Level Elements: record',
    says: 'Any number of records is read, in their order.',
    holds: () => {
      const ips = Array.from({ length: 2_500 }, (_, i) => `10.0.${i >> 8}.${i & 255}`);
      const records = ips.map((ip) => recordXml({ ip: `<source_ip>${ip}</source_ip>` })).join('');
      expect(good(reportXml({ records })).records.map(({ sourceIp }) => sourceIp)).toEqual(ips);
    },
  },
  {
    clause: 'ReportMetadataType/org_name',
    says: 'The name of the reporter is required.',
    holds: () => {
      expect(complete.report.reporter.orgName).toBe('Reporter');
      expect(good(reportXml({ metadata: '<report_id>1</report_id>' })).codes).toEqual(['org-name-missing']);
    },
  },
  {
    clause: 'ReportMetadataType/email',
    says: 'The contact of the reporter is kept.',
    holds: () => expect(complete.report.reporter.email).toBe('dmarc@reporter.example.net'),
  },
  {
    clause: 'ReportMetadataType/extra_contact_info',
    says: 'Further contact details are optional, with a language.',
    holds: () => {
      expect(complete.report.reporter.extraContactInfo).toBe('https://reporter.example.net/hilfe');
      expect(complete.report.languages).toMatchObject({ extra_contact_info: 'de' });
      expect(metadata('').report.reporter.extraContactInfo).toBeNull();
      expect(metadata('').codes).toEqual([]);
    },
  },
  {
    clause: 'ReportMetadataType/report_id',
    says: 'The Report-ID is required, and may be of any form, such as <id@domain>.',
    holds: () => {
      expect(complete.report.reportId).toBe('20240501.1@reporter.example.net');
      const bracketed = '<org_name>R</org_name><report_id>&lt;1@example.net&gt;</report_id>';
      expect(good(reportXml({ metadata: bracketed })).report.reportId).toBe('<1@example.net>');
      expect(good(reportXml({ metadata: '<org_name>R</org_name>' })).codes).toEqual(['report-id-missing']);
    },
  },
  {
    clause: 'DateRangeType/begin, end',
    says: 'The period is given in seconds since 1970, UTC.',
    holds: () => {
      const { begin, end } = complete.report;
      expect([begin, end]).toEqual(['2024-05-01T00:00:00Z', '2024-05-01T23:59:59Z']);
    },
  },
  {
    clause: 'DateRangeType/begin, end',
    says: 'Both are required.',
    holds: () => {
      const found = good(reportXml({ dates: '<date_range><begin>1714521600</begin></date_range>' }));
      expect([found.report.end, found.codes]).toEqual([null, ['date-missing']]);
    },
  },
  {
    clause: 'ReportMetadataType/error',
    says: 'An error is optional; more than one, as older standards allow, are all kept.',
    holds: () => {
      expect(complete.report.errors).toEqual(['two DMARC records']);
      expect(metadata('<error>a</error><error>b</error>').report.errors).toEqual(['a', 'b']);
      expect(metadata('').report.errors).toEqual([]);
    },
  },
  {
    clause: 'ReportMetadataType/generator',
    says: 'The name and version of the software are optional.',
    holds: () => {
      expect(complete.report.reporter.generator).toBe('Reporter 1.2');
      expect(metadata('').report.reporter.generator).toBeNull();
    },
  },
  {
    clause: 'langAttrString',
    says: 'Free text may carry a lang attribute: extra_contact_info, error, comment, human_result.',
    holds: () =>
      expect(complete.report.languages).toEqual({
        extra_contact_info: 'de',
        error: 'en',
        comment: 'en',
        human_result: 'en',
      }),
  },
  {
    clause: 'PolicyPublishedType/domain',
    says: 'The policy domain is required, and compared without case.',
    holds: () => {
      expect(complete.report.domain).toBe('example.com');
      expect(good(reportXml({ policy: '<domain>EXAMPLE.com.</domain>' })).report.domain).toBe('example.com');
      expect(good(reportXml({ policy: '<p>none</p>' })).codes).toEqual(['domain-guessed']);
    },
  },
  ...(['p', 'sp', 'np'] as const).map((tag) => ({
    clause: `PolicyPublishedType/${tag}`,
    says: `${tag} is none, quarantine or reject.`,
    holds: () =>
      holdsList(
        (value) => good(reportXml({ policy: `<domain>example.com</domain><${tag}>${value}</${tag}>` })),
        ({ report }) => report.policy[tag],
        ['none', 'quarantine', 'reject'],
      ),
  })),
  ...(['adkim', 'aspf'] as const).map((tag) => ({
    clause: `PolicyPublishedType/${tag}`,
    says: `${tag} is r or s.`,
    holds: () =>
      holdsList(
        (value) => policy(`<${tag}>${value}</${tag}>`),
        ({ report }) => report.policy[tag],
        ['r', 's'],
      ),
  })),
  {
    clause: 'PolicyPublishedType/discovery_method',
    says: 'The method is psl or treewalk.',
    holds: () =>
      holdsList(
        (value) => policy(`<discovery_method>${value}</discovery_method>`),
        ({ report }) => report.policy.discoveryMethod,
        ['psl', 'treewalk'],
      ),
  },
  {
    clause: 'PolicyPublishedType/fo',
    says: 'The failure reporting options are kept as text.',
    holds: () => expect(complete.report.policy.fo).toBe('1:d'),
  },
  {
    clause: 'PolicyPublishedType/testing',
    says: 'Testing is n or y.',
    holds: () =>
      holdsList(
        (value) => policy(`<testing>${value}</testing>`),
        ({ report }) => report.policy.testing,
        ['n', 'y'],
      ),
  },
  {
    clause: 'PolicyPublishedType',
    says: 'Everything but domain and p is optional; what is missing stays open, and is nothing odd.',
    holds: () => {
      const found = policy('');
      expect(found.codes).toEqual([]);
      expect(found.report.policy).toEqual({
        domain: 'example.com',
        versionPublished: null,
        p: 'none',
        sp: null,
        np: null,
        adkim: null,
        aspf: null,
        pct: null,
        fo: null,
        testing: null,
        discoveryMethod: null,
      });
    },
  },
  {
    clause: 'PolicyPublishedType',
    says: 'pct is gone; a report that still has it is read all the same.',
    holds: () => {
      expect(policy('<pct>50</pct>').report.policy.pct).toBe(50);
      expect(policy('<pct>50</pct>').codes).toEqual([]);
    },
  },
  {
    clause: 'Contents of the "extension" element',
    says: 'Any namespaced elements may stand in extension, and none makes an error.',
    holds: () =>
      expect(complete.report.extensions).toEqual([
        { name: 'ext:region', xml: '<ext:region xmlns:ext="urn:example:ext">eu</ext:region>' },
      ]),
  },
  {
    clause: 'RecordType, any',
    says: 'Any namespaced elements may follow in a record.',
    holds: () =>
      expect(record?.extensions).toEqual([
        { name: 'ext:arc', xml: '<ext:arc xmlns:ext="urn:example:ext" result="pass"/>' },
      ]),
  },
  {
    clause: 'RowType/source_ip',
    says: 'The address is IPv4 or IPv6.',
    holds: () => {
      expect(record?.sourceIp).toBe('2001:db8::1');
      expect(oneRecord({ ip: '<source_ip>192.0.2.7</source_ip>' }).record.sourceIp).toBe('192.0.2.7');
      expect(oneRecord({ ip: '<source_ip>nowhere</source_ip>' }).codes).toEqual(['source-ip-invalid']);
    },
  },
  {
    clause: 'RowType/count',
    says: 'The count is a whole number of messages.',
    holds: () => {
      expect(record?.count).toBe(12);
      expect(complete.totals.messages).toBe(12);
      expect(oneRecord({ count: '<count>some</count>' }).codes).toEqual(['count-invalid']);
    },
  },
  {
    clause: 'ActionDispositionType',
    says: 'The disposition is none, pass, quarantine or reject.',
    holds: () =>
      holdsList(
        (value) => oneRecord({ evaluated: `<disposition>${value}</disposition>` }),
        ({ records }) => records[0]?.disposition,
        ['none', 'pass', 'quarantine', 'reject'],
      ),
  },
  ...(['dkim', 'spf'] as const).map((name) => ({
    clause: `PolicyEvaluatedType/${name}`,
    says: `The aligned ${name} result is pass or fail.`,
    holds: () =>
      holdsList(
        (value) => oneRecord({ evaluated: `<${name}>${value}</${name}>` }),
        ({ records }) => records[0]?.[name],
        ['pass', 'fail'],
      ),
  })),
  {
    clause: 'PolicyEvaluatedType',
    says: 'DKIM or SPF that passes aligned is a DMARC pass.',
    holds: () => {
      const results = ['pass', 'fail'].flatMap((dkim) => ['pass', 'fail'].map((spf) => [dkim, spf] as const));
      const passes = results.map(
        ([dkim, spf]) => oneRecord({ evaluated: `<dkim>${dkim}</dkim><spf>${spf}</spf>` }).totals.dmarcPass,
      );
      expect(passes).toEqual([3, 3, 3, 0]);
    },
  },
  {
    clause: 'PolicyEvaluatedType/reason',
    says: 'Any number of reasons is kept, with or without a comment.',
    holds: () =>
      expect(record?.reasons).toEqual([
        { type: 'policy_test_mode', comment: 'testing' },
        { type: 'other', comment: null },
      ]),
  },
  {
    clause: 'PolicyOverrideType',
    says: 'The type is local_policy, mailing_list, other, policy_test_mode or trusted_forwarder.',
    holds: () =>
      holdsList(
        (value) => oneRecord({ evaluated: `<reason><type>${value}</type></reason>` }),
        ({ records }) => records[0]?.reasons[0]?.type,
        ['local_policy', 'mailing_list', 'other', 'policy_test_mode', 'trusted_forwarder'],
      ),
  },
  {
    clause: 'IdentifierType/header_from',
    says: 'The domain of the From header is kept.',
    holds: () => expect(record?.headerFrom).toBe('example.com'),
  },
  {
    clause: 'IdentifierType/envelope_from',
    says: 'The domain of MAIL FROM is optional, and empty for a null reverse-path.',
    holds: () => {
      expect(record?.envelopeFrom).toBe('bounce.example.com');
      const empty =
        '<identifiers><header_from>example.com</header_from><envelope_from></envelope_from></identifiers>';
      const found = oneRecord({ identifiers: empty });
      expect([found.record.envelopeFrom, found.codes]).toEqual([null, []]);
    },
  },
  {
    clause: 'IdentifierType/envelope_to',
    says: 'The domain of the recipient is optional.',
    holds: () => {
      expect(record?.envelopeTo).toBe('example.org');
      expect(oneRecord({}).record.envelopeTo).toBeNull();
    },
  },
  {
    clause: 'AuthResultType/dkim',
    says: 'There may be any number of DKIM results, also none.',
    holds: () => {
      expect(record?.authResults.dkim).toHaveLength(2);
      const found = oneRecord({ auth: '' });
      expect([found.record.authResults.dkim, found.codes]).toEqual([[], []]);
    },
  },
  {
    clause: 'AuthResultType/dkim',
    says: 'A hundred signatures are all kept.',
    holds: () => {
      const signature =
        '<dkim><domain>example.com</domain><selector>s</selector><result>fail</result></dkim>';
      expect(oneRecord({ auth: signature.repeat(100) }).record.authResults.dkim).toHaveLength(100);
    },
  },
  {
    clause: 'DKIMAuthResultType',
    says: 'A DKIM result has domain, selector, result and human_result.',
    holds: () =>
      expect(record?.authResults.dkim).toEqual([
        { domain: 'example.com', selector: 's1', result: 'pass', humanResult: '2048-bit key' },
        { domain: 'example.net', selector: 's2', result: 'policy', humanResult: null },
      ]),
  },
  {
    clause: 'DKIMAuthResultType/selector',
    says: 'The selector keeps its letters and digits as written.',
    holds: () => {
      const found = oneRecord({ auth: '<dkim><selector>007.Mail</selector></dkim>' });
      expect(found.record.authResults.dkim[0]?.selector).toBe('007.Mail');
    },
  },
  {
    clause: 'DKIMResultType',
    says: 'The result is none, pass, fail, policy, neutral, temperror or permerror.',
    holds: () =>
      holdsList(
        (value) => oneRecord({ auth: `<dkim><result>${value}</result></dkim>` }),
        ({ records }) => records[0]?.authResults.dkim[0]?.result,
        ['none', 'pass', 'fail', 'policy', 'neutral', 'temperror', 'permerror'],
      ),
  },
  {
    clause: 'AuthResultType/spf',
    says: 'There is at most one SPF result; more, as older standards allow, are all kept.',
    holds: () => {
      expect(oneRecord({ auth: '' }).record.authResults.spf).toEqual([]);
      const two = '<spf><result>none</result></spf><spf><result>pass</result></spf>';
      expect(oneRecord({ auth: two }).record.authResults.spf.map(({ result }) => result)).toEqual([
        'none',
        'pass',
      ]);
    },
  },
  {
    clause: 'SPFAuthResultType',
    says: 'An SPF result has domain, scope, result and human_result.',
    holds: () =>
      expect(record?.authResults.spf).toEqual([
        { domain: 'bounce.example.com', scope: 'mfrom', result: 'softfail', humanResult: 'no match' },
      ]),
  },
  {
    clause: 'SPFDomainScope',
    says: 'The scope is mfrom, or absent; helo, of older reports, is kept without a note.',
    holds: () =>
      holdsList(
        (value) => oneRecord({ auth: `<spf><scope>${value}</scope></spf>` }),
        ({ records }) => records[0]?.authResults.spf[0]?.scope,
        ['mfrom', 'helo'],
      ),
  },
  {
    clause: 'SPFResultType',
    says: 'The result is none, pass, fail, softfail, policy, neutral, temperror or permerror.',
    holds: () =>
      holdsList(
        (value) => oneRecord({ auth: `<spf><result>${value}</result></spf>` }),
        ({ records }) => records[0]?.authResults.spf[0]?.result,
        ['none', 'pass', 'fail', 'softfail', 'policy', 'neutral', 'temperror', 'permerror'],
      ),
  },
  {
    clause: 'Handling Domains in Reports',
    says: 'Records of subdomains belong to the report of the policy domain.',
    holds: () => {
      const sub = '<identifiers><header_from>news.example.com</header_from></identifiers>';
      const found = oneRecord({ identifiers: sub });
      expect([found.report.domain, found.record.headerFrom]).toEqual(['example.com', 'news.example.com']);
    },
  },
];

describe('RFC 9990, aggregate reports', () => {
  it.each(CLAUSES)('$clause: $says', ({ holds }) => {
    expect.hasAssertions();
    holds();
  });
});
