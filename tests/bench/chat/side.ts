import type { PlatformName } from '../../../src/bot/platform.js';

/** One platform's fake, and the people in it, as the bench asks through them. */
export interface Side {
  readonly name: PlatformName;
  /** What the service has to be told, so that it speaks to the fake. */
  readonly environment: NodeJS.ProcessEnv;
  /** Told where the service is, before anybody asks; again after each of its starts. */
  reach(serviceUrl: string): Promise<void>;
  /** Asks as one of the people, by number, in a conversation of their own. */
  ask(person: number, text: string): Asked;
  stop(): Promise<void>;
}

/** A command under way. Times are those of performance.now(). */
export interface Asked {
  /** When the fake had the service's acknowledgement. Rejects where there was none, or a refusal. */
  readonly acknowledged: Promise<number>;
  /** When the fake had the whole answer. Rejects where none came in time. */
  readonly answered: Promise<Arrived>;
}

export interface Arrived {
  readonly at: number;
  /** The answer as the fake keeps it, as JSON. */
  readonly content: string;
  readonly hasPicture: boolean;
}

/** Who waits longer for an answer waits for one that never comes. */
export const ANSWER_WITHIN_MS = 30_000;
