import type { Readable, Writable } from 'node:stream';
import { type OptionTable, optionLines } from './arguments.js';

/** Where a verb reads and writes. The streams of the process, or of a test. */
export interface Io {
  readonly input: Readable;
  readonly output: Writable;
  readonly errors: Writable;
}

/** What one word after `dmarc-ops` does. */
export interface Verb {
  readonly help: VerbHelp;
  /** Gives the exit code. Throws UsageError for wrong use, and what else may be told in one sentence. */
  run(words: readonly string[], io: Io): Promise<number>;
}

/** How a verb is used. */
export interface VerbHelp {
  /** Behind `dmarc-ops`. */
  readonly usage: string;
  readonly options: OptionTable;
  /** Lines of further explanation. */
  readonly details?: readonly string[];
  /** Behind `dmarc-ops`. */
  readonly examples?: readonly string[];
}

/** A verb in the list of all verbs: its code is loaded when it is asked for, so that `parse` starts fast. */
export interface LazyVerb {
  readonly name: string;
  /** One line, in the imperative. */
  readonly summary: string;
  load(): Promise<Verb>;
}

/** Help in one shape: what it does, how it is written, its options, and examples. */
export function helpText({ summary }: LazyVerb, help: VerbHelp): string {
  const { usage, options, details, examples } = help;
  const sections = [
    [`${summary}.`],
    [`Usage: dmarc-ops ${usage}`],
    details ?? [],
    ['Options:', ...optionLines({ ...options, help: HELP_OPTION })],
    examples === undefined ? [] : ['Examples:', ...examples.map((line) => `  dmarc-ops ${line}`)],
  ];
  const shown = sections.filter((lines) => lines.length > 0).map((lines) => lines.join('\n'));
  return `${shown.join('\n\n')}\n`;
}

const HELP_OPTION = { value: null, short: 'h', summary: 'Show this help' } as const;

/** Whether help was asked for among the words of a verb. */
export function asksForHelp(words: readonly string[]): boolean {
  const end = words.indexOf('--');
  return words.slice(0, end === -1 ? undefined : end).some((word) => word === '--help' || word === '-h');
}
