import { createReadStream } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Totals } from '../../../src/core/report/report.js';
import type { Bench, Part } from '../bench.js';
import type { Figure } from '../figure.js';
import { median } from '../percentile.js';
import { writeLarge, writeSmall } from '../samples.js';

const RECORDS_A_SECOND = 100_000;
const REPORTS_A_SECOND = 3_000;
const MOST_MB = 150;

export const parse: Part = {
  name: 'parse',
  how: '`dmarc-ops parse PATH > FILE` as a process, from its start to its end, with what it printed compared to what the reports were made of; the median of the runs.',
  measure: async (bench) => {
    const { sizes } = bench;
    const figures: Figure[] = [];
    for (const kind of ['xml', 'xml.gz'] as const) {
      bench.note(`parse: one report of ${sizes.largeRecords} records, ${kind}`);
      const folder = path.join(bench.scratch, kind);
      const expected = await writeLarge(folder, kind, 1, sizes.largeRecords);
      const { seconds, mostMb } = await parseFolder(bench, folder, 1, expected);
      const name = `parse, one large report (${kind})`;
      const note = `${sizes.largeRecords} records in ${seconds.toFixed(2)} s`;
      figures.push(
        {
          name,
          unit: 'records/s',
          measured: sizes.largeRecords / seconds,
          target: { atLeast: RECORDS_A_SECOND },
          note,
        },
        { name: `${name}, memory`, unit: 'MB', measured: mostMb, target: { below: MOST_MB }, note: '' },
      );
    }
    bench.note(`parse: ${sizes.smallParsed} small reports`);
    const folder = path.join(bench.scratch, 'small');
    const expected = await writeSmall(folder, sizes.smallParsed);
    const { seconds, mostMb } = await parseFolder(bench, folder, sizes.smallParsed, expected);
    const name = 'parse, a folder of small reports';
    const note = `${sizes.smallParsed} files with ${expected.records} records in ${seconds.toFixed(2)} s`;
    return [
      ...figures,
      {
        name,
        unit: 'reports/s',
        measured: sizes.smallParsed / seconds,
        target: { atLeast: REPORTS_A_SECOND },
        note,
      },
      { name: `${name}, memory`, unit: 'MB', measured: mostMb, target: { below: MOST_MB }, note: '' },
    ];
  },
};

async function parseFolder(
  bench: Bench,
  folder: string,
  documents: number,
  expected: Totals,
): Promise<{ seconds: number; mostMb: number }> {
  const seconds: number[] = [];
  let mostBytes = 0;
  for (let run = 0; run < bench.sizes.runs; run += 1) {
    const ran = await bench.program.run(['parse', folder]);
    seconds.push(ran.seconds);
    mostBytes = Math.max(mostBytes, ran.mostBytes);
    if (run === 0) await mustBe(ran.output, documents, expected);
  }
  return { seconds: median(seconds), mostMb: mostBytes / 2 ** 20 };
}

/** Fast and wrong is worth nothing. */
async function mustBe(output: string, documents: number, expected: Totals): Promise<void> {
  const found = { lines: 0, records: 0, messages: 0, dmarcPass: 0, dkimAligned: 0, spfAligned: 0 };
  for await (const line of createInterface({ input: createReadStream(output) })) {
    const { totals } = JSON.parse(line) as { totals: Totals | null };
    found.lines += 1;
    if (totals === null) continue;
    for (const key of Object.keys(totals) as (keyof Totals)[]) found[key] += totals[key];
  }
  const { lines, ...sums } = found;
  if (lines !== documents || JSON.stringify(sums) !== JSON.stringify(expected))
    throw new Error(
      `parse printed ${lines} documents with ${JSON.stringify(sums)}, not ${documents} with ${JSON.stringify(expected)}`,
    );
}
