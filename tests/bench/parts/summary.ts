import { once } from 'node:events';
import { KINDS, askSummaries, type Kind, type Latency } from '../ask.js';
import type { Bench, Part } from '../bench.js';
import { childEnded, startChild } from '../child.js';
import type { Figure } from '../figure.js';
import type { FloodProgress } from '../flood.js';
import { storedRecords, type Stored } from '../stored.js';
import { openBenchSystem } from '../system.js';

const P99_MS = 50;
/** What is meant by "hardly slower" with ten times the records. */
const HARDLY = 1.5;

type Latencies = Readonly<Record<Kind, Latency>>;

interface Asked {
  readonly quiet: Latencies;
  readonly busy: Latencies;
  /** Small reports that came in each second meanwhile. */
  readonly ingested: number;
}

const WHOM: Readonly<Record<Kind, string>> = {
  evenly: 'any domain',
  'by size': 'domains by their size',
  all: 'all domains together',
};

export const summary: Part = {
  name: 'summary',
  how: 'The summary operation for the last 30 days, asked one after the other, while another process takes small reports in at full speed. "Any domain" draws each domain as often as the other; "by their size" draws the largest most often. The records are spread over 90 days, and over the domains as 1, 1/2, 1/3, …; a tenth of the addresses is a burst of one day at the tenth domain. With few records everything but the number of domains and days is a tenth.',
  measure: async (bench) => {
    const { fewStored, manyStored } = bench.sizes;
    const few = await askOf(bench, await storedRecords(bench, fewStored));
    const stored = await storedRecords(bench, manyStored);
    const many = await askOf(bench, stored);
    return [
      ...(stored.recordsASecond === null
        ? []
        : [
            {
              name: `loading ${count(manyStored)} records`,
              unit: 'records/s' as const,
              measured: stored.recordsASecond,
              target: null,
              note: 'small and large reports mixed',
            },
          ]),
      ...KINDS.flatMap((kind) => figuresOf(bench, kind, few, many)),
    ];
  },
};

function figuresOf(bench: Bench, kind: Kind, few: Asked, many: Asked): Figure[] {
  const { fewStored, manyStored } = bench.sizes;
  const name = (records: number) => `summary of ${WHOM[kind]}, ${count(records)} records`;
  const p99 = (records: number, { quiet, busy, ingested }: Asked): Figure => ({
    name: `${name(records)}, p99`,
    unit: 'ms',
    measured: busy[kind].p99,
    target: { below: P99_MS },
    note: `${told(busy[kind])}, ${ingested.toFixed(0)} small reports/s came in; with no ingest ${told(quiet[kind])}`,
  });
  return [
    p99(fewStored, few),
    p99(manyStored, many),
    {
      name: `summary of ${WHOM[kind]}, p99 of ${count(manyStored)} to ${count(fewStored)}`,
      unit: 'times',
      measured: many.busy[kind].p99 / few.busy[kind].p99,
      target: { below: HARDLY },
      note: '',
    },
  ];
}

async function askOf(bench: Bench, stored: Stored): Promise<Asked> {
  const { dataFolder, population, words } = stored;
  const system = await openBenchSystem(dataFolder);
  bench.postgres = system.db.version;
  try {
    const ask = async (): Promise<Latencies> => {
      const found = new Map<Kind, Latency>();
      for (const kind of KINDS) {
        bench.note(`summary: ${WHOM[kind]}, ${count(population.records)} records`);
        found.set(kind, await askSummaries(system.context, population, kind, bench.sizes.questions));
      }
      return Object.fromEntries(found) as Latencies;
    };
    const quiet = await ask();
    bench.note('summary: the same while reports come in');
    const flood = startChild(new URL('../flood.ts', import.meta.url), words);
    let progress: FloodProgress | null = null;
    flood.on('message', (message: FloodProgress) => {
      progress = message;
    });
    await once(flood, 'message');
    const busy = await ask();
    flood.send('stop');
    await childEnded(flood);
    const { reports, seconds } = progress as unknown as FloodProgress;
    return { quiet, busy, ingested: reports / seconds };
  } finally {
    await system.close();
  }
}

function told({ asked, p50, p95, p99, most }: Latency): string {
  const [half, often, mostly, longest] = [p50, p95, p99, most].map((ms) => ms.toFixed(1));
  return `p50 ${half}, p95 ${often}, p99 ${mostly}, longest ${longest} ms of ${asked}`;
}

function count(records: number): string {
  return records >= 1_000_000 ? `${records / 1_000_000}M` : String(records);
}
