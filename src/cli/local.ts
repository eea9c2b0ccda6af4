import { findCommand } from '../bot/find.js';
import { COMMANDS } from '../bot/registry.js';
import { readConfig } from '../config.js';
import { dayOf } from '../core/analysis/range.js';
import { openInterruptible } from './interruptible.js';
import { operationVerbs, type OpenContext } from './operations.js';
import { plain } from '../core/plain.js';
import { noteProgress } from './progress.js';
import type { LazyVerb } from './verb.js';

/** The chat's own help; the command line has another. */
const CHAT_ONLY = new Set(['help']);

/** Every operation as a verb that works on the database of the configuration, as the local operator. */
export function localVerbs(): LazyVerb[] {
  return operationVerbs(
    COMMANDS.filter(({ name }) => !CHAT_ONLY.has(name)),
    open,
    () => readConfig().noColour,
  );
}

/**
 * The verb that words ask for without its name, as in a chat: an alias, or a domain or period (the summary) or
 * address (the source). Null where they ask for nothing.
 */
export function impliedVerb(
  words: readonly string[],
): { readonly name: string; readonly rest: readonly string[] } | null {
  const asked = words.map((text) => ({ text, quoted: false }));
  const found = findCommand(COMMANDS, asked, [], dayOf(new Date()));
  if (found.command === null || CHAT_ONLY.has(found.command.name)) return null;
  return { name: found.command.name, rest: words.slice(words.length - found.words.length) };
}

const open: OpenContext = async (errors) => {
  const progress = noteProgress(errors);
  const system = await openInterruptible({
    config: readConfig(),
    note: (line) => void errors.write(`${plain(line)}\n`),
    progress: progress.note,
  });
  return {
    context: system.context,
    close: async () => {
      progress.end();
      await system.close();
    },
  };
};
