import { whoami as operation } from '../../core/operations/chat/whoami.js';
import { whoamiCard } from '../cards/whoami.js';
import type { Command } from '../command.js';
import { command } from '../command.js';

/** The command `whoami`, which tells what of a list of commands somebody may ask. */
export function whoamiOf(others: readonly Command[]): Command {
  return command({
    name: 'whoami',
    aliases: ['me'],
    operation,
    positional: [],
    examples: ['whoami'],
    card: (result, _input, now) => whoamiCard(result, others, now),
  });
}
