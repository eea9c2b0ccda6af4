import { evaluateAll } from '../../../src/core/operations/alert/evaluate.js';
import type { Context } from '../../../src/core/operations/operation.js';
import type { Bench, Part } from '../bench.js';
import type { Figure } from '../figure.js';
import { storedRecords } from '../stored.js';
import { openBenchSystem } from '../system.js';

const MOST_SECONDS = 5;
const RUNS = 5;

interface Timed {
  readonly seconds: number;
  readonly domains: number;
}

export const rules: Part = {
  name: 'rules',
  how: 'All rules over all domains, as the service asks them every hour: names under the domains are learned, facts are loaded, every rule is asked twice (as it is, and eased), and what is found is compared with the alerts that are open. The median of the runs that come after a first one, which learned all names and opened alerts for most domains, as a quarter of all mail fails in these records: an alert that says the same again is not written again. The records are those of the summary.',
  measure: async (bench) => {
    const { manyStored } = bench.sizes;
    const { dataFolder } = await storedRecords(bench, manyStored);
    const system = await openBenchSystem(dataFolder);
    bench.postgres = system.db.version;
    try {
      return await measured(bench, system.context);
    } finally {
      await system.close();
    }
  },
};

async function measured(bench: Bench, context: Context): Promise<Figure[]> {
  const first = await timed(context);
  bench.note(`rules: first ${first.seconds.toFixed(1)} s`);
  const runs: Timed[] = [];
  for (let run = 0; run < RUNS; run += 1) runs.push(await timed(context));
  const sorted = runs.toSorted((a, b) => a.seconds - b.seconds);
  const median = sorted[sorted.length >> 1] ?? first;
  const { manyStored } = bench.sizes;
  const records = manyStored >= 1_000_000 ? `${manyStored / 1_000_000}M` : String(manyStored);
  const name = `rules over ${median.domains} domains, ${records} records`;
  const all = sorted.map(({ seconds }) => seconds.toFixed(1)).join(', ');
  return [{ name, unit: 's', measured: median.seconds, target: { below: MOST_SECONDS }, note: `${all} s` }];
}

async function timed(context: Context): Promise<Timed> {
  const begin = performance.now();
  const { domains } = await evaluateAll(context);
  return { seconds: (performance.now() - begin) / 1_000, domains };
}
