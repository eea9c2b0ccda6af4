import type { Option } from './words.js';
import { writeWords } from './words.js';

/** What an operation's input may hold, as far as it can be written as words. */
export type Asked = Readonly<Record<string, unknown>>;

/**
 * The command line for a command, its bare words, and further input as options: for buttons and examples. A
 * period is written `from..to`; what is absent or null is left out. After a bare word that is absent the next
 * ones cannot be told apart, so a command whose words may be absent takes them as options.
 */
export function ask(name: string, words: readonly (string | null | undefined)[], input: Asked = {}): string {
  const { from, to, days, ...rest } = input;
  const given = words.filter((word) => word !== null && word !== undefined);
  const options: Option[] = [];
  for (const [key, value] of Object.entries(rest)) {
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
      options.push({ name: key.toLowerCase(), value: String(value) });
  }
  const line = writeWords([...name.split(' '), ...given], options);
  if (typeof from === 'string' && typeof to === 'string') return `${line} ${from}..${to}`;
  return typeof days === 'number' ? `${line} ${days}d` : line;
}
