import { addDays } from '../../../src/core/analysis/range.js';
import { randomFor } from '../../../src/core/sample/random.js';
import { LAST_DAY, type Population } from '../population.js';

/** What is asked most: about few domains, over the same 30 days. */
const POPULAR = 12;
const USUAL_DAYS = 30;
/** Every so many-th question asks for a chart that was not drawn before. */
export const NEW_EVERY = 10;
/** A period of fewer days has hardly a line. */
const FEWEST_DAYS = 14;
/** How many periods there are from that on. */
const PERIODS = 60;

export interface Question {
  readonly text: string;
  /** Whether its answer has a chart that nobody asked for before. */
  readonly isNew: boolean;
}

/** Of a hundred usual questions, so many ask so. */
const USUAL = [
  ['summary', 34],
  ['sources', 20],
  ['timeline', 12],
  ['reporters', 10],
  ['reports', 10],
  ['status', 4],
  ['whoami', 4],
  ['help', 6],
] as const;
const WITH_DOMAIN = new Set<string>(['summary', 'sources', 'timeline', 'reporters', 'reports']);

/** So many questions in the order in which they are asked, the same each time. */
export function questionsOf(population: Population, count: number): Question[] {
  const random = randomFor('chat', 'questions');
  // The same days of the same domain are the same chart, whoever shows them.
  const drawn = new Set<string>();
  return Array.from({ length: count }, (_, index) => {
    if (index % NEW_EVERY !== NEW_EVERY - 1) return { text: usual(population, random), isNew: false };
    let what = unseen(population, random);
    while (drawn.has(what)) what = unseen(population, random);
    drawn.add(what);
    return { text: `${random.below(2) === 0 ? 'summary' : 'timeline'} ${what}`, isNew: true };
  });
}

type Random = ReturnType<typeof randomFor>;

function usual({ domains }: Population, random: Random): string {
  let left = random.below(USUAL.reduce((sum, [, share]) => sum + share, 0));
  const [name] = USUAL.find(([, share]) => (left -= share) < 0) ?? USUAL[0];
  if (!WITH_DOMAIN.has(name)) return name;
  const domain = domains[random.below(Math.min(POPULAR, domains.length))]?.name ?? '';
  return `${name} ${domain} ${period(USUAL_DAYS)}`;
}

/** Any domain over a period that no usual question has. */
function unseen({ domains }: Population, random: Random): string {
  const domain = domains[random.below(domains.length)]?.name ?? '';
  const length = FEWEST_DAYS + random.below(PERIODS);
  return `${domain} ${period(length < USUAL_DAYS ? length : length + 1)}`;
}

function period(days: number): string {
  return `${addDays(LAST_DAY, 1 - days)}..${LAST_DAY}`;
}
