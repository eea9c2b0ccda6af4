import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { TlsReport } from '../../src/core/report/report.js';
import { attachment, mail, type MailForm } from '../support/containers.js';
import { codesOf, readAll, readOne, type DocumentWithRecords } from '../support/read-all.js';

/** One statement of the standard, and the check that the reader keeps it. */
interface Clause {
  /** Where RFC 8460 says it. */
  readonly clause: string;
  readonly says: string;
  readonly holds: () => Promise<void>;
}

/** Every field of §4.4. */
const COMPLETE = {
  'organization-name': 'Example Org',
  'date-range': { 'start-datetime': '2026-03-01T00:00:00Z', 'end-datetime': '2026-03-01T23:59:59Z' },
  'contact-info': 'tls-reporting@example.net',
  'report-id': '2026-03-01_example.com',
  policies: [
    {
      policy: {
        'policy-type': 'sts',
        'policy-string': ['version: STSv1', 'mode: testing', 'mx: *.mail.example.com', 'max_age: 86400'],
        'policy-domain': 'example.com',
        'mx-host': ['*.mail.example.com'],
      },
      summary: { 'total-successful-session-count': 5326, 'total-failure-session-count': 303 },
      'failure-details': [
        {
          'result-type': 'certificate-expired',
          'sending-mta-ip': '2001:db8:abcd:0012::1',
          'receiving-mx-hostname': 'mx1.mail.example.com',
          'receiving-mx-helo': 'mx1.example.com',
          'receiving-ip': '203.0.113.56',
          'failed-session-count': 100,
          'additional-information': 'https://example.net/report?id=1',
          'failure-reason-code': 'X509_V_ERR_CERT_HAS_EXPIRED',
        },
      ],
    },
  ],
};

const JSON_BYTES = Buffer.from(JSON.stringify(COMPLETE));
const NAME = 'mail.example.net!example.com!1772323200!1772409599!001.json';

async function read(value: object): Promise<DocumentWithRecords & { readonly report: TlsReport }> {
  const document = await readOne(JSON.stringify(value));
  if (document.kind !== 'smtp-tls') throw new Error(`${document.kind} where a TLS report was expected`);
  return document;
}

/** The complete report, its only policy changed. */
function withPolicy(change: object): object {
  return { ...COMPLETE, policies: [{ ...COMPLETE.policies[0], ...change }] };
}

function withResult(type: string): object {
  return withPolicy({ 'failure-details': [{ 'result-type': type, 'failed-session-count': 1 }] });
}

async function keepsResults(types: readonly string[]): Promise<void> {
  for (const type of types) {
    const document = await read(withResult(type));
    expect(document.problems).toEqual([]);
    expect(document.report.policies[0]?.failureDetails[0]?.resultType).toBe(type);
  }
}

async function keepsField(of: (report: TlsReport) => unknown, value: unknown): Promise<void> {
  expect(of((await read(COMPLETE)).report)).toEqual(value);
}

/** A mail as §5.3 asks for. */
function reportMail(type: string, bytes: Uint8Array, form: MailForm = {}): Buffer {
  return mail(
    [{ body: 'This is an aggregate TLS report from mail.example.net.' }, attachment(NAME, type, bytes)],
    {
      multipart: 'report; report-type="tlsrpt"',
      header: ['TLS-Report-Domain: example.com', 'TLS-Report-Submitter: mail.example.net'],
      subject:
        'Report Domain: example.com Submitter: mail.example.net Report-ID: <2026-03-01_example.com@example.net>',
      ...form,
    },
  );
}

async function isRead(bytes: Uint8Array): Promise<void> {
  expect(await readAll(bytes)).toMatchObject([
    { kind: 'smtp-tls', problems: [], report: { reportId: COMPLETE['report-id'] } },
  ]);
}

const CLAUSES: readonly Clause[] = [
  {
    clause: '§4',
    says: 'a report is one JSON text, I-JSON (RFC 7493), so in UTF-8',
    holds: async () => {
      const document = await read({ ...COMPLETE, 'organization-name': 'Bücher & Söhne 日本' });
      expect(document).toMatchObject({ problems: [], report: { organizationName: 'Bücher & Söhne 日本' } });
    },
  },
  {
    clause: '§4.1',
    says: 'the range of a report is a UTC day, in RFC 3339',
    holds: async () => {
      await keepsField(({ begin, end }) => [begin, end], ['2026-03-01T00:00:00Z', '2026-03-01T23:59:59Z']);
    },
  },
  {
    clause: '§4.2.1',
    says: 'successful sessions are counted',
    holds: () => keepsField(({ policies }) => policies[0]?.successfulSessionCount, 5326),
  },
  {
    clause: '§4.2.2',
    says: 'failed sessions are counted',
    holds: () => keepsField(({ policies }) => policies[0]?.failedSessionCount, 303),
  },
  {
    clause: '§4.3.1',
    says: 'results of the negotiation',
    holds: () =>
      keepsResults([
        'starttls-not-supported',
        'certificate-host-mismatch',
        'certificate-expired',
        'certificate-not-trusted',
      ]),
  },
  {
    clause: '§4.3.2.1',
    says: 'results of DANE policies',
    holds: () => keepsResults(['tlsa-invalid', 'dnssec-invalid', 'dane-required']),
  },
  {
    clause: '§4.3.2.2',
    says: 'results of MTA-STS policies',
    holds: () => keepsResults(['sts-policy-fetch-error', 'sts-policy-invalid', 'sts-webpki-invalid']),
  },
  {
    clause: '§4.3.3',
    says: 'validation-failure stands for any other cause',
    holds: () => keepsResults(['validation-failure']),
  },
  {
    clause: '§6.6',
    says: 'further results may be registered: they are kept, and noted',
    holds: async () => {
      const document = await read(withResult('another-result'));
      expect(document.report.policies[0]?.failureDetails[0]?.resultType).toBe('another-result');
      expect(codesOf(document)).toEqual(['result-type-unknown']);
    },
  },
  {
    clause: '§4.4',
    says: 'organization-name',
    holds: () => keepsField(({ organizationName }) => organizationName, 'Example Org'),
  },
  {
    clause: '§4.4',
    says: 'start-datetime',
    holds: () => keepsField(({ begin }) => begin, '2026-03-01T00:00:00Z'),
  },
  { clause: '§4.4', says: 'end-datetime', holds: () => keepsField(({ end }) => end, '2026-03-01T23:59:59Z') },
  {
    clause: '§4.4',
    says: 'contact-info',
    holds: () => keepsField(({ contactInfo }) => contactInfo, 'tls-reporting@example.net'),
  },
  {
    clause: '§4.4',
    says: 'report-id',
    holds: () => keepsField(({ reportId }) => reportId, '2026-03-01_example.com'),
  },
  {
    clause: '§4.4',
    says: 'policy-type is tlsa, sts or no-policy-found',
    holds: async () => {
      for (const type of ['tlsa', 'sts', 'no-policy-found']) {
        const document = await read(
          withPolicy({ policy: { 'policy-type': type, 'policy-domain': 'example.com' } }),
        );
        expect(document.problems).toEqual([]);
        expect(document.report.policies[0]?.policyType).toBe(type);
      }
    },
  },
  {
    clause: '§4.4',
    says: 'policy-string is the policy line by line, for TLSA record by record',
    holds: async () => {
      await keepsField(
        ({ policies }) => policies[0]?.policyString,
        COMPLETE.policies[0]?.policy['policy-string'],
      );
      const records = [
        '3 0 1 1F850A337E6DB9C609C522D136A475638CC43E1ED424F8EEC8513D747D1D085D',
        '3 0 1 12350A337E6DB9C6123522D136A475638CC43E1ED424F8EEC8513D747D1D1234',
      ];
      const tlsa = await read(
        withPolicy({
          policy: { 'policy-type': 'tlsa', 'policy-string': records, 'policy-domain': 'example.com' },
        }),
      );
      expect(tlsa.report.policies[0]?.policyString).toEqual(records);
    },
  },
  {
    clause: '§4.4',
    says: 'policy-domain',
    holds: () => keepsField(({ policies }) => policies[0]?.policyDomain, 'example.com'),
  },
  {
    clause: '§4.4',
    says: 'mx-host is a list of patterns; the example has it as one text',
    holds: async () => {
      await keepsField(({ policies }) => policies[0]?.mxHost, ['*.mail.example.com']);
      const single = await read(
        withPolicy({ policy: { ...COMPLETE.policies[0]?.policy, 'mx-host': '*.mail.example.com' } }),
      );
      expect(single.report.policies[0]?.mxHost).toEqual(['*.mail.example.com']);
      expect(single.problems).toEqual([]);
    },
  },
  {
    clause: '§4.4',
    says: 'the summary has total-successful-session-count and total-failure-session-count',
    holds: () =>
      keepsField(
        ({ policies }) => [policies[0]?.successfulSessionCount, policies[0]?.failedSessionCount],
        [5326, 303],
      ),
  },
  {
    clause: '§4.4',
    says: 'result-type',
    holds: () =>
      keepsField(({ policies }) => policies[0]?.failureDetails[0]?.resultType, 'certificate-expired'),
  },
  {
    clause: '§4.4',
    says: 'sending-mta-ip, in its canonical text',
    holds: () =>
      keepsField(({ policies }) => policies[0]?.failureDetails[0]?.sendingMtaIp, '2001:db8:abcd:12::1'),
  },
  {
    clause: '§4.4',
    says: 'receiving-mx-hostname',
    holds: () =>
      keepsField(
        ({ policies }) => policies[0]?.failureDetails[0]?.receivingMxHostname,
        'mx1.mail.example.com',
      ),
  },
  {
    clause: '§4.4',
    says: 'receiving-mx-helo',
    holds: () =>
      keepsField(({ policies }) => policies[0]?.failureDetails[0]?.receivingMxHelo, 'mx1.example.com'),
  },
  {
    clause: '§4.4',
    says: 'receiving-ip',
    holds: () => keepsField(({ policies }) => policies[0]?.failureDetails[0]?.receivingIp, '203.0.113.56'),
  },
  {
    clause: '§4.4',
    says: 'failed-session-count',
    holds: () => keepsField(({ policies }) => policies[0]?.failureDetails[0]?.failedSessionCount, 100),
  },
  {
    clause: '§4.4',
    says: 'additional-information, a URI',
    holds: () =>
      keepsField(
        ({ policies }) => policies[0]?.failureDetails[0]?.additionalInformation,
        'https://example.net/report?id=1',
      ),
  },
  {
    clause: '§4.4',
    says: 'failure-reason-code',
    holds: () =>
      keepsField(
        ({ policies }) => policies[0]?.failureDetails[0]?.failureReasonCode,
        'X509_V_ERR_CERT_HAS_EXPIRED',
      ),
  },
  {
    clause: '§4.4',
    says: 'failure-details are there only where sessions failed',
    holds: async () => {
      const { 'failure-details': _, ...without } = COMPLETE.policies[0] ?? {};
      const document = await read({ ...COMPLETE, policies: [without] });
      expect(document.problems).toEqual([]);
      expect(document.report.policies[0]?.failureDetails).toEqual([]);
    },
  },
  {
    clause: '§4.5',
    says: 'a domain may have several policies, each with its own part',
    holds: async () => {
      const [policy] = COMPLETE.policies;
      const document = await read({
        ...COMPLETE,
        policies: [policy, { ...policy, policy: { 'policy-type': 'tlsa', 'policy-domain': 'example.com' } }],
      });
      expect(document.report.policies.map(({ policyType }) => policyType)).toEqual(['sts', 'tlsa']);
    },
  },
  {
    clause: '§5.1',
    says: 'the file name says reporter, domain, range and a unique part; it is shown as the member',
    holds: async () => {
      expect((await readOne(reportMail('application/tlsrpt+json', JSON_BYTES))).member).toBe(NAME);
    },
  },
  {
    clause: '§5.2',
    says: 'a report should be compressed by gzip',
    holds: () => isRead(gzipSync(JSON_BYTES)),
  },
  {
    clause: '§5.3',
    says: 'by mail it comes as multipart/report, report-type tlsrpt, type application/tlsrpt+gzip',
    holds: () => isRead(reportMail('application/tlsrpt+gzip', gzipSync(JSON_BYTES))),
  },
  {
    clause: '§5.3',
    says: 'uncompressed as application/tlsrpt+json',
    holds: () => isRead(reportMail('application/tlsrpt+json', JSON_BYTES)),
  },
  {
    clause: '§5.3',
    says: 'TLS-Report-Domain and TLS-Report-Submitter are in the header, and may be folded, as may the subject',
    holds: () =>
      isRead(
        reportMail('application/tlsrpt+gzip', gzipSync(JSON_BYTES), {
          header: ['TLS-Report-Domain:\n example.com', 'TLS-Report-Submitter:\n\tmail.example.net'],
          subject:
            'Report Domain: example.com\n    Submitter: mail.example.net\n    Report-ID: <1@example.net>',
        }),
      ),
  },
  {
    clause: '§5.3',
    says: 'the text part is for people; it is no document',
    holds: async () => {
      expect(await readAll(reportMail('application/tlsrpt+gzip', gzipSync(JSON_BYTES)))).toHaveLength(1);
    },
  },
  {
    clause: '§5.4',
    says: 'by HTTPS it is posted as application/tlsrpt+gzip or application/tlsrpt+json: the bytes alone are read',
    holds: async () => {
      await isRead(gzipSync(JSON_BYTES));
      await isRead(JSON_BYTES);
    },
  },
  {
    clause: '§5.6',
    says: 'where file name, header and JSON differ, the JSON counts',
    holds: () =>
      isRead(
        mail(
          [
            attachment(
              'other.example!other.example!0!1.json.gz',
              'application/tlsrpt+gzip',
              gzipSync(JSON_BYTES),
            ),
          ],
          { header: ['TLS-Report-Domain: other.example'] },
        ),
      ),
  },
];

describe('RFC 8460', () => {
  it.each(CLAUSES)('$clause: $says', async ({ holds }) => {
    await holds();
    expect.hasAssertions();
  });
});
