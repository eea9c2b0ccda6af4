import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { constants, deflateRawSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { attachment, mail, plainMail, tar, zip } from '../../support/containers.js';
import { programOf } from '../../support/programs.js';
import { reportXml } from '../../support/reports.js';

/** What is promised of a bomb: refused within this time, of all threads, so that a busy machine does not count. */
const MILLISECONDS = 1_000;
/** Size that the whole process stays below. */
const MEGABYTES = 150;

const XML = Buffer.from(reportXml());

const MB = 1024 * 1024;
/** XML that says nothing, in elements large enough for their number not to matter; a megabyte holds whole ones. */
const FILLER = `<a>${'x'.repeat(2_041)}</a>`;

interface Answer {
  readonly codes: readonly (string | null)[];
  readonly documents: number;
  readonly cpuMilliseconds: number;
  readonly maxBytes: number;
}

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dmarc-ops-bombs-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('a bomb is refused quickly and in little memory', () => {
  const bombs: readonly [name: string, code: string, build: () => Buffer][] = [
    ['400 MB of spaces in gzip', 'limit-xml-text', () => gzipOf(' ', 400)],
    [
      '400 MB of spaces after the start of a report',
      'limit-xml-text',
      () => gzipOf(' ', 400, '<feedback><report_metadata>'),
    ],
    ['a document of endless small elements', 'limit-xml-elements', () => gzipOf('<a/>', 200, '<feedback>')],
    [
      'one text without end',
      'limit-xml-text',
      () => gzipOf('x', 200, '<feedback><report_metadata><org_name>'),
    ],
    ['JSON without end', 'limit-ratio', () => gzipOf('[],', 200, '{"policies":[')],
    [
      'a mail without end',
      'limit-ratio',
      () => gzipOf('x\r\n', 200, 'From: a@example.net\r\nSubject: x\r\n\r\n'),
    ],
    ['400 MB of elements in zip', 'limit-ratio', () => zipOf(deflated(FILLER, 400, '<feedback>'), 400 * MB)],
    [
      'a zip whose members share their bytes',
      'zip-overlap',
      () => zip([{ name: 'a.xml', bytes: Buffer.alloc(MB, '<feedback>') }], { listed: 900 }),
    ],
    ['a zip whose members share some of their bytes', 'zip-overlap', partlyShared],
    [
      'a zip of large members that are packed well',
      'limit-ratio',
      () => zip(Array.from({ length: 30 }, () => ({ name: 'a.xml', bytes: Buffer.alloc(MB, '<feedback>') }))),
    ],
    ['gzip in gzip in gzip', 'limit-ratio', () => gzipSync(gzipSync(gzipOf(FILLER, 400, '<feedback>')))],
    [
      'ten layers of gzip',
      'limit-nesting',
      () => Array.from({ length: 10 }).reduce<Buffer>((bytes) => gzipSync(bytes), XML),
    ],
    [
      'ten layers of zip',
      'limit-nesting',
      () => Array.from({ length: 10 }).reduce<Buffer>((bytes) => zip([{ name: 'a', bytes }]), XML),
    ],
    [
      'ten mails inside each other',
      'limit-nesting',
      () =>
        Array.from({ length: 10 }).reduce<Buffer>(
          (bytes) =>
            mail([{ header: ['Content-Type: message/rfc822'], body: bytes.toString('latin1') }], {
              boundary: `b${bytes.length}`,
            }),
          XML,
        ),
    ],
    [
      'a zip that states a million entries',
      'limit-entries',
      () => zip([{ name: 'a.xml', bytes: XML }], { zip64Count: 1_000_000 }),
    ],
    ['a zip with a million entries', 'limit-entries', () => zipOfEntries(1_000_000)],
    [
      'a tar with ten thousand files',
      'limit-entries',
      () => tar(Array.from({ length: 10_000 }, () => ({ name: 'a.xml', bytes: XML }))),
    ],
    [
      'a mail with 10,000 parts',
      'limit-entries',
      () => mail(Array.from({ length: 10_000 }, () => attachment('a.xml', 'text/xml', XML))),
    ],
    ['zips of zips of broken reports', 'limit-entries', zipsOfZips],
    ['a mail of mails of many parts', 'limit-entries', mailsOfParts],
    [
      'a mail with a million empty parts',
      'limit-entries',
      () => Buffer.concat([mail([]).subarray(0, -9), Buffer.alloc(7 * 1_000_000, '--b-1\r\n')]),
    ],
    [
      'a mail whose boundary is hidden in a continued parameter',
      'limit-entries',
      () =>
        Buffer.concat([
          plainMail(['Content-Type: multipart/mixed; boundary*0="b-"; boundary*1="1"'], ''),
          Buffer.alloc(7 * 1_000_000, '--b-1\r\n'),
        ]),
    ],
    ['ten thousand multiparts inside each other', 'limit-nesting', nestedMultiparts],
    ['a mail of empty lines', 'mail-without-report', () => plainMail([], '\n'.repeat(10 * MB))],
    [
      'a mail of lines that are nearly boundaries',
      'mail-without-report',
      () => mail([{ body: '--b-1 x\n'.repeat(MB) }]),
    ],
    [
      'a mail with a header without end',
      'limit-mail-header',
      () =>
        Buffer.concat([Buffer.from('Subject: x\r\n'), Buffer.alloc(8 * MB, `X-A: ${'a'.repeat(70)}\r\n`)]),
    ],
    [
      'gzip inside a large mail',
      'limit-ratio',
      () =>
        mail([
          { body: 'text '.repeat(MB) },
          attachment('a.xml.gz', 'application/gzip', gzipOf(FILLER, 400, '<feedback>')),
        ]),
    ],
    ['XML of a million empty elements', 'limit-xml-elements', () => gzipSync(bigXml('<a/>', 4))],
    ['XML of a million names', 'limit-xml-elements', () => gzipSync(bigXml('<report_metadata/>', 20))],
    [
      'broken XML of a million empty elements',
      'limit-xml-repairs',
      () => gzipSync(bigXml('<a/>', 4, '<feedback>&')),
    ],
    [
      'broken XML of attributes',
      'limit-xml-repairs',
      () => gzipSync(bigXml('<a b="c" d="e"/>', 8, '<feedback>&')),
    ],
    ['broken XML of end tags', 'limit-xml-repairs', () => gzipSync(bigXml('</a>', 3, '<feedback>'))],
    [
      'a zip of broken reports',
      'limit-xml-repairs',
      () =>
        zip(
          Array.from({ length: 39 }, (_, i) => ({ name: `${i}`, bytes: bigXml('<a/>', 0.1, '<feedback>&') })),
        ),
    ],
    ['XML entities inside each other', 'xml-entities', laughs],
    [
      'XML elements inside each other',
      'limit-xml-depth',
      () => gzipSync(Buffer.from(`<feedback>${'<a>'.repeat(MB)}`)),
    ],
    [
      'JSON arrays inside each other',
      'limit-depth',
      () => gzipSync(Buffer.from(`{"policies":${'['.repeat(MB)}`)),
    ],
    [
      'JSON of many empty objects',
      'limit-records',
      () => Buffer.from(`{"report-id":"1","policies":[${'{},'.repeat(4 * MB)}{}]}`),
    ],
  ];

  it.each(bombs)('%s', { timeout: 60_000 }, async (name, code, build) => {
    const path = join(folder, name.replaceAll(' ', '-'));
    await writeFile(path, build());

    let answer = await readInChild(path);
    // What else runs on the machine takes of the time too, but never gives any.
    for (let more = 2; more > 0 && answer.cpuMilliseconds >= MILLISECONDS; more -= 1)
      answer = await readInChild(path);

    expect(answer.codes).toContain(code);
    expect(answer.cpuMilliseconds).toBeLessThan(MILLISECONDS);
    expect(answer.maxBytes / 1e6).toBeLessThan(MEGABYTES);
  });
});

/** Deflate of `megabytes` of `text` over and over, made of one packed megabyte that is repeated. */
function deflated(text: string, megabytes: number, before = ''): Buffer {
  const piece = deflateRawSync(Buffer.alloc(MB, text), { finishFlush: constants.Z_FULL_FLUSH });
  const start = deflateRawSync(before, { finishFlush: constants.Z_FULL_FLUSH });
  return Buffer.concat([start, ...Array.from({ length: megabytes }, () => piece), deflateRawSync('')]);
}

/** The checksum is not right: nobody is to come that far. */
function gzipOf(text: string, megabytes: number, before = ''): Buffer {
  return Buffer.concat([
    Buffer.from('1f8b0800000000000003', 'hex'),
    deflated(text, megabytes, before),
    Buffer.alloc(8),
  ]);
}

/** A zip with one member of ready deflate data. */
function zipOf(packed: Buffer, size: number): Buffer {
  const archive = zip([{ name: 'a.xml', bytes: packed, method: 0 }]);
  const central = archive.indexOf('PK\x01\x02', 0, 'latin1');
  archive.writeUInt16LE(8, 8);
  archive.writeUInt16LE(8, central + 10);
  archive.writeUInt32LE(size, 22);
  archive.writeUInt32LE(size, central + 24);
  return archive;
}

/** So many megabytes of one element over and over. */
function bigXml(element: string, megabytes: number, start = '<feedback>'): Buffer {
  return Buffer.concat([
    Buffer.from(start),
    Buffer.alloc(megabytes * MB, element),
    Buffer.from('</feedback>'),
  ]);
}

function zipsOfZips(): Buffer {
  const several = (bytes: Uint8Array): Buffer =>
    zip(Array.from({ length: 13 }, (_, i) => ({ name: `${i}`, bytes })));
  return several(several(several(Buffer.from('<feedback><record>&</feedback>'))));
}

function mailsOfParts(): Buffer {
  const inner = `Subject: x\nContent-Type: multipart/mixed; boundary=x\n\n${'--x\n\n'.repeat(800)}--x--\n`;
  const part = `--y\nContent-Type: message/rfc822\n\n${inner}`;
  return gzipSync(`Subject: x\nContent-Type: multipart/mixed; boundary=y\n\n${part.repeat(990)}--y--\n`);
}

function zipOfEntries(count: number): Buffer {
  const one = zip([{ name: 'a', bytes: Buffer.from('x'), method: 0 }]);
  const central = one.indexOf('PK\x01\x02', 0, 'latin1');
  const entry = one.subarray(central, central + 47);
  const directory = Buffer.alloc(count * entry.length, entry);
  const whole = zip([{ name: 'a', bytes: Buffer.from('x'), method: 0 }], { zip64Count: count });
  const record = Buffer.from(whole.subarray(central + 47));
  record.writeBigUInt64LE(BigInt(directory.length), 40);
  record.writeBigUInt64LE(BigInt(central + directory.length), 56 + 8);
  return Buffer.concat([one.subarray(0, central), directory, record]);
}

/** The second member starts inside the first one. */
function partlyShared(): Buffer {
  const archive = zip([
    { name: 'a', bytes: zip([{ name: 'b', bytes: XML, method: 0 }]), method: 0 },
    { name: 'b', bytes: XML, method: 0 },
  ]);
  const central = archive.lastIndexOf('PK\x01\x02', undefined, 'latin1');
  archive.writeUInt32LE(31, central + 42);
  return archive;
}

function nestedMultiparts(): Buffer {
  const lines = Array.from(
    { length: 10_000 },
    (_, i) => `Content-Type: multipart/mixed; boundary="b${i}"\r\n\r\n--b${i}\r\n`,
  );
  return Buffer.from(`From: a@example.net\r\nMIME-Version: 1.0\r\n${lines.join('')}`);
}

function laughs(): Buffer {
  const entities = Array.from({ length: 20 }, (_, i) => `<!ENTITY e${i + 1} "${`&e${i};`.repeat(10)}">`);
  return Buffer.from(
    `<?xml version="1.0"?><!DOCTYPE feedback [<!ENTITY e0 "ha">${entities.join('')}]><feedback>&e20;</feedback>`,
  );
}

function readInChild(path: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [programOf('tests/core/report/bomb-child.ts'), path], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const output: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve(JSON.parse(Buffer.concat(output).toString()) as Answer);
      else reject(new Error(`The child ended with ${code}.`));
    });
  });
}
