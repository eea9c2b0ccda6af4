import { freePort } from '../../support/free-port.js';
import type { Bench, Part } from '../bench.js';
import type { Figure } from '../figure.js';
import { startService } from '../service.js';
import { storedRecords } from '../stored.js';
import { startDiscordSide } from './discord.js';
import { figuresOf } from './figures.js';
import { linkPeople, makePeople } from './people.js';
import { questionsOf } from './questions.js';
import type { Side } from './side.js';
import { startSlackSide } from './slack.js';
import { askSteadily } from './steady.js';
import { startTeamsSide } from './teams.js';

const PER_SECOND = 30;
const SECONDS = 60;
const QUICK_SECONDS = 4;
/** Of each platform. Enough that nobody types faster than a person does. */
const PEOPLE = 40;
/** Records from which on the figures are those that the targets speak of. */
const FULL_RECORDS = 1_000_000;

export const chat: Part = {
  name: 'chat',
  how: `The service (\`npm start\`) as a process of its own, spoken to by Slack, Teams and Discord as they speak to it: fakes that sign, check and refuse as the platforms do, on the same machine. ${PER_SECOND} commands a second for a minute, the platforms in turn, each by one of ${PEOPLE} people of that platform; every tenth asks for a chart that was not drawn before, the others ask for summaries, sources, timelines, reporters and reports of a dozen domains, and now and then for status, whoami and help. The service was started just before, so no chart is drawn and nothing is cached. Times run from when a command was due to when the platform had the acknowledgement, and the whole answer with its picture.`,
  measure: async (bench) => {
    const { dataFolder, population } = await storedRecords(bench, bench.sizes.fewStored);
    const sides = await startSides();
    try {
      await bindAndLink(bench, dataFolder, sides);
      const seconds = bench.sizes.fewStored < FULL_RECORDS ? QUICK_SECONDS : SECONDS;
      const questions = questionsOf(population, PER_SECOND * seconds);
      return await withService(bench, dataFolder, sides, async (peak) => {
        bench.note(`chat: ${PER_SECOND} commands a second for ${seconds} s`);
        const outcomes = await askSteadily(sides, questions, { perSecond: PER_SECOND, people: PEOPLE });
        return [...figuresOf(outcomes), memory(await peak())];
      });
    } finally {
      await Promise.all(sides.map((side) => side.stop()));
    }
  },
};

async function startSides(): Promise<readonly Side[]> {
  return Promise.all([startSlackSide(PEOPLE), startTeamsSide(PEOPLE), startDiscordSide(PEOPLE)]);
}

/** In a process before the one that is measured, so that nothing of it is warm. */
async function bindAndLink(bench: Bench, dataFolder: string, sides: readonly Side[]): Promise<void> {
  bench.note('chat: people are linked');
  const codes = await makePeople(bench, dataFolder, sides, PEOPLE);
  await withService(bench, dataFolder, sides, () => linkPeople(codes));
}

async function withService<Result>(
  bench: Bench,
  dataFolder: string,
  sides: readonly Side[],
  work: (peak: () => Promise<number>) => Promise<Result>,
): Promise<Result> {
  const service = await startService(bench.program, 'all', {
    dataFolder,
    port: await freePort(),
    environment: Object.assign({}, ...sides.map((side) => side.environment)),
  });
  try {
    for (const side of sides) await side.reach(service.url);
    return await work(() => service.peak());
  } finally {
    await service.stop();
  }
}

function memory(bytes: number): Figure {
  return {
    name: 'chat, memory of the service',
    unit: 'MB',
    measured: bytes / 2 ** 20,
    target: null,
    note: 'with all three SDKs, the API, workers and what draws charts',
  };
}
