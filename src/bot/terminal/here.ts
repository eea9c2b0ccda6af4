import type { Context } from '../../core/operations/operation.js';
import type { FileHere } from '../../core/operations/chat/here.js';

/** One channel of a tenant, wherever the terminal stands. */
const ONLY = 'local';

/** A context whose commands are asked at a terminal, with the files that one of them names. */
export function atTerminal(context: Context, files: readonly FileHere[] = []): Context {
  const { id: person, name: personName } = context.actor;
  return {
    ...context,
    chat: { platform: 'terminal', workspace: ONLY, channel: ONLY, person, personName, files },
  };
}
