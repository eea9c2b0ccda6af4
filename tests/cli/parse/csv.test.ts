import { describe, expect, it } from 'vitest';
import { csvFormat } from '../../../src/cli/parse/csv.js';
import type { ReportRecord } from '../../../src/core/report/report.js';
import { AGGREGATE, collector, RECORD, UNREADABLE } from './printed.js';

async function printed(batches: readonly (readonly ReportRecord[])[], document = AGGREGATE) {
  const told: string[] = [];
  const { output, text } = collector();
  const format = csvFormat(output, (sentence) => told.push(sentence));
  await format.begin();
  for (const batch of batches) await format.records(batch);
  await format.document('a.xml', document);
  await format.end();
  await output.end();
  await format.close();
  const [header, ...rows] = text().trimEnd().split('\n');
  return { header, rows, told };
}

describe('csvFormat', () => {
  it('prints one row a record, with what its report says', async () => {
    const { header, rows } = await printed([[RECORD]]);

    expect(header).toBe(
      'file,member,reporter,reportId,domain,begin,end,sourceIp,count,disposition,dkim,spf,headerFrom,' +
        'envelopeFrom,envelopeTo,dkimResults,spfResults,reasons',
    );
    expect(rows).toEqual([
      `a.xml,"a.zip/""ä"".xml","'=HYPERLINK(""http://example.net"")","r""1",example.com,2026-03-01T00:00:00Z,2026-03-01T23:59:59Z,` +
        '2001:db8::1,12,none,pass,fail,example.com,,,example.com/s1=pass example.net=,bounce.example.com/mfrom=fail,' +
        '"forwarded: looks, ""fine""; other"',
    ]);
  });

  it.each([
    ['=1+1', "'=1+1"],
    ['+1', "'+1"],
    ['-1', "'-1"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['\t=1', "'=1"],
    ['\r\n=1', "'=1"],
    [' =1', "'=1"],
    ['＝1', "'＝1"],
    ['a\nb\rc\u0000d', 'a b c d'],
    ['a,b', '"a,b"'],
    ['a;=1+1', "a;'=1+1"],
    ['a; @SUM(A1);-2', "a; '@SUM(A1);'-2"],
    ['a;"=1', `"a;""'=1"`],
    ['a\t=1', 'a =1'],
    ['a;b-c', 'a;b-c'],
  ])('writes the header-from domain %j as %s', async (text, cell) => {
    const { rows } = await printed([[{ ...RECORD, headerFrom: text }]]);

    expect(rows).toHaveLength(1);
    expect(rows[0]).toContain(`,fail,${cell},,,`);
  });

  it('keeps the rows of a large report apart', async () => {
    const batch = Array.from({ length: 1000 }, (_, index) => ({
      ...RECORD,
      count: index,
      headerFrom: 'ä'.repeat(200),
    }));
    const { rows } = await printed(Array.from({ length: 20 }, () => batch));

    expect(rows).toHaveLength(20_000);
    expect(
      rows.every((row, index) => row.startsWith('a.xml,') && row.split(',')[8] === String(index % 1000)),
    ).toBe(true);
  });

  it('tells what has no rows in a sentence', async () => {
    const { rows, told } = await printed([], UNREADABLE);

    expect(rows).toEqual([]);
    expect(told).toEqual(['a.xml could not be read: It ends early.']);
  });
});
