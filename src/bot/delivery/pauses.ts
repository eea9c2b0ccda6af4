/** After trouble that nobody understands: a second, two, four, … at most two minutes; a half of it by chance. */
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 120_000;
const JITTER = 0.5;
/** A receiver may refuse for a while alone, such as while it is deployed: tries over five hours. */
const REFUSED_PAUSES_MS = [60_000, 600_000, 3_600_000, 4 * 3_600_000];

/** Milliseconds to wait after so many tries that got no answer. */
export function pauseAfterTrouble(attempts: number): number {
  const whole = Math.min(FIRST_PAUSE_MS * 2 ** Math.min(attempts - 1, 20), LONGEST_PAUSE_MS);
  return whole * (1 - JITTER * Math.random());
}

/**
 * Milliseconds to wait after so many refusals of a message where the next edit cannot make good what was missed; null
 * when it is given up.
 */
export function pauseAfterRefusal(attempts: number): number | null {
  return REFUSED_PAUSES_MS[attempts - 1] ?? null;
}
