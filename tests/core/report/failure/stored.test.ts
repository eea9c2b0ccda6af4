import { hash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { redactedMail } from '../../../../src/core/report/failure/write.js';
import type { FailureReport } from '../../../../src/core/report/report.js';
import { attachment, mail, type MailPart } from '../../../support/containers.js';
import { FIELDS, failureMail, MESSAGE } from '../../../support/failures.js';
import { readAll, readOne } from '../../../support/read-all.js';
import { reportXml } from '../../../support/reports.js';

const SHA256 = 'ab'.repeat(32);

const feedback = (...more: string[]): MailPart => ({
  header: ['Content-Type: message/feedback-report'],
  body: [...FIELDS, ...more].join('\r\n'),
});
const message: MailPart = { header: ['Content-Type: message/rfc822'], body: MESSAGE.join('\r\n') };

describe('the SHA-256 of a failure report', () => {
  it('is that of its mail', async () => {
    const bytes = failureMail();

    expect((await readOne(bytes)).sha256).toBe(hash('sha256', bytes));
  });

  it('tells two reports in one mail apart, and is the same whenever the mail is read', async () => {
    const bytes = mail([feedback(), message, feedback(), message]);

    const [first, second, ...more] = (await readAll(bytes)).map(({ sha256 }) => sha256);

    expect(more).toEqual([]);
    expect(first).toBe(hash('sha256', bytes));
    expect(second).toMatch(/^[0-9a-f]{64}$/);
    expect(second).not.toBe(first);
    expect((await readAll(bytes)).map(({ sha256 }) => sha256)).toEqual([first, second]);
  });

  it('tells the second report of one mail from that of another', async () => {
    const seconds = await Promise.all(
      ['Incidents: 1', 'Incidents: 2'].map(
        async (other) => (await readAll(mail([feedback(other), message, feedback(), message])))[1]?.sha256,
      ),
    );

    expect(seconds[0]).not.toBe(seconds[1]);
  });

  it('is that of the original where the report is stored without its personal parts', async () => {
    const to = (recipient: string): Buffer =>
      failureMail({ fields: [...FIELDS, `Original-Rcpt-To: ${recipient}@example.net`] });
    const [alice, bob] = [await readOne(to('alice')), await readOne(to('bob'))];
    const stored = [alice, bob].map(({ report, sha256 }) => redactedMail(report as FailureReport, sha256));

    const again = await Promise.all(stored.map((text) => readOne(text)));

    expect(again.map(({ report }) => report)).toEqual([alice.report, bob.report]);
    expect(again.map(({ sha256 }) => sha256)).toEqual([alice.sha256, bob.sha256]);
    expect(alice.sha256).not.toBe(bob.sha256);
    expect(stored).toEqual(again.map(({ report, sha256 }) => redactedMail(report as FailureReport, sha256)));
  });

  it('is that of the original however many fields the report has', async () => {
    const many = Array.from({ length: 2_000 }, (_, i) => `Reported-Domain: d${i}.example.com`);
    const { report, sha256 } = await readOne(failureMail({ fields: [...FIELDS, ...many] }));

    expect(await readOne(redactedMail(report as FailureReport, sha256))).toMatchObject({
      sha256,
      report: { redacted: true },
    });
  });

  it('is kept through several reports of one mail, and the mail that holds them all', async () => {
    const bytes = mail([feedback(), message, feedback(), message]);
    const reports = await readAll(bytes);
    const parts = reports.map(({ report, sha256 }) => ({
      header: ['Content-Type: message/rfc822'],
      body: redactedMail(report as FailureReport, sha256),
    }));

    const again = await readAll(mail(parts));

    expect(again.map(({ sha256 }) => sha256)).toEqual(reports.map(({ sha256 }) => sha256));
  });

  it.each([
    ['without the mark', [`X-Original-SHA256: ${SHA256}`]],
    ['with another mark', ['X-Redacted: no', `X-Original-SHA256: ${SHA256}`]],
    ['too short', ['X-Redacted: yes', `X-Original-SHA256: ${SHA256.slice(1)}`]],
    ['with something else', ['X-Redacted: yes', 'X-Original-SHA256: yes']],
  ])('is not taken from a field %s, which stays', async (_, fields) => {
    const bytes = failureMail({ fields: [...FIELDS, ...fields] });

    const document = await readOne(bytes, { redact: false });

    expect(document.sha256).toBe(hash('sha256', bytes));
    expect((document.report as FailureReport).otherFields.map(({ name }) => name)).toContain(
      'X-Original-SHA256',
    );
  });

  it('is taken once where the report itself has such a field', async () => {
    const { report, sha256 } = await readOne(
      failureMail({ fields: [...FIELDS, `X-Original-SHA256: ${SHA256}`] }),
    );

    const again = await readOne(redactedMail(report as FailureReport, sha256));

    expect(again).toMatchObject({
      sha256,
      report: { otherFields: [{ name: 'X-Original-SHA256' }] },
    });
    expect(again.report).toEqual(report);
  });
});

describe('the members of a mail with a failure report', () => {
  it('carry no subject: only attachments named as reports keep their names', async () => {
    const xml = (id: string): Buffer => Buffer.from(reportXml({ reportId: id }));
    const bytes = mail(
      [
        feedback(),
        message,
        attachment(
          'The secret plan.eml',
          'application/octet-stream',
          mail([attachment('a.xml', 'text/xml', xml('1'))]),
        ),
        attachment('The secret plan', 'text/xml', xml('2')),
        attachment('b.xml', 'text/xml', xml('3')),
        attachment('c.zip', 'application/zip', Buffer.from('PK\x03\x04')),
      ],
      { multipart: 'report; report-type=feedback-report', boundary: 'outer' },
    );

    const documents = await readAll(bytes);

    expect(documents.map(({ kind, member }) => [kind, member])).toEqual([
      ['failure', null],
      ['aggregate', 'mail 1/a.xml'],
      ['aggregate', 'part 4'],
      ['aggregate', 'b.xml'],
      ['unreadable', 'c.zip'],
    ]);
    expect(JSON.stringify(documents)).not.toMatch(/secret/i);
  });

  it('carry no subject where the report is forwarded beside something damaged', async () => {
    const documents = await readAll(
      mail(
        [
          attachment('FW The secret plan.eml', 'message/rfc822', failureMail()),
          attachment('x.zip', 'application/zip', Buffer.from('PK\x03\x04')),
        ],
        { boundary: 'outer' },
      ),
    );

    expect(documents.map(({ kind, member }) => [kind, member])).toEqual([
      ['failure', 'mail 1'],
      ['unreadable', 'x.zip'],
    ]);
  });
});
