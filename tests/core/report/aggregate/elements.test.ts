import { describe, expect, it } from 'vitest';
import { good, oneRecord, recordXml, reportXml } from './document.js';

describe('elements that no standard names', () => {
  it('are kept as extensions of the report, and named', () => {
    const found = good(reportXml({ policy: '<domain>example.com</domain><rf>afrf</rf>' }));

    expect(found.report.extensions).toEqual([{ name: 'rf', xml: '<rf>afrf</rf>' }]);
    expect(found.problems).toEqual([
      {
        code: 'element-unknown',
        message: 'The element "rf" has no place in the standard here; kept as an extension.',
        where: 'policy_published',
      },
    ]);
  });

  it('are allowed in a record (RFC 9990), with all they hold', () => {
    const extra = '<x:arc xmlns:x="urn:x" n="1&quot;2"><x:seal>a &amp; &lt;b&gt;</x:seal><domain/></x:arc>';

    const found = oneRecord({ extra });

    expect(found.codes).toEqual([]);
    expect(found.record.extensions).toEqual([{ name: 'x:arc', xml: extra }]);
    expect(found.record.headerFrom).toBe('example.com');
  });

  it('declare a prefix that the root declares for them', () => {
    const found = good(
      reportXml({ root: ' xmlns:x="urn:x"', records: recordXml({ extra: '<x:arc>pass</x:arc>' }) }),
    );

    expect(found.records[0]?.extensions).toEqual([
      { name: 'x:arc', xml: '<x:arc xmlns:x="urn:x">pass</x:arc>' },
    ]);
  });

  it('stand in an extension element one by one', () => {
    const found = good(reportXml({ extra: '<extension><a>1</a><b/></extension>' }));

    expect(found.codes).toEqual([]);
    expect(found.report.extensions).toEqual([
      { name: 'a', xml: '<a>1</a>' },
      { name: 'b', xml: '<b/>' },
    ]);
  });

  it('are named by the attribute of an extension that has one', () => {
    const extra =
      '<extensions><extension name="arc" definition="https://example.org/arc"><data/></extension></extensions>';

    const found = oneRecord({ extra });

    expect(found.codes).toEqual([]);
    expect(found.record.extensions).toEqual([
      { name: 'arc', xml: '<extension name="arc" definition="https://example.org/arc"><data/></extension>' },
    ]);
  });

  it('of another namespace are not taken for those of the report', () => {
    const found = good(
      reportXml({
        root: ' xmlns:x="urn:x"',
        records: recordXml({ extra: '<x:row><x:count>9</x:count></x:row>' }),
      }),
    );

    expect(found.totals.messages).toBe(3);
    expect(found.records[0]?.extensions).toHaveLength(1);
  });

  it('are cut when they are long', () => {
    const found = good(reportXml({ records: recordXml({ extra: `<x>${'y'.repeat(100)}</x>` }) }), {
      textLength: 50,
    });

    expect(found.codes).toEqual(['extension-cut']);
    expect(found.records[0]?.extensions?.[0]?.xml).toHaveLength(50);
  });
});

describe('names that mean something to JavaScript', () => {
  const extra = '<__proto__ constructor="1"><toString>2</toString></__proto__>';

  it('are names like others', () => {
    const found = oneRecord({ extra });

    expect(found.codes).toEqual([]);
    expect(found.record.extensions).toEqual([{ name: '__proto__', xml: extra }]);
  });

  it('cost their element in a broken document, and that is named', () => {
    const records = recordXml({ extra }) + recordXml();

    const found = good(reportXml({ records }).replace('Reporter', 'R & D'));

    expect(found.codes).toEqual(['xml-not-well-formed', 'ampersand-bare', 'element-unreadable']);
    expect(found.totals.records).toBe(1);
  });
});

describe('elements in another place', () => {
  it('are found where the meaning is clear', () => {
    const record =
      '<record><source_ip>192.0.2.1</source_ip><count>2</count>' +
      '<policy_evaluated><disposition>none</disposition><dkim>pass</dkim><spf>pass</spf></policy_evaluated>' +
      '<header_from>example.com</header_from></record>';
    const dates = '<begin>1714521600</begin><end>1714607999</end>';

    const found = good(reportXml({ dates, records: record }));

    expect(found.codes).toEqual([]);
    expect(found.report.begin).toBe('2024-05-01T00:00:00Z');
    expect(found.totals).toEqual({ records: 1, messages: 2, dmarcPass: 2, dkimAligned: 2, spfAligned: 2 });
    expect(found.records[0]?.headerFrom).toBe('example.com');
  });
});

describe('text where only elements belong', () => {
  it('is named and shown', () => {
    const found = good(reportXml({ policy: 'x<domain>example.com</domain>11' }));

    expect(found.codes).toEqual(['text-unexpected', 'text-unexpected']);
    expect(found.problems[1]?.message).toContain('"11"');
    expect(found.report.domain).toBe('example.com');
  });
});

describe('a value', () => {
  it('is whole across comments, CDATA and references', () => {
    const metadata =
      '<org_name>A<!-- b -->c<![CDATA[ &amp; ]]>&#100;&#x65;</org_name><report_id>1</report_id>';

    expect(good(reportXml({ metadata })).report.reporter.orgName).toBe('Ac &amp; de');
  });

  it('that is too long is cut, and named, without half a character', () => {
    const metadata = `<org_name>${'a'.repeat(9)}😀b</org_name><report_id>1</report_id>`;

    const found = good(reportXml({ metadata }), { textLength: 10 });

    expect(found.report.reporter.orgName).toBe('a'.repeat(9));
    expect(found.problems[0]).toMatchObject({ code: 'text-cut', where: 'report_metadata/org_name' });
  });

  it('has its language kept (RFC 9990)', () => {
    const metadata =
      '<org_name>R</org_name><report_id>1</report_id><extra_contact_info lang="de">Hilfe</extra_contact_info>' +
      '<error lang="fr">raté</error><generator>made 1.0</generator>';

    const found = good(reportXml({ metadata }));

    expect(found.report.languages).toEqual({ extra_contact_info: 'de', error: 'fr' });
    expect(found.report.errors).toEqual(['raté']);
    expect(found.report.reporter).toMatchObject({ extraContactInfo: 'Hilfe', generator: 'made 1.0' });
  });
});
