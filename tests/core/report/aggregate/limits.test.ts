import { describe, expect, it } from 'vitest';
import { readAggregate, readAggregateFromMemory } from '../../../../src/core/report/aggregate/read.js';
import { createRepairs } from '../../../../src/core/report/aggregate/repairs.js';
import { DEFAULT_LIMITS } from '../../../../src/core/report/limits.js';
import { errorOf, good, read, recordXml, reportXml } from './document.js';

const HEAD = '<feedback><report_metadata><org_name>';

/** A stream of a head and then the same piece again and again; says how much of it was taken. */
function endless(
  head: string,
  piece: string,
  count: number,
): { open: () => AsyncIterable<Uint8Array>; taken: () => number } {
  let taken = 0;
  return {
    taken: () => taken,
    async *open() {
      yield Buffer.from(head);
      const bytes = Buffer.from(piece);
      for (let i = 0; i < count; i += 1) {
        taken += bytes.length;
        yield bytes;
      }
    },
  };
}

async function errorOfStream(open: () => AsyncIterable<Uint8Array>): Promise<string | undefined> {
  for await (const event of readAggregate(open, { limits: DEFAULT_LIMITS }))
    if (event.type === 'end') return event.outcome.error?.code;
  return undefined;
}

describe('a limit', () => {
  it('on records ends the reading', () => {
    const document = reportXml({ records: recordXml().repeat(11) });

    expect(good(document, { records: 11 }).totals.records).toBe(11);
    expect(errorOf(document, { records: 10 })).toBe('limit-records');
  });

  it('on depth ends the reading, strict and lenient', () => {
    const deep = `${'<a>'.repeat(40)}${'</a>'.repeat(40)}`;
    const document = reportXml({ records: recordXml({ extra: deep }) });

    expect(errorOf(document)).toBe('limit-xml-depth');
    expect(errorOf(document.replace('Reporter', 'Re & porter'))).toBe('limit-xml-depth');
    expect(good(document, { xmlDepth: 50 }).totals.records).toBe(1);
  });

  it('on bytes ends the reading', () => {
    const document = reportXml();

    expect(good(document, { documentBytes: document.length }).totals.records).toBe(1);
    expect(errorOf(document, { documentBytes: document.length - 1 })).toBe('limit-document-bytes');
  });

  it('on attributes ends the reading', () => {
    const attributes = Array.from({ length: 1_000 }, (_, i) => ` a${i}="1"`).join('');

    expect(errorOf(reportXml({ root: attributes }))).toBe('limit-xml-attributes');
  });

  it('on elements counts those that records do not explain', () => {
    expect(errorOf(`<feedback>${'<a/>'.repeat(200_001)}</feedback>`)).toBe('limit-xml-elements');
    expect(errorOf(`<feedback><report_metadata>${'<email/>'.repeat(200_001)}`)).toBe('limit-xml-elements');
    const prefixed = '<a:record><a:row><a:count>1</a:count></a:row></a:record>'.repeat(70_000);

    expect(good(`<a:feedback>${prefixed}</a:feedback>`).totals.messages).toBe(70_000);
  });

  it('on repairs does not count the plain records of a broken document', () => {
    const cut = `<feedback>${recordXml().repeat(20_000)}<record><row>`;

    expect(good(cut).totals.records).toBe(20_000);
  });

  it('on repairs ends the reading of what is broken all over, later in a larger file', () => {
    const broken = Buffer.from(`<feedback>${'<record><row><count>1</row></record>'.repeat(30_000)}`);
    const reading = (fileBytes: number): string | undefined =>
      readAggregateFromMemory(broken, { limits: DEFAULT_LIMITS, repairs: createRepairs(() => fileBytes) })
        .outcome.error?.code;

    expect(reading(1_000)).toBe('limit-xml-repairs');
    expect(reading(3 * broken.length)).toBeUndefined();
  });

  it('on repairs is one over all documents of a file', () => {
    const broken = Buffer.from(`<feedback>${'<record><row><count>1</row></record>'.repeat(6_500)}`);
    const repairs = createRepairs(() => broken.length);
    const reading = (): string | undefined =>
      readAggregateFromMemory(broken, { limits: DEFAULT_LIMITS, repairs }).outcome.error?.code;

    expect([reading(), reading(), reading()]).toEqual([undefined, undefined, 'limit-xml-repairs']);
  });

  it('on results keeps the first ones of a record', () => {
    const auth = '<dkim><result>pass</result></dkim>'.repeat(600);

    const found = good(reportXml({ records: recordXml({ auth }) }));

    expect(found.records[0]?.authResults.dkim).toHaveLength(500);
    expect(found.codes).toContain('results-too-many');
  });

  it('on errors keeps the first ones of a report', () => {
    const metadata = `<org_name>R</org_name><report_id>1</report_id>${'<error>e</error>'.repeat(150)}`;

    const found = good(reportXml({ metadata }));

    expect(found.report.errors).toHaveLength(100);
    expect(found.codes).toContain('results-too-many');
  });

  it('on the text beside the records leaves out what may be repeated', () => {
    const long = 'e'.repeat(3_000);
    const metadata =
      `<org_name>R</org_name><report_id>1</report_id>${`<error lang="${long}">${long}</error>`.repeat(50)}` +
      `<extra_contact_info lang="${'l'.repeat(100_000)}">C</extra_contact_info>${`<x>${long}</x>`.repeat(50)}`;

    const found = good(reportXml({ metadata, root: ` xmlns="urn:${'n'.repeat(100_000)}"` }));

    expect(JSON.stringify(found.report).length).toBeGreaterThan(30_000);
    expect(JSON.stringify(found.report).length).toBeLessThan(35_000);
    expect(found.report).toMatchObject({ reporter: { extraContactInfo: 'C' }, domain: 'example.com' });
    expect(found.codes).toContain('header-cut');
    expect(found.totals.records).toBe(1);
  });

  it('on the text beside the records cuts single values', () => {
    const long = 'v'.repeat(30_000);
    const metadata = `<org_name>${long}</org_name><report_id>1</report_id><email>${long}</email>`;

    const found = good(reportXml({ metadata }), { textLength: 50_000 });

    expect(found.report.reporter.orgName).toBe(long);
    expect(found.report.reporter.email?.length).toBeLessThan(3_000);
    expect(found.problems[0]).toMatchObject({ code: 'header-cut', where: 'report_metadata/email' });
  });

  it('on the text beside the records lets through what reports say', () => {
    const metadata = `<org_name>R</org_name><report_id>1</report_id>${`<error>${'e'.repeat(200)}</error>`.repeat(100)}`;

    const found = good(reportXml({ metadata }));

    expect(found.report.errors).toHaveLength(100);
    expect(found.codes).toEqual([]);
  });

  it('gives no records before an error that takes them back', () => {
    const document = reportXml({ records: recordXml().repeat(2_500) });

    expect(read(document, { records: 2_400 }).records).toEqual([]);
  });
});

describe('a document that goes on and on', () => {
  const megabyte = 1_048_576;
  const kilobytes = 65_536;

  it.each([
    ['in one value', HEAD, 'a'.repeat(kilobytes)],
    ['in white space', '<feedback>', ' '.repeat(kilobytes)],
    ['in white space before the root', '', '\n'.repeat(kilobytes)],
    ['in a comment', '<feedback><!--', 'a'.repeat(kilobytes)],
    ['in a CDATA section', `${HEAD}<![CDATA[`, 'a'.repeat(kilobytes)],
    ['in a processing instruction', '<?a ', 'a'.repeat(kilobytes)],
    ['in a document type declaration', '<!DOCTYPE feedback [', ' '.repeat(kilobytes)],
    ['in a name', '<feedback><', 'a'.repeat(kilobytes)],
    ['in an attribute', '<feedback a="', 'a'.repeat(kilobytes)],
    ['in a reference', `${HEAD}&`, 'a'.repeat(kilobytes)],
  ])('%s is refused after a megabyte', async (_, head, piece) => {
    const source = endless(head, piece, 4_096);

    const code = await errorOfStream(source.open);

    expect(code).toBe('limit-xml-text');
    expect(source.taken()).toBeLessThan(3 * megabyte);
  });

  it('after an & that never ends is read all the same', () => {
    const records = recordXml({ auth: '' }).repeat(5_000);
    const document = reportXml({ metadata: '<org_name>R & D</org_name><report_id>1</report_id>', records });

    const found = good(document);

    expect(document.length).toBeGreaterThan(megabyte);
    expect(found.report.reporter.orgName).toBe('R & D');
    expect(found.totals.records).toBe(5_000);
  });

  it('in attributes is refused at once', async () => {
    const source = endless('<feedback ', 'a="" b="" c="" '.repeat(4_096), 4_096);

    const code = await errorOfStream(source.open);

    expect(code).toMatch(/^limit-/);
    expect(source.taken()).toBeLessThan(3 * megabyte);
  });

  it('in nested elements is refused at once', async () => {
    const source = endless('<feedback>', '<a>'.repeat(20_000), 4_096);

    const code = await errorOfStream(source.open);

    expect(code).toBe('limit-xml-depth');
    expect(source.taken()).toBeLessThan(megabyte);
  });

  it('in an unclosed comment of a broken document is refused after a megabyte', async () => {
    const source = endless('<feedback><a></b><!--', 'a'.repeat(kilobytes), 4_096);

    const code = await errorOfStream(source.open);

    expect(code).toBe('limit-xml-text');
    expect(source.taken()).toBeLessThan(4 * megabyte);
  });

  it.each([
    ['less-than signs', '<'.repeat(megabyte)],
    ['quotes in tags', '<a "'.repeat(megabyte / 4)],
    ['ampersands', '&'.repeat(megabyte - 200)],
    ['stray end tags', '</x>'.repeat(megabyte / 4)],
    ['empty elements', '<x/>'.repeat(megabyte / 4)],
    ['openings of comments', '<!--'.repeat(megabyte / 8)],
    ['openings of CDATA sections', '<![CDATA['.repeat(megabyte / 18)],
    ['attributes without values', `<a ${'b '.repeat(4_000)}>`.repeat(100)],
    ['start tags', '<sp>'.repeat(megabyte / 8)],
  ])('in %s takes no time', (_, text) => {
    const started = performance.now();

    const { outcome } = read(`<feedback><a></b><policy_published><domain>example.com</domain>${text}`);

    expect(outcome.problems.length).toBeLessThan(400);
    expect(performance.now() - started).toBeLessThan(1_000);
  });
});

async function* breaksOff(): AsyncGenerator<Uint8Array> {
  yield Buffer.from('<feedback>');
  throw new Error('the disk is gone');
}

function neverOpened(): AsyncIterable<Uint8Array> {
  throw new Error('not to be opened');
}

describe('a stream', () => {
  it('that breaks off throws what it threw', async () => {
    await expect(errorOfStream(breaksOff)).rejects.toThrow('the disk is gone');
  });

  it('is opened again for the lenient reading, and gives all records again', async () => {
    const document = Buffer.from(reportXml({ records: recordXml().repeat(3_000) }).slice(0, -20));
    let opened = 0;
    async function* open(): AsyncGenerator<Uint8Array> {
      opened += 1;
      for (let at = 0; at < document.length; at += 10_000) yield document.subarray(at, at + 10_000);
    }

    const types: string[] = [];
    let records = 0;
    let counted: number | undefined;
    for await (const event of readAggregate(open, { limits: DEFAULT_LIMITS })) {
      if (types.at(-1) !== event.type) types.push(event.type);
      if (event.type === 'discard') records = 0;
      if (event.type === 'records') records += event.records.length;
      if (event.type === 'end') counted = event.outcome.totals?.records;
    }

    expect(opened).toBe(2);
    expect(types).toEqual(['records', 'discard', 'records', 'end']);
    expect([records, counted]).toEqual([2_999, 2_999]);
  });

  it('is not opened where the document is in memory', async () => {
    const events = [];

    for await (const { type } of readAggregate(neverOpened, {
      limits: DEFAULT_LIMITS,
      memory: Buffer.from(reportXml()),
    }))
      events.push(type);

    expect(events).toEqual(['records', 'end']);
  });
});
