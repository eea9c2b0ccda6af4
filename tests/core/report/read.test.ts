import { hash } from 'node:crypto';
import { deflateSync, gzipSync } from 'node:zlib';
import { array, assert, asyncProperty, integer } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inMemory, type ByteSource } from '../../../src/core/report/bytes.js';
import { DEFAULT_LIMITS } from '../../../src/core/report/limits.js';
import { readReports } from '../../../src/core/report/read.js';
import { attachment, mail, tar, zip } from '../../support/containers.js';
import { asFile, asStream, memorySpool, readAll, readOne } from '../../support/read-all.js';
import { reportXml } from '../../support/reports.js';

const XML = Buffer.from(reportXml({ records: [{ count: 2 }, { sourceIp: '2001:db8::1', dkim: 'fail' }] }));
const TLS = Buffer.from(
  JSON.stringify({ 'organization-name': 'Example Org', 'report-id': 't-1', policies: [] }),
);
/** Over a megabyte of XML that does not pack well. */
const LARGE_XML = Buffer.from(
  reportXml({
    records: Array.from({ length: 4_000 }, (_, i) => ({
      headerFrom: `${hash('sha256', String(i))}.example.com`,
    })),
  }),
);

describe('the result does not depend on', () => {
  const files: Readonly<Record<string, Buffer>> = {
    plain: XML,
    broken: Buffer.from(XML.toString().replace('</row>', '')),
    gzip: gzipSync(XML),
    members: Buffer.concat([
      gzipSync(XML.subarray(0, 500)),
      gzipSync(XML.subarray(500)),
      Buffer.from('rest'),
    ]),
    zlib: deflateSync(XML),
    zip: zip([
      { name: 'a.xml', bytes: XML },
      { name: 'b.json.gz', bytes: gzipSync(TLS) },
      { name: 'c.xml', bytes: XML, crc: 3 },
    ]),
    tar: gzipSync(
      tar([
        { name: 'a.xml', bytes: XML },
        { name: 'b.json', bytes: TLS },
      ]),
    ),
    base64: Buffer.from(gzipSync(XML).toString('base64').replace(/.{60}/g, '$&\n')),
    mail: mail([
      { body: 'hello' },
      attachment('a.xml.gz', 'application/gzip', gzipSync(XML)),
      attachment('t.json', 'application/json', TLS),
    ]),
    cut: gzipSync(XML).subarray(0, -20),
    damaged: Buffer.concat([
      gzipSync(XML).subarray(0, 100),
      Buffer.from('damaged'),
      gzipSync(XML).subarray(107),
    ]),
    utf16: Buffer.from(`\ufeff${XML.toString().replace('UTF-8', 'UTF-16')}`, 'utf16le'),
  };

  it.each(Object.entries(files))('where the chunks of a file are cut: %s', async (_, bytes) => {
    const whole = await readAll(bytes);
    expect(await readAll(asFile(bytes))).toEqual(whole);

    await assert(
      asyncProperty(
        array(integer({ min: 1, max: bytes.length }), { minLength: 1, maxLength: 10 }),
        async (sizes) => {
          expect(await readAll(asStream(bytes, sizes))).toEqual(whole);
        },
      ),
      { numRuns: 25 },
    );
  });

  it('whether a large document is in memory, on disk, in a pipe or packed', async () => {
    const { records, ...document } = await readOne(LARGE_XML);
    const sources: ByteSource[] = [
      asFile(LARGE_XML, 65_536),
      asStream(LARGE_XML, [100_000]),
      asFile(gzipSync(LARGE_XML)),
      asStream(deflateSync(LARGE_XML), [4_096]),
    ];

    for (const source of sources) {
      const other = await readOne(source);

      expect({ ...other, records: other.records.length }).toEqual({ ...document, records: records.length });
    }
    expect(records).toHaveLength(4_000);
  });
});

describe('every document', () => {
  it('is told with the hash of its own bytes, read or not', async () => {
    const broken = Buffer.from('<feedback><report_metadata>');
    const bytes = zip([
      { name: 'a.xml', bytes: XML },
      { name: 'b.xml', bytes: broken },
      { name: 'c.json', bytes: TLS },
      { name: 'd.txt', bytes: Buffer.from('hello') },
    ]);

    const documents = await readAll(bytes);

    expect(documents.map(({ kind, sha256 }) => [kind, sha256])).toEqual([
      ['aggregate', hash('sha256', XML)],
      ['unreadable', hash('sha256', broken)],
      ['smtp-tls', hash('sha256', TLS)],
      ['unreadable', hash('sha256', 'hello')],
    ]);
  });

  it('that is large and broken is told with the hash of all its bytes', async () => {
    const bytes = Buffer.from(
      LARGE_XML.toString().replace('<feedback>', '<other>').replace('</feedback>', '</other>'),
    );

    const document = await readOne(asFile(bytes));
    const packed = await readOne(asFile(gzipSync(bytes)));

    expect(document).toMatchObject({
      kind: 'unreadable',
      error: { code: 'not-a-report' },
      sha256: hash('sha256', bytes),
      records: [],
    });
    expect(packed).toMatchObject({
      kind: 'unreadable',
      error: { code: 'not-a-report' },
      sha256: hash('sha256', bytes),
    });
  });

  it('that passes a bound is told with the hash of what holds it', async () => {
    const packed = gzipSync(LARGE_XML);

    expect(await readOne(packed, { limits: { records: 10 } })).toMatchObject({
      error: { code: 'limit-records' },
      sha256: hash('sha256', packed),
    });
    expect(await readOne(LARGE_XML, { limits: { records: 10 } })).toMatchObject({
      error: { code: 'limit-records' },
      sha256: hash('sha256', LARGE_XML),
    });
    expect(await readOne(asFile(LARGE_XML), { limits: { documentBytes: 10_000 } })).toMatchObject({
      error: { code: 'limit-document-bytes' },
      sha256: hash('sha256', LARGE_XML),
    });
  });

  it('is found in text behind what a gateway put before it', async () => {
    const document = await readOne(Buffer.concat([Buffer.from('EXTERNAL MAIL\n\n'), XML]));

    expect(document.kind).toBe('aggregate');
  });

  it('gives its records before itself, and takes them back where they were wrong', async () => {
    const packed = gzipSync(LARGE_XML);
    packed.writeUInt32LE(1, packed.length - 8);
    const types: string[] = [];

    for await (const event of readReports(asFile(packed), {
      limits: DEFAULT_LIMITS,
      spool: memorySpool().spool,
    }))
      types.push(event.type);

    expect(types[0]).toBe('records');
    expect(types.slice(-2)).toEqual(['discard', 'document']);
  });
});

describe('the storage', () => {
  it('is thrown when it fails, wherever the reading is', async () => {
    for (const bytes of [
      LARGE_XML,
      gzipSync(LARGE_XML),
      deflateSync(LARGE_XML),
      Buffer.from(gzipSync(LARGE_XML).toString('base64')),
      zip([{ name: 'a', bytes: LARGE_XML }]),
      tar([{ name: 'a', bytes: LARGE_XML }]),
    ]) {
      for (const after of [0, 10_000, bytes.length - 1])
        await expect(readAll(failing(bytes, after))).rejects.toThrow('the disk is gone');
      await expect(readAll(failingFile(bytes))).rejects.toThrow('the disk is gone');
    }
  });

  it('is thrown when the spool fails, and what was spooled before is closed', async () => {
    const { spool, used } = memorySpool();
    const large = zip([{ name: 'a.xml', bytes: LARGE_XML, method: 0 }]);
    let calls = 0;
    const failsOnce = ((chunks, limit) =>
      ++calls === 2 ? Promise.reject(new Error('the disk is full')) : spool(chunks, limit)) as typeof spool;
    const nested = gzipSync(
      zip([
        { name: 'a.gz', bytes: gzipSync(large) },
        { name: 'b', bytes: large, method: 0 },
      ]),
      { level: 0 },
    );

    await expect(readAll(nested, { spool: failsOnce })).rejects.toThrow('the disk is full');

    expect(used).toEqual({ spooled: 1, open: 0 });
  });

  it('is let go when the reader stops early', async () => {
    const { spool, used } = memorySpool();
    let open = 0;
    const source: ByteSource = {
      size: null,
      async *stream() {
        open++;
        try {
          yield* asFile(
            gzipSync(zip([{ name: 'a.xml', bytes: LARGE_XML, method: 0 }], {}), { level: 0 }),
            1_000,
          ).stream();
        } finally {
          open--;
        }
      },
    };

    for await (const event of readReports(source, { limits: DEFAULT_LIMITS, spool })) {
      expect(event.type).toBe('records');
      break;
    }

    expect(open).toBe(0);
    expect(used).toEqual({ spooled: 1, open: 0 });
  });

  it('may be memory that is shared with other bytes', async () => {
    const shared = Buffer.concat([Buffer.from('before'), gzipSync(XML), Buffer.from('after')]);

    const document = await readOne(inMemory(shared.subarray(6, -5)));

    expect(document).toMatchObject({ kind: 'aggregate', problems: [] });
  });
});

function failing(bytes: Buffer, after: number): ByteSource {
  return {
    size: null,
    async *stream() {
      yield* asFile(bytes.subarray(0, after), 1_000).stream();
      throw new Error('the disk is gone');
    },
  };
}

/** Gives its first bytes, and no more. */
function failingFile(bytes: Buffer): ByteSource {
  return {
    ...asFile(bytes),
    read: (position: number, length: number) =>
      position === 0 && length <= 4_096
        ? Promise.resolve(bytes.subarray(0, length))
        : Promise.reject(new Error('the disk is gone')),
    async *stream() {
      yield await Promise.resolve(bytes.subarray(0, 4_096));
      throw new Error('the disk is gone');
    },
  } as ByteSource;
}
