import { z } from 'zod';
import { nearest } from '../../core/analysis/nearest.js';
import { operation, OperationError } from '../../core/operations/operation.js';
import { optionNames } from '../arguments.js';
import { helpCard } from '../cards/help.js';
import type { Command } from '../command.js';
import { command } from '../command.js';

/** What a command does and how it is asked. */
export interface HelpEntry {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly summary: string;
  readonly role: string;
  readonly words: readonly string[];
  readonly options: readonly string[];
  readonly examples: readonly string[];
}

export interface Help {
  /** The one that was asked about; null for all. */
  readonly about: HelpEntry | null;
  readonly all: readonly HelpEntry[];
}

/** The command `help` over a list of commands, itself among them. */
export function helpOn(others: readonly Command[]): Command {
  const help = command({
    name: 'help',
    aliases: ['?', 'commands'],
    operation: operation({
      name: 'help',
      summary: 'List all commands, or explain one',
      role: 'viewer',
      effect: 'reads',
      input: z.strictObject({ command: z.string().max(100).optional() }),
      run: (_context, input): Promise<Help> => {
        const all = [...others, help].map(entryOf);
        if (input.command === undefined) return Promise.resolve({ about: null, all });
        const wanted = input.command.toLowerCase();
        const about = all.find((entry) => entry.name === wanted || entry.aliases.includes(wanted));
        if (about !== undefined) return Promise.resolve({ about, all });
        const near = nearest(
          wanted,
          all.map((entry) => entry.name),
        );
        return Promise.reject(
          new OperationError('unknown-command', `There is no command “${input.command}”.`, near),
        );
      },
    }),
    positional: ['command'],
    examples: ['help summary'],
    card: helpCard,
  }) as Command;
  return help;
}

function entryOf(each: Command): HelpEntry {
  return {
    name: each.name,
    aliases: each.aliases,
    summary: each.operation.summary,
    role: each.operation.role,
    words: each.positional,
    options: optionNames(each),
    examples: each.examples,
  };
}
