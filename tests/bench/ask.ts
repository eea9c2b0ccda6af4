import { summary } from '../../src/core/operations/summary.js';
import type { Context } from '../../src/core/operations/operation.js';
import { randomFor } from '../../src/core/sample/random.js';
import { percentile } from './percentile.js';
import type { Population } from './population.js';

/** Whom questions are about: any domain, one as likely as its size says, or all together. */
export const KINDS = ['evenly', 'by size', 'all'] as const;
export type Kind = (typeof KINDS)[number];

/** Milliseconds. */
export interface Latency {
  readonly asked: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly most: number;
}

/** More than so long is not spent on one kind, if at least so many were asked: below 100 there is no 99th of 100. */
const PATIENCE_MS = 60_000;
const FEWEST = 100;
const WARM_UP = 10;

/** Asks for summaries of the last 30 days, one after the other. */
export async function askSummaries(
  context: Context,
  population: Population,
  kind: Kind,
  questions: number,
): Promise<Latency> {
  const draw = drawing(population, kind);
  for (let index = 0; index < Math.min(WARM_UP, questions); index += 1) await ask(context, draw());
  globalThis.gc?.();
  const times: number[] = [];
  const begin = performance.now();
  while (times.length < questions && (times.length < FEWEST || performance.now() - begin < PATIENCE_MS))
    times.push(await ask(context, draw()));
  const at = (percent: number) => percentile(times, percent);
  return { asked: times.length, p50: at(50), p95: at(95), p99: at(99), most: at(100) };
}

async function ask(context: Context, domain: string | null): Promise<number> {
  const begin = performance.now();
  const { figures } = await summary.run(context, domain === null ? {} : { domain });
  if (domain === null && figures.messages === 0) throw new Error('the summary of all domains is empty');
  return performance.now() - begin;
}

function drawing(population: Population, kind: Kind): () => string | null {
  const random = randomFor('questions', kind);
  const { domains } = population;
  if (kind === 'all') return () => null;
  if (kind === 'evenly') return () => domains[random.below(domains.length)]?.name ?? null;
  const total = domains.reduce((sum, domain) => sum + domain.records, 0);
  return () => {
    let left = random.next() * total;
    for (const domain of domains) {
      left -= domain.records;
      if (left < 0) return domain.name;
    }
    return domains.at(-1)?.name ?? null;
  };
}
