/** Someone's turn: what is asked, and who waits for the answer. */
interface Turn<One, Answer> {
  readonly one: One;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Gathers what is asked while an earlier answer is on its way, and asks for all of it at once: nothing waits where
 * little is asked, and much costs few round trips. `apart` names what must not be asked together: of those with one name
 * the later waits for the next time.
 */
export function gathered<One, Answer>(
  ask: (all: readonly One[]) => Promise<readonly Answer[]>,
  { most = 200, apart = () => [] }: GatherOptions<One> = {},
): (one: One) => Promise<Answer> {
  let waiting: Turn<One, Answer>[] = [];
  let busy = false;

  const next = (): readonly Turn<One, Answer>[] => {
    const names = new Set<string>();
    const now: Turn<One, Answer>[] = [];
    const later: Turn<One, Answer>[] = [];
    for (const turn of waiting) {
      const own = apart(turn.one);
      const goes = now.length < most && !own.some((name) => names.has(name));
      (goes ? now : later).push(turn);
      // Who waits keeps its place before others of its name.
      for (const name of own) names.add(name);
    }
    waiting = later;
    return now;
  };
  const run = async (): Promise<void> => {
    busy = true;
    while (waiting.length > 0) {
      const turns = next();
      try {
        const answers = await ask(turns.map(({ one }) => one));
        for (const [index, turn] of turns.entries()) turn.resolve(answers[index] as Answer);
      } catch (error) {
        for (const turn of turns) turn.reject(error);
      }
    }
    busy = false;
  };
  return (one) =>
    new Promise((resolve, reject) => {
      waiting.push({ one, resolve, reject });
      // The loop catches all there is to catch; it begins after those who ask in this very moment.
      if (!busy) {
        busy = true;
        queueMicrotask(() => void run());
      }
    });
}

export interface GatherOptions<One> {
  /** Asked for at once. */
  readonly most?: number;
  readonly apart?: (one: One) => readonly string[];
}
