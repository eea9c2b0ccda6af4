import { describe, expect, it } from 'vitest';
import type { FailureReport } from '../../src/core/report/report.js';
import { mail } from '../support/containers.js';
import { failureMail, FIELDS, MESSAGE, type WrittenFailure } from '../support/failures.js';
import { codesOf, readAll, readOne, type DocumentWithRecords } from '../support/read-all.js';

/** One statement of a standard, and the check that the reader keeps it. */
interface Clause {
  readonly clause: string;
  readonly says: string;
  readonly holds: () => Promise<void>;
}

type Failure = DocumentWithRecords & { readonly report: FailureReport };

async function read(written: WrittenFailure | Buffer, redact = false): Promise<Failure> {
  const document = await readOne(Buffer.isBuffer(written) ? written : failureMail(written), { redact });
  if (document.kind !== 'failure') throw new Error(`${document.kind} where a failure report was expected`);
  return document;
}

/** The report with further fields. */
function withFields(...fields: readonly string[]): Promise<Failure> {
  return read({ fields: [...FIELDS, ...fields] });
}

/** A field is taken as it is, without a note. */
async function keeps<K extends keyof FailureReport>(
  field: string,
  key: K,
  value: FailureReport[K],
): Promise<void> {
  const name = field.slice(0, field.indexOf(':') + 1);
  const document = await read({ fields: [...FIELDS.filter((line) => !line.startsWith(name)), field] });
  expect(document.report[key]).toEqual(value);
  expect(document.problems).toEqual([]);
}

/** A field that is there twice: the first one counts, and it is noted. */
async function once<K extends keyof FailureReport>(
  first: string,
  second: string,
  key: K,
  value: FailureReport[K],
): Promise<void> {
  const name = first.slice(0, first.indexOf(':') + 1);
  const document = await read({
    fields: [...FIELDS.filter((line) => !line.startsWith(name)), first, second],
  });
  expect(document.report[key]).toEqual(value);
  expect(codesOf(document)).toEqual(['field-repeated']);
}

const RFC_5965: readonly Clause[] = [
  {
    clause: 'RFC 5965 §2 a',
    says: 'a report is a mail of type multipart/report with report-type feedback-report',
    holds: async () => {
      expect(await read({})).toMatchObject({ kind: 'failure', problems: [], member: null });
    },
  },
  {
    clause: 'RFC 5965 §2 b',
    says: 'the first part is for people; it is no document',
    holds: async () => {
      expect(await readAll(failureMail({ text: 'Feedback about mail.' }))).toHaveLength(1);
    },
  },
  {
    clause: 'RFC 5965 §2 c',
    says: 'the second part is message/feedback-report',
    holds: async () => {
      expect((await read({})).report).toMatchObject({ feedbackType: 'auth-failure', sourceIp: '192.0.2.1' });
    },
  },
  {
    clause: 'RFC 5965 §2 d',
    says: 'the third part is the message',
    holds: async () => {
      const { report } = await read({});
      expect(report.headers.map(({ name }) => name)).toEqual([
        'Received',
        'From',
        'To',
        'Subject',
        'Message-ID',
      ]);
      expect(report.body).toBe('Dear Bob, this is between us.');
    },
  },
  {
    clause: 'RFC 5965 §2 d',
    says: 'or its header alone',
    holds: async () => {
      const { report } = await read({ message: MESSAGE.slice(0, 5), messageType: 'text/rfc822-headers' });
      expect(report.headers).toHaveLength(5);
      expect(report.body).toBeNull();
    },
  },
  {
    clause: 'RFC 5965 §2 f',
    says: 'a report is about one message; what that carries is not read as documents of ours',
    holds: async () => {
      const carried = mail([{ header: ['Content-Type: text/xml'], body: '<feedback/>' }], {
        boundary: 'inner',
      }).toString();
      expect(await readAll(failureMail({ message: carried.split('\r\n') }))).toHaveLength(1);
    },
  },
  {
    clause: 'RFC 5965 §2',
    says: 'a report without a message is read, and says so',
    holds: async () => {
      const document = await read({ message: null });
      expect(document.report).toMatchObject({ headers: [], body: null, domain: 'example.com' });
      expect(codesOf(document)).toEqual(['message-missing']);
    },
  },
  {
    clause: 'RFC 5965 §3',
    says: 'field names are in any case',
    holds: () => keeps('REPORTING-mta: dns; mx.example.net', 'reportingMta', 'mx.example.net'),
  },
  {
    clause: 'RFC 5965 §3',
    says: 'fields may be folded',
    holds: () =>
      keeps(
        'Authentication-Results: mx.example.net;\r\n  spf=fail\r\n\tsmtp.mailfrom=example.com',
        'authenticationResults',
        ['mx.example.net; spf=fail smtp.mailfrom=example.com'],
      ),
  },
  {
    clause: 'RFC 5965 §3.1',
    says: 'Feedback-Type',
    holds: () => keeps('Feedback-Type: auth-failure', 'feedbackType', 'auth-failure'),
  },
  {
    clause: 'RFC 5965 §3.1',
    says: 'User-Agent',
    holds: () => keeps('User-Agent: SomeGenerator/1.0', 'userAgent', 'SomeGenerator/1.0'),
  },
  { clause: 'RFC 5965 §3.1', says: 'Version', holds: () => keeps('Version: 1', 'version', '1') },
  {
    clause: 'RFC 5965 §3.1',
    says: 'a required field that is there twice counts once',
    holds: () => once('Feedback-Type: abuse', 'Feedback-Type: fraud', 'feedbackType', 'abuse'),
  },
  {
    clause: 'RFC 5965 §3.2',
    says: 'Original-Envelope-Id',
    holds: () => keeps('Original-Envelope-Id: o3F52gxO029144', 'originalEnvelopeId', 'o3F52gxO029144'),
  },
  {
    clause: 'RFC 5965 §3.2',
    says: 'Original-Mail-From, in angle brackets or without',
    holds: async () => {
      await keeps('Original-Mail-From: <a@example.com>', 'originalMailFrom', 'a@example.com');
      await keeps('Original-Mail-From: a@example.com', 'originalMailFrom', 'a@example.com');
      await keeps('Original-Mail-From: <>', 'originalMailFrom', '<>');
    },
  },
  {
    clause: 'RFC 5965 §3.2',
    says: 'Arrival-Date, as mail writes dates',
    holds: async () => {
      await keeps('Arrival-Date: Sun, 01 Mar 2026 12:00:00 +0200', 'arrivalDate', '2026-03-01T10:00:00Z');
      await keeps(
        'Arrival-Date: Thu, 8 Mar 2005 14:00:00 EDT (summer)',
        'arrivalDate',
        '2005-03-08T18:00:00Z',
      );
    },
  },
  {
    clause: 'RFC 5965 §3.2',
    says: 'Reporting-MTA, whose type of name is dns',
    holds: () => keeps('Reporting-MTA: dns; mail.example.com', 'reportingMta', 'mail.example.com'),
  },
  {
    clause: 'RFC 5965 §3.2',
    says: 'Source-IP, of either version',
    holds: async () => {
      await keeps('Source-IP: 192.0.2.1', 'sourceIp', '192.0.2.1');
      await keeps('Source-IP: 2001:DB8::1', 'sourceIp', '2001:db8::1');
      await keeps('Source-IP: IPv6:2001:db8::1', 'sourceIp', '2001:db8::1');
    },
  },
  {
    clause: 'RFC 5965 §3.2',
    says: 'Incidents, 1 where it is absent',
    holds: async () => {
      await keeps('Incidents: 42', 'incidents', 42);
      await keeps('Version: 1', 'incidents', 1);
    },
  },
  {
    clause: 'RFC 5965 §3.2',
    says: 'a field that may be there once and is there twice counts once',
    holds: () => once('Source-IP: 192.0.2.1', 'Source-IP: 192.0.2.2', 'sourceIp', '192.0.2.1'),
  },
  {
    clause: 'RFC 5965 §3.3',
    says: 'Authentication-Results, any number',
    holds: async () => {
      expect(
        (await withFields('Authentication-Results: a', 'Authentication-Results: b')).report
          .authenticationResults,
      ).toEqual(['a', 'b']);
    },
  },
  {
    clause: 'RFC 5965 §3.3',
    says: 'Original-Rcpt-To, any number',
    holds: async () => {
      expect(
        (await withFields('Original-Rcpt-To: <a@example.net>', 'Original-Rcpt-To: b@example.net')).report
          .originalRcptTo,
      ).toEqual(['a@example.net', 'b@example.net']);
    },
  },
  {
    clause: 'RFC 5965 §3.3',
    says: 'Reported-Domain, any number',
    holds: async () => {
      expect((await withFields('Reported-Domain: Example.ORG.')).report.reportedDomain).toEqual([
        'example.com',
        'example.org',
      ]);
    },
  },
  {
    clause: 'RFC 5965 §3.3',
    says: 'Reported-URI, any number',
    holds: async () => {
      expect(
        (await withFields('Reported-URI: http://example.net/x', 'Reported-Uri: mailto:user@example.com'))
          .report.reportedUri,
      ).toEqual(['http://example.net/x', 'mailto:user@example.com']);
    },
  },
  {
    clause: 'RFC 5965 §3.4',
    says: 'URIs may be of any scheme',
    holds: () => keeps('Reported-URI: sip:user@example.com', 'reportedUri', ['sip:user@example.com']),
  },
  {
    clause: 'RFC 5965 §6',
    says: 'fields that are not known are passed over: they are kept apart',
    holds: async () => {
      const document = await withFields('Removal-Recipient: user@example.com', 'X-Other: 1');
      expect(document.report.otherFields).toEqual([
        { name: 'Removal-Recipient', value: 'user@example.com' },
        { name: 'X-Other', value: '1' },
      ]);
      expect(document.problems).toEqual([]);
    },
  },
  {
    clause: 'RFC 5965 §7.3',
    says: 'types of feedback are registered; others than about authentication are read too',
    holds: async () => {
      for (const type of ['abuse', 'fraud', 'virus', 'other', 'not-spam', 'opt-out'])
        await keeps(`Feedback-Type: ${type}`, 'feedbackType', type);
      await keeps('Feedback-Type: Abuse', 'feedbackType', 'abuse');
    },
  },
  {
    clause: 'RFC 5965 §4',
    says: 'fields without sense do not make a report unreadable',
    holds: async () => {
      const document = await read({
        fields: [
          'Feedback-Type: auth-failure',
          'Source-IP: unknown',
          'Arrival-Date: yesterday',
          'Incidents: -1',
          'Source-Port: 99999',
          'no field at all',
          ': nothing',
          'Reported-Domain:',
        ],
      });
      expect(document.report).toMatchObject({
        sourceIp: null,
        arrivalDate: null,
        incidents: 0,
        sourcePort: null,
        reportedDomain: [],
      });
      expect(codesOf(document).sort()).toEqual([
        'count-negative',
        'date-invalid',
        'ip-invalid',
        'port-invalid',
      ]);
    },
  },
];

const RFC_6591: readonly Clause[] = [
  {
    clause: 'RFC 6591 §3.1',
    says: 'auth-failure is a type of feedback',
    holds: () => keeps('Feedback-Type: auth-failure', 'feedbackType', 'auth-failure'),
  },
  {
    clause: 'RFC 6591 §3.1',
    says: 'the report says Authentication-Results, Original-Mail-From, Source-IP and Reported-Domain',
    holds: async () => {
      const { report } = await withFields(
        'Authentication-Results: mx.example.net; dkim=fail',
        'Original-Mail-From: a@example.com',
      );
      expect(report).toMatchObject({
        authenticationResults: ['mx.example.net; dkim=fail'],
        originalMailFrom: 'a@example.com',
        sourceIp: '192.0.2.1',
        reportedDomain: ['example.com'],
      });
    },
  },
  {
    clause: 'RFC 6591 §3.2.1',
    says: 'Auth-Failure',
    holds: () => keeps('Auth-Failure: bodyhash', 'authFailure', 'bodyhash'),
  },
  {
    clause: 'RFC 6591 §3.2.2',
    says: 'Delivery-Result is delivered, spam, policy, reject or other',
    holds: async () => {
      for (const result of ['delivered', 'spam', 'policy', 'reject', 'other'])
        await keeps(`Delivery-Result: ${result}`, 'deliveryResult', result);
    },
  },
  {
    clause: 'RFC 6591 §3.2.3',
    says: 'DKIM-Domain',
    holds: () => keeps('DKIM-Domain: Example.com', 'dkimDomain', 'example.com'),
  },
  {
    clause: 'RFC 6591 §3.2.3',
    says: 'DKIM-Identity',
    holds: () => keeps('DKIM-Identity: user@example.com', 'dkimIdentity', 'user@example.com'),
  },
  {
    clause: 'RFC 6591 §3.2.3',
    says: 'DKIM-Selector',
    holds: () => keeps('DKIM-Selector: testkey', 'dkimSelector', 'testkey'),
  },
  {
    clause: 'RFC 6591 §3.2.4',
    says: 'DKIM-Canonicalized-Header',
    holds: () => keeps('DKIM-Canonicalized-Header: RnJvbTogYQ==', 'dkimCanonicalizedHeader', 'RnJvbTogYQ=='),
  },
  {
    clause: 'RFC 6591 §3.2.4',
    says: 'DKIM-Canonicalized-Body',
    holds: () => keeps('DKIM-Canonicalized-Body: SGVsbG8=', 'dkimCanonicalizedBody', 'SGVsbG8='),
  },
  {
    clause: 'RFC 6591 §3.2.5',
    says: 'DKIM-ADSP-DNS',
    holds: () => keeps('DKIM-ADSP-DNS: dkim=all', 'dkimAdspDns', 'dkim=all'),
  },
  {
    clause: 'RFC 6591 §3.2',
    says: 'DKIM-Selector-DNS',
    holds: () => keeps('DKIM-Selector-DNS: v=DKIM1; p=', 'dkimSelectorDns', 'v=DKIM1; p='),
  },
  {
    clause: 'RFC 6591 §3.2.6',
    says: 'SPF-DNS, one for each record that was looked up',
    holds: async () => {
      await keeps(
        'SPF-DNS: txt : example.com : "v=spf1 -all"',
        'spfDns',
        'txt : example.com : "v=spf1 -all"',
      );
      expect((await withFields('SPF-DNS: txt : a : "x"', 'SPF-DNS: txt : b : "y"')).report.spfDns).toBe(
        'txt : a : "x"\ntxt : b : "y"',
      );
    },
  },
  {
    clause: 'RFC 6591 §3.3',
    says: 'authentication fails by adsp, bodyhash, revoked, signature or spf',
    holds: async () => {
      for (const failure of ['adsp', 'bodyhash', 'revoked', 'signature', 'spf'])
        await keeps(`Auth-Failure: ${failure}`, 'authFailure', failure);
    },
  },
  { clause: 'RFC 6692 §2', says: 'Source-Port', holds: () => keeps('Source-Port: 2525', 'sourcePort', 2525) },
];

const RFC_9991: readonly Clause[] = [
  {
    clause: 'RFC 9991 §2',
    says: 'a DMARC failure report is one of RFC 6591: it is read by the same rules',
    holds: async () => {
      expect(await read({})).toMatchObject({ kind: 'failure', report: { authFailure: 'dmarc' } });
    },
  },
  {
    clause: 'RFC 9991 §2',
    says: 'it is about the domain in the From header',
    holds: async () => {
      expect((await read({ message: ['From: a@Example.ORG', '', ''] })).report.domain).toBe('example.org');
    },
  },
  {
    clause: 'RFC 9991 §4.1',
    says: 'Identity-Alignment',
    holds: () => keeps('Identity-Alignment: dkim', 'identityAlignment', 'dkim'),
  },
  {
    clause: 'RFC 9991 §4.1',
    says: 'Delivery-Result',
    holds: () => keeps('Delivery-Result: reject', 'deliveryResult', 'reject'),
  },
  {
    clause: 'RFC 9991 §4.1',
    says: 'DKIM-Domain, DKIM-Identity and DKIM-Selector for DKIM, with what was canonicalized',
    holds: async () => {
      const { report } = await withFields(
        'DKIM-Domain: example.com',
        'DKIM-Identity: @example.com',
        'DKIM-Selector: s1',
        'DKIM-Canonicalized-Header: QQ==',
        'DKIM-Canonicalized-Body: Qg==',
      );
      expect(report).toMatchObject({
        dkimDomain: 'example.com',
        dkimIdentity: '@example.com',
        dkimSelector: 's1',
        dkimCanonicalizedHeader: 'QQ==',
        dkimCanonicalizedBody: 'Qg==',
      });
    },
  },
  {
    clause: 'RFC 9991 §4.1',
    says: 'SPF-DNS for SPF',
    holds: () =>
      keeps('SPF-DNS: txt : example.com : "v=spf1 -all"', 'spfDns', 'txt : example.com : "v=spf1 -all"'),
  },
  {
    clause: 'RFC 9991 §4.2',
    says: 'Identity-Alignment lists what failed, or says none, with comments and white space in between',
    holds: async () => {
      await keeps('Identity-Alignment: none', 'identityAlignment', 'none');
      await keeps('Identity-Alignment: dkim, spf', 'identityAlignment', 'dkim, spf');
      await keeps('Identity-Alignment: (both) DKIM ,\r\n spf (at all)', 'identityAlignment', 'dkim, spf');
      await keeps('Identity-Alignment: dkim (a (b) c), spf (', 'identityAlignment', 'dkim, spf');
    },
  },
  {
    clause: 'RFC 9991 §4.3',
    says: 'dmarc is a failure of authentication',
    holds: () => keeps('Auth-Failure: dmarc', 'authFailure', 'dmarc'),
  },
  {
    clause: 'RFC 9991 §7',
    says: 'reports name people; unless asked for, nobody is named',
    holds: async () => {
      const document = await read({ fields: [...FIELDS, 'Original-Rcpt-To: bob@example.net'] }, true);
      expect(document.report).toMatchObject({
        redacted: true,
        body: null,
        originalRcptTo: ['redacted@example.net'],
      });
      expect(JSON.stringify(document)).not.toMatch(/alice|bob|secret/i);
    },
  },
];

describe.each([
  ['RFC 5965', RFC_5965],
  ['RFC 6591', RFC_6591],
  ['RFC 9991', RFC_9991],
])('%s', (_, clauses) => {
  it.each(clauses)('$clause: $says', async ({ holds }) => {
    await holds();
    expect.hasAssertions();
  });
});
