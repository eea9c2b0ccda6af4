/**
 * Fills a data folder with a population, a day after the other, by the way that all reports take. What is there
 * already is not made again, so it may be stopped and started. Arguments: folder, records, domains, days.
 */
import { mkdir } from 'node:fs/promises';
import { Client } from 'pg';
import { keep, type Incoming } from '../../src/core/ingest/keep.js';
import { processPending } from '../../src/core/ingest/process.js';
import { inMemory } from '../../src/core/report/bytes.js';
import { openEmbedded } from '../../src/core/store/embedded/open.js';
import { LoadMarker } from './load-marker.js';
import { populationOf, reportsOf, type Population } from './population.js';
import { openBenchSystem } from './system.js';

/** Told to the parent after every day. */
export interface LoadProgress {
  readonly daysDone: number;
  readonly records: number;
  readonly seconds: number;
}

const KEPT_AT_ONCE = 100;

const [dataFolder = '', ...numbers] = process.argv.slice(2);
const [records = 0, domains = 0, days = 0] = numbers.map(Number);
const loaded = new LoadMarker(dataFolder, [records, domains, days]);

await mkdir(dataFolder, { recursive: true });
// In use from the first to the last step, so that the server is started once.
const server = await openEmbedded({ dataFolder });
await load(populationOf(records, domains, days), await loaded.daysDone());
await settle(server.url);
await server.leave();
await loaded.write(days);
process.disconnect();

async function load(population: Population, daysDone: number): Promise<void> {
  const system = await openBenchSystem(dataFolder);
  const begin = performance.now();
  let count = 0;
  for (const [index, day] of population.days.entries()) {
    if (index < daysDone) continue;
    let waiting: Incoming[] = [];
    for (const { name, bytes, records: held } of reportsOf(population, day)) {
      waiting.push({ name, source: inMemory(bytes) });
      count += held;
      if (waiting.length < KEPT_AT_ONCE) continue;
      await keep(system.context, 'bench', waiting);
      waiting = [];
    }
    await keep(system.context, 'bench', waiting);
    const { failed, documents } = await processPending(system.context);
    if (failed > 0 || documents.unreadable > 0) throw new Error('reports of the bench were not stored');
    if (index + 1 < days) await loaded.write(index + 1);
    process.send?.({
      daysDone: index + 1,
      records: count,
      seconds: (performance.now() - begin) / 1_000,
    } satisfies LoadProgress);
  }
  await system.close();
}

/** Where a database is after some time: autovacuum, which runs each minute, has been there. */
async function settle(url: string): Promise<void> {
  const client = new Client(url);
  await client.connect();
  await client.query('VACUUM (ANALYZE)');
  await client.query('CHECKPOINT');
  await client.end();
}
