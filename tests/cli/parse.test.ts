import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { zip } from '../../src/core/sample/zip.js';
import { commandLine, commandLineHere, type CommandLineOptions, shell } from '../support/command-line.js';
import { reportLines, reportXml, type WrittenRecord } from '../support/reports.js';

/** A line of the contract, as far as tests look into it. */
interface Line {
  readonly file: string;
  readonly member: string | null;
  readonly sha256: string | null;
  readonly kind: string;
  readonly report: Readonly<Record<string, unknown>> | null;
  readonly totals: Readonly<Record<string, number>> | null;
  readonly problems: readonly { readonly code: string }[];
  readonly error: { readonly code: string; readonly message: string } | null;
}

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dmarc-ops-parse-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

function parse(words: readonly string[], options: CommandLineOptions = {}) {
  return commandLine(['parse', ...words], { folder, ...options });
}

function linesOf(output: string): Line[] {
  return output
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line);
}

async function files(contents: Readonly<Record<string, string | Uint8Array>>): Promise<void> {
  for (const [name, content] of Object.entries(contents)) {
    await mkdir(join(folder, name, '..'), { recursive: true });
    await writeFile(join(folder, name), content);
  }
}

function resultsOf(dkim: string): string {
  return (
    `{"dkim":[{"domain":"example.com","selector":"s1","result":"${dkim}","humanResult":null}],` +
    '"spf":[{"domain":"bounce.example.com","scope":"mfrom","result":"fail","humanResult":null}]}'
  );
}

function* manyRecords(count: number): Generator<WrittenRecord> {
  for (let index = 0; index < count; index += 1)
    yield { count: index, sourceIp: `2001:db8::${(index % 65_536).toString(16)}` };
}

describe('dmarc-ops parse', () => {
  it('prints one line with exactly the fields that are promised, in their order', async () => {
    const xml = reportXml({ records: [{ count: 3 }, { count: 2, dkim: 'fail', sourceIp: '2001:DB8:0::1' }] });
    await files({ 'a.xml': xml });

    const ended = await parse(['a.xml']);

    expect(ended).toMatchObject({ code: 0, errors: '' });
    expect(ended.output).toBe(
      `{"file":"a.xml","member":null,"sha256":"${createHash('sha256').update(xml).digest('hex')}","kind":"aggregate","report":{` +
        '"reporter":{"orgName":"Example Mail","email":"dmarc@example.net","extraContactInfo":null,"generator":null},' +
        '"reportId":"r-1","domain":"example.com","begin":"2026-03-01T00:00:00Z","end":"2026-03-01T23:59:59Z",' +
        '"policy":{"domain":"example.com","versionPublished":null,"p":"reject","sp":"none","np":null,"adkim":"r","aspf":"s",' +
        '"pct":100,"fo":null,"testing":null,"discoveryMethod":null},"version":"1.0","namespace":"","errors":[],"records":[' +
        '{"sourceIp":"192.0.2.1","count":3,"disposition":"none","dkim":"pass","spf":"fail","reasons":[],' +
        `"headerFrom":"example.com","envelopeFrom":null,"envelopeTo":null,"authResults":${resultsOf('pass')}},` +
        '{"sourceIp":"2001:db8::1","count":2,"disposition":"none","dkim":"fail","spf":"fail","reasons":[],' +
        `"headerFrom":"example.com","envelopeFrom":null,"envelopeTo":null,"authResults":${resultsOf('fail')}}]},` +
        '"totals":{"records":2,"messages":5,"dmarcPass":3,"dkimAligned":3,"spfAligned":0},"problems":[],"error":null}\n',
    );
  });

  it('reads files, folders and standard input in the order they are named', async () => {
    await files({
      'b/2.xml': reportXml({ reportId: 'two' }),
      'b/1.xml.gz': gzipSync(reportXml({ reportId: 'one' })),
      'b/.hidden.xml': 'not looked at',
      'z.xml': reportXml({ reportId: 'last' }),
    });
    await symlink('.', join(folder, 'b/loop'));

    const ended = await parse(['b', '-', './z.xml'], { input: reportXml({ reportId: 'piped' }) });

    expect(ended.code).toBe(0);
    expect(linesOf(ended.output).map(({ file, report }) => [file, report?.reportId])).toEqual([
      ['b/1.xml.gz', 'one'],
      ['b/2.xml', 'two'],
      ['-', 'piped'],
      ['./z.xml', 'last'],
    ]);
  });

  it('prints one line for each document in one file', async () => {
    const first = Buffer.from(reportXml({ reportId: 'one' }));
    await files({
      'two.zip': zip([
        { name: 'one.xml', bytes: first },
        { name: 'two.xml', bytes: Buffer.from(reportXml({ reportId: 'two' })) },
      ]),
    });

    const ended = await parse(['two.zip']);

    const lines = linesOf(ended.output);
    expect(lines.map(({ report }) => report?.reportId)).toEqual(['one', 'two']);
    expect(lines[0]?.member).toContain('one.xml');
    expect(lines[0]?.sha256).toBe(createHash('sha256').update(first).digest('hex'));
  });

  it('prints what cannot be read with its error, and the others all the same', async () => {
    await files({
      'a.xml': reportXml({ reportId: 'one' }),
      'b.xml': 'this is no report',
      'c.bin': Buffer.alloc(0),
      'd.xml': reportXml({ reportId: 'two' }),
    });

    const ended = await parse(['.']);

    const lines = linesOf(ended.output);
    expect(ended).toMatchObject({ code: 1, errors: '' });
    expect(lines.map(({ kind }) => kind)).toEqual(['aggregate', 'unreadable', 'unreadable', 'aggregate']);
    expect(Object.keys(lines[1] ?? {})).toEqual([
      'file',
      'member',
      'sha256',
      'kind',
      'report',
      'totals',
      'problems',
      'error',
    ]);
    expect(lines[1]).toMatchObject({
      file: './b.xml',
      report: null,
      totals: null,
      error: {
        code: expect.stringMatching(/^[a-z-]+$/) as string,
        message: expect.stringMatching(/\.$/) as string,
      },
    });
  });

  it('prints a link that leads nowhere as unreadable, without a checksum', async () => {
    await files({ 'in/a.xml': reportXml() });
    await symlink('missing', join(folder, 'in/b.xml'));

    const ended = await parse(['in']);

    expect(ended.code).toBe(1);
    expect(linesOf(ended.output)[1]).toMatchObject({
      file: 'in/b.xml',
      sha256: null,
      kind: 'unreadable',
      error: { code: 'file-unreadable', message: 'in/b.xml does not exist. Check the path.' },
    });
  });

  it('calls a path that does not exist wrong use, and prints the others', async () => {
    await files({ 'a.xml': reportXml() });

    const ended = await parse(['missing.xml', 'a.xml']);

    expect(ended).toMatchObject({
      code: 2,
      errors: 'dmarc-ops: missing.xml does not exist. Check the path.\n',
    });
    expect(linesOf(ended.output).map(({ file }) => file)).toEqual(['a.xml']);
  });

  it.each([
    [[], 'parse needs a PATH: a file, a folder, or - for standard input.'],
    [[''], 'A PATH is empty. Name a file, a folder, or - for standard input.'],
    [['-', '-'], 'Standard input (-) can be read only once.'],
    [['--format', 'xml', 'a'], '--format cannot be "xml"; it is one of ndjson, json, csv, table.'],
    [['--fromat=csv', 'a'], 'parse has no option --fromat. Did you mean --format? See: dmarc-ops help parse'],
    [['a', '--format'], '--format needs a value: ndjson, json, csv, table.'],
    [['--max-records', 'many', 'a'], '--max-records needs a whole number of 1 or more, not "many".'],
    [
      ['--max-document-bytes', '1TB', 'a'],
      '--max-document-bytes needs a size such as 500KB, 64MB or 1GB, not "1TB".',
    ],
  ])('answers %j with one sentence and exit code 2', async (words, sentence) => {
    const ended = await commandLineHere(['parse', ...words]);

    expect(ended).toMatchObject({ code: 2, output: '', errors: `dmarc-ops: ${sentence}\n` });
  });

  it('keeps to the limits it is given', async () => {
    await files({ 'a.xml': reportXml({ records: [...manyRecords(50)] }) });

    const ended = await parse(['--max-records', '49', 'a.xml']);
    const enough = await parse(['--max-records=50', 'a.xml']);

    expect(ended.code).toBe(1);
    expect(linesOf(ended.output)[0]?.error?.code).toMatch(/^limit-/);
    expect(enough.code).toBe(0);
  });

  it('prints large reports whole, and leaves no file behind', async () => {
    const count = 30_000;
    const written = { reportId: 'large' };
    await files({
      'in/large.xml': [...reportLines(written, manyRecords(count))].join(''),
      'in/small.xml': reportXml(),
    });
    await mkdir(join(folder, 'tmp'));

    const ended = await parse(['in'], { environment: { TMPDIR: join(folder, 'tmp') } });

    const [large, small] = linesOf(ended.output);
    expect(ended.code).toBe(0);
    expect(large?.totals?.records).toBe(count);
    const records = large?.report?.records as readonly { readonly count: number }[] | undefined;
    expect(records?.map((record) => record.count)).toEqual(
      Array.from({ length: count }, (_, index) => index),
    );
    expect(small?.report?.records).toHaveLength(1);
    expect((await readdir(join(folder, 'tmp'))).filter((name) => name.startsWith('dmarc-ops'))).toEqual([]);
  });

  it('takes back the records of a reading that failed half-way', async () => {
    const cut = reportXml({ records: [...manyRecords(3000)] }).replace('</feedback>', '');
    await files({ 'cut.xml': cut, 'good.xml': reportXml({ reportId: 'next' }) });

    const ended = await parse(['cut.xml', 'good.xml']);

    const [first, second] = linesOf(ended.output);
    expect(first?.kind).toBe('aggregate');
    expect(first?.report?.records).toHaveLength(first?.totals?.records ?? -1);
    expect(second?.report?.records).toHaveLength(1);
  });

  it('prints an array with json', async () => {
    await files({ 'a.xml': reportXml(), 'b.xml': 'no report' });

    const ended = await parse(['-f', 'json', '.']);

    expect(ended.code).toBe(1);
    expect((JSON.parse(ended.output) as Line[]).map(({ file }) => file)).toEqual(['./a.xml', './b.xml']);
  });

  it('prints rows with csv, and tells the rest in sentences', async () => {
    await files({
      'a.xml': reportXml({ orgName: '=1+1', records: [{}, { count: 7 }] }),
      'b.xml': 'no report',
    });

    const ended = await parse(['--format=csv', '.']);

    const rows = ended.output.trimEnd().split('\n');
    expect(ended.code).toBe(1);
    expect(rows).toHaveLength(3);
    expect(rows[2]).toBe(
      "./a.xml,,'=1+1,r-1,example.com,2026-03-01T00:00:00Z,2026-03-01T23:59:59Z,192.0.2.1,7,none,pass,fail," +
        'example.com,,,example.com/s1=pass,bounce.example.com/mfrom=fail,',
    );
    expect(ended.errors).toMatch(/^dmarc-ops: \.\/b\.xml could not be read: .*\n$/);
  });

  it('prints a few lines for people with table', async () => {
    await files({
      'a.xml': reportXml({
        orgName: 'Evil\u202e Mail '.repeat(12),
        records: [{ count: 1500 }, { dkim: 'fail', count: 500 }],
      }),
      'b.xml': 'no report',
    });

    const ended = await parse(['--format', 'table', '.']);

    expect(ended.code).toBe(1);
    expect(ended.output).toContain(
      '75.0 % PASS: 1,500 of 2,000 messages (DKIM aligned 75.0 %, SPF aligned 0.0 %)',
    );
    expect(ended.output).toContain('NOT READ: ');
    expect(ended.output).toMatch(
      /\n2 documents \(1 aggregate, 1 unreadable\); 75\.0 % of 2,000 messages pass\.\n$/,
    );
    expect(ended.output).not.toContain('\u202e');
    expect(Math.max(...ended.output.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  it('hides personal parts of failure reports unless asked', async () => {
    await files({ 'f.eml': FAILURE_REPORT });

    const hidden = await parse(['f.eml']);
    const shown = await parse(['--show-personal', 'f.eml']);

    expect(linesOf(hidden.output)[0]).toMatchObject({
      kind: 'failure',
      report: { redacted: true, body: null },
    });
    expect(hidden.output).not.toContain('Quarterly');
    expect(linesOf(shown.output)[0]).toMatchObject({ kind: 'failure', report: { redacted: false } });
    expect(shown.output).toContain('Quarterly');
  });

  it('ends quietly when nobody reads on', async () => {
    await files({ 'in/a.xml': [...reportLines({}, manyRecords(20_000))].join('') });
    for (let index = 0; index < 30; index += 1) await symlink('a.xml', join(folder, `in/b${index}.xml`));

    const ended = await shell('"$@" | head -c 100; echo " ${PIPESTATUS[0]}"', ['parse', 'in'], { folder });

    expect(ended.errors).toBe('');
    expect(ended.output).toMatch(/^\{"file":"in\/a\.xml",.* 0\n$/);
  });

  // A device that Linux has and macOS has not.
  it.skipIf(!existsSync('/dev/full'))('says that the disk is full', async () => {
    await files({ 'a.xml': reportXml() });

    const ended = await shell('"$@" > /dev/full', ['parse', 'a.xml'], { folder });

    expect(ended).toMatchObject({
      code: 1,
      errors: 'dmarc-ops: The disk is full. Free some space and run it again.\n',
    });
  });

  it('reads a named pipe', async () => {
    await files({ 'a.xml': reportXml() });

    const ended = await shell('mkfifo p; cat a.xml > p & "$@"', ['parse', 'p'], { folder });

    expect(ended.code).toBe(0);
    expect(linesOf(ended.output)).toMatchObject([{ file: 'p', kind: 'aggregate' }]);
  });

  it('prints nothing for an empty folder', async () => {
    expect(await parse(['.'])).toMatchObject({ code: 0, output: '', errors: '' });
    expect((await parse(['--format', 'json', '.'])).output).toBe('[\n\n]\n');
  });
});

const FAILURE_REPORT = [
  'From: noreply@reporter.example.net',
  'To: dmarc@example.com',
  'Subject: FW: report',
  'MIME-Version: 1.0',
  'Content-Type: multipart/report; report-type=feedback-report; boundary="b"',
  '',
  '--b',
  'Content-Type: text/plain',
  '',
  'This is an authentication failure report.',
  '--b',
  'Content-Type: message/feedback-report',
  '',
  'Feedback-Type: auth-failure',
  'User-Agent: Example/1.0',
  'Version: 1',
  'Auth-Failure: dmarc',
  'Source-IP: 192.0.2.9',
  'Reported-Domain: example.com',
  '--b',
  'Content-Type: message/rfc822',
  '',
  'From: Anna <anna@example.com>',
  'To: ben@example.org',
  'Subject: Quarterly figures',
  '',
  'Dear Ben',
  '--b--',
  '',
].join('\r\n');
