import type { z } from 'zod';
import type { Operation } from '../core/operations/operation.js';
import type { Card } from './card.js';
import type { Moment } from './figures.js';
import type { AnswerFile } from './platform.js';

/**
 * One chat command: a face of one operation. `arguments` says how words become the operation's input;
 * `card` how its result is told. Neither holds logic.
 */
export interface Command<Input extends z.ZodType = z.ZodType, Result = unknown> {
  /** One or two words, such as `summary` or `source`. */
  readonly name: string;
  readonly aliases: readonly string[];
  readonly operation: Operation<Input, Result>;
  /** Input fields that bare words fill, in order; all others are `key:value`. */
  readonly positional: readonly string[];
  /** Lines for help, such as `summary example.com 30d`. */
  readonly examples: readonly string[];
  card(result: Result, input: z.output<Input>, now: Moment): Card;
  /** A file that goes with the card; absent, or null, for none. */
  file?(result: Result, input: z.output<Input>): AnswerFile | null;
  /** Whether a part of what was asked for was not done, which a command line says by its exit code. */
  isPartial?(result: Result): boolean;
}

/** Keeps the types of one command together; the identity function otherwise. */
export function command<Input extends z.ZodType, Result>(
  definition: Command<Input, Result>,
): Command<Input, Result> {
  return definition;
}
