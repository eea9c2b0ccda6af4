import { describe, expect, it } from 'vitest';
import { errorOf, fixture, good } from './document.js';

const TOTALS = { records: 3, messages: 9, dmarcPass: 7, dkimAligned: 3, spfAligned: 4 };
const plain = good(fixture('plain.xml'));

/** Documents that say exactly what plain.xml says, with the problems that each is read with. */
const same: readonly (readonly [file: string, codes: readonly string[]])[] = [
  ['utf-8-bom.xml', []],
  ['no-declaration.xml', []],
  ['space-before-root.xml', []],
  ['space-before-declaration.xml', ['space-before-declaration']],
  ['schema-around-closed.xml', ['report-wrapped']],
  ['schema-around-unclosed.xml', ['xml-not-well-formed', 'report-wrapped']],
  ['email-in-angle-brackets.xml', ['xml-not-well-formed', 'less-than-bare']],
  ['control-characters-inside.xml', ['xml-not-well-formed', 'control-characters']],
  ['control-characters-after-end.xml', ['trailing-text']],
  ['gateway-text-after-end.xml', ['trailing-text']],
  ['comment-after-end.xml', []],
  ['two-roots.xml', ['second-root']],
  ['doctype-plain.xml', ['doctype-ignored']],
  ['wrong-closing-tags.xml', ['xml-not-well-formed', 'tag-mismatched', 'tag-mismatched']],
  ['unclosed-elements.xml', ['xml-not-well-formed', 'tag-unclosed', 'tag-unclosed', 'tag-unclosed']],
  ['record-without-end.xml', ['xml-not-well-formed', 'tag-unclosed']],
];

describe('a document that is written in an odd way', () => {
  it('is nothing odd when it is plain', () => {
    expect(plain.problems).toEqual([]);
    expect(plain.totals).toEqual(TOTALS);
    expect(plain.report).toEqual({
      reporter: {
        orgName: 'Reporter',
        email: 'dmarc@reporter.example.net',
        extraContactInfo: null,
        generator: null,
      },
      reportId: 'r-1',
      version: null,
      namespace: '',
      domain: 'example.com',
      begin: '2024-05-01T00:00:00Z',
      end: '2024-05-01T23:59:59Z',
      errors: [],
      policy: {
        domain: 'example.com',
        versionPublished: null,
        p: 'quarantine',
        sp: 'none',
        np: null,
        adkim: 'r',
        aspf: 'r',
        pct: 100,
        fo: null,
        testing: null,
        discoveryMethod: null,
      },
    });
    expect(plain.records[0]).toEqual({
      sourceIp: '192.0.2.1',
      count: 3,
      disposition: 'none',
      dkim: 'pass',
      spf: 'fail',
      reasons: [],
      headerFrom: 'example.com',
      envelopeFrom: null,
      envelopeTo: null,
      authResults: {
        dkim: [{ domain: 'example.com', selector: 's1', result: 'pass', humanResult: null }],
        spf: [{ domain: 'bounce.example.com', scope: null, result: 'fail', humanResult: null }],
      },
    });
  });

  it.each(same)('says the same in %s, with each repair named', (file, codes) => {
    const found = good(fixture(file));

    expect(found.codes).toEqual(codes);
    expect(found.report).toEqual(plain.report);
    expect(found.records).toEqual(plain.records);
    expect(found.totals).toEqual(TOTALS);
  });

  it.each(['prefixed-namespace.xml', 'default-namespace.xml'])('has its namespace in %s', (file) => {
    const found = good(fixture(file));

    expect(found.problems).toEqual([]);
    expect(found.report).toEqual({ ...plain.report, namespace: 'urn:ietf:params:xml:ns:dmarc-2.0' });
    expect(found.records).toEqual(plain.records);
  });
});

describe('an encoding', () => {
  it.each([
    ['utf-16-le-bom.xml', 'Züri Post €'],
    ['utf-16-be-bom.xml', 'Züri Post €'],
    ['utf-16-le-without-bom.xml', 'Züri Post €'],
    ['utf-16-declared-but-utf-8.xml', 'Züri Post €'],
    ['iso-8859-1-declared.xml', 'Züri Post'],
    ['windows-1252-declared.xml', 'Züri Post €'],
    ['koi8-r-declared.xml', 'Почта'],
  ])('is followed in %s', (file, orgName) => {
    const found = good(fixture(file));

    expect(found.problems).toEqual([]);
    expect(found.report.reporter.orgName).toBe(orgName);
    expect(found.totals).toEqual(TOTALS);
  });

  it.each([
    ['windows-1252-declared-as-utf-8.xml', 'Züri Post €', 'encoding-repaired'],
    ['utf-8-and-windows-1252-mixed.xml', 'Zürich München ok', 'encoding-repaired'],
    ['unknown-encoding-declared.xml', 'Züri Post', 'encoding-unknown'],
  ])('that is wrong loses no letter in %s', (file, orgName, code) => {
    const found = good(fixture(file));

    expect(found.codes).toEqual([code]);
    expect(found.report.reporter.orgName).toBe(orgName);
    expect(found.totals).toEqual(TOTALS);
  });
});

describe('references', () => {
  it('are resolved, and a bare & stands for itself', () => {
    const found = good(fixture('ampersand-bare.xml'));

    expect(found.report.reporter.orgName).toBe('Post & Söhne &c &unknown; & & &');
    expect(found.codes).toEqual(['xml-not-well-formed', 'ampersand-bare']);
    expect(found.problems[1]?.where).toBe('report_metadata');
  });

  it('to entities of the document itself are refused', () => {
    expect(errorOf(fixture('doctype-entities.xml'))).toBe('xml-entities');
  });

  it('to entities are refused in a document that is broken as well', () => {
    const broken = fixture('doctype-entities.xml').toString().replace('<!DOCTYPE', '\u0000<!DOCTYPE');

    expect(errorOf(broken)).toBe('xml-entities');
  });
});

describe('an end tag between records that ends nothing', () => {
  it('is left out, and the records behind it are read', () => {
    const { totals, problems } = good(
      fixture('plain.xml').toString().replace('</record>', '</record></recrod>'),
    );

    expect(totals).toEqual(TOTALS);
    expect(problems.map(({ code }) => code)).toEqual(['xml-not-well-formed', 'tag-stray']);
  });
});

describe('a start tag that is damaged', () => {
  it.each(['report_metadxta', 'policy_pxblished'])('costs no more than its own element: %s', (name) => {
    const whole = name.replace('x', name.startsWith('report') ? 'a' : 'u');
    const document = fixture('plain.xml').toString().replace(`<${whole}>`, `<${name}>`);

    const found = good(document);

    expect(found.codes.slice(0, 3)).toEqual(['xml-not-well-formed', 'tag-mismatched', 'element-unknown']);
    expect(found.report.extensions?.[0]?.name).toBe(name);
    expect(found.records).toEqual(plain.records);
  });
});

describe('a comment, a section or an instruction that never ends', () => {
  it.each(['<!--', '<![CDATA[', '<?'])('takes nothing with it: %s', (start) => {
    const document = fixture('plain.xml').toString().replace('Reporter', `Reporter${start}`);

    const found = good(document);

    expect(found.codes).toEqual(['xml-not-well-formed', 'less-than-bare']);
    expect(found.report.reporter.orgName).toBe(`Reporter${start}`);
    expect(found.records).toEqual(plain.records);
  });
});

describe('a document that is cut', () => {
  it.each([
    ['truncated-in-third-record.xml', ['xml-not-well-formed', 'record-incomplete', 'document-truncated']],
    ['truncated-between-records.xml', ['xml-not-well-formed', 'document-truncated']],
  ])('keeps its whole records in %s', (file, codes) => {
    const found = good(fixture(file));

    expect(found.codes).toEqual(codes);
    expect(found.records).toEqual(plain.records.slice(0, 2));
    expect(found.totals).toEqual({ ...TOTALS, records: 2, messages: 7 });
  });

  it('keeps its whole values, and no part of one, when it is cut before the records', () => {
    const found = good(fixture('truncated-in-policy.xml'));

    expect(found.codes).toEqual(['xml-not-well-formed', 'document-truncated', 'records-none']);
    expect(found.report.policy).toMatchObject({ domain: 'example.com', aspf: 'r', p: null });
  });

  it('is an error when there is nothing in it to count', () => {
    expect(errorOf(fixture('truncated-in-metadata.xml'))).toBe('report-empty');
  });

  it('is read at every length, or refused by name', () => {
    const whole = fixture('plain.xml');

    for (let length = 0; length < whole.length; length += 7) {
      const bytes = whole.subarray(0, length);
      const codes = tryCodes(bytes);
      expect(codes.length).toBeGreaterThan(0);
    }
  });
});

describe('what is no report', () => {
  it.each([
    ['empty.xml', 'document-empty'],
    ['only-space.xml', 'not-xml'],
    ['html-page.xml', 'not-a-report'],
    ['soap-fault.xml', 'not-a-report'],
  ])('is refused with a clear error: %s', (file, code) => {
    expect(errorOf(fixture(file))).toBe(code);
  });
});

function tryCodes(bytes: Uint8Array): readonly string[] {
  try {
    return good(bytes).codes;
  } catch (error) {
    return [String(error).split(':')[1]?.trim() ?? ''];
  }
}
