import { describe, expect, it } from 'vitest';
import { good, oneRecord, reportXml, type Good } from '../core/report/aggregate/document.js';

/** One statement of the standard, and the check that the reader keeps it. */
interface Clause {
  /** Where RFC 7489 says it. */
  readonly clause: string;
  readonly says: string;
  readonly holds: () => void;
}

/** Every element of appendix C at least once. */
const COMPLETE = `<?xml version="1.0" encoding="UTF-8"?>
<feedback>
  <version>1.0</version>
  <report_metadata>
    <org_name>Reporter</org_name>
    <email>dmarc@reporter.example.net</email>
    <extra_contact_info>https://reporter.example.net/help</extra_contact_info>
    <report_id>r-1</report_id>
    <date_range><begin>1714521600</begin><end>1714607999</end></date_range>
    <error>no record at times</error>
    <error>two records at times</error>
  </report_metadata>
  <policy_published>
    <domain>example.com</domain>
    <adkim>r</adkim><aspf>s</aspf><p>quarantine</p><sp>none</sp><pct>25</pct><fo>0:s</fo>
  </policy_published>
  <record>
    <row>
      <source_ip>192.0.2.1</source_ip>
      <count>4</count>
      <policy_evaluated>
        <disposition>none</disposition><dkim>fail</dkim><spf>pass</spf>
        <reason><type>sampled_out</type></reason>
        <reason><type>forwarded</type><comment>by a list</comment></reason>
      </policy_evaluated>
    </row>
    <identifiers>
      <envelope_to>example.org</envelope_to>
      <envelope_from>bounce.example.com</envelope_from>
      <header_from>example.com</header_from>
    </identifiers>
    <auth_results>
      <dkim>
        <domain>example.net</domain><selector>s1</selector><result>neutral</result>
        <human_result>bad key</human_result>
      </dkim>
      <spf><domain>mail.example.com</domain><scope>helo</scope><result>none</result></spf>
      <spf><domain>bounce.example.com</domain><scope>mfrom</scope><result>pass</result></spf>
    </auth_results>
  </record>
</feedback>`;

const complete: Good = good(COMPLETE);
const [record] = complete.records;

/** Each value is taken as it is, without a note. */
function takes(read: (value: string) => Good, of: (found: Good) => unknown, values: readonly string[]): void {
  for (const value of values) {
    const found = read(value);
    expect([of(found), found.codes]).toEqual([value, []]);
  }
}

function policy(xml: string): Good {
  return good(reportXml({ policy: `<domain>example.com</domain>${xml}` }));
}

function ipRead(text: string): string | null {
  return oneRecord({ ip: `<source_ip>${text}</source_ip>` }).record.sourceIp;
}

export const CLAUSES: readonly Clause[] = [
  {
    clause: '§7.2',
    says: 'A report names the policy that was found and applied.',
    holds: () =>
      expect(complete.report.policy).toEqual({
        domain: 'example.com',
        versionPublished: null,
        p: 'quarantine',
        sp: 'none',
        np: null,
        adkim: 'r',
        aspf: 's',
        pct: 25,
        fo: '0:s',
        testing: null,
        discoveryMethod: null,
      }),
  },
  {
    clause: '§7.2',
    says: 'It covers all messages that were received, whatever became of them.',
    holds: () =>
      expect(complete.totals).toEqual({
        records: 1,
        messages: 4,
        dmarcPass: 4,
        dkimAligned: 0,
        spfAligned: 4,
      }),
  },
  {
    clause: '§7.2',
    says: 'Data for each domain owner is separate: a report has one policy domain.',
    holds: () => {
      const second = '<policy_published><domain>example.org</domain></policy_published>';
      const found = good(reportXml({ extra: second }));
      expect([found.report.domain, found.codes]).toEqual(['example.com', ['element-repeated']]);
    },
  },
  {
    clause: 'Appendix C, feedback',
    says: 'The elements need no namespace.',
    holds: () => {
      expect(complete.report.namespace).toBe('');
      expect(complete.problems).toEqual([]);
    },
  },
  {
    clause: 'Appendix C, feedback',
    says: 'The target namespace of the schema may be given.',
    holds: () => {
      const found = good(reportXml({ root: ' xmlns="http://dmarc.org/dmarc-xml/0.1"' }));
      expect([found.report.namespace, found.codes]).toEqual(['http://dmarc.org/dmarc-xml/0.1', []]);
    },
  },
  {
    clause: 'Appendix C, feedback/version',
    says: 'The version is kept as written, and most reporters leave it out.',
    holds: () => {
      expect(complete.report.version).toBe('1.0');
      expect(good(reportXml({ version: '<version>1.10</version>' })).report.version).toBe('1.10');
      expect(good(reportXml({ version: '' })).codes).toEqual([]);
    },
  },
  {
    clause: 'Appendix C, ReportMetadataType',
    says: 'Reporter, contact and further contact are kept.',
    holds: () =>
      expect(complete.report.reporter).toEqual({
        orgName: 'Reporter',
        email: 'dmarc@reporter.example.net',
        extraContactInfo: 'https://reporter.example.net/help',
        generator: null,
      }),
  },
  {
    clause: 'Appendix C, ReportMetadataType/report_id',
    says: 'The id is kept as written, digits as well.',
    holds: () => {
      const metadata = '<org_name>R</org_name><report_id>00123456789012345678</report_id>';
      expect(good(reportXml({ metadata })).report.reportId).toBe('00123456789012345678');
    },
  },
  {
    clause: 'Appendix C, ReportMetadataType/error',
    says: 'There may be any number of errors.',
    holds: () => expect(complete.report.errors).toEqual(['no record at times', 'two records at times']),
  },
  {
    clause: 'Appendix C, DateRangeType',
    says: 'The range is in seconds since 1970, UTC.',
    holds: () =>
      expect([complete.report.begin, complete.report.end]).toEqual([
        '2024-05-01T00:00:00Z',
        '2024-05-01T23:59:59Z',
      ]),
  },
  {
    clause: 'Appendix C, AlignmentType',
    says: 'An alignment mode is r or s.',
    holds: () => {
      takes(
        (value) => policy(`<adkim>${value}</adkim>`),
        ({ report }) => report.policy.adkim,
        ['r', 's'],
      );
      takes(
        (value) => policy(`<aspf>${value}</aspf>`),
        ({ report }) => report.policy.aspf,
        ['r', 's'],
      );
    },
  },
  {
    clause: 'Appendix C, DispositionType',
    says: 'A policy is none, quarantine or reject.',
    holds: () => {
      const words = ['none', 'quarantine', 'reject'];
      takes(
        (value) => policy(`<p>${value}</p>`),
        ({ report }) => report.policy.p,
        words,
      );
      takes(
        (value) => policy(`<sp>${value}</sp>`),
        ({ report }) => report.policy.sp,
        words,
      );
    },
  },
  {
    clause: 'Appendix C, DispositionType',
    says: 'A disposition is none, quarantine or reject.',
    holds: () =>
      takes(
        (value) => oneRecord({ evaluated: `<disposition>${value}</disposition>` }),
        ({ records }) => records[0]?.disposition,
        ['none', 'quarantine', 'reject'],
      ),
  },
  {
    clause: 'Appendix C, PolicyPublishedType/pct',
    says: 'The percentage is a whole number from 0 to 100.',
    holds: () => {
      expect([0, 1, 100].map((pct) => policy(`<pct>${pct}</pct>`).report.policy.pct)).toEqual([0, 1, 100]);
      expect(policy('<pct>101</pct>').codes).toEqual(['pct-invalid']);
    },
  },
  {
    clause: 'Appendix C, PolicyPublishedType/fo',
    says: 'The failure reporting options are kept as text.',
    holds: () => expect(complete.report.policy.fo).toBe('0:s'),
  },
  {
    clause: 'Appendix C, DMARCResultType',
    says: 'An aligned result is pass or fail.',
    holds: () => {
      const words = ['pass', 'fail'];
      takes(
        (value) => oneRecord({ evaluated: `<dkim>${value}</dkim>` }),
        ({ records }) => records[0]?.dkim,
        words,
      );
      takes(
        (value) => oneRecord({ evaluated: `<spf>${value}</spf>` }),
        ({ records }) => records[0]?.spf,
        words,
      );
    },
  },
  {
    clause: 'Appendix C, PolicyOverrideType',
    says: 'A reason is forwarded, sampled_out, trusted_forwarder, mailing_list, local_policy or other.',
    holds: () =>
      takes(
        (value) => oneRecord({ evaluated: `<reason><type>${value}</type></reason>` }),
        ({ records }) => records[0]?.reasons[0]?.type,
        ['forwarded', 'sampled_out', 'trusted_forwarder', 'mailing_list', 'local_policy', 'other'],
      ),
  },
  {
    clause: 'Appendix C, PolicyOverrideReason',
    says: 'A comment is optional.',
    holds: () =>
      expect(record?.reasons).toEqual([
        { type: 'sampled_out', comment: null },
        { type: 'forwarded', comment: 'by a list' },
      ]),
  },
  {
    clause: 'Appendix C, IPAddress',
    says: 'The source is an IPv4 address or an IPv6 address in any of its forms.',
    holds: () => {
      expect(ipRead('255.255.255.255')).toBe('255.255.255.255');
      expect(ipRead('2001:DB8:0:0:8:800:200C:417A')).toBe('2001:db8::8:800:200c:417a');
      expect(ipRead('::')).toBe('::');
      expect(ipRead('::13.1.68.3')).toBe('::d01:4403');
      expect(ipRead('::FFFF:129.144.52.38')).toBe('129.144.52.38');
    },
  },
  {
    clause: 'Appendix C, RowType/count',
    says: 'The count says for how many messages the row stands.',
    holds: () => expect(record?.count).toBe(4),
  },
  {
    clause: 'Appendix C, IdentifierType',
    says: 'Envelope recipient and sender are domains beside that of the From header.',
    holds: () =>
      expect(record).toMatchObject({
        envelopeTo: 'example.org',
        envelopeFrom: 'bounce.example.com',
        headerFrom: 'example.com',
      }),
  },
  {
    clause: 'Appendix C, DKIMAuthResultType',
    says: 'A DKIM result has a domain, an optional selector, a result and an optional text.',
    holds: () => {
      expect(record?.authResults.dkim).toEqual([
        { domain: 'example.net', selector: 's1', result: 'neutral', humanResult: 'bad key' },
      ]);
      const found = oneRecord({ auth: '<dkim><domain>example.com</domain><result>pass</result></dkim>' });
      expect([found.record.authResults.dkim[0]?.selector, found.codes]).toEqual([null, []]);
    },
  },
  {
    clause: 'Appendix C, DKIMResultType',
    says: 'A DKIM result is none, pass, fail, policy, neutral, temperror or permerror.',
    holds: () =>
      takes(
        (value) => oneRecord({ auth: `<dkim><result>${value}</result></dkim>` }),
        ({ records }) => records[0]?.authResults.dkim[0]?.result,
        ['none', 'pass', 'fail', 'policy', 'neutral', 'temperror', 'permerror'],
      ),
  },
  {
    clause: 'Appendix C, SPFDomainScope',
    says: 'The scope is helo or mfrom.',
    holds: () =>
      takes(
        (value) => oneRecord({ auth: `<spf><scope>${value}</scope></spf>` }),
        ({ records }) => records[0]?.authResults.spf[0]?.scope,
        ['helo', 'mfrom'],
      ),
  },
  {
    clause: 'Appendix C, SPFResultType',
    says: 'An SPF result is none, neutral, pass, fail, softfail, temperror or permerror.',
    holds: () =>
      takes(
        (value) => oneRecord({ auth: `<spf><result>${value}</result></spf>` }),
        ({ records }) => records[0]?.authResults.spf[0]?.result,
        ['none', 'neutral', 'pass', 'fail', 'softfail', 'temperror', 'permerror'],
      ),
  },
  {
    clause: 'Appendix C, AuthResultType',
    says: 'There may be no DKIM result, and there will be at least one SPF result, of both identities.',
    holds: () =>
      expect(record?.authResults.spf).toEqual([
        { domain: 'mail.example.com', scope: 'helo', result: 'none', humanResult: null },
        { domain: 'bounce.example.com', scope: 'mfrom', result: 'pass', humanResult: null },
      ]),
  },
  {
    clause: 'Appendix C, RecordType',
    says: 'A row, its identifiers and its results make a record.',
    holds: () => expect(complete.records).toHaveLength(1),
  },
];

describe('RFC 7489, aggregate reports', () => {
  it.each(CLAUSES)('$clause: $says', ({ holds }) => {
    expect.hasAssertions();
    holds();
  });
});
