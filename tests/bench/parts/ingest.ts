import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { IngestResult } from '../../../src/core/operations/ingest.js';
import type { Bench, Part } from '../bench.js';
import type { Ran } from '../command.js';
import { emptyDatabase } from '../empty.js';
import type { Figure } from '../figure.js';
import { writeLarge, writeSmall } from '../samples.js';

const RECORDS_A_SECOND = 60_000;
const REPORTS_A_SECOND = 1_000;

interface Ingested extends Ran {
  readonly result: IngestResult;
}

export const ingest: Part = {
  name: 'ingest',
  how: '`dmarc-ops ingest PATH --json` as a process into an empty embedded database: starting the server, keeping the raw bytes, reading, telling resends, storing records and rollups, and stopping the server all count. What it says it stored is compared to what the reports were made of.',
  measure: async (bench) => {
    const { sizes } = bench;
    const folders = {
      gz: path.join(bench.scratch, 'large-gz'),
      xml: path.join(bench.scratch, 'large-xml'),
      small: path.join(bench.scratch, 'small'),
    };
    const records = sizes.largeReports * sizes.largeRecords;
    const figures: Figure[] = [];
    const large = (name: string, ran: Ingested, target: Figure['target']) => {
      const note = `${sizes.largeReports} reports of ${sizes.largeRecords} records in ${ran.seconds.toFixed(2)} s, ${megabytes(ran)}`;
      figures.push({ name, unit: 'records/s', measured: records / ran.seconds, target, note });
    };

    bench.note(`ingest: ${sizes.largeReports} reports of ${sizes.largeRecords} records, gzip`);
    const { messages } = await writeLarge(folders.gz, 'xml.gz', sizes.largeReports, sizes.largeRecords);
    const first = await newDatabase(bench, 'first');
    const packed = await takeIn(bench, folders.gz, first, 'stored', sizes.largeReports, messages);
    large('ingest, large reports (xml.gz)', packed, { atLeast: RECORDS_A_SECOND });

    bench.note('ingest: the same, plain');
    await writeLarge(folders.xml, 'xml', sizes.largeReports, sizes.largeRecords);
    const second = await newDatabase(bench, 'second');
    const plain = await takeIn(bench, folders.xml, second, 'stored', sizes.largeReports, messages);
    large('ingest, large reports (xml)', plain, { atLeast: RECORDS_A_SECOND });

    bench.note('ingest: the same once more, packed otherwise');
    const again = await takeIn(bench, folders.xml, first, 'duplicate', sizes.largeReports, 0);
    large('ingest, large reports that are resends', again, null);

    bench.note(`ingest: ${sizes.smallIngested} small reports`);
    const expected = await writeSmall(folders.small, sizes.smallIngested);
    const third = await newDatabase(bench, 'third');
    const ran = await takeIn(bench, folders.small, third, 'stored', sizes.smallIngested, expected.messages);
    figures.push({
      name: 'ingest, small reports',
      unit: 'reports/s',
      measured: sizes.smallIngested / ran.seconds,
      target: { atLeast: REPORTS_A_SECOND },
      note: `${sizes.smallIngested} files with ${expected.records} records in ${ran.seconds.toFixed(2)} s, ${megabytes(ran)}`,
    });
    return figures;
  },
};

async function newDatabase(bench: Bench, name: string): Promise<string> {
  const folder = path.join(bench.scratch, name);
  await emptyDatabase(bench, folder);
  return folder;
}

async function takeIn(
  bench: Bench,
  reports: string,
  dataFolder: string,
  outcome: 'stored' | 'duplicate',
  count: number,
  messages: number,
): Promise<Ingested> {
  const ran = await bench.program.run(['ingest', reports, '--json'], dataFolder);
  const result = JSON.parse(await readFile(ran.output, 'utf8')) as IngestResult;
  if (result.documents[outcome] !== count || result.messages !== messages)
    throw new Error(
      `ingest was to find ${count} reports ${outcome} with ${messages} messages: ${JSON.stringify(result)}`,
    );
  return { ...ran, result };
}

function megabytes({ mostBytes }: Ran): string {
  return `process at most ${(mostBytes / 2 ** 20).toFixed(0)} MB`;
}
