import { deflateSync } from 'node:zlib';
import { gzip } from '../../src/core/sample/containers.js';
import type { Random } from '../../src/core/sample/random.js';
import { zip } from '../../src/core/sample/zip.js';

/** Ways to put a container around bytes, well-made and not. */
export const WRAPPERS: readonly ((bytes: Buffer, random: Random) => Buffer)[] = [
  (bytes) => gzip(bytes),
  (bytes) => deflateSync(bytes),
  (bytes) =>
    Buffer.concat([gzip(bytes.subarray(0, bytes.length >> 1)), gzip(bytes.subarray(bytes.length >> 1))]),
  (bytes) => zip([{ name: 'a.xml', bytes }]),
  (bytes, random) =>
    zip(Array.from({ length: 1 + random.below(40) }, (_, index) => ({ name: `${index}`, bytes }))),
  (bytes) =>
    zip([
      { name: '../../a\u0000.xml', bytes },
      { name: '/', bytes: Buffer.alloc(0) },
      { name: '', bytes },
    ]),
  (bytes) => Buffer.from(bytes.toString('base64')),
  (bytes) => mail('application/octet-stream', bytes),
  (bytes) => mail('message/rfc822', bytes),
  (bytes) => tar(bytes),
];

function mail(type: string, bytes: Buffer): Buffer {
  const head =
    'From: a@example.net\r\nTo: b@example.com\r\nSubject: Report Domain: example.com\r\nMIME-Version: 1.0\r\n' +
    'Content-Type: multipart/mixed; boundary="xyz"\r\n\r\n--xyz\r\nContent-Type: text/plain\r\n\r\nhello\r\n--xyz\r\n';
  const isMail = type === 'message/rfc822';
  const content = isMail ? bytes : Buffer.from(bytes.toString('base64').replace(/.{76}/g, '$&\r\n'));
  const part = `Content-Type: ${type}; name="a.gz"\r\n${isMail ? '' : 'Content-Transfer-Encoding: base64\r\n'}\r\n`;
  return Buffer.concat([Buffer.from(head + part), content, Buffer.from('\r\n--xyz--\r\n')]);
}

/** One file in POSIX ustar (IEEE Std 1003.1, pax). */
function tar(bytes: Buffer): Buffer {
  const header = Buffer.alloc(512);
  header.write('a.xml', 0);
  header.write(
    `0000644\u00000000000\u00000000000\u0000${bytes.length.toString(8).padStart(11, '0')}\u000000000000000\u0000`,
    100,
  );
  header.write('        0', 148);
  header.write('ustar\u000000', 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\u0000 `, 148);
  return Buffer.concat([header, bytes, Buffer.alloc(1024 + ((512 - (bytes.length % 512)) % 512))]);
}
