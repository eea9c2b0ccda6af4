import { writeWords } from '../words.js';
import type { Command } from '../command.js';
import { ASK, slugOf } from './commands.js';
import { FILTER_OPTION, OPTION, PERIOD_OPTION } from './fields.js';

/** An option as an interaction brings it. */
export interface GivenOption {
  readonly type: number;
  readonly name: string;
  readonly value?: string | number | boolean;
  readonly focused?: boolean;
  readonly options?: readonly GivenOption[];
}

/** What a slash command says: the subcommand, and the options that were filled in. */
export interface Given {
  readonly subcommand: string;
  readonly options: readonly GivenOption[];
}

const SHARE = 'share';

/** The subcommand of an interaction, wherever it is nested; null where there is none. */
export function givenOf(options: readonly GivenOption[]): Given | null {
  const [first] = options;
  if (first?.type === OPTION.group) return givenOf(first.options ?? []);
  return first?.type === OPTION.subcommand ? { subcommand: first.name, options: first.options ?? [] } : null;
}

/**
 * The words that were asked, as people would type them: every option by name, but for the period, further words of a
 * filter, and the whole question of `ask`, which are words already. A subcommand that is not known is asked by its name.
 */
export function wordsOf(given: Given, commands: readonly Command[]): string {
  const texts = given.options.filter((option) => option.type !== OPTION.attachment);
  const text = (name: string) => String(texts.find((option) => option.name === name)?.value ?? '').trim();
  if (given.subcommand === ASK) return text('text');
  // What follows it is a command line by itself.
  if (given.subcommand === SHARE) return `${SHARE} ${text('command')}`.trim();
  const name = commands.find((command) => slugOf(command) === given.subcommand)?.name ?? given.subcommand;
  const options = texts
    .filter((option) => option.name !== PERIOD_OPTION && option.name !== FILTER_OPTION)
    .map((option) => ({ name: option.name, value: String(option.value ?? '') }))
    .filter((option) => option.value !== '');
  return [writeWords(name.split(' '), options), text(PERIOD_OPTION), text(FILTER_OPTION)]
    .filter((part) => part !== '')
    .join(' ');
}

/** Periods that are asked most; any other can be typed. */
export const PERIODS = [
  '7d',
  '30d',
  '90d',
  'last week',
  'this month',
  'last month',
  'this year',
  '365d',
] as const;
