import { readConfig } from '../config.js';
import { COMMANDS } from '../bot/registry.js';
import { atTerminal } from '../bot/terminal/here.js';
import { watchChannels } from '../bot/terminal/watch.js';
import { chat as chatIn } from '../bot/terminal/platform.js';
import { wantsColour } from '../bot/characters/style.js';
import type { Context } from '../core/operations/operation.js';
import { openInterruptible } from './interruptible.js';
import { readArguments } from './arguments.js';
import { EXIT, UsageError } from './failure.js';
import type { Io, Verb } from './verb.js';

/** `dmarc-ops chat`: the commands of the chat platforms, in this terminal. */
export const chat: Verb = {
  help: {
    usage: 'chat',
    options: {},
    details: ['Without a terminal, commands are read from standard input until its end.'],
    examples: ['chat', 'chat < commands.txt'],
  },
  run: async (words, io) => {
    const args = readArguments('chat', {}, words);
    if (args.words[0] !== undefined) throw new UsageError('chat takes no words; type them at its prompt.');
    const config = readConfig();
    const system = await openInterruptible({ config, note: (line) => io.errors.write(`${line}\n`) });
    try {
      await chatOn(io, system.context, config.noColour);
    } finally {
      await system.close();
    }
    return EXIT.ok;
  },
};

/** Chats over the streams until they end or somebody leaves. */
export async function chatOn(io: Io, context: Context, noColour: boolean): Promise<void> {
  const terminal = io.output as Partial<NodeJS.WriteStream>;
  const colour = wantsColour(terminal.isTTY === true, { noColour });
  await chatIn(
    { input: io.input, output: io.output, colour },
    atTerminal(context),
    COMMANDS,
    watchChannels(context),
  );
}
