import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Bench } from './bench.js';
import { childEnded, startChild } from './child.js';
import { emptyDatabase } from './empty.js';
import { LoadMarker } from './load-marker.js';
import type { LoadProgress } from './load.js';
import { populationOf, type Population } from './population.js';

export interface Stored {
  readonly dataFolder: string;
  readonly population: Population;
  /** Arguments of the programs that work on it. */
  readonly words: readonly string[];
  /** Of the load, where it was not there before. */
  readonly recordsASecond: number | null;
}

const TOLD_EVERY_DAYS = 10;

/** A data folder that holds a population of so many records; it is filled first where it does not yet. */
export async function storedRecords(bench: Bench, records: number): Promise<Stored> {
  const { domains, days } = bench.sizes;
  const dataFolder = path.join(bench.dataFolder, `${records}-records`);
  const words = [dataFolder, ...[records, domains, days].map(String)];
  const loaded = { dataFolder, population: populationOf(records, domains, days), words };
  if ((await new LoadMarker(dataFolder, [records, domains, days]).daysDone()) === days)
    return { ...loaded, recordsASecond: null };
  if (!existsSync(dataFolder)) await emptyDatabase(bench, dataFolder);
  const child = startChild(new URL('load.ts', import.meta.url), words);
  let last: LoadProgress | null = null;
  child.on('message', (message: LoadProgress) => {
    last = message;
    if (message.daysDone % TOLD_EVERY_DAYS === 0)
      bench.note(
        `load: ${message.daysDone} of ${days} days, ${(message.records / message.seconds).toFixed(0)} records/s`,
      );
  });
  await childEnded(child);
  const told = last as LoadProgress | null;
  return { ...loaded, recordsASecond: told === null ? null : told.records / told.seconds };
}
