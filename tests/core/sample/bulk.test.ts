import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { readAggregate } from '../../../src/core/report/aggregate/read.js';
import { ipOf } from '../../../src/core/report/aggregate/ip.js';
import { inMemory } from '../../../src/core/report/bytes.js';
import { DEFAULT_LIMITS } from '../../../src/core/report/limits.js';
import { readReports } from '../../../src/core/report/read.js';
import type { ReportRecord, Totals } from '../../../src/core/report/report.js';
import { bulkReport, smallReports, sourceAddress, type BulkOptions } from '../../../src/core/sample/bulk.js';

function made(options: BulkOptions): { bytes: Buffer; totals: Totals; largest: number } {
  const chunks: Buffer[] = [];
  const generator = bulkReport(options);
  let step = generator.next();
  for (; !step.done; step = generator.next()) chunks.push(step.value);
  return {
    bytes: Buffer.concat(chunks),
    totals: step.value,
    largest: Math.max(...chunks.map((chunk) => chunk.length)),
  };
}

const sha = (seed: number): string =>
  createHash('sha256')
    .update(made({ records: 500, seed }).bytes)
    .digest('hex');

async function readRecords(
  bytes: Buffer,
): Promise<{ records: ReportRecord[]; totals: Totals | null; problems: number }> {
  const records: ReportRecord[] = [];
  for await (const event of readAggregate(() => inMemory(bytes).stream(), { limits: DEFAULT_LIMITS })) {
    if (event.type === 'records') records.push(...event.records);
    if (event.type === 'end')
      return { records, totals: event.outcome.totals, problems: event.outcome.problems.length };
  }
  throw new Error('the reading has no end');
}

describe('a report in bulk', () => {
  it('is read as what it says it is, without a problem', async () => {
    const { bytes, totals, largest } = made({ records: 5_000, seed: 1 });

    const found = await readRecords(bytes);

    expect(found.totals).toEqual(totals);
    expect(found.totals?.records).toBe(5_000);
    expect(found.problems).toBe(0);
    expect(largest).toBeLessThan(70_000);
    expect(bytes.length / 5_000).toBeGreaterThan(500);
    expect(bytes.length / 5_000).toBeLessThan(650);
  });

  it('has rows that all differ, also with fewer addresses than rows', async () => {
    const { records } = await readRecords(
      made({ records: 3_000, seed: 1, sources: 700, firstSource: 131_000 }).bytes,
    );

    const rows = new Set(records.map(({ count: _count, ...fields }) => JSON.stringify(fields)));

    expect(rows.size).toBe(3_000);
    expect(new Set(records.map((record) => record.sourceIp)).size).toBe(700);
  });

  it('is the same for the same seed, and another for another', () => {
    expect(sha(1)).toBe(sha(1));
    expect(sha(1)).not.toBe(sha(2));
  });

  it('has addresses that are canonical and all differ', () => {
    const indices = [
      ...Array(3_000).keys(),
      ...Array.from({ length: 3_000 }, (_, index) => 131_072 - 1_500 + index),
      131_072 + 65_535,
      5_000_000,
    ];
    const addresses = [...new Set(indices)].map(sourceAddress);

    expect(new Set(addresses).size).toBe(addresses.length);
    expect(addresses.filter((address) => ipOf(address) !== address)).toEqual([]);
  });
});

describe('small reports in bulk', () => {
  it('are read as what they say they are, in three containers', async () => {
    const generator = smallReports({ count: 200, seed: 1 });
    const names = new Set<string>();
    const sums = { records: 0, messages: 0, dmarcPass: 0, dkimAligned: 0, spfAligned: 0 };
    const problems: string[] = [];
    let step = generator.next();
    for (; !step.done; step = generator.next()) {
      names.add(step.value.name);
      const options = {
        limits: DEFAULT_LIMITS,
        spool: () => Promise.reject(new Error('too small to spool')),
      };
      for await (const event of readReports(inMemory(step.value.bytes), options)) {
        if (event.type !== 'document') continue;
        problems.push(...event.document.problems.map(({ code }) => code));
        for (const key of Object.keys(sums) as (keyof Totals)[])
          sums[key] += event.document.totals?.[key] ?? 0;
      }
    }

    expect(sums).toEqual(step.value);
    expect(problems).toEqual([]);
    expect(names.size).toBe(200);
    expect(new Set([...names].map((name) => name.split('.').at(-1)))).toEqual(new Set(['xml', 'gz', 'zip']));
  });
});
