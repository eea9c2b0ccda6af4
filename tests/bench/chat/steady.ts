import type { Question } from './questions.js';
import type { Arrived, Asked, Side } from './side.js';

/** What became of one question; times in milliseconds from when it was due. */
export interface Outcome {
  readonly side: Side['name'];
  readonly question: Question;
  /** null where it did not come. */
  readonly acknowledgedMs: number | null;
  readonly answeredMs: number | null;
  readonly hasPicture: boolean;
  /** What was wrong with it; null for a good answer. */
  readonly wrong: string | null;
}

/** Titles of cards that are no answer; a platform may escape the colon. */
const NO_ANSWER = /No answer\\*:|Not done\\*:|Not linked|Too many questions/u;

/**
 * Asks so many questions a second, each at its time whether those before were answered or not, the sides in turn and the
 * people of a side in turn. Times run from when a question was due, so that a service that falls behind cannot hide it.
 */
export async function askSteadily(
  sides: readonly Side[],
  questions: readonly Question[],
  bounds: { readonly perSecond: number; readonly people: number },
): Promise<Outcome[]> {
  const begin = performance.now();
  const under: Promise<Outcome>[] = [];
  for (const [index, question] of questions.entries()) {
    const due = begin + (index * 1_000) / bounds.perSecond;
    const early = due - performance.now();
    if (early > 1) await new Promise((resolve) => setTimeout(resolve, early));
    const side = sides[index % sides.length];
    if (side === undefined) throw new Error('there is nobody to ask');
    const person = Math.floor(index / sides.length) % bounds.people;
    under.push(outcomeOf(side.name, question, due, side.ask(person, question.text)));
  }
  return Promise.all(under);
}

async function outcomeOf(
  side: Side['name'],
  question: Question,
  due: number,
  { acknowledged, answered }: Asked,
): Promise<Outcome> {
  const [ack, answer] = await Promise.allSettled([acknowledged, answered]);
  const arrived: Arrived | null = answer.status === 'fulfilled' ? answer.value : null;
  return {
    side,
    question,
    acknowledgedMs: ack.status === 'fulfilled' ? ack.value - due : null,
    answeredMs: arrived === null ? null : arrived.at - due,
    hasPicture: arrived?.hasPicture ?? false,
    wrong: wrongOf(ack, answer),
  };
}

function wrongOf(ack: PromiseSettledResult<number>, answer: PromiseSettledResult<Arrived>): string | null {
  if (ack.status === 'rejected') return `no acknowledgement: ${String(ack.reason)}`;
  if (answer.status === 'rejected') return `no answer: ${String(answer.reason)}`;
  return NO_ANSWER.exec(answer.value.content)?.[0].trim() ?? null;
}
