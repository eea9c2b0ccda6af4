import { describe, expect, it } from 'vitest';
import { redactedMail } from '../../../../src/core/report/failure/write.js';
import type { FailureReport } from '../../../../src/core/report/report.js';
import { mail, plainMail } from '../../../support/containers.js';
import { MESSAGE } from '../../../support/failures.js';
import { codesOf, readOne } from '../../../support/read-all.js';

const CLAIM = `A message claiming to be from you has failed the published DMARC policy for your domain.

  Sender Domain: example.com
  Sender IP Address: 192.0.2.1
  Received Date: Sun, 1 Mar 2026 10:00:00 +0000
  SPF Alignment: no
  DKIM Alignment: no
  DMARC Results: Quarantine

------ This is a copy of the headers that were received before the error was detected.

Received: from mail.example.org by mx.example.net; Sun, 1 Mar 2026 10:00:00 +0000
From: Alice <alice@example.com>
Subject: The secret plan
`;

const SENTENCE = `This is an email abuse report for an email message received from IP 192.0.2.1 on Sun, 01 Mar 2026 10:00:00 +0000.
The message below did not meet the sending domain's DMARC policy.`;

describe('a failure report that is text alone', () => {
  it('is read from its lines of keys and values, and the header below them', async () => {
    const document = await readOne(plainMail([], CLAIM), { redact: false });

    expect(document).toMatchObject({
      kind: 'failure',
      report: {
        feedbackType: 'auth-failure',
        authFailure: 'dmarc',
        identityAlignment: 'dkim, spf',
        sourceIp: '192.0.2.1',
        arrivalDate: '2026-03-01T10:00:00Z',
        reportedDomain: ['example.com'],
        domain: 'example.com',
        otherFields: [{ name: 'DMARC-Results', value: 'Quarantine' }],
      },
    });
    expect((document.report as FailureReport).headers.map(({ name }) => name)).toEqual([
      'Received',
      'From',
      'Subject',
    ]);
    expect(codesOf(document)).toEqual(['failure-text-only']);
  });

  it('says which mechanisms failed', async () => {
    const alignment = async (spf: string, dkim: string): Promise<string | null> => {
      const text = CLAIM.replace('SPF Alignment: no', `SPF Alignment: ${spf}`).replace(
        'DKIM Alignment: no',
        `DKIM Alignment: ${dkim}`,
      );
      return ((await readOne(plainMail([], text))).report as FailureReport).identityAlignment;
    };

    expect([
      await alignment('yes', 'no'),
      await alignment('no', 'yes'),
      await alignment('yes', 'yes'),
    ]).toEqual(['dkim', 'spf', 'none']);
  });

  it('is read from its sentence, its subject and the message attached', async () => {
    const bytes = mail(
      [{ body: SENTENCE }, { header: ['Content-Type: message/rfc822'], body: MESSAGE.join('\r\n') }],
      {
        subject: 'DMARC Failure Report for example.com (mail-from=alice@example.com, ip=192.0.2.1)',
      },
    );

    expect(await readOne(bytes, { redact: false })).toMatchObject({
      kind: 'failure',
      member: null,
      report: {
        sourceIp: '192.0.2.1',
        arrivalDate: '2026-03-01T10:00:00Z',
        originalMailFrom: 'alice@example.com',
        domain: 'example.com',
        body: 'Dear Bob, this is between us.',
      },
    });
  });

  it('is read from its subject where it comes with the header of a message', async () => {
    const bytes = mail(
      [
        { body: 'See attached.' },
        { header: ['Content-Type: text/rfc822-headers'], body: MESSAGE.slice(0, 5).join('\r\n') },
      ],
      {
        subject: 'FW: DMARC Failure report for example.com Mail-From: IP:192.0.2.7',
      },
    );

    expect(await readOne(bytes)).toMatchObject({
      kind: 'failure',
      report: { sourceIp: '192.0.2.7', reportedDomain: ['example.com'], redacted: true },
    });
  });

  it('is redacted, and reads as itself when it is kept', async () => {
    const document = await readOne(plainMail([], CLAIM));

    expect(JSON.stringify(document)).not.toMatch(/alice|secret/i);
    expect((await readOne(redactedMail(document.report as FailureReport, document.sha256))).report).toEqual(
      document.report,
    );
  });

  it('is told from mail about something else', async () => {
    const others = [
      plainMail(
        [],
        'This is an email abuse report for an email message received from IP 192.0.2.1 on Sunday the first.',
      ),
      mail([{ body: 'hello' }], { subject: 'DMARC Failure Report for example.com' }),
      mail([
        { body: 'We have a DMARC policy.' },
        { header: ['Content-Type: message/rfc822'], body: MESSAGE.join('\r\n') },
      ]),
    ];

    for (const other of others)
      expect(await readOne(other)).toMatchObject({
        kind: 'unreadable',
        error: { code: 'mail-without-report' },
      });
  });
});
