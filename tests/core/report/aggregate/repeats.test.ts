import { describe, expect, it } from 'vitest';
import { randomFor } from '../../../../src/core/sample/random.js';
import { good, read, recordXml, reportXml } from './document.js';

const address = (index: number) => `<source_ip>192.0.2.${index % 256}</source_ip>`;

/** Many records that say the same but for address and count, and then others. */
const repeated = (...others: readonly string[]): string => {
  const alike = Array.from({ length: 40 }, (_, index) =>
    recordXml({ ip: address(index), count: `<count>${index}</count>` }),
  );
  return reportXml({ records: [...alike, ...others].join('\n') });
};

describe('a record that repeats an earlier one', () => {
  it('has an address and a count of its own, and all the rest of the other', () => {
    const { records, totals } = good(repeated());

    expect(records.map(({ sourceIp, count }) => [sourceIp, count])).toEqual(
      Array.from({ length: 40 }, (_, index) => [`192.0.2.${index}`, index]),
    );
    expect(new Set(records.map((record) => JSON.stringify({ ...record, sourceIp: '', count: 0 }))).size).toBe(
      1,
    );
    expect(totals).toMatchObject({ records: 40, messages: 780, dkimAligned: 780, spfAligned: 0 });
    expect(records[39]?.authResults).toBe(records[38]?.authResults);
  });

  it('is named by its own number where its address is none', () => {
    const { problems, records } = good(repeated(recordXml({ ip: '<source_ip>1.2.3.999</source_ip>' })));

    expect(problems).toEqual([
      {
        code: 'source-ip-invalid',
        message: '"1.2.3.999" is no IP address; left out.',
        where: 'record 41 row/source_ip',
      },
    ]);
    expect(records[40]?.sourceIp).toBeNull();
  });

  it('counts against the bound on records', () => {
    expect(read(repeated(), { records: 39 }).outcome.error?.code).toBe('limit-records');
    expect(read(repeated(), { records: 40 }).outcome.error).toBeNull();
  });
});

/** Elements of a record as reporters write them, and as they should not. */
const ADDRESSES = ['192.0.2.1', '192.0.2.77', '2001:db8::1', '1.2.3', ' 192.0.2.1', 'abc', ''];
const COUNTS = ['1', '23', '007', '', '-1', '9007199254740991', '99999999999999999', '1e3'];
const EXTRAS = [
  '',
  '<source_ip>192.0.2.1</source_ip>',
  '<count>1</count>',
  '<foo>x</foo>',
  '<extension><a/></extension>',
];
const EVALUATED = [
  '<disposition>none</disposition><dkim>pass</dkim><spf>fail</spf>',
  '<disposition>bogus</disposition>',
  '<dkim>PASS</dkim>',
  '',
];

it.each(Array.from({ length: 60 }, (_, seed) => seed))(
  'records in any mixture are read as the parser for all of XML reads them (seed %i)',
  (seed) => {
    const random = randomFor(seed, 'repeats');
    const one = (list: readonly string[]) => list[random.next() < 0.8 ? 0 : random.below(list.length)] ?? '';
    const written = () =>
      recordXml({
        ip: `<source_ip>${one(ADDRESSES)}</source_ip>`,
        count: `<count>${one(COUNTS)}</count>`,
        evaluated: one(EVALUATED),
        extra: one(EXTRAS),
      });
    const kinds = [written(), written(), written()];
    const records = Array.from({ length: 80 }, (_, index) =>
      index % 5 === 0
        ? written()
        : (kinds[random.below(3)] ?? '').replace('192.0.2.1<', `192.0.2.${random.below(256)}<`),
    );
    const xml = reportXml({ records: records.join('\n') });

    // A space in the tag, and nobody but that parser takes the record.
    expect(read(xml)).toEqual(read(xml.replaceAll('<record>', '<record >')));
  },
);
