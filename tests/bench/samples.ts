import { createWriteStream } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { Totals } from '../../src/core/report/report.js';
import { bulkReport, smallReports } from '../../src/core/sample/bulk.js';

const FIRST_BEGIN = Date.UTC(2026, 5, 1) / 1_000;
const DAY_SECONDS = 86_400;
const NOTHING: Totals = { records: 0, messages: 0, dmarcPass: 0, dkimAligned: 0, spfAligned: 0 };

/** Writes large reports of one domain, a day each, and gives the figures of all together. */
export async function writeLarge(
  folder: string,
  kind: 'xml' | 'xml.gz',
  reports: number,
  records: number,
): Promise<Totals> {
  await mkdir(folder, { recursive: true });
  let sums = NOTHING;
  for (let index = 0; index < reports; index += 1) {
    const begin = FIRST_BEGIN + index * DAY_SECONDS;
    const made = bulkReport({ records, seed: 'large', begin });
    const out = createWriteStream(path.join(folder, `bigmail.example!example.com!${begin}!${index}.${kind}`));
    const take = (totals: Totals) => {
      sums = add(sums, totals);
    };
    // As reporters pack: gzip with its usual level.
    if (kind === 'xml.gz') await pipeline(Readable.from(chunks(made, take)), createGzip(), out);
    else await pipeline(Readable.from(chunks(made, take)), out);
  }
  return sums;
}

/** Writes small reports of many domains into one folder, and gives the figures of all together. */
export async function writeSmall(folder: string, count: number): Promise<Totals> {
  await mkdir(folder, { recursive: true });
  const made = smallReports({ count, seed: 'small' });
  for (let step = made.next(); ; step = made.next()) {
    if (step.done === true) return step.value;
    await writeFile(path.join(folder, step.value.name), step.value.bytes);
  }
}

function* chunks(made: Generator<Buffer, Totals, void>, take: (totals: Totals) => void): Generator<Buffer> {
  take(yield* made);
}

function add(a: Totals, b: Totals): Totals {
  return {
    records: a.records + b.records,
    messages: a.messages + b.messages,
    dmarcPass: a.dmarcPass + b.dmarcPass,
    dkimAligned: a.dkimAligned + b.dkimAligned,
    spfAligned: a.spfAligned + b.spfAligned,
  };
}
