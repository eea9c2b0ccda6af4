import { setTimeout as sleep } from 'node:timers/promises';

/** Asks again and again until the answer is not null; throws when that takes too long. */
export async function until<Answer>(
  what: string,
  ask: () => Promise<Answer | null>,
  withinMs = 45_000,
): Promise<Answer> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const answer = await ask();
    if (answer !== null) return answer;
    if (performance.now() > deadline) throw new Error(`waited too long: ${what}`);
    await sleep(10);
  }
}
