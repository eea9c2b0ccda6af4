import { describe, expect, it } from 'vitest';
import { good, oneRecord, recordXml, reportXml } from './document.js';

function dates(begin: string, end: string): string {
  return `<date_range><begin>${begin}</begin><end>${end}</end></date_range>`;
}

describe('a count', () => {
  it.each([
    ['2', 2, []],
    [' 2\n', 2, []],
    ['2.0', 2, []],
    ['+2', 2, []],
    ['007', 7, []],
    ['9007199254740991', 9007199254740991, []],
    ['', 0, ['count-missing']],
    ['-1', 0, ['count-negative']],
    ['-0', 0, []],
    ['2.5', 2, ['count-fractional']],
    ['9007199254740992', 0, ['count-too-large']],
    ['99999999999999999999999999', 0, ['count-too-large']],
    ['many', 0, ['count-invalid']],
    ['1,000', 0, ['count-invalid']],
    ['1e3', 0, ['count-invalid']],
    ['0x10', 0, ['count-invalid']],
  ])('of %j is %d', (text, count, codes) => {
    const found = oneRecord({ count: `<count>${text}</count>` });

    expect(found.record.count).toBe(count);
    expect(found.codes).toEqual(codes);
    expect(found.totals.messages).toBe(count);
  });

  it('that is missing is 0, and the record is kept', () => {
    const found = oneRecord({ count: '' });

    expect(found.record.count).toBe(0);
    expect(found.problems).toEqual([
      {
        code: 'count-missing',
        message: 'The number of messages is missing; counted as 0.',
        where: 'record 1',
      },
    ]);
  });

  it('is placed by its record', () => {
    const records = recordXml() + recordXml({ count: '<count>-5</count>' });

    const found = good(reportXml({ records }));

    expect(found.problems[0]?.where).toBe('record 2 row/count');
    expect(found.totals).toMatchObject({ records: 2, messages: 3 });
  });

  it('of all records together stays within 2^53, and is what the records say', () => {
    const counts = [5, 0, '9007199254740986', 1, 0, '9007199254740991', 2];
    const records = counts.map((count) => recordXml({ count: `<count>${count}</count>` }));

    const found = good(reportXml({ records: records.join('') }));

    expect(found.records.map(({ count }) => count)).toEqual([5, 0, 9_007_199_254_740_986, 0, 0, 0, 0]);
    expect(found.totals).toEqual({
      records: 7,
      messages: Number.MAX_SAFE_INTEGER,
      dmarcPass: Number.MAX_SAFE_INTEGER,
      dkimAligned: Number.MAX_SAFE_INTEGER,
      spfAligned: 0,
    });
    expect(found.problems.map(({ code, where }) => [code, where])).toEqual([
      ['total-too-large', 'record 4'],
      ['total-too-large', 'record 6'],
      ['total-too-large', 'record 7'],
    ]);
  });

  it('is kept as it is where all of them together are just within 2^53', () => {
    const records =
      recordXml({ count: '<count>9007199254740990</count>' }) + recordXml({ count: '<count>1</count>' });

    const found = good(reportXml({ records }));

    expect(found.totals.messages).toBe(Number.MAX_SAFE_INTEGER);
    expect(found.codes).toEqual([]);
  });
});

describe('a source address', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['  192.0.2.1 ', '192.0.2.1'],
    ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
    ['[2001:db8::1]', '2001:db8::1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::ffff:c000:201', '192.0.2.1'],
    ['fe80::1%eth0', 'fe80::1'],
  ])('of %j is %s', (text, ip) => {
    const found = oneRecord({ ip: `<source_ip>${text}</source_ip>` });

    expect(found.record.sourceIp).toBe(ip);
    expect(found.codes).toEqual([]);
  });

  it('that is none is left out and shown', () => {
    const found = oneRecord({ ip: '<source_ip>mail.example.com</source_ip>' });

    expect(found.record.sourceIp).toBeNull();
    expect(found.problems).toEqual([
      {
        code: 'source-ip-invalid',
        message: '"mail.example.com" is no IP address; left out.',
        where: 'record 1 row/source_ip',
      },
    ]);
  });

  it.each(['', '<source_ip></source_ip>', '<source_ip/>', '<source_ip> </source_ip>'])(
    'that is missing is named: %j',
    (ip) => {
      const found = oneRecord({ ip });

      expect(found.record.sourceIp).toBeNull();
      expect(found.codes).toEqual(['source-ip-missing']);
    },
  );
});

describe('dates', () => {
  it.each([
    ['1714521600', '1714607999', '2024-05-01T00:00:00Z', '2024-05-01T23:59:59Z', []],
    ['1714521600', '1714521600', '2024-05-01T00:00:00Z', '2024-05-01T00:00:00Z', []],
    [' 1714521600 ', '1714607999\n', '2024-05-01T00:00:00Z', '2024-05-01T23:59:59Z', []],
    ['1714521600.0', '1714607999.00', '2024-05-01T00:00:00Z', '2024-05-01T23:59:59Z', []],
    ['1714521600.25', '1714607999', '2024-05-01T00:00:00Z', '2024-05-01T23:59:59Z', ['date-fraction']],
    [
      '1714521600000',
      '1714607999999',
      '2024-05-01T00:00:00Z',
      '2024-05-01T23:59:59Z',
      ['date-unit', 'date-unit'],
    ],
    ['2024-05-01T00:00:00Z', '1714607999', '2024-05-01T00:00:00Z', '2024-05-01T23:59:59Z', ['date-text']],
    ['2024-05-01 02:00:00+0200', '1714607999', '2024-05-01T00:00:00Z', '2024-05-01T23:59:59Z', ['date-text']],
    [
      '2024-05-01',
      '2024-05-02T00:00:00.5',
      '2024-05-01T00:00:00Z',
      '2024-05-02T00:00:00Z',
      ['date-text', 'date-text'],
    ],
    [
      'Wed, 01 May 2024 00:00:00 +0000',
      '1714607999',
      '2024-05-01T00:00:00Z',
      '2024-05-01T23:59:59Z',
      ['date-text'],
    ],
    ['1714607999', '1714521600', '2024-05-01T00:00:00Z', '2024-05-01T23:59:59Z', ['date-order']],
    ['0', '1714607999', '1970-01-01T00:00:00Z', '2024-05-01T23:59:59Z', ['date-implausible']],
    ['-1', '1714607999', '1969-12-31T23:59:59Z', '2024-05-01T23:59:59Z', ['date-implausible']],
    ['1714521600', '99999999999', '2024-05-01T00:00:00Z', '5138-11-16T09:46:39Z', ['date-implausible']],
    ['-99999999999999999999', '1714607999', null, '2024-05-01T23:59:59Z', ['date-unit', 'date-implausible']],
    ['yesterday', '1714607999', null, '2024-05-01T23:59:59Z', ['date-invalid']],
    ['2024-13-01', '1714607999', null, '2024-05-01T23:59:59Z', ['date-invalid']],
    ['', '1714607999', null, '2024-05-01T23:59:59Z', ['date-missing']],
  ])('from %j to %j', (begin, end, isoBegin, isoEnd, codes) => {
    const found = good(reportXml({ dates: dates(begin, end) }));

    expect([found.report.begin, found.report.end]).toEqual([isoBegin, isoEnd]);
    expect(found.codes).toEqual(codes);
  });

  it('that are missing altogether are named', () => {
    const found = good(reportXml({ dates: '' }));

    expect(found.codes).toEqual(['date-missing', 'date-missing']);
    expect(found.problems[0]?.where).toBe('report_metadata/date_range/begin');
  });

  it('of a span over 25 hours are nothing odd', () => {
    const found = good(reportXml({ dates: dates('1714521600', '1714780800') }));

    expect(found.codes).toEqual([]);
    expect(found.report.end).toBe('2024-05-04T00:00:00Z');
  });
});

describe('words', () => {
  it('are the same in capitals', () => {
    const evaluated = '<disposition>None</disposition><dkim>Pass</dkim><spf>FAIL</spf>';

    const found = oneRecord({ evaluated });

    expect(found.record).toMatchObject({ disposition: 'none', dkim: 'pass', spf: 'fail' });
    expect(found.codes).toEqual([]);
    expect(found.totals).toEqual({ records: 1, messages: 3, dmarcPass: 3, dkimAligned: 3, spfAligned: 0 });
  });

  it.each([
    ['<disposition>pass</disposition>', 'disposition', 'pass', []],
    ['<disposition>delivered</disposition>', 'disposition', 'delivered', ['value-unknown']],
    ['<disposition/>', 'disposition', null, []],
    ['<spf>none</spf>', 'spf', 'none', ['value-unknown']],
    ['<spf>softfail</spf>', 'spf', 'softfail', ['value-unknown']],
    ['<dkim></dkim>', 'dkim', null, []],
  ])('of policy_evaluated are kept: %s', (evaluated, field, value, codes) => {
    const found = oneRecord({ evaluated });

    expect(found.record).toMatchObject({ [field]: value });
    expect(found.codes).toEqual(codes);
  });

  it.each([
    ['hardfail', 'hardfail', ['value-unknown']],
    ['unknown', 'unknown', ['value-unknown']],
    ['SoftFail', 'softfail', []],
    [' pass ', 'pass', []],
    ['', null, []],
  ])('of an SPF result are kept: %j', (text, result, codes) => {
    const found = oneRecord({ auth: `<spf><domain>example.com</domain><result>${text}</result></spf>` });

    expect(found.record.authResults.spf).toEqual([
      { domain: 'example.com', scope: null, result, humanResult: null },
    ]);
    expect(found.codes).toEqual(codes);
  });

  it('of the policy are kept, and empty ones are nothing', () => {
    const policy = '<domain>Example.COM.</domain><p>NONE</p><sp></sp><adkim>relaxed</adkim><aspf>S</aspf>';

    const found = good(reportXml({ policy }));

    expect(found.report.policy).toMatchObject({
      domain: 'example.com',
      p: 'none',
      sp: null,
      adkim: 'relaxed',
      aspf: 's',
    });
    expect(found.problems).toEqual([
      {
        code: 'value-unknown',
        message: '"relaxed" is no value of the standard here; kept as it is.',
        where: 'policy_published/adkim',
      },
    ]);
  });
});

describe('auth results', () => {
  it('may lack the scope, the selector and the result', () => {
    const auth =
      '<dkim><domain>example.com</domain><result></result></dkim>' +
      '<spf><scope>helo</scope><result>none</result></spf><spf><domain>a.example.com</domain></spf>';

    const found = oneRecord({ auth });

    expect(found.codes).toEqual([]);
    expect(found.record.authResults).toEqual({
      dkim: [{ domain: 'example.com', selector: null, result: null, humanResult: null }],
      spf: [
        { domain: null, scope: 'helo', result: 'none', humanResult: null },
        { domain: 'a.example.com', scope: null, result: null, humanResult: null },
      ],
    });
  });

  it('that hold nothing at all are none', () => {
    const found = oneRecord({ auth: '<dkim/><spf></spf>' });

    expect(found.record.authResults).toEqual({ dkim: [], spf: [] });
    expect(found.codes).toEqual([]);
  });

  it('that are bare words are results', () => {
    const found = oneRecord({ auth: '<dkim>none</dkim>' });

    expect(found.record.authResults.dkim[0]).toMatchObject({ domain: null, result: 'none' });
    expect(found.codes).toEqual(['text-unexpected']);
  });

  it('may be missing', () => {
    const record = '<record><row><source_ip>192.0.2.1</source_ip><count>1</count></row></record>';

    const found = good(reportXml({ records: record }));

    expect(found.records[0]?.authResults).toEqual({ dkim: [], spf: [] });
    expect(found.codes).toEqual([]);
  });
});

describe('override reasons', () => {
  it.each([
    ['<reason><type>local_policy</type><comment>arc=pass</comment></reason>', 'local_policy', 'arc=pass', []],
    ['<reason><type></type><comment></comment></reason>', null, null, []],
    ['<reason><type/><comment>why not</comment></reason>', null, 'why not', []],
    ['<reason>mailing list</reason>', null, 'mailing list', []],
    ['<reason><type>Forwarded</type></reason>', 'forwarded', null, []],
    ['<reason><type>whim</type></reason>', 'whim', null, ['value-unknown']],
  ])('are kept: %s', (reason, type, comment, codes) => {
    const found = oneRecord({ evaluated: `<disposition>none</disposition>${reason}` });

    expect(found.record.reasons).toEqual([{ type, comment }]);
    expect(found.codes).toEqual(codes);
  });
});

describe('identifiers', () => {
  it('are the same under their older name', () => {
    const found = oneRecord({
      identifiers: '<identities><header_from>Example.com.</header_from></identities>',
    });

    expect(found.record.headerFrom).toBe('example.com');
    expect(found.codes).toEqual([]);
  });

  it('may be missing or empty', () => {
    expect(oneRecord({ identifiers: '' }).record).toMatchObject({ headerFrom: null, envelopeFrom: null });
    expect(
      oneRecord({ identifiers: '<identifiers><envelope_from/></identifiers>' }).record.envelopeFrom,
    ).toBeNull();
  });
});

describe('the percentage', () => {
  it.each([
    ['100', 100, []],
    [' 50 ', 50, []],
    ['25%', 25, []],
    ['', null, []],
    ['101', null, ['pct-invalid']],
    ['-1', null, ['pct-invalid']],
    ['all', null, ['pct-invalid']],
  ])('of %j is %s', (text, pct, codes) => {
    const found = good(reportXml({ policy: `<domain>example.com</domain><pct>${text}</pct>` }));

    expect(found.report.policy.pct).toBe(pct);
    expect(found.codes).toEqual(codes);
  });
});

describe('what is missing', () => {
  it('of the reporter and the id is named', () => {
    const found = good(reportXml({ metadata: '<org_name> </org_name>' }));

    expect(found.codes).toEqual(['org-name-missing', 'report-id-missing']);
    expect(found.report.reporter.orgName).toBeNull();
  });

  it('of the version and p is no matter', () => {
    const found = good(reportXml({ version: '', policy: '<domain>example.com</domain>' }));

    expect(found.codes).toEqual([]);
    expect(found.report).toMatchObject({ version: null, policy: { p: null } });
  });

  it('of the domain is guessed from records that agree', () => {
    const found = good(reportXml({ policy: '<p>none</p>', records: recordXml() + recordXml() }));

    expect(found.report.domain).toBe('example.com');
    expect(found.report.policy.domain).toBeNull();
    expect(found.codes).toEqual(['domain-guessed']);
  });

  it('of the domain stays missing where records differ', () => {
    const other = recordXml({
      identifiers: '<identifiers><header_from>example.org</header_from></identifiers>',
    });

    const found = good(reportXml({ policy: '', records: recordXml() + other }));

    expect(found.report.domain).toBeNull();
    expect(found.codes).toEqual(['domain-missing']);
  });

  it('of records is named', () => {
    expect(good(reportXml({ records: '' })).codes).toEqual(['records-none']);
  });
});

describe('what is given twice', () => {
  it('is kept once where it agrees', () => {
    const policy = '<domain>example.com</domain><p>none</p>';

    const found = good(reportXml({ policy, extra: `<policy_published>${policy}</policy_published>` }));

    expect(found.codes).toEqual([]);
    expect(found.report.policy).toMatchObject({ domain: 'example.com', p: 'none' });
  });

  it('is kept as first written where it differs, and the other is shown', () => {
    const extra =
      '<policy_published><domain>example.com</domain><p>none</p><np>reject</np></policy_published>';

    const found = good(reportXml({ extra }));

    expect(found.report.policy).toMatchObject({ p: 'reject', np: 'reject' });
    expect(found.problems).toEqual([
      {
        code: 'element-repeated',
        message: 'Given twice: "reject" was kept, "none" left out.',
        where: 'policy_published/p',
      },
    ]);
  });

  it('is named within a record too', () => {
    const found = oneRecord({ count: '<count>3</count><count>4</count>' });

    expect(found.record.count).toBe(3);
    expect(found.codes).toEqual(['element-repeated']);
  });
});
