import { hash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { attachment, mail, tar, zip } from '../../../support/containers.js';
import { asFile, asStream, codesOf, memorySpool, readAll, readOne } from '../../../support/read-all.js';
import { reportXml } from '../../../support/reports.js';

const XML = Buffer.from(reportXml({ reportId: 'r-1' }));
const OTHER_XML = Buffer.from(reportXml({ reportId: 'r-2', domain: 'example.org' }));
const LARGE_XML = Buffer.from(
  reportXml({
    records: Array.from({ length: 6_000 }, (_, i) => ({
      headerFrom: `${hash('sha256', String(i))}.example.com`,
    })),
  }),
);

describe('a zip', () => {
  it('gives every report in it', async () => {
    const documents = await readAll(
      zip([
        { name: 'a.xml', bytes: XML },
        { name: 'b.xml', bytes: OTHER_XML },
      ]),
    );

    expect(documents.map(({ member, sha256 }) => [member, sha256])).toEqual([
      ['a.xml', hash('sha256', XML)],
      ['b.xml', hash('sha256', OTHER_XML)],
    ]);
  });

  it('is read past folders and what macOS adds', async () => {
    const document = await readOne(
      zip([
        { name: 'reports/' },
        { name: '__MACOSX/._a.xml', bytes: Buffer.from('junk') },
        { name: 'reports/._a.xml', bytes: Buffer.from('junk') },
        { name: 'reports/.DS_Store', bytes: Buffer.from('junk') },
        { name: 'reports/a.xml', bytes: XML },
      ]),
    );

    expect(document).toMatchObject({ kind: 'aggregate', member: 'reports/a.xml' });
  });

  it('says so when it holds no files', async () => {
    for (const bytes of [zip([]), zip([{ name: 'reports/' }])])
      expect(await readOne(bytes)).toMatchObject({
        error: { code: 'container-empty' },
        sha256: hash('sha256', bytes),
      });
  });

  it('is known under a name that says gzip, and gzip under one that says zip', async () => {
    const bytes = zip([
      { name: 'a.xml.gz', bytes: zip([{ name: 'x', bytes: XML }]) },
      { name: 'b.zip', bytes: gzipSync(OTHER_XML) },
    ]);

    expect((await readAll(bytes)).map(({ kind, member }) => [kind, member])).toEqual([
      ['aggregate', 'a.xml.gz/x'],
      ['aggregate', 'b.zip'],
    ]);
  });

  it('tells a damaged member from the good ones beside it', async () => {
    const bytes = zip([
      { name: 'a.xml', bytes: XML, crc: 1 },
      { name: 'b.xml', bytes: XML, size: 5 },
      { name: 'c.xml', bytes: XML, flags: 1 },
      { name: 'd.xml', bytes: XML, method: 14 },
      { name: 'e.xml', bytes: XML, method: 99 },
      { name: 'f.xml', bytes: OTHER_XML },
    ]);

    const documents = await readAll(bytes);

    expect(documents.map(({ member, error }) => [member, error?.code])).toEqual([
      ['a.xml', 'zip-crc'],
      ['b.xml', 'zip-damaged'],
      ['c.xml', 'zip-encrypted'],
      ['d.xml', 'zip-method'],
      ['e.xml', 'zip-encrypted'],
      ['f.xml', undefined],
    ]);
    expect(documents[0]?.sha256).toBe(hash('sha256', bytes));
    expect(await readAll(asFile(bytes))).toEqual(documents);
    expect(await readAll(asStream(bytes, [17]))).toEqual(documents);
  });

  it('is checked as a stream too when a member is large', async () => {
    const good = zip([{ name: 'a.xml', bytes: LARGE_XML }]);
    const wrong = zip([{ name: 'a.xml', bytes: LARGE_XML, crc: 1 }]);
    const short = zip([{ name: 'a.xml', bytes: LARGE_XML, size: 100 }]);

    expect(await readOne(asFile(good))).toMatchObject({
      kind: 'aggregate',
      totals: { records: 6_000 },
      sha256: hash('sha256', LARGE_XML),
    });
    expect(await readOne(asFile(wrong))).toMatchObject({
      error: { code: 'zip-crc' },
      records: [],
      sha256: hash('sha256', wrong),
    });
    expect(await readOne(asFile(short))).toMatchObject({ error: { code: 'zip-damaged' }, records: [] });
  });

  it('is read where bytes follow its end, which is said', async () => {
    const bytes = zip([{ name: 'a.xml', bytes: XML }]);

    for (const rest of ['\r\n', 'a gateway was here', '\0'.repeat(70_000)]) {
      const document = await readOne(Buffer.concat([bytes, Buffer.from(rest)]));

      expect(document).toMatchObject(
        rest.length < 65_536 ? { kind: 'aggregate', member: 'a.xml' } : { error: { code: 'zip-damaged' } },
      );
    }
    expect(codesOf(await readOne(Buffer.concat([bytes, Buffer.from('\n')])))).toEqual(['zip-trailing-bytes']);
  });

  it('is refused where it is cut or not one', async () => {
    const bytes = zip([{ name: 'a.xml', bytes: XML }]);

    for (const broken of [
      bytes.subarray(0, -10),
      bytes.subarray(0, 100),
      Buffer.from('PK\x03\x04 is no zip'),
      Buffer.concat([Buffer.from('PK\x03\x04'), bytes.subarray(-22)]),
    ])
      expect(await readOne(broken)).toMatchObject({
        error: { code: 'zip-damaged' },
        sha256: hash('sha256', broken),
      });
  });

  it('is told from an Office document', async () => {
    const bytes = zip([
      { name: '[Content_Types].xml', bytes: Buffer.from('<Types/>') },
      { name: 'word/document.xml', bytes: Buffer.from('<document/>') },
    ]);

    expect(await readOne(bytes)).toMatchObject({ error: { code: 'office-document' } });
  });

  it('with a name for nothing else gives names that can be shown, bounded and different', async () => {
    const names = [
      '../../etc/passwd',
      'C:\\reports\\a.xml',
      '/a\u0000\u001b[31m.xml',
      'x'.repeat(5_000),
      'a.xml',
      'a.xml',
      '\u202Egpj.exe',
      '',
    ];
    const bytes = zip(names.map((name) => ({ name, bytes: XML, flags: 0x800 })));

    const documents = await readAll(bytes);

    expect(documents.map(({ member }) => member)).toEqual([
      'etc/passwd',
      'C:/reports/a.xml',
      'a[31m.xml',
      `${'x'.repeat(199)}…`,
      'a.xml',
      'a.xml#2',
      'gpj.exe',
      'member',
    ]);
  });

  it('bounds the path of members inside members', async () => {
    const inner = zip([{ name: 'y'.repeat(300), bytes: XML }]);
    const nested = [1, 2, 3].reduce<Buffer>((bytes) => zip([{ name: 'z'.repeat(300), bytes }]), inner);

    const document = await readOne(nested);

    expect(document.kind).toBe('aggregate');
    expect(document.member).toHaveLength(600);
  });

  it('may have as many entries as the limit, and one more is refused', async () => {
    const bytes = zip(Array.from({ length: 4 }, (_, i) => ({ name: `${i}.xml`, bytes: XML })));

    expect(await readAll(bytes, { limits: { entries: 4 } })).toHaveLength(4);
    expect(await readOne(bytes, { limits: { entries: 3 } })).toMatchObject({
      error: { code: 'limit-entries' },
    });
  });

  it('may have as many documents as the limit over all archives in it, and no further one is read', async () => {
    const two = zip([
      { name: 'a.xml', bytes: XML },
      { name: 'b.xml', bytes: XML },
    ]);
    const bytes = zip(Array.from({ length: 3 }, (_, i) => ({ name: `${i}.zip`, bytes: two })));

    expect(await readAll(bytes, { limits: { entries: 6 } })).toHaveLength(6);
    expect((await readAll(bytes, { limits: { entries: 5 } })).map(({ error }) => error?.code)).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
      'limit-entries',
    ]);
  });

  it('counts an archive of one member as that member', async () => {
    const nested = (): Buffer =>
      zip([{ name: 'a.eml', bytes: mail([attachment('a.xml', 'text/xml', XML)]) }]);
    const bytes = zip(Array.from({ length: 4 }, (_, i) => ({ name: `${i}.zip`, bytes: nested() })));

    expect(await readAll(bytes, { limits: { entries: 4 } })).toHaveLength(4);
  });

  it('comes as a stream into the spool, which is freed', async () => {
    const { spool, used } = memorySpool();
    const bytes = zip([{ name: 'a.xml', bytes: LARGE_XML, method: 0 }]);

    const document = await readOne(asStream(bytes, [50_000]), { spool });

    expect(document).toMatchObject({ kind: 'aggregate', sha256: hash('sha256', LARGE_XML) });
    expect(used).toEqual({ spooled: 1, open: 0 });
  });

  it('stops at a bound on everything in the file, but not at one on a single document', async () => {
    const bytes = zip([
      { name: 'a.xml', bytes: LARGE_XML },
      { name: 'b.xml', bytes: XML },
    ]);

    const bySize = await readAll(bytes, { limits: { documentBytes: 100_000 } });
    const byTotal = await readAll(bytes, { limits: { totalBytes: 100_000 } });

    expect(bySize.map(({ error }) => error?.code)).toEqual(['limit-document-bytes', undefined]);
    expect(byTotal.map(({ error }) => error?.code)).toEqual(['limit-total-bytes']);
  });
});

describe('a tar', () => {
  it('gives every file in it, under its name', async () => {
    const bytes = tar([
      { name: 'reports/', type: '5' },
      { name: 'reports/a.xml', bytes: XML },
      { name: 'reports/b.xml.gz', bytes: gzipSync(OTHER_XML) },
      { name: 'reports/link', type: '2' },
    ]);

    const documents = await readAll(bytes);

    expect(documents.map(({ kind, member }) => [kind, member])).toEqual([
      ['aggregate', 'reports/a.xml'],
      ['aggregate', 'reports/b.xml.gz'],
    ]);
  });

  it('knows long names, of GNU and of pax', async () => {
    const path = `${'folder/'.repeat(20)}a.xml`;
    const field = ` path=${path}\n`;
    const bytes = tar([
      { name: '././@LongLink', type: 'L', bytes: Buffer.from(`${path}\0`) },
      { name: 'folder/', bytes: XML },
      { name: 'pax', type: 'x', bytes: Buffer.from(`${field.length + 3}${field}`) },
      { name: 'folder/', bytes: OTHER_XML },
      { name: 'c.xml', bytes: XML },
    ]);

    const documents = await readAll(bytes);

    expect(documents.map(({ member }) => member)).toEqual([path, path + '#2', 'c.xml']);
  });

  it('is refused where it is cut', async () => {
    const bytes = tar([{ name: 'a.xml', bytes: LARGE_XML }]).subarray(0, 5_000);

    expect(await readOne(bytes)).toMatchObject({
      error: { code: 'tar-truncated' },
      sha256: hash('sha256', bytes),
    });
  });

  it('may have as many files as the limit', async () => {
    const bytes = tar(Array.from({ length: 4 }, (_, i) => ({ name: `${i}.xml`, bytes: XML })));

    expect(await readAll(bytes, { limits: { entries: 4 } })).toHaveLength(4);
    expect(await readOne(bytes, { limits: { entries: 3 } })).toMatchObject({
      error: { code: 'limit-entries' },
    });
  });

  it('is read from disk without being held in memory', async () => {
    const bytes = tar([
      { name: 'a.xml', bytes: LARGE_XML },
      { name: 'b.xml', bytes: XML },
    ]);

    const documents = await readAll(asFile(bytes));

    expect(documents.map(({ kind, sha256 }) => [kind, sha256])).toEqual([
      ['aggregate', hash('sha256', LARGE_XML)],
      ['aggregate', hash('sha256', XML)],
    ]);
  });
});

describe('containers inside each other', () => {
  it('are read as deep as the limit', async () => {
    const nest = (depth: number): Buffer =>
      Array.from({ length: depth }).reduce<Buffer>((bytes) => gzipSync(bytes), XML);

    expect(await readOne(nest(5))).toMatchObject({ kind: 'aggregate', sha256: hash('sha256', XML) });
    expect(await readOne(nest(6))).toMatchObject({
      error: { code: 'limit-nesting' },
      sha256: hash('sha256', gzipSync(XML)),
    });
    expect(await readOne(nest(2), { limits: { nesting: 1 } })).toMatchObject({
      error: { code: 'limit-nesting' },
    });
  });

  it('tell what was odd about each of them, from the outside in', async () => {
    const inner = Buffer.concat([gzipSync(XML), Buffer.from('x')]);
    const bytes = Buffer.concat([gzipSync(inner), Buffer.from('\n')]);

    const document = await readOne(bytes);

    expect(codesOf(document)).toEqual(['gzip-trailing-bytes', 'gzip-trailing-bytes']);
    expect(codesOf(await readOne(asStream(bytes, [5])))).toEqual(codesOf(document));
  });
});
