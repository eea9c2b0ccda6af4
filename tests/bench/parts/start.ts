import { openEmbedded } from '../../../src/core/store/embedded/open.js';
import type { Bench, Part } from '../bench.js';
import type { Figure } from '../figure.js';
import { median } from '../percentile.js';
import { addDays } from '../../../src/core/analysis/range.js';
import { LAST_DAY } from '../population.js';
import { storedRecords, type Stored } from '../stored.js';

const SECONDS = 2;

export const start: Part = {
  name: 'start',
  how: '`dmarc-ops summary DOMAIN --from DAY --to DAY` as a process, from its start to its end: where the embedded server stands still, which it then starts and stops again, and where one runs, which it adopts. The files of the database are in the cache of the system.',
  measure: async (bench) => {
    const stored = await storedRecords(bench, bench.sizes.manyStored);
    bench.note('start: the server stands still');
    const warm = await answers(bench, stored);
    bench.note('start: the server runs');
    const server = await openEmbedded({ dataFolder: stored.dataFolder });
    let adopted: number;
    try {
      adopted = await answers(bench, stored);
    } finally {
      await server.leave();
    }
    const figure = (name: string, measured: number): Figure => ({
      name,
      unit: 's',
      measured,
      target: { below: SECONDS },
      note: `median of ${bench.sizes.runs}`,
    });
    return [
      figure('start to first answer, server stopped', warm),
      figure('start to first answer, server adopted', adopted),
    ];
  },
};

async function answers(bench: Bench, { dataFolder, population }: Stored): Promise<number> {
  const domain = population.domains[Math.floor(population.domains.length / 2)]?.name ?? '';
  const words = ['summary', domain, '--from', addDays(LAST_DAY, -29), '--to', LAST_DAY];
  const seconds: number[] = [];
  for (let run = 0; run < bench.sizes.runs; run += 1)
    seconds.push((await bench.program.run(words, dataFolder)).seconds);
  return median(seconds);
}
