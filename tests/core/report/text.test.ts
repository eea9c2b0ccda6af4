import { describe, expect, it } from 'vitest';
import { cutText, wellFormed } from '../../../src/core/report/text.js';
import { FIELDS, failureMail, MESSAGE } from '../../support/failures.js';
import { attachment, mail, plainMail } from '../../support/containers.js';
import { readAll, readOne } from '../../support/read-all.js';
import { reportXml } from '../../support/reports.js';

const TLS = {
  'organization-name': 'Example Org',
  'report-id': 't-1',
  'date-range': { 'start-datetime': '2026-03-01T00:00:00Z', 'end-datetime': '2026-03-01T23:59:59Z' },
};
const tls = (written: object): Promise<unknown> => readOne(JSON.stringify({ ...TLS, ...written }));

/** Whether every half of a surrogate pair stands beside the other; JSON escapes only those that do not. */
function isWellFormed(document: unknown): boolean {
  return !/\\ud[89a-f]/.test(JSON.stringify(document));
}

describe('a text that is cut', () => {
  it('keeps no half of a character', () => {
    expect(cutText('ab😀', 3)).toBe('ab');
    expect(cutText('ab😀', 4)).toBe('ab😀');
    expect(cutText('a😀b', 3)).toBe('a😀');
  });
});

describe('half a surrogate pair', () => {
  it('becomes U+FFFD, and whole pairs stay', () => {
    expect(wellFormed('\ud83d a \ude00 \ud83d\ude00 \ude00\ud83d')).toBe('\ufffd a \ufffd 😀 \ufffd\ufffd');
  });

  it('is in no text of a TLS report', async () => {
    const report = await tls({
      'organization-name': '\ud83d',
      'contact-info': 'a\ude00',
      policies: [{ policy: { 'mx-host': ['\ud83d'], 'policy-string': '\ude00b' } }],
    });

    expect(report).toMatchObject({
      report: {
        organizationName: '\ufffd',
        contactInfo: 'a\ufffd',
        policies: [{ mxHost: ['\ufffd'], policyString: ['\ufffdb'] }],
      },
    });
  });

  it('is not made where a long text of a TLS report is cut', async () => {
    const report = await tls({ 'contact-info': `${'x'.repeat(3_999)}😀`, policies: [] });

    expect(report).toMatchObject({ report: { contactInfo: 'x'.repeat(3_999) } });
  });

  it.each(['&#xD83D;', '&#55357;', '&#xD83D;&#xDE00;'])('is in no aggregate report, as %s', async (half) => {
    const document = await readOne(
      reportXml({ orgName: `Example ${half}`, records: [{ headerFrom: `a${half}.example.com` }] }),
    );

    expect(document).toMatchObject({
      kind: 'aggregate',
      report: { reporter: { orgName: 'Example' } },
      records: [{ headerFrom: 'a.example.com' }],
    });
  });

  it('is in no aggregate report in UTF-16', async () => {
    const document = await readOne(
      Buffer.from(`\ufeff${reportXml({ orgName: 'a\ud83db' }).replace('UTF-8', 'UTF-16')}`, 'utf16le'),
    );

    expect(document).toMatchObject({ report: { reporter: { orgName: 'a\ufffdb' } } });
  });

  it('is not made where values, headers and bodies of a failure report are cut', async () => {
    const emoji = (length: number): string => Buffer.from(`${'x'.repeat(length)}😀y`).toString('latin1');
    const bytes = failureMail({
      fields: [...FIELDS, `X-Other: ${emoji(3_999)}`],
      message: [`X-Long: ${emoji(3_999)}`, ...MESSAGE.slice(0, 5), '', emoji(99_999)],
    });

    const document = await readOne(bytes, { redact: false });

    expect(document).toMatchObject({
      report: {
        body: 'x'.repeat(99_999),
        otherFields: [{ name: 'X-Other', value: 'x'.repeat(3_999) }],
      },
    });
    expect(document.kind === 'failure' && document.report.headers[0]?.value).toBe('x'.repeat(3_999));
    expect(isWellFormed(document)).toBe(true);
  });

  it.each([
    ['at the end of a value', '', 'x'],
    ['at the end of what is looked at', ' '.repeat(19_000), ''],
    ['at the end of what is looked at, one further', ' '.repeat(19_001), ''],
  ])('is not made of a text-only report %s', async (_, filler, start) => {
    const claim = 'A message claiming to be from you has failed the checks.\nSender Domain: example.com\n';
    const text = `${claim}${filler}\nDMARC Results: ${start}${'😀'.repeat(3_000)}`;

    const document = await readOne(plainMail([], Buffer.from(text).toString('latin1')), { redact: false });

    expect(JSON.stringify(document)).toContain('😀');
    expect(document.kind).toBe('failure');
    expect(isWellFormed(document)).toBe(true);
  });

  it('is not made where the name of a member is cut', async () => {
    const name = Buffer.from(`${'x'.repeat(198)}😀.xml`).toString('latin1');

    const [document] = await readAll(mail([attachment(name, 'text/xml', Buffer.from(reportXml()))]));

    expect(document?.member).toBe(`${'x'.repeat(198)}…`);
  });
});
