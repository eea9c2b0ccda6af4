import { secretFields } from '../core/operations/audited.js';
import type { Command } from './command.js';
import { readWords } from './words.js';

const KNOWN = new WeakMap<readonly Command[], ReadonlySet<string>>();

/**
 * Whether a command line may hold a secret, such as the `url:` of a webhook: it has an option that is a secret of any
 * command, for the name of the command may be mistyped; or it cannot be read.
 */
export function mayHoldSecret(text: string, commands: readonly Command[]): boolean {
  const read = readWords(text);
  if (read.error !== null) return true;
  const secrets = KNOWN.get(commands) ?? secretsOf(commands);
  KNOWN.set(commands, secrets);
  return read.options.some(({ name }) => secrets.has(name.toLowerCase()));
}

function secretsOf(commands: readonly Command[]): ReadonlySet<string> {
  return new Set(
    commands.flatMap(({ operation }) => secretFields(operation.input)).map((name) => name.toLowerCase()),
  );
}
