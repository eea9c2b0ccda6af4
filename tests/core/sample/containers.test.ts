import { gunzipSync } from 'node:zlib';
import PostalMime from 'postal-mime';
import { describe, expect, it } from 'vitest';
import { fromBuffer } from 'yauzl';
import { gzip, pack, type Parcel } from '../../../src/core/sample/containers.js';
import { zip } from '../../../src/core/sample/zip.js';

const XML = Buffer.from(`<feedback>${'<record/>'.repeat(200)}</feedback>`);
const PARCEL: Parcel = {
  stem: 'a.example!example.com!1767225600!1767311999',
  extension: 'xml',
  bytes: XML,
  letter: {
    from: 'noreply-dmarc@a.example',
    to: 'dmarc-reports@example.com',
    subject: 'Report Domain: example.com Submitter: a.example Report-ID: 1',
    date: '2026-01-02T00:00:00Z',
    messageId: '1767225600.example.com.dmarc@a.example',
  },
};

/** Names and contents as another reader finds them. */
function unzipped(bytes: Buffer): Promise<Record<string, string>> {
  return new Promise((resolve, reject) => {
    const found: Record<string, string> = {};
    fromBuffer(bytes, { lazyEntries: true }, (error, archive) => {
      if (error) return reject(error);
      archive.on('end', () => resolve(found));
      archive.on('entry', (entry) => {
        archive.openReadStream(entry, (problem, stream) => {
          if (problem) return reject(problem);
          const chunks: Buffer[] = [];
          stream.on('data', (chunk: Buffer) => chunks.push(chunk));
          stream.on('end', () => {
            found[entry.fileName] = Buffer.concat(chunks).toString('utf8');
            archive.readEntry();
          });
        });
      });
      archive.readEntry();
    });
  });
}

describe('a zip', () => {
  it('holds its entries as another reader sees them', async () => {
    const archive = zip([
      { name: 'reports/', bytes: new Uint8Array() },
      { name: 'reports/größe.xml', bytes: XML },
      { name: 'b.xml', bytes: Buffer.from('b') },
    ]);

    expect(await unzipped(archive)).toEqual({
      'reports/': '',
      'reports/größe.xml': XML.toString(),
      'b.xml': 'b',
    });
  });
});

describe('a container', () => {
  it('has neither time nor system in a gzip header (RFC 1952 §2.3)', () => {
    const packed = gzip(XML);

    expect([...packed.subarray(0, 10)]).toEqual([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, expect.any(Number), 255]);
    expect(gunzipSync(packed)).toEqual(XML);
  });

  it('lies about its name where that is the oddity', () => {
    const [gz] = pack('gzip-named-zip', [PARCEL]);
    const [zipped] = pack('zip-named-gzip', [PARCEL]);

    expect(gz?.name).toMatch(/\.zip$/);
    expect(gz?.bytes[0]).toBe(0x1f);
    expect(zipped?.name).toMatch(/\.xml\.gz$/);
    expect(Buffer.from(zipped!.bytes).toString('latin1', 0, 2)).toBe('PK');
  });

  it('is one archive for all, or one file for each', async () => {
    const two = [PARCEL, { ...PARCEL, stem: 'a.example!example.org!1767225600!1767311999' }];

    const together = pack('zip-of-all', two);

    expect(Object.keys(await unzipped(Buffer.from(together[0]!.bytes)))).toHaveLength(2);
    expect(together).toHaveLength(1);
    expect(pack('zip', two)).toHaveLength(2);
    expect(pack('zip-of-all', [])).toEqual([]);
  });

  it('is a mail as reporters write it, with the packed report attached (RFC 7489 §7.2.1.1)', async () => {
    const [file] = pack('mail', [PARCEL]);
    const mail = await PostalMime.parse(file!.bytes);

    expect(file?.name).toBe(`${PARCEL.stem}.eml`);
    expect(mail.subject).toBe(PARCEL.letter.subject);
    expect(mail.date).toBe('2026-01-02T00:00:00.000Z');
    expect(mail.attachments[0]).toMatchObject({
      filename: `${PARCEL.stem}.xml.gz`,
      mimeType: 'application/gzip',
    });
    expect(gunzipSync(Buffer.from(mail.attachments[0]!.content as ArrayBuffer))).toEqual(XML);
  });

  it('is a mail with the report as its body, or inside a forwarded mail', async () => {
    const [body] = pack('mail-body', [PARCEL]);
    const [forwarded] = pack('mail-forwarded', [PARCEL]);

    const first = await PostalMime.parse(body!.bytes);
    const second = await PostalMime.parse(forwarded!.bytes, { forceRfc822Attachments: true });

    expect(await unzipped(Buffer.from(first.attachments[0]!.content as ArrayBuffer))).toEqual({
      [`${PARCEL.stem}.xml`]: XML.toString(),
    });
    expect(second.subject).toBe(`Fwd: ${PARCEL.letter.subject}`);
    expect(second.attachments[0]?.mimeType).toBe('message/rfc822');
    expect(Buffer.from(forwarded!.bytes).toString('latin1')).not.toMatch(/[^\r]\n/);
  });
});
