import { evaluateAll } from '../../../src/core/operations/alert/evaluate.js';
import type { Context } from '../../../src/core/operations/operation.js';
import type { Bench, Part } from '../bench.js';
import type { Figure } from '../figure.js';
import { NOW } from '../population.js';
import { storedRecords } from '../stored.js';
import { openBenchSystem } from '../system.js';

const MOST_SECONDS = 5;
const RUNS = 5;
const DAY_MS = 24 * 3_600_000;

interface Timed {
  readonly seconds: number;
  readonly domains: number;
  /** Findings that were handed on to alerts. */
  readonly raised: number;
}

export const rules: Part = {
  name: 'rules',
  how: 'All rules over all domains, as the service asks them every hour: names under the domains are learned, facts are loaded, every rule is asked twice (as it is, and eased), and what is found is compared with the alerts that are open. The median of the runs, in which nothing is new. A day later every alert is brought up to date, each in a transaction of its own; in these records a quarter of all mail fails, so that most domains have one. The very first look has all names to learn and all alerts to open. The records are those of the summary.',
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
  const later = await timed({ ...context, now: () => new Date(NOW.getTime() + DAY_MS) });
  const { manyStored } = bench.sizes;
  const records = manyStored >= 1_000_000 ? `${manyStored / 1_000_000}M` : String(manyStored);
  const name = `rules over ${median.domains} domains, ${records} records`;
  const all = sorted.map(({ seconds }) => seconds.toFixed(1)).join(', ');
  return [
    { name, unit: 's', measured: median.seconds, target: { below: MOST_SECONDS }, note: `${all} s` },
    {
      name: `${name}, a day later`,
      unit: 's',
      measured: later.seconds,
      target: null,
      note: `${later.raised} findings handed on to alerts`,
    },
  ];
}

async function timed(context: Context): Promise<Timed> {
  const begin = performance.now();
  const { domains, raised } = await evaluateAll(context);
  return { seconds: (performance.now() - begin) / 1_000, domains, raised: raised.length };
}
