import { hash } from 'node:crypto';
import { crc32, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { tar, zip } from '../../../support/containers.js';
import { asFile, asStream, codesOf, memorySpool, readAll, readOne } from '../../../support/read-all.js';
import { reportXml } from '../../../support/reports.js';

const XML = Buffer.from(reportXml({ orgName: 'Example Org', reportId: 'r-1' }));
const XML_SHA256 = hash('sha256', XML);
/** More than is read in memory at once, and hard to pack. */
const LARGE_XML = Buffer.from(
  reportXml({
    records: Array.from({ length: 6_000 }, (_, i) => ({
      sourceIp: `192.0.2.${i % 250}`,
      headerFrom: `${hash('sha256', String(i)).slice(0, 40)}.example.com`,
    })),
  }),
);

/** One document of 665 bytes, packed by bzip2 1.0 and xz 5.4, which Node has no packers for. */
const BZIP2 = Buffer.from(
  'QlpoOTFBWSZTWb79fxEAADLfgEAQUAP158MAhgC/79/gMAGJrY0EqaSPSaNoyaeqNBoAADQaBpEap+qbUAGgGaJpozUCqmpkCCY0np6oaAAANJ4m13PFKKeLq4DqAVgMbAQtEkg+pljlRJlsePnbC1avLX/N440LrnLJiverK3gwQKoROE8PR93G/24u0auky7xAosw55b3q1NXQXmlsCGwxe0Vx8teOWfzunR4Njahmom+lHyhNvbkv5zuUmlnmcnxwmhnBHmK5pcUpzAIoXVGagMkQIGhKqoUa0FQpAwJCjxo0eWilNOlGyKGCETPMFdRgbGfbhY0adC5jjCGxuX39rMwUpkuVO9VYb9FrFoUUVWN+0yk6CrqNSZbEZLCbU42STtiJIotlY40tVYLmvSRKrmMJVUVrfKU2TBfdE2IHWgMBbIIGQlwwuMhNFULKsRoR4gmqQjHhrQ1rKLr5Qoywk3cIjAoog2LVy5dDJqNJgxcZuUzyzP8XckU4UJC+/X8R',
  'base64',
);
const XZ = Buffer.from(
  '/Td6WFoAAATm1rRGAgAhARYAAAB0L+Wj4AKYAV1dAB4Py4cR2M5mkQ+DHsr9ezPUf+m32igxdiVmIE0qCW1q9ylwODDnzB1WFoQBoOyikHpKWenpqem0ffi3nLzkFRhPG8A8q6ewE+HYfTgTb0i5SyHIC5kYMBauaQcCPi6JEyrHhIHfzvX2GJkWmBwntuSzR2bWrlsxkuBrC/v5mGKoXDwrmENOt3IbZzoSICZgXUyWgpJ31BUMbOuHsm6VJ8gjx4r6Ju0HpGJf8FsOUjoFO0/7+jXr8IlSpWUN9OGax9DOl8z3IzNyQ3TNELfaA+q8GvjX7wsNjzSh+5ef34GhbWXUmoucU2bwaGX8IDfhJTQezXu5kMjDOvTPwOUFf7FYbM4QxvmkHG3YxjiBUrVunDmmotO3JxsTm+zb7sEp8vr5ZFjjjEJUivurMrvEVJaQiXDXD/HHAv3X0GvIqm9FIWObhJN49GlvW2q0oZFMfSz1G/UHbxIBcdg8kqAAAAAADVWoSzWADFAAAfkCmQUAAKmji02xxGf7AgAAAAAEWVo=',
  'base64',
);
/** 60 million spaces as bzip2. */
const BZIP2_BOMB = Buffer.from(
  'QlpoOTFBWSZTWbUiZb8BX44QAMAAAAggADCATUZCoCWpCoCXMUFZJlNZxUEThwBsArAAgBBAAAAIIAAwzAUppxoAKWxABS8XckU4UJCvBdj4',
  'base64',
);

/** Two million spaces as xz. */
const XZ_BOMB = Buffer.from(
  '/Td6WFoAAATm1rRGAgAhARYAAAB0L+Wj/oR/AWBdABBv+7/+o7Fe5fg/sqomVfhocEFwFQ+N/R5MG4pCtxn0aRhxrmYjiopNL6MN2X+m44wjEVPgWRjFdYrid/i2lH8MasDedElk4ulcU7IE2PdEDKtfDW1G6eXDdoi3llestk3haR1v+0uIEGxCy4g/XACP0E6vJiiUcR89jyThcJ6nI1/sKMuF0ZWYin4qkfIndfcZwAaYTZj92K/VkA/EJVP49ZE2MQWlsO5vwXBNRwzRkRGqrWAdus6xJxhcWYbpZlJYvul2rFnk5VsFCPnH2q38+1IrdM0eWyBC+d1TPfgpZAk7gMsqbN+1O/DEvS5fqg8+S2ZCkBMO/xCT+HF4WfgLzf+VKEYPqfx83vuaMC5WwI+F84OBwGXEJVP49ZE2MQWlsO5vwXBNRwzRkRGqrWAdus6xJxhcWYbpZlJYvul2rFnk5VsFCPnH2q38+1IrdM0eWyBC+d1TPfgEVHwmAAAAUuuJanS9DscAAfwCgIl6AJdZqA2xxGf7AgAAAAAEWVo=',
  'base64',
);

describe('what a file is, by its content', () => {
  const cases: readonly [string, Buffer][] = [
    ['plain XML', XML],
    ['gzip', gzipSync(XML)],
    ['gzip with a name, a comment, an extra field and a header checksum', gzipWithEverything(XML)],
    ['zip', zip([{ name: 'a.xml', bytes: XML }])],
    ['zip without compression', zip([{ name: 'a.xml', bytes: XML, method: 0 }])],
    ['gzip in gzip', gzipSync(gzipSync(XML))],
    ['zip holding gzip', zip([{ name: 'a.xml.gz', bytes: gzipSync(XML) }])],
    ['zip holding zip', zip([{ name: 'a.zip', bytes: zip([{ name: 'a.xml', bytes: XML }]) }])],
    ['gzip holding zip', gzipSync(zip([{ name: 'a.xml', bytes: XML }]))],
    ['raw zlib', deflateSync(XML)],
    ['raw zlib of the lowest level', deflateSync(XML, { level: 0 })],
    ['tar', tar([{ name: 'a.xml', bytes: XML }])],
    ['tar.gz', gzipSync(tar([{ name: 'a.xml', bytes: XML }]))],
    ['base64 of XML', Buffer.from(XML.toString('base64'))],
    ['base64 of gzip, in lines', Buffer.from(gzipSync(XML).toString('base64').replace(/.{76}/g, '$&\r\n'))],
    ['base64 of zip', Buffer.from(zip([{ name: 'a.xml', bytes: XML }]).toString('base64'))],
    ['several gzip members', Buffer.concat([gzipSync(XML.subarray(0, 300)), gzipSync(XML.subarray(300))])],
    [
      'many gzip members',
      Buffer.concat(Array.from({ length: 900 }, (_, i) => gzipSync(XML.subarray(2 * i, 2 * i + 2)))),
    ],
  ];

  it.each(cases)('reads %s', async (_, bytes) => {
    const document = await readOne(bytes);

    expect(document).toMatchObject({
      kind: 'aggregate',
      sha256: XML_SHA256,
      problems: [],
      totals: { records: 1 },
    });
  });

  it.each(cases)('reads %s as a stream', async (_, bytes) => {
    const document = await readOne(asStream(bytes, [7, 1, 100]));

    expect(document).toMatchObject({
      kind: 'aggregate',
      sha256: XML_SHA256,
      problems: [],
      totals: { records: 1 },
    });
  });

  it('reads bzip2 and xz', async () => {
    for (const bytes of [BZIP2, XZ]) {
      const document = await readOne(bytes);
      const streamed = await readOne(asStream(bytes, [10]));

      expect(document).toMatchObject({
        kind: 'aggregate',
        member: null,
        totals: { messages: 2 },
        problems: [],
      });
      expect(streamed).toEqual(document);
    }
  });

  it('reads two bzip2 streams in a row as one text', async () => {
    const [first, second] = await Promise.all([readOne(BZIP2), readOne(Buffer.concat([BZIP2, BZIP2]))]);

    expect(first.kind).toBe('aggregate');
    expect(second.sha256).not.toBe(first.sha256);
    expect(second.error?.code).not.toBe('bzip2-damaged');
  });

  it('reads xz inside xz inside an archive, which share one decoder', async () => {
    const bytes = zip([
      { name: 'a.xz', bytes: XZ },
      { name: 'b.xz', bytes: XZ },
    ]);

    const documents = await Promise.all([readAll(bytes), readAll(bytes)]);

    expect(documents.flat().map(({ kind, member }) => `${kind} ${member}`)).toEqual([
      'aggregate a.xz',
      'aggregate b.xz',
      'aggregate a.xz',
      'aggregate b.xz',
    ]);
  });

  it('gives a compressed file no member, and an archived one its path', async () => {
    const inner = zip([{ name: 'c.xml', bytes: XML }]);
    const bytes = zip([
      { name: 'a.xml.gz', bytes: gzipSync(XML) },
      { name: 'folder/b.zip', bytes: inner },
    ]);

    const documents = await readAll(bytes);

    expect((await readOne(gzipSync(XML))).member).toBeNull();
    expect(documents.map(({ member }) => member)).toEqual(['a.xml.gz', 'folder/b.zip/c.xml']);
  });
});

describe('gzip as it comes', () => {
  it('leaves out bytes after the end and says so', async () => {
    for (const rest of [
      '\r\n',
      '\0\0\0\0',
      'gateway footer',
      '\x1f\x8b',
      '\x1f\x8b\x07\x00\x00\x00\x00\x00\x00\x00\x00',
    ]) {
      const bytes = Buffer.concat([gzipSync(XML), Buffer.from(rest, 'latin1')]);

      const document = await readOne(bytes);
      const streamed = await readOne(asStream(bytes, [13]));

      expect(document).toMatchObject({ kind: 'aggregate', sha256: XML_SHA256 });
      expect(codesOf(document)).toEqual(['gzip-trailing-bytes']);
      expect(streamed).toEqual(document);
    }
  });

  it('reads what a cut file holds and says that it is cut', async () => {
    const packed = gzipSync(LARGE_XML);

    const document = await readOne(packed.subarray(0, packed.length - 200));
    const streamed = await readOne(asStream(packed.subarray(0, packed.length - 200), [1000]));

    expect(codesOf(document)).toContain('gzip-truncated');
    expect(streamed.sha256).toBe(document.sha256);
    expect(codesOf(streamed)).toEqual(codesOf(document));
  });

  it('reads a file of which only the checksum is cut off', async () => {
    const packed = gzipSync(XML);

    for (const cut of [1, 4, 8]) {
      const document = await readOne(packed.subarray(0, packed.length - cut));

      expect(document).toMatchObject({ kind: 'aggregate', sha256: XML_SHA256 });
      expect(codesOf(document)).toEqual(['gzip-truncated']);
    }
  });

  it('refuses content that was changed on the way', async () => {
    const packed = gzipSync(XML);
    packed.writeUInt32LE(packed.readUInt32LE(packed.length - 8) ^ 1, packed.length - 8);

    const document = await readOne(packed);
    const streamed = await readOne(asStream(packed, [50]));

    expect(document).toMatchObject({
      kind: 'unreadable',
      error: { code: 'gzip-crc' },
      sha256: hash('sha256', packed),
    });
    expect(streamed).toEqual(document);
  });

  it('takes back the records of a large file whose checksum turns out wrong', async () => {
    const packed = gzipSync(LARGE_XML);
    packed.writeUInt32LE(0, packed.length - 8);

    const document = await readOne(asFile(packed));

    expect(document).toMatchObject({ kind: 'unreadable', records: [], error: { code: 'gzip-crc' } });
  });

  it('refuses damaged data', async () => {
    const packed = gzipSync(XML);
    packed.fill(0xff, 20, 60);

    expect(await readOne(packed)).toMatchObject({
      error: { code: 'gzip-damaged' },
      sha256: hash('sha256', packed),
    });
    expect(await readOne(asStream(packed, [9]))).toMatchObject({ error: { code: 'gzip-damaged' } });
  });

  it('names the placeholder of Yahoo an empty document, packed or only claimed to be', async () => {
    for (const bytes of [
      gzipSync('unused'),
      Buffer.from('\x1f\x8bunused', 'latin1'),
      gzipSync(''),
      Buffer.from(''),
    ])
      expect(await readOne(bytes)).toMatchObject({ kind: 'unreadable', error: { code: 'document-empty' } });
  });

  it('refuses what only starts like gzip', async () => {
    expect(await readOne(Buffer.from('\x1f\x8bsomething else', 'latin1'))).toMatchObject({
      error: { code: 'gzip-damaged' },
    });
  });

  it('bounds the number of members', async () => {
    const one = gzipSync('');

    const document = await readOne(Buffer.concat(Array.from({ length: 2_000 }, () => one)));

    expect(document).toMatchObject({ error: { code: 'limit-entries' } });
  });

  it('unpacks a large file in one pass and hashes what it held', async () => {
    const document = await readOne(asFile(gzipSync(LARGE_XML)));

    expect(document).toMatchObject({
      kind: 'aggregate',
      totals: { records: 6_000 },
      sha256: hash('sha256', LARGE_XML),
    });
    expect(document.records).toHaveLength(6_000);
  });
});

describe('zlib as it comes', () => {
  it('leaves out bytes after the end, and reads a cut file', async () => {
    const packed = deflateSync(XML);
    const trailing = await readOne(Buffer.concat([packed, Buffer.from('\n')]));
    const cut = await readOne(packed.subarray(0, -2));

    expect([trailing.kind, codesOf(trailing)]).toEqual(['aggregate', ['zlib-trailing-bytes']]);
    expect([cut.kind, codesOf(cut)]).toEqual(['aggregate', ['zlib-truncated']]);
  });

  it('refuses a wrong checksum', async () => {
    const packed = deflateSync(XML);
    packed[packed.length - 1] = (packed.at(-1) ?? 0) ^ 1;

    expect(await readOne(packed)).toMatchObject({ error: { code: 'zlib-checksum' } });
    expect(await readOne(asStream(packed, [11]))).toMatchObject({ error: { code: 'zlib-checksum' } });
  });

  it('does not take text that starts alike for zlib', async () => {
    expect(await readOne('x^2 is a square')).toMatchObject({ error: { code: 'not-a-report' } });
  });

  it('checks large content too', async () => {
    const document = await readOne(asFile(deflateSync(LARGE_XML)));

    expect(document).toMatchObject({ kind: 'aggregate', problems: [], totals: { records: 6_000 } });
  });
});

describe('bzip2 and xz as they come', () => {
  it('refuses cut and damaged files', async () => {
    expect(await readOne(BZIP2.subarray(0, 200))).toMatchObject({
      error: { code: 'bzip2-damaged' },
      sha256: hash('sha256', BZIP2.subarray(0, 200)),
    });
    expect(await readOne(damaged(BZIP2))).toMatchObject({ error: { code: 'bzip2-damaged' } });
    expect(await readOne(XZ.subarray(0, 200))).toMatchObject({ error: { code: 'xz-damaged' } });
    expect(await readOne(damaged(XZ))).toMatchObject({ error: { code: 'xz-damaged' } });
    expect(await readOne(XZ)).toMatchObject({ kind: 'aggregate' });
  });

  it('stops a bomb in the middle of a block', async () => {
    expect(await readOne(BZIP2_BOMB)).toMatchObject({
      error: { code: 'limit-ratio' },
      sha256: hash('sha256', BZIP2_BOMB),
    });
  });

  it('stops an xz bomb, and unpacks the next file', async () => {
    expect(await readOne(XZ_BOMB, { limits: { ratioGraceBytes: 1_000_000 } })).toMatchObject({
      error: { code: 'limit-ratio' },
    });
    expect(await readOne(XZ)).toMatchObject({ kind: 'aggregate' });
  });

  it('frees what it spooled', async () => {
    const { spool, used } = memorySpool();

    await readOne(BZIP2_BOMB, { spool, limits: { ratio: 10_000_000 } });

    expect(used).toEqual({ spooled: 1, open: 0 });
  });
});

describe('containers that are not read', () => {
  it('names them and says what to do', async () => {
    const archives = {
      '7z archive': '377abcaf271c0004',
      'RAR archive': '526172211a0700',
      'Zstandard file': '28b52ffd04',
    };
    for (const [name, magic] of Object.entries(archives)) {
      const { error } = await readOne(Buffer.from(magic, 'hex'));

      expect(error).toEqual({
        code: 'container-unsupported',
        message: `The file is a ${name}, which is not read; send it as zip or gzip.`,
      });
    }
  });

  it('tells other files from reports', async () => {
    for (const other of [
      '%PDF-1.7',
      '<!DOCTYPE html><html></html>',
      '<html><body>hi</body></html>',
      'Hello: world',
      'just text',
      '\x01\x02\x03',
    ])
      expect(await readOne(other)).toMatchObject({
        kind: 'unreadable',
        error: { code: 'not-a-report' },
        sha256: hash('sha256', other),
      });
  });
});

function gzipWithEverything(bytes: Uint8Array): Buffer {
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(crc32(bytes));
  trailer.writeUInt32LE(bytes.length, 4);
  const header = [0x1f, 0x8b, 8, 2 | 4 | 8 | 16, 0, 0, 0, 0, 0, 3, 5, 0, 1, 2, 3, 4, 5];
  const texts = Buffer.from('report.xml\0a comment\0');
  return Buffer.concat([Buffer.from(header), texts, Buffer.from([0, 0]), deflateRawSync(bytes), trailer]);
}

function damaged(bytes: Buffer): Buffer {
  return Buffer.concat([bytes.subarray(0, 100), Buffer.from('damage'), bytes.subarray(106)]);
}
