import { dayOf } from '../core/analysis/range.js';
import { readArguments, takesField } from './arguments.js';
import type { Button } from './card.js';
import type { Command } from './command.js';
import type { Dispatched } from './dispatch.js';
import { findCommand } from './find.js';
import { readWords } from './words.js';

/** Written in the place of a domain it asks for all of them. */
const ALL = 'all';

type Input = Readonly<Record<string, unknown>>;

/** The input with the channel's domain where the command takes one and none is given; `all` asks for all domains. */
export function withDefaultDomain(command: Command, input: Input, domain: string | null): Input {
  // Where a domain is needed, or sets something, nothing is meant that was not said.
  if (!takesField(command, 'domain') || command.operation.effect === 'changes') return input;
  const { domain: given, ...rest } = input;
  if (typeof given === 'string' && given.toLowerCase() === ALL) return rest;
  return given === undefined && domain !== null ? { ...rest, domain } : input;
}

/** Questions of a card say that they are about all domains, where the channel would have them ask for its own. */
export function withWrittenDomain(
  answer: Dispatched,
  commands: readonly Command[],
  domain: string | null,
  now: Date,
): Dispatched {
  if (domain === null) return answer;
  const { card } = answer;
  return {
    ...answer,
    card: { ...card, buttons: card.buttons.map((button) => written(button, commands, now)) },
  };
}

function written(button: Button, commands: readonly Command[], now: Date): Button {
  const read = readWords(button.command);
  if (read.error !== null) return button;
  const { command, ...found } = findCommand(commands, read.words, read.options, dayOf(now));
  if (command === null || !takesField(command, 'domain') || !('words' in found)) return button;
  const given = readArguments(command, found.words, read.options, dayOf(now));
  if (given.error !== null || given.input['domain'] !== undefined) return button;
  return command.operation.effect === 'reads'
    ? { ...button, command: `${button.command} domain:${ALL}` }
    : button;
}
