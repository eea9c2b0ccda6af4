import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../core/ingest/context.js';
import { ComeBack, ReplyGone, type Answer, type ChatPlatform, type ReplyHandle } from './platform.js';

/** After so long nobody waits for an answer any more. */
const TRIED_FOR_MS = 10 * 60_000;
const LONGEST_PAUSE_MS = 60_000;
/** Half of a pause is by chance, so that those who failed together do not come back together. */
const JITTER = 0.5;

export interface Delivery {
  readonly platform: ChatPlatform;
  readonly reply: ReplyHandle;
  readonly answer: Answer;
  /** Before the second try; each further pause is twice as long. */
  readonly firstPauseMs: number;
  /** Whether the answer is still ours to give, asked before every try. */
  readonly isOurs: () => Promise<boolean>;
  readonly stopping: AbortSignal;
  readonly log: Log;
}

/**
 * Gives an answer to its platform, again and again for ten minutes where that may help. `left` where somebody else has
 * to go on: the process stops, or the request is theirs.
 */
export async function deliver(delivery: Delivery): Promise<'answered' | 'given-up' | 'left'> {
  const { platform, reply, answer, stopping, log } = delivery;
  const begun = performance.now();
  for (let pause = delivery.firstPauseMs; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
    let told = 0;
    if (!(await delivery.isOurs())) return 'left';
    try {
      await platform.answer(reply, answer);
      return 'answered';
    } catch (error) {
      if (error instanceof ReplyGone) {
        log.warn('an answer could not be given: its place is gone', { error });
        return 'given-up';
      }
      told = error instanceof ComeBack ? error.afterMs : 0;
      if (performance.now() - begun + Math.max(pause, told) > TRIED_FOR_MS) {
        log.error('an answer was given up after many tries', { error });
        return 'given-up';
      }
      log.warn('an answer could not be given; it is tried again', {
        error,
        afterMs: Math.round(Math.max(pause, told)),
      });
    }
    const wait = Math.max(pause * (1 - JITTER * Math.random()), told);
    await sleep(wait, undefined, { signal: stopping }).catch(() => {});
    if (stopping.aborted) return 'left';
  }
}
