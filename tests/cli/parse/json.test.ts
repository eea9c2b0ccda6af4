import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonFormat, ndjsonFormat } from '../../../src/cli/parse/json.js';
import { AGGREGATE, collector, RECORD, REPORT, UNREADABLE } from './printed.js';

const records = fc.array(
  fc.array(
    fc
      .record({ headerFrom: fc.option(fc.string({ unit: 'binary' })), count: fc.nat() })
      .map((some) => ({ ...RECORD, ...some })),
  ),
);

describe('ndjsonFormat', () => {
  it('prints what JSON.stringify would print of the whole, in the order that is promised', async () => {
    await fc.assert(
      fc.asyncProperty(records, records, async (taken, discarded) => {
        const { output, text } = collector();
        const format = ndjsonFormat(output);

        await format.begin();
        for (const batch of discarded) await format.records(batch);
        await format.discard();
        for (const batch of taken) await format.records(batch);
        await format.document('a.zip', AGGREGATE);
        await format.end();
        await output.end();
        await format.close();

        const { member, sha256, kind, totals, problems, error } = AGGREGATE;
        const { reporter, reportId, domain, begin, end, policy, version, namespace, errors } = REPORT;
        const head = { reporter, reportId, domain, begin, end, policy, version, namespace, errors };
        const report = { ...head, records: taken.flat() };
        expect(text()).toBe(
          `${JSON.stringify({ file: 'a.zip', member, sha256, kind, report, totals, problems, error })}\n`,
        );
      }),
      { numRuns: 50 },
    );
  });

  it('prints the same when records go through a file', async () => {
    const { output, text } = collector();
    const format = ndjsonFormat(output);
    const batch = Array.from({ length: 500 }, (_, index) => ({
      ...RECORD,
      count: index,
      headerFrom: 'é'.repeat(100),
    }));

    for (let turn = 0; turn < 60; turn += 1) await format.records(batch);
    await format.document('big.xml', AGGREGATE);
    await format.document('small.xml', AGGREGATE);
    await output.end();
    await format.close();

    const [big, small] = text()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { report: { records: unknown[] } });
    expect(text().length).toBeGreaterThan(8 * 1024 * 1024);
    expect(big?.report.records).toEqual(Array.from({ length: 60 }, () => batch).flat());
    expect(small?.report.records).toEqual([]);
  });

  it('ends every line as soon as its document ends', async () => {
    const { output, text } = collector();
    const format = ndjsonFormat(output);

    await format.document('a', UNREADABLE);
    await output.flush();

    expect(text()).toBe(
      '{"file":"a","member":null,"sha256":null,"kind":"unreadable","report":null,"totals":null,"problems":[],' +
        '"error":{"code":"xml-cut","message":"It ends early."}}\n',
    );
    await format.close();
  });
});

describe('jsonFormat', () => {
  it.each([0, 1, 3])('prints one array of %i documents', async (count) => {
    const { output, text } = collector();
    const format = jsonFormat(output);

    await format.begin();
    for (let turn = 0; turn < count; turn += 1) {
      await format.records([RECORD]);
      await format.document('a.xml', AGGREGATE);
    }
    await format.end();
    await output.end();
    await format.close();

    expect(JSON.parse(text())).toHaveLength(count);
    expect(text().endsWith(']\n')).toBe(true);
  });
});
