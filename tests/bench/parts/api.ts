import { gzipSync } from 'node:zlib';
import path from 'node:path';
import { freePort } from '../../support/free-port.js';
import { addDays } from '../../../src/core/analysis/range.js';
import { smallReports } from '../../../src/core/sample/bulk.js';
import { randomFor } from '../../../src/core/sample/random.js';
import type { Bench, Part } from '../bench.js';
import { callSteadily, type Answered, type Call } from '../calls.js';
import { emptyDatabase } from '../empty.js';
import type { Figure } from '../figure.js';
import { LAST_DAY, type Population } from '../population.js';
import { startService, type Service } from '../service.js';
import { storedRecords } from '../stored.js';
import { uploadLarge } from '../upload.js';

const CALLS_PER_SECOND = 200;
const P99_MS = 50;
const MOST_MB = 400;
/** Calls of the mixed load, a second: what programs ask, and what brings reports. */
const MIXED = { summary: 20, list: 10, upload: 5, export: 1 } as const;
const PERIOD = `from=${addDays(LAST_DAY, -29)}&to=${LAST_DAY}`;

export const api: Part = {
  name: 'api',
  how: 'The service (`dmarc-ops serve` for questions, everything in one process for the mixed load) as a process of its own, called over HTTP with an API key on the same machine, at a steady rate; times run from when a call was due. Questions draw each domain as often as the other. The mixed load asks summaries, lists of sources and reports, uploads reports and exports CSV at once. The large upload is one request whose files cannot be compressed.',
  measure: async (bench) => {
    const stored = await storedRecords(bench, bench.sizes.manyStored);
    const { dataFolder, population } = stored;
    const asking = await startService(bench.program, 'serve', { dataFolder, port: await freePort() });
    const asked = await finish(asking, () => askSummaries(bench, asking, population));
    const loading = await startService(bench.program, 'all', { dataFolder, port: await freePort() });
    const mixed = await finish(loading, () => mixedLoad(bench, loading, population));
    const empty = path.join(bench.scratch, 'upload');
    await emptyDatabase(bench, empty);
    const taking = await startService(bench.program, 'serve', { dataFolder: empty, port: await freePort() });
    const upload = await finish(taking, () => largeUpload(bench, taking));
    return [asked, ...mixed, ...upload];
  },
};

async function finish<Result>(service: Service, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } finally {
    await service.stop();
  }
}

async function askSummaries(bench: Bench, service: Service, population: Population): Promise<Figure> {
  const draw = summaryOf(service, population, 'api');
  bench.note(`api: ${CALLS_PER_SECOND} summaries a second`);
  await callSteadily(draw, { perSecond: CALLS_PER_SECOND / 4, seconds: Math.min(5, bench.sizes.apiSeconds) });
  const answered = await callSteadily(draw, { perSecond: CALLS_PER_SECOND, seconds: bench.sizes.apiSeconds });
  refuseErrors(answered);
  return {
    name: `API summary at ${CALLS_PER_SECOND} requests/s, ${population.records / 1_000_000}M records, p99`,
    unit: 'ms',
    measured: answered.latency.p99,
    target: { below: P99_MS },
    note: told(answered),
  };
}

async function mixedLoad(bench: Bench, service: Service, population: Population): Promise<Figure[]> {
  bench.note('api: mixed load');
  const seconds = bench.sizes.mixedSeconds;
  const random = randomFor('mixed');
  const seed = Date.now();
  let number = 0;
  const draws: Readonly<Record<keyof typeof MIXED, () => Call>> = {
    summary: summaryOf(service, population, 'mixed'),
    list: () =>
      get(
        service,
        `/v1/${random.below(2) === 0 ? 'sources' : 'reports'}?domain=${drawn(population, random)}&${PERIOD}`,
      ),
    upload: () => {
      number += 1;
      const [report] = [...smallReports({ count: 1, seed: `${seed} ${number}` })];
      return {
        method: 'POST',
        url: `${service.url}/v1/reports`,
        headers: { authorization: service.bearer, 'content-type': 'application/octet-stream' },
        body: report?.bytes ?? gzipSync(''),
      };
    },
    export: () => get(service, `/v1/exports/sources.csv?domain=${drawn(population, random)}&${PERIOD}`),
  };
  const kinds = Object.keys(MIXED) as (keyof typeof MIXED)[];
  const answered = await Promise.all(
    kinds.map((kind) => callSteadily(draws[kind], { perSecond: MIXED[kind], seconds })),
  );
  const wrong = answered.flatMap(({ errors }) => [...errors.values()]).reduce((sum, count) => sum + count, 0);
  return [
    {
      name: `API, ${seconds} s of mixed load, errors`,
      unit: 'errors',
      measured: wrong,
      target: { below: 1 },
      note: kinds.map((kind, index) => `${kind} ${MIXED[kind]}/s: ${toldShort(answered[index])}`).join('; '),
    },
  ];
}

async function largeUpload(bench: Bench, service: Service): Promise<Figure[]> {
  const { uploadFiles: files, uploadBytes: bytes } = bench.sizes;
  bench.note(`api: an upload of ${files} files of ${bytes / 2 ** 20} MB`);
  const seconds = await uploadLarge(service, files, bytes);
  return [
    {
      name: `API, an upload of ${files} files of ${bytes / 2 ** 20} MB, memory`,
      unit: 'MB',
      measured: (await service.peak()) / 2 ** 20,
      target: { below: MOST_MB },
      note: `${((files * bytes) / 2 ** 20 / seconds).toFixed(0)} MB/s, ${seconds.toFixed(1)} s`,
    },
  ];
}

function summaryOf(service: Service, population: Population, seed: string): () => Call {
  const random = randomFor('api', seed);
  return () => get(service, `/v1/summary?domain=${drawn(population, random)}&${PERIOD}`);
}

function drawn({ domains }: Population, random: ReturnType<typeof randomFor>): string {
  return domains[random.below(domains.length)]?.name ?? '';
}

function get(service: Service, place: string): Call {
  return { method: 'GET', url: `${service.url}${place}`, headers: { authorization: service.bearer } };
}

function refuseErrors({ errors }: Answered): void {
  if (errors.size === 0) return;
  throw new Error(`calls went wrong: ${[...errors].map(([what, count]) => `${what} (${count})`).join(', ')}`);
}

function told({ latency: { asked, p50, p95, p99, most } }: Answered): string {
  const [half, often, mostly, longest] = [p50, p95, p99, most].map((ms) => ms.toFixed(1));
  return `p50 ${half}, p95 ${often}, p99 ${mostly}, longest ${longest} ms of ${asked}`;
}

function toldShort(answered: Answered | undefined): string {
  if (answered === undefined) return '';
  const wrong = [...answered.errors].map(([what, count]) => `${what} (${count})`).join(', ');
  return `p99 ${answered.latency.p99.toFixed(0)} ms${wrong === '' ? '' : `, ${wrong}`}`;
}
