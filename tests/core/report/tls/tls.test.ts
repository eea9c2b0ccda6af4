import { hash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { TlsReport } from '../../../../src/core/report/report.js';
import {
  asFile,
  asStream,
  codesOf,
  readOne,
  type DocumentWithRecords,
  type ReadAllOptions,
} from '../../../support/read-all.js';

const REPORT = {
  'organization-name': 'Example Org',
  'date-range': { 'start-datetime': '2026-03-01T00:00:00Z', 'end-datetime': '2026-03-01T23:59:59Z' },
  'contact-info': 'tls@example.net',
  'report-id': 't-1',
  policies: [
    {
      policy: {
        'policy-type': 'sts',
        'policy-string': ['version: STSv1'],
        'policy-domain': 'example.com',
        'mx-host': ['mx.example.com'],
      },
      summary: { 'total-successful-session-count': 10, 'total-failure-session-count': 2 },
      'failure-details': [
        { 'result-type': 'certificate-expired', 'sending-mta-ip': '192.0.2.1', 'failed-session-count': 2 },
      ],
    },
  ],
};

function read(value: unknown, options?: ReadAllOptions): Promise<DocumentWithRecords> {
  return readOne(typeof value === 'string' ? value : JSON.stringify(value), options);
}

/** The report with one policy that is changed. */
function withPolicy(policy: unknown): unknown {
  return { ...REPORT, policies: [policy] };
}

describe('an SMTP TLS report', () => {
  it('is read from a file, a pipe and gzip, with the hash of its JSON', async () => {
    const bytes = Buffer.from(JSON.stringify(REPORT));

    for (const source of [bytes, asFile(bytes), asStream(bytes, [10]), gzipSync(bytes)])
      expect(await readOne(source)).toMatchObject({
        kind: 'smtp-tls',
        problems: [],
        sha256: hash('sha256', bytes),
        member: null,
      });
  });

  it('may have contact-info null and no sending-mta-ip', async () => {
    const document = await read({
      ...(withPolicy({
        ...REPORT.policies[0],
        'failure-details': [{ 'result-type': 'sts-policy-fetch-error', 'failed-session-count': 1 }],
      }) as object),
      'contact-info': null,
    });

    expect(document).toMatchObject({
      kind: 'smtp-tls',
      problems: [],
      report: {
        contactInfo: null,
        policies: [{ failureDetails: [{ sendingMtaIp: null, failedSessionCount: 1 }] }],
      },
    });
  });

  it('names a policy without domain', async () => {
    const document = await read(
      withPolicy({
        policy: { 'policy-type': 'no-policy-found' },
        summary: { 'total-successful-session-count': 1 },
      }),
    );

    expect(document.problems).toEqual([
      {
        code: 'policy-domain-missing',
        message: 'The policy names no domain.',
        where: 'policy 1 policy policy-domain',
      },
    ]);
    expect(document).toMatchObject({
      report: { policies: [{ policyDomain: null, successfulSessionCount: 1, failedSessionCount: 0 }] },
    });
  });

  it('keeps several policies in their order', async () => {
    const document = await read({
      ...REPORT,
      policies: ['a', 'b', 'c'].map((name) => ({
        policy: { 'policy-type': 'sts', 'policy-domain': `${name}.example.com` },
      })),
    });

    expect((document.report as TlsReport).policies.map(({ policyDomain }) => policyDomain)).toEqual([
      'a.example.com',
      'b.example.com',
      'c.example.com',
    ]);
  });

  it.each([
    [-1, 0, 'count-negative'],
    [1.5, 1, 'count-fractional'],
    [1e300, 0, 'count-invalid'],
    ['12', 12, null],
    ['many', 0, 'count-invalid'],
    ['', 0, 'count-missing'],
    [null, 0, 'count-missing'],
    [{}, 0, 'json-type'],
    [2 ** 53, 0, 'count-too-large'],
  ])('reads the count %j as %i', async (written, count, code) => {
    const document = await read(
      withPolicy({
        policy: REPORT.policies[0]?.policy,
        summary: { 'total-successful-session-count': written, 'total-failure-session-count': 3 },
      }),
    );

    expect(document).toMatchObject({
      report: { policies: [{ successfulSessionCount: count, failedSessionCount: 3 }] },
    });
    expect(codesOf(document)).toEqual(code === null ? [] : [code]);
  });

  it('keeps words that no standard names, and says so', async () => {
    const document = await read(
      withPolicy({
        policy: { 'policy-type': 'Invalid-Type', 'policy-domain': 'EXAMPLE.com.' },
        'failure-details': [{ 'result-type': 'New-Result' }],
      }),
    );

    expect(document).toMatchObject({
      report: {
        policies: [
          {
            policyType: 'invalid-type',
            policyDomain: 'example.com',
            failureDetails: [{ resultType: 'new-result' }],
          },
        ],
      },
    });
    expect(codesOf(document)).toEqual(['policy-type-unknown', 'result-type-unknown']);
  });

  it('says what is missing or of another type than it must be', async () => {
    const document = await read({
      'date-range': 'yesterday',
      policies: [7, { policy: [], summary: 'none', 'failure-details': ['x', { 'sending-mta-ip': 'host' }] }],
      'contact-info': ['a'],
    });

    expect(codesOf(document).sort()).toEqual([
      'date-missing',
      'date-missing',
      'ip-invalid',
      'json-type',
      'json-type',
      'json-type',
      'json-type',
      'organization-name-missing',
      'policy-domain-missing',
      'report-id-missing',
    ]);
    expect(document).toMatchObject({
      report: {
        organizationName: null,
        begin: null,
        policies: [{ policyType: null, failureDetails: [{ sendingMtaIp: null }] }],
      },
    });
  });

  it('reads dates in other forms, and leaves out what is none', async () => {
    const dates = (start: unknown, end: unknown): Promise<DocumentWithRecords> =>
      read({ ...REPORT, 'date-range': { 'start-datetime': start, 'end-datetime': end } });

    expect(await dates('2026-03-01T02:00:00.5+02:00', '2026-03-01t23:59:59z')).toMatchObject({
      report: { begin: '2026-03-01T00:00:00Z', end: '2026-03-01T23:59:59Z' },
      problems: [],
    });
    expect(await dates(1772323200, '2026-03-01')).toMatchObject({
      report: { begin: '2026-03-01T00:00:00Z', end: '2026-03-01T00:00:00Z' },
    });
    const none = await dates('soon', '2026-13-45T00:00:00Z');
    expect(none).toMatchObject({ report: { begin: null, end: null } });
    expect(codesOf(none)).toEqual(['date-invalid', 'date-invalid']);
  });

  it('is cut where a text is too long, and without what could drive a terminal', async () => {
    const document = await read({
      ...REPORT,
      'organization-name': 'x'.repeat(5_000),
      'report-id': 'a\u001b[31m\nb',
    });

    expect(codesOf(document)).toEqual(['text-cut']);
    expect(document).toMatchObject({ report: { organizationName: 'x'.repeat(4_000), reportId: 'a [31m b' } });
  });

  it('may stand behind a byte order mark, be UTF-16, or be followed by something else', async () => {
    const text = JSON.stringify({ ...REPORT, 'organization-name': 'Büro' });
    const named = { kind: 'smtp-tls', report: { organizationName: 'Büro' } };

    expect(await readOne(`\ufeff${text}`)).toMatchObject({ ...named, problems: [] });
    expect(await readOne(Buffer.from(`\ufeff${text}`, 'utf16le'))).toMatchObject({ ...named, problems: [] });
    expect(await readOne(Buffer.from(`\ufeff${text}`, 'utf16le').swap16())).toMatchObject({
      ...named,
      problems: [],
    });
    expect(codesOf(await readOne(`${text}\n\n`))).toEqual([]);
    expect(codesOf(await readOne(`${text}\nSent by a gateway`))).toEqual(['json-trailing-bytes']);
    expect(codesOf(await readOne(`${text}\0\0`))).toEqual([]);
    expect(codesOf(await readOne(Buffer.from(text, 'latin1')))).toEqual(['encoding-repaired']);
  });

  it('is told from other JSON', async () => {
    for (const other of ['{}', '[]', '{"policies":[]}', '{"a":1}', '[1,2]'])
      expect(await readOne(other)).toMatchObject({
        kind: 'unreadable',
        error: { code: 'not-a-report' },
        sha256: hash('sha256', other),
      });
  });

  it('is refused where it is damaged, too large or too deep', async () => {
    const text = JSON.stringify(REPORT);

    expect(await readOne(text.slice(0, -30))).toMatchObject({
      error: { code: 'json-invalid' },
      sha256: hash('sha256', text.slice(0, -30)),
    });
    expect(await readOne(text, { limits: { jsonBytes: 100 } })).toMatchObject({
      error: { code: 'limit-json-bytes' },
    });
    expect(await readOne(asFile(Buffer.from(text)), { limits: { jsonBytes: 100 } })).toMatchObject({
      error: { code: 'limit-json-bytes' },
      sha256: hash('sha256', text),
    });
    expect(await readOne(text, { limits: { records: 1 } })).toMatchObject({
      error: { code: 'limit-records' },
    });
    expect(await readOne('{"policies":['.repeat(40))).toMatchObject({ error: { code: 'limit-depth' } });
  });

  it('takes brackets and quotes in texts for texts', async () => {
    const name = `}]"\\${'['.repeat(100)}{`;

    expect(await read({ ...REPORT, 'organization-name': name })).toMatchObject({
      kind: 'smtp-tls',
      report: { organizationName: name },
    });
  });
});
