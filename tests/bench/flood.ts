/**
 * Takes small reports in at full speed until the parent says stop, a domain and day as likely as the other.
 * Arguments: folder, records, domains, days, as they were for loading.
 */
import { keep, type Incoming } from '../../src/core/ingest/keep.js';
import { processPending } from '../../src/core/ingest/process.js';
import { inMemory } from '../../src/core/report/bytes.js';
import { smallReports } from '../../src/core/sample/bulk.js';
import { populationOf } from './population.js';
import { openBenchSystem } from './system.js';

/** Told to the parent after every batch. */
export interface FloodProgress {
  readonly reports: number;
  readonly seconds: number;
}

const KEPT_AT_ONCE = 100;
const BATCH = 500;
/** Days up to the last one that the reports are about. */
const RECENT_DAYS = 30;

const [dataFolder = '', ...numbers] = process.argv.slice(2);
const [records = 0, domains = 0, days = 0] = numbers.map(Number);
const population = populationOf(records, domains, days);
const system = await openBenchSystem(dataFolder);
const first = population.days.at(-Math.min(RECENT_DAYS, days)) ?? '';
// Another seed each time: a folder that is used again knows the reports of the last time.
const seed = Date.now();
const stop = new AbortController();
process.once('message', () => stop.abort());

const begin = performance.now();
let reports = 0;
for (let batch = 0; !stop.signal.aborted; batch += 1) {
  const made = [
    ...smallReports({
      count: BATCH,
      seed: `${seed} ${batch}`,
      domains: population.domains.map(({ name }) => name),
      begin: Date.parse(first) / 1_000,
      days: Math.min(RECENT_DAYS, days),
    }),
  ];
  for (let at = 0; at < made.length; at += KEPT_AT_ONCE) {
    const incoming = made
      .slice(at, at + KEPT_AT_ONCE)
      .map(({ name, bytes }): Incoming => ({ name, source: inMemory(bytes) }));
    await keep(system.context, 'bench', incoming);
  }
  const { documents } = await processPending(system.context);
  reports += documents.stored + documents.merged;
  process.send?.({ reports, seconds: (performance.now() - begin) / 1_000 } satisfies FloodProgress);
}
await system.close();
process.disconnect();
