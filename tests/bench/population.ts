import { gzipSync } from 'node:zlib';
import { addDays } from '../../src/core/analysis/range.js';
import { bulkReport } from '../../src/core/sample/bulk.js';
import { randomFor } from '../../src/core/sample/random.js';

/** The last day of the stored records, and a time on it at which questions are asked: answers stay the same. */
export const LAST_DAY = '2026-06-30';
export const NOW = new Date(`${LAST_DAY}T12:00:00Z`);

/** Records of a rank 10 domain's one bad day: a tenth of all addresses. */
const BURST_SHARE = 0.01;
const BURST_RANK = 10;
/** Days from the burst to the last day: within the 30 days of a question. */
const BURST_DAYS_AGO = 10;
/** Addresses for every record: 1 million for 10 million records, the burst's among them. */
const ADDRESSES_A_RECORD = 0.1;
const REPORTERS = ['bigmail', 'outpost', 'yonder', 'amble', 'cablenet', 'kurier', 'fastlane', 'poczta'];
/** A fast deflate: who sent it is not what is measured. */
const LEVEL = 1;

export interface PopulationDomain {
  readonly name: string;
  /** Records over all days. */
  readonly records: number;
  /** Its own addresses: the number of the first one, and how many. */
  readonly firstSource: number;
  readonly sources: number;
}

/** What a large installation has stored: domains of very different size, most of it about few of them. */
export interface Population {
  readonly records: number;
  readonly days: readonly string[];
  /** Largest first: the second has half the records of the first, the third a third (Zipf). */
  readonly domains: readonly PopulationDomain[];
  readonly burst: {
    readonly domain: string;
    readonly day: string;
    readonly records: number;
    readonly firstSource: number;
  };
}

/** The population of so many records, the same each time. */
export function populationOf(records: number, domains: number, days: number): Population {
  const burstRecords = Math.round(records * BURST_SHARE);
  const weights = Array.from({ length: domains }, (_, index) => 1 / (index + 1));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const addresses = records * ADDRESSES_A_RECORD - burstRecords;
  let firstSource = 0;
  const made = weights.map((weight, index) => {
    const domain = {
      name: domainName(index),
      records: ((records - burstRecords) * weight) / total,
      firstSource,
      sources: Math.max(1, Math.round((addresses * weight) / total)),
    };
    firstSource += domain.sources;
    return domain;
  });
  return {
    records,
    days: Array.from({ length: days }, (_, index) => addDays(LAST_DAY, index + 1 - days)),
    domains: made,
    burst: {
      domain: domainName(Math.min(BURST_RANK, domains) - 1),
      day: addDays(LAST_DAY, -BURST_DAYS_AGO),
      records: burstRecords,
      firstSource,
    },
  };
}

export interface PackedReport {
  readonly name: string;
  readonly bytes: Buffer;
  readonly records: number;
}

/** The reports about one day, packed as reporters send them, in no order of size. */
export function* reportsOf(population: Population, day: string): Generator<PackedReport> {
  const { burst, domains } = population;
  const age = population.days.indexOf(day);
  for (const domain of domains)
    yield* domainReports(domain, day, age / Math.max(1, population.days.length - 1), population.days.length);
  if (day === burst.day)
    yield packed('stormwatch.example', burst.domain, day, burst.records, burst.firstSource);
}

/** The large ones are reported on by more reporters; most records come from the first of them. */
function* domainReports(
  domain: PopulationDomain,
  day: string,
  /** From 0 on the first day to 1 on the last. */
  time: number,
  days: number,
): Generator<PackedReport> {
  const records = randomFor('population', domain.name, day).round(domain.records / days);
  if (records === 0) return;
  const count = Math.min(REPORTERS.length, 1 + Math.floor(1.5 * Math.log10(records + 1)));
  const weights = Array.from({ length: count }, (_, index) => 1 / (index + 1));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const shares = weights.map((weight) => Math.round((records * weight) / total));
  // Every reporter sees the addresses that send on that day; these change slowly.
  const most = Math.min(Math.max(...shares), domain.sources);
  const first = domain.firstSource + Math.floor((domain.sources - most) * time);
  for (const [index, share] of shares.entries())
    if (share > 0)
      yield packed(
        `${REPORTERS[index] ?? ''}.example`,
        domain.name,
        day,
        share,
        first,
        Math.min(share, most),
      );
}

function packed(
  reporter: string,
  domain: string,
  day: string,
  records: number,
  firstSource: number,
  sources = records,
): PackedReport {
  const begin = Date.parse(day) / 1_000;
  const xml = Buffer.concat([
    ...bulkReport({ records, seed: 'population', domain, reporter, begin, firstSource, sources }),
  ]);
  return {
    name: `${reporter}!${domain}!${begin}!${begin + 86_399}.xml.gz`,
    bytes: gzipSync(xml, { level: LEVEL }),
    records,
  };
}

/** As people name domains: no order in the name. */
function domainName(index: number): string {
  return `${randomFor('domain', index).hex(6)}-${index}.example.org`;
}
