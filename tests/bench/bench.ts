import type { CommandLine } from './command.js';
import type { Figure } from './figure.js';
import type { Sizes } from './sizes.js';

/** What every part of the bench is given. */
export interface Bench {
  readonly sizes: Sizes;
  readonly program: CommandLine;
  /** For files that are thrown away when the part ends. */
  readonly scratch: string;
  /** For databases that take minutes to fill: kept where the user asked for it. */
  readonly dataFolder: string;
  /** Tells people who wait what is being done. */
  readonly note: (line: string) => void;
  /** The server that was measured, once it is known. */
  postgres: string | null;
}

/** One part: it measures, and says in a sentence or two how. */
export interface Part {
  readonly name: string;
  readonly how: string;
  measure(bench: Bench): Promise<Figure[]>;
}
