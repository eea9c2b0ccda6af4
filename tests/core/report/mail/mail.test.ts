import { hash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { attachment, mail, plainMail, zip } from '../../../support/containers.js';
import { asFile, asStream, codesOf, readAll, readOne } from '../../../support/read-all.js';
import { reportXml } from '../../../support/reports.js';

const XML = Buffer.from(reportXml({ reportId: 'r-1' }));
const XML_SHA256 = hash('sha256', XML);
const GZ = attachment(
  'example.net!example.com!1772323200!1772409599.xml.gz',
  'application/gzip',
  gzipSync(XML),
);
const TLS = Buffer.from(
  JSON.stringify({ 'organization-name': 'Example Org', 'report-id': 't-1', 'date-range': {}, policies: [] }),
);

describe('a report in a mail', () => {
  const types = [
    'application/gzip',
    'application/x-gzip',
    'application/octet-stream',
    'application/zip',
    'text/xml',
    'text/plain',
    'application/tlsrpt+gzip',
  ];

  it.each(types)('is found whatever its type says: %s', async (type) => {
    const document = await readOne(
      mail([{ body: 'A report.' }, attachment('report.bin', type, gzipSync(XML))]),
    );

    expect(document).toMatchObject({
      kind: 'aggregate',
      member: 'report.bin',
      sha256: XML_SHA256,
      problems: [],
    });
  });

  it('is found with LF and CRLF, on disk and in a pipe', async () => {
    for (const eol of ['\n', '\r\n'] as const) {
      const bytes = mail([{ body: 'A report.' }, GZ], { eol });

      for (const source of [bytes, asFile(bytes), asStream(bytes, [99])])
        expect(await readOne(source)).toMatchObject({ kind: 'aggregate', sha256: XML_SHA256 });
    }
  });

  it('is found as the body itself', async () => {
    const bodies = [
      plainMail(['Content-Type: application/gzip; name="a.xml.gz"'], gzipSync(XML)),
      plainMail(['Content-Type: text/xml'], XML.toString()),
      plainMail([], XML.toString()),
      plainMail(['Content-Type: application/zip'], zip([{ name: 'a.xml', bytes: XML }])),
    ];

    for (const body of bodies)
      expect(await readOne(body)).toMatchObject({ kind: 'aggregate', totals: { messages: 1 } });
  });

  it('is found as the body where the header does not say that it is base64', async () => {
    const text = gzipSync(XML).toString('base64').replace(/.{76}/g, '$&\r\n');

    expect(await readOne(plainMail([], text))).toMatchObject({ kind: 'aggregate', sha256: XML_SHA256 });
  });

  it('is found in a forwarded mail', async () => {
    const inner = mail([{ body: 'A report.' }, GZ], { boundary: 'inner' });
    const forwarded = mail([
      { body: 'See below.' },
      { header: ['Content-Type: message/rfc822'], body: inner.toString('latin1') },
    ]);
    const asFileName = mail([
      { body: 'See below.' },
      attachment('forwarded.eml', 'application/octet-stream', inner),
    ]);

    expect(await readOne(forwarded)).toMatchObject({
      kind: 'aggregate',
      member: 'mail 1/example.net!example.com!1772323200!1772409599.xml.gz',
    });
    expect(await readOne(asFileName)).toMatchObject({ kind: 'aggregate', sha256: XML_SHA256 });
  });

  it('is found in a signed mail', async () => {
    const inner = [
      'Content-Type: multipart/mixed; boundary="inner"',
      '',
      '--inner',
      'Content-Type: text/plain',
      '',
      'A report.',
      '--inner',
      'Content-Type: application/gzip',
      'Content-Transfer-Encoding: base64',
      '',
      gzipSync(XML).toString('base64'),
      '--inner--',
    ];
    const bytes = mail(
      [
        { header: inner.slice(0, 1), body: inner.slice(2).join('\n') },
        attachment('smime.p7s', 'application/pkcs7-signature', Buffer.from('3080', 'hex')),
      ],
      { multipart: 'signed; protocol="application/pkcs7-signature"; micalg=sha-256' },
    );

    expect(await readAll(bytes)).toMatchObject([{ kind: 'aggregate', sha256: XML_SHA256, problems: [] }]);
  });

  it('is found behind the line that starts a mail in an mbox', async () => {
    const bytes = Buffer.concat([
      Buffer.from('From reports@example.net Sun Mar  1 02:09:16 2026\r\n'),
      mail([GZ]),
    ]);

    expect(await readOne(bytes)).toMatchObject({ kind: 'aggregate', sha256: XML_SHA256 });
  });

  it('is found where header fields are misspelt, which is said', async () => {
    const wrongRoot = Buffer.from(
      mail([GZ]).toString('latin1').replace('Content-Type: multipart', 'ContentType: multipart'),
      'latin1',
    );
    const wrongPart = mail([
      {
        header: ['ContentType: application/gzip', 'Content Transfer Encoding: base64'],
        body: gzipSync(XML).toString('base64'),
      },
    ]);

    for (const bytes of [wrongRoot, wrongPart]) {
      const document = await readOne(bytes);

      expect(document).toMatchObject({ kind: 'aggregate', sha256: XML_SHA256 });
      expect([...new Set(codesOf(document))]).toEqual(['mail-header-repaired']);
    }
  });

  it('is found where the header is folded', async () => {
    const bytes = mail([GZ], {
      header: ['TLS-Report-Domain: example.com', 'X-Long:', ' folded', '\tand folded again'],
    });
    const folded = Buffer.from(
      bytes.toString('latin1').replace('; boundary', ';\r\n\tboundary').replace('; name', ';\r\n    name'),
      'latin1',
    );

    expect(await readOne(folded)).toMatchObject({ kind: 'aggregate', sha256: XML_SHA256 });
  });

  it('is found where the name is encoded or missing', async () => {
    const named = mail([
      {
        header: [
          'Content-Type: application/gzip',
          "Content-Disposition: attachment; filename*=utf-8''b%C3%BCro.xml.gz",
        ],
        body: gzipSync(XML),
      },
    ]);
    const unnamed = mail([
      { body: 'text' },
      { header: ['Content-Type: application/gzip'], body: gzipSync(XML) },
    ]);

    expect((await readOne(named)).member).toBe('büro.xml.gz');
    expect((await readOne(unnamed)).member).toBe('part 2');
  });

  it('is found where the last boundary is missing', async () => {
    const bytes = mail([GZ]).subarray(0, -9);

    expect(await readOne(bytes)).toMatchObject({ kind: 'aggregate', sha256: XML_SHA256 });
  });
});

describe('a mail as it should not be', () => {
  const gz = gzipSync(XML);

  it('is read where its boundary is missing or another', async () => {
    const text = mail([{ body: 'hello' }, GZ]).toString('latin1');

    for (const wrong of [
      text.replace('; boundary="b-1"', ''),
      text.replace('boundary="b-1"', 'boundary="other"'),
    ])
      expect(await readOne(wrong)).toMatchObject({ kind: 'aggregate', sha256: XML_SHA256 });
  });

  it('is read where boundary lines end in white space', async () => {
    const text = mail([{ body: 'hello' }, GZ])
      .toString('latin1')
      .replaceAll('--b-1\r\n', '--b-1 \t\r\n');

    expect(await readOne(text)).toMatchObject({ kind: 'aggregate', sha256: XML_SHA256 });
  });

  it('is read where one boundary starts like another', async () => {
    const inner = mail([GZ], { boundary: 'b-1-inner' }).toString('latin1');
    const bytes = mail([
      {
        header: ['Content-Type: multipart/mixed; boundary="b-1-inner"'],
        body: inner.slice(inner.indexOf('--b-1')),
      },
    ]);

    expect(await readOne(bytes)).toMatchObject({ kind: 'aggregate', sha256: XML_SHA256 });
  });

  it('is read where the header of a part is missing', async () => {
    expect(await readOne(mail([{ header: [], body: XML.toString() }]))).toMatchObject({ kind: 'aggregate' });
    const noEmptyLine = mail([GZ])
      .toString('latin1')
      .replace(/--b-1\r\n[^]*?\r\n\r\n/, '--b-1\r\n');
    expect(await readOne(noEmptyLine)).toMatchObject({ kind: 'aggregate', sha256: XML_SHA256 });
  });

  it('is read where parameters come in sections', async () => {
    const bytes = mail(
      [
        {
          header: ["Content-Type: application/gzip; name*0*=utf-8''b%C3%BC; name*1=ro.xml; name*2*=.g%7A"],
          body: gz,
        },
      ],
      { multipart: 'mixed; boundary*0="b-"; boundary*1="1"' },
    );

    expect(await readOne(bytes)).toMatchObject({ kind: 'aggregate', member: 'büro.xml.gz' });
  });

  it('is read where names are encoded as words, or by a charset that nobody knows', async () => {
    const names = {
      '=?utf-8?Q?b=C3=BCro?=.xml.gz': 'büro.xml.gz',
      '"a\\"b;c.gz"': 'a"b;c.gz',
    };
    for (const [written, name] of Object.entries(names))
      expect(
        (await readOne(mail([{ header: [`Content-Type: application/gzip; name=${written}`], body: gz }])))
          .member,
      ).toBe(name);
    const unknown = mail([{ header: ["Content-Type: application/gzip; name*=klingon''a.gz"], body: gz }]);
    expect((await readOne(unknown)).member).toBe('a.gz');
  });

  it('is read where the report is quoted-printable, even badly', async () => {
    const encoded = XML.toString()
      .replaceAll('=', '=3D')
      .replace('<row>', '=\r\n<row>')
      .replace('<policy_published>', '<policy_published>=\n')
      .replace('</feedback>', '</feedback>\n<!-- = =x =4 -->');
    const bytes = plainMail(
      ['Content-Type: text/xml', 'Content-Transfer-Encoding: Quoted-Printable'],
      encoded,
    );

    expect(await readOne(bytes)).toMatchObject({
      kind: 'aggregate',
      totals: { records: 1 },
      report: { reportId: 'r-1' },
    });
  });

  it('is read where base64 has no padding, or text behind it', async () => {
    for (const tail of ['', '==\r\nfooter of a list']) {
      const body = Buffer.from(XML.toString().padEnd(1_201)).toString('base64').replace(/=+$/, '') + tail;
      const bytes = mail([{ header: ['Content-Type: text/xml', 'Content-Transfer-Encoding: base64'], body }]);

      expect(await readOne(bytes)).toMatchObject({ kind: 'aggregate' });
    }
  });

  it('is read where it is a digest of mails', async () => {
    const bytes = mail([{ header: [], body: `\r\n${mail([GZ], { boundary: 'i' }).toString('latin1')}` }], {
      multipart: 'digest',
    });

    expect(await readOne(bytes)).toMatchObject({ kind: 'aggregate', sha256: XML_SHA256 });
  });
});

describe('an mbox', () => {
  const separator = 'From reports@example.net Sun Mar  1 02:09:16 2026\n';
  const one = mail([GZ], { eol: '\n' }).toString('latin1');

  it('gives the reports of every mail in it', async () => {
    const documents = await readAll(
      `${separator}${one}\n${separator}${mail([{ body: 'hello' }], { eol: '\n' }).toString()}\n${separator}${one}`,
    );

    expect(documents.map(({ kind, member }) => [kind, member])).toEqual([
      ['aggregate', 'mail 1/example.net!example.com!1772323200!1772409599.xml.gz'],
      ['unreadable', 'mail 2'],
      ['aggregate', 'mail 3/example.net!example.com!1772323200!1772409599.xml.gz'],
    ]);
  });

  it('of one mail is that mail, also where its text has a line that starts with From', async () => {
    const text = mail([{ body: 'Hi\n\nFrom now on\nall is well' }, GZ], { eol: '\n' }).toString('latin1');

    expect((await readOne(`${separator}${text}`)).member).toBe(
      'example.net!example.com!1772323200!1772409599.xml.gz',
    );
  });

  it('may have as many mails as the limit', async () => {
    const file = Array.from({ length: 4 }, () => `${separator}${one}\n`).join('');

    expect(await readAll(file, { limits: { entries: 4 } })).toHaveLength(4);
    expect(await readOne(file, { limits: { entries: 3 } })).toMatchObject({
      error: { code: 'limit-entries' },
    });
  });
});

describe('a mail', () => {
  it('gives every report that is attached, and nothing for texts, pictures and pages', async () => {
    const bytes = mail([
      { body: '<https://example.net/> has more' },
      { body: '[EXTERNAL] Be careful.' },
      { body: '{placeholder}' },
      { header: ['Content-Type: text/html'], body: '<html><body>A report.</body></html>' },
      attachment('logo.svg', 'image/svg+xml', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>')),
      attachment('logo.png', 'image/png', Buffer.from('89504e470d0a1a0a', 'hex')),
      attachment('invitation.ics', 'text/calendar', Buffer.from('BEGIN:VCALENDAR')),
      attachment('terms.pdf', 'application/pdf', Buffer.from('%PDF-1.7')),
      attachment(
        'notes.docx',
        'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
        zip([{ name: '[Content_Types].xml', bytes: Buffer.from('<Types/>') }]),
      ),
      GZ,
      attachment('t.json', 'application/tlsrpt+json', TLS),
      attachment('signature.asc', 'application/pgp-signature', Buffer.from('-----BEGIN PGP SIGNATURE-----')),
    ]);

    const documents = await readAll(bytes);

    expect(documents.map(({ kind, member }) => [kind, member])).toEqual([
      ['aggregate', 'example.net!example.com!1772323200!1772409599.xml.gz'],
      ['smtp-tls', 't.json'],
    ]);
  });

  it('without any report says so, once', async () => {
    const forwarded = mail([
      { body: 'hello' },
      {
        header: ['Content-Type: message/rfc822'],
        body: mail([{ body: 'hi' }], { boundary: 'i' }).toString(),
      },
    ]);

    for (const bytes of [plainMail([], 'hello'), mail([{ body: 'hello' }]), mail([]), forwarded])
      expect(await readAll(bytes)).toMatchObject([
        {
          kind: 'unreadable',
          member: null,
          sha256: hash('sha256', bytes),
          error: { code: 'mail-without-report' },
        },
      ]);
  });

  it('with an attachment that was meant to be a report says what is wrong with it', async () => {
    const bytes = mail([
      { body: 'hello' },
      attachment('empty.xml', 'text/xml', Buffer.from('')),
      attachment('a.xml.gz', 'application/gzip', gzipSync('unused')),
      attachment('b.gz', 'application/octet-stream', Buffer.from('garbage')),
      attachment('c.xml', 'text/xml', Buffer.from('<other/>')),
      attachment('d.rar', 'application/octet-stream', Buffer.from('526172211a0700', 'hex')),
    ]);

    expect((await readAll(bytes)).map(({ member, error }) => [member, error?.code])).toEqual([
      ['empty.xml', 'document-empty'],
      ['a.xml.gz', 'document-empty'],
      ['b.gz', 'not-a-report'],
      ['c.xml', 'not-a-report'],
      ['d.rar', 'container-unsupported'],
    ]);
  });

  it('that is encrypted or signed as a whole says so', async () => {
    const bytes = plainMail(
      ['Content-Type: application/pkcs7-mime; smime-type=signed-data; name="smime.p7m"'],
      Buffer.from('3080', 'hex'),
    );

    expect(await readOne(bytes)).toMatchObject({
      error: { code: 'mail-smime' },
      sha256: hash('sha256', bytes),
    });
  });

  it('that is larger than the limit is refused', async () => {
    const bytes = mail([GZ]);

    for (const source of [bytes, asFile(bytes), asStream(bytes, [100])])
      expect(await readOne(source, { limits: { mailBytes: 500 } })).toMatchObject({
        error: { code: 'limit-mail-bytes' },
        sha256: hash('sha256', bytes),
      });
  });

  it('may have as many parts as the limit, and lines that only look like boundaries', async () => {
    const parts = Array.from({ length: 5 }, (_, i) => attachment(`${i}.xml`, 'text/xml', XML));
    const dashes = mail([{ body: '--\n---\n-- \n--x\n--y\n--z' }, GZ]);

    expect(await readAll(mail(parts), { limits: { entries: 6 } })).toHaveLength(5);
    expect(await readOne(mail(parts), { limits: { entries: 4 } })).toMatchObject({
      error: { code: 'limit-entries' },
    });
    expect(await readOne(dashes, { limits: { entries: 4 } })).toMatchObject({ kind: 'aggregate' });
  });

  it('gives attachments of one name different members', async () => {
    const documents = await readAll(
      mail([attachment('a.xml', 'text/xml', XML), attachment('a.xml', 'text/xml', XML)]),
    );

    expect(documents.map(({ member }) => member)).toEqual(['a.xml', 'a.xml#2']);
  });

  it('is named by a number where it is attached, because its file name is often its subject', async () => {
    const inner = mail([GZ], { boundary: 'inner' });
    const broken = mail(
      [{ body: 'hello' }, attachment('x.zip', 'application/zip', Buffer.from('PK\x03\x04'))],
      {
        boundary: 'inner',
      },
    );

    const documents = await readAll(
      mail([
        attachment('Your secret plan.eml', 'application/octet-stream', inner),
        attachment('Your other plan.xml', 'message/rfc822', broken),
        GZ,
      ]),
    );

    expect(documents.map(({ kind, member }) => [kind, member])).toEqual([
      ['aggregate', 'mail 1/example.net!example.com!1772323200!1772409599.xml.gz'],
      ['unreadable', 'mail 2/x.zip'],
      ['aggregate', 'example.net!example.com!1772323200!1772409599.xml.gz'],
    ]);
  });

  it('that is nested too deeply in multiparts is refused', async () => {
    const nested = Array.from(
      { length: 40 },
      (_, i) => `Content-Type: multipart/mixed; boundary="b${i}"\r\n\r\n--b${i}\r\n`,
    ).join('');

    expect(await readOne(Buffer.from(`From: a@example.net\r\n${nested}`))).toMatchObject({
      error: { code: 'limit-nesting' },
    });
  });
});
