import { array, assert, constantFrom, oneof, property, string, stringMatching, tuple } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_LIMITS } from '../../../../src/core/report/limits.js';
import { readFields } from '../../../../src/core/report/failure/fields.js';
import { FAILURE_FIELDS, readFailure } from '../../../../src/core/report/failure/read.js';
import { redactFailure } from '../../../../src/core/report/failure/redact.js';
import { redactedMail } from '../../../../src/core/report/failure/write.js';
import { ProblemList } from '../../../../src/core/report/problems.js';
import type { FailureReport } from '../../../../src/core/report/report.js';
import { FIELDS, failureMail, MESSAGE } from '../../../support/failures.js';
import { readOne } from '../../../support/read-all.js';

/** Everything in the reports below that names a person; no part of it may be left. */
const PERSONAL = /alice|bob|secret|between us|plan/i;

const SHA256 = 'ab'.repeat(32);

async function read(written: Parameters<typeof failureMail>[0], redact?: boolean): Promise<FailureReport> {
  const document = await readOne(failureMail(written), { redact: redact ?? true });
  if (document.kind !== 'failure') throw new Error(`${document.kind} where a failure report was expected`);
  return document.report;
}

function header(report: FailureReport, name: string): string | undefined {
  return report.headers.find((field) => field.name === name)?.value;
}

describe('a redacted failure report', () => {
  it('names nobody, and keeps what says where mail came from', async () => {
    const report = await read({});

    expect(JSON.stringify(report)).not.toMatch(PERSONAL);
    expect(report).toMatchObject({
      redacted: true,
      body: null,
      domain: 'example.com',
      sourceIp: '192.0.2.1',
    });
    expect(header(report, 'From')).toBe('redacted@example.com');
    expect(header(report, 'Received')).toBe(
      'from mail.example.org (mail.example.org [192.0.2.1]) by mx.example.net; Sun, 1 Mar 2026 10:00:00 +0000',
    );
  });

  it('is what is given unless the whole is asked for', async () => {
    const report = await read({}, false);

    expect(report).toMatchObject({ redacted: false, body: 'Dear Bob, this is between us.' });
    expect(header(report, 'From')).toBe('Alice Example <alice@example.com>');
    expect(header(report, 'Subject')).toBe('The secret plan');
  });

  it.each([
    'Original-Mail-From: <alice@example.com>',
    'Original-Mail-From: bounce+bob=example.net@list.example.com',
    'Original-Mail-From: "alice bob"@example.com',
    'Original-Mail-From: alice',
    'Original-Rcpt-To: rfc822; bob@example.net',
    'Original-Envelope-Id: alice@example.com',
    'Authentication-Results: mx.example.net; spf=fail smtp.mailfrom=alice@example.com',
    'Authentication-Results: mx.example.net; spf=fail (alice is not allowed (by bob)) smtp.mailfrom=SRS0=x=Y=example.org=alice@example.com',
    'Authentication-Results: mx.example.net; auth=pass smtp.auth=alice; dkim=pass header.i=bob@example.com',
    'Authentication-Results: mx.example.net; auth=pass smtp.auth="alice bob"; tls=pass cert.client="CN=bob"',
    'Reported-URI: https://example.com/unsubscribe?user=alice',
    'Reported-URI: https://alice:secret@example.com/',
    'Reported-URI: mailto:alice@example.com?subject=secret',
    'Reported-Domain: alice@example.com',
    'DKIM-Identity: alice@example.com',
    'DKIM-Domain: bob@example.com',
    'DKIM-Canonicalized-Header: RnJvbTogYWxpY2U=alice',
    'DKIM-Canonicalized-Body: c2VjcmV0bob',
    'SPF-DNS: txt : example.com : "v=spf1 exp=alice@example.com"',
    'X-Customer: Alice',
    'Removal-Recipient: bob@example.net',
    'Message-ID: <alice.1@example.com>',
    'User-Agent: reporter (alice@example.com)',
  ])('names nobody in %s', async (field) => {
    const report = await read({ fields: [...FIELDS, field] });

    expect(JSON.stringify(report)).not.toMatch(PERSONAL);
  });

  it.each([
    'From: =?utf-8?B?QWxpY2U=?= <alice@example.com>',
    'From: "alice@example.org" <bob@example.com>',
    'To: undisclosed recipients: alice@example.com, Bob <bob@example.net>;',
    'Cc: alice (the boss) <alice@example.com>',
    'Received: from x ([192.0.2.1]) (authenticated as alice) by y for <bob@example.net>; Sun, 1 Mar 2026 10:00:00 +0000',
    'DKIM-Signature: v=1; d=example.com; s=s1; i=alice@example.com; z=From:alice@example.com|Subject:secret; b=abc',
    'Content-Type: text/plain; name="secret plan.txt"',
    'Thread-Topic: secret plan',
    'X-Originating-User: alice',
    'List-Unsubscribe: <https://example.com/u?alice>',
    'References: <alice.1@example.com>',
    'Return-Path: <alice@example.com>',
    'Resent-From: alice@example.com',
    'Date: Sun, 1 Mar 2026 10:00:00 +0000',
  ])('names nobody in a header with %s', async (line) => {
    const report = await read({ message: [line, ...MESSAGE] });

    expect(JSON.stringify(report)).not.toMatch(PERSONAL);
    expect(report.headers).toHaveLength(6);
  });

  it('keeps the words that say how mail was judged', async () => {
    const report = await read({
      fields: [
        ...FIELDS,
        'Authentication-Results: mx.example.net; dmarc=fail (p=none; dis=none) header.from=example.com',
      ],
      message: ['DKIM-Signature: v=1; a=rsa-sha256; d=example.com; s=s1; h=from:to; bh=x; b=y', ...MESSAGE],
    });

    expect(report.authenticationResults).toEqual([
      'mx.example.net; dmarc=fail (p=none; dis=none) header.from=example.com',
    ]);
    expect(header(report, 'DKIM-Signature')).toBe('v=1; a=rsa-sha256; d=example.com; s=s1; h=from:to');
  });

  it('tells one message from another by a hash of its Message-ID', async () => {
    const ids = await Promise.all(
      ['<a@example.com>', '<b@example.com>', '<a@example.com>'].map(async (id) =>
        header(await read({ message: [`Message-ID: ${id}`] }), 'Message-ID'),
      ),
    );

    expect(ids[0]).toMatch(/^<redacted\.[0-9a-f]{16}@example\.com>$/);
    expect(ids[1]).not.toBe(ids[0]);
    expect(ids[2]).toBe(ids[0]);
  });
});

describe('a redacted report written as a mail', () => {
  it('reads as the same report', async () => {
    const report = await read({
      fields: [
        ...FIELDS,
        'Incidents: 7',
        'Arrival-Date: Sun, 1 Mar 2026 10:00:00 +0000',
        'Reporting-MTA: dns; mx.example.net',
        'SPF-DNS: txt : a : "x"',
        'SPF-DNS: txt : b : "y"',
        'Source-Port: 2525',
        'X-Other: 1',
      ],
    });

    const again = await readOne(redactedMail(report, SHA256));

    expect(again).toMatchObject({ kind: 'failure', problems: [], report });
    expect(again.report).toEqual(report);
  });

  it('is redacted even where the report is not', async () => {
    const written = redactedMail(await read({}, false), SHA256);

    expect(written).not.toMatch(PERSONAL);
  });

  it('is known as redacted when the whole is asked for', async () => {
    const report = await read({});

    const again = await readOne(redactedMail(report, SHA256), { redact: false });

    expect(again.report).toEqual(report);
  });

  it('reads as the same report where that had no message', async () => {
    const report = await read({ message: null });

    expect((await readOne(redactedMail(report, SHA256))).report).toEqual(report);
  });

  it('reads as the same report whatever it says', async () => {
    const text = oneof(
      string({ unit: 'grapheme', maxLength: 60 }),
      stringMatching(/^(?:[a-z]{1,5}[@<>(),;:"= []\\?]{0,3}){1,12}$/),
      constantFrom(
        '=?utf-8?Q?=3D=3Futf-8=3FQ=3Fa=3F=3D?=',
        'a@b',
        '<>',
        '@',
        '"a"@b',
        'x=y@z',
        '--dmarc-ops-redacted-report--',
        'redacted',
        'mailto:a',
        'https://u:p@h/x',
      ),
    );
    const name = oneof(
      constantFrom(...FAILURE_FIELDS, 'X-Other', 'Message-ID'),
      stringMatching(/^[!-9;-~]{1,20}$/),
    );
    const headerName = oneof(
      constantFrom(
        'From',
        'To',
        'Received',
        'Subject',
        'Message-ID',
        'DKIM-Signature',
        'Content-Type',
        'Return-Path',
        'X-Mailer',
      ),
      stringMatching(/^[!-9;-~]{1,20}$/),
    );

    const lines: string[] = [];
    assert(
      property(
        array(tuple(name, text), { maxLength: 12 }),
        array(tuple(headerName, text), { maxLength: 8 }),
        (fields, headers) => {
          const block = (pairs: readonly (readonly [string, string])[]): string =>
            pairs.map(([key, value]) => `${key}: ${value.replace(/[\r\n]/g, '')}`).join('\n');
          const parts = {
            fields: readFields(block(fields), 200).fields,
            message: headers.length > 0 ? block(headers) : null,
          };

          const redacted = redactFailure(readFailure(parts, DEFAULT_LIMITS, new ProblemList()));

          expect(redactFailure(redacted)).toEqual(redacted);
          lines.push(redactedMail(redacted, SHA256));
        },
      ),
      { numRuns: 300 },
    );
    for (const line of lines) {
      const { kind, report, sha256 } = await readOne(line);
      expect(kind).toBe('failure');
      expect(redactedMail(report as FailureReport, sha256)).toBe(line);
    }
  });
});
