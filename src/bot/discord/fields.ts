import { z } from 'zod';
import { filterFields } from '../../core/operations/filter.js';
import type { CompletedField } from '../platform.js';
import type { Command } from '../command.js';

/** Types of options, https://docs.discord.com/developers/interactions/application-commands#application-command-object-application-command-option-type */
export const OPTION = {
  subcommand: 1,
  group: 2,
  text: 3,
  whole: 4,
  boolean: 5,
  attachment: 11,
} as const;

/** An option of an application command as Discord takes it. */
export interface CommandOption {
  readonly type: (typeof OPTION)[keyof typeof OPTION];
  readonly name: string;
  readonly description: string;
  readonly required?: boolean;
  readonly autocomplete?: boolean;
  readonly choices?: readonly { readonly name: string; readonly value: string }[];
  readonly min_value?: number;
  readonly max_value?: number;
  readonly options?: readonly CommandOption[];
}

/** Words of a period and words that narrow a question down stand in one option each, as people type them elsewhere. */
export const PERIOD_OPTION = 'period';
export const FILTER_OPTION = 'filter';
/** Options of `upload` that take a file each. */
export const FILE_OPTIONS = ['file', 'file2', 'file3', 'file4', 'file5'] as const;
/** https://docs.discord.com/developers/interactions/application-commands#application-command-object-application-command-option-structure */
export const MOST_CHOICES = 25;
const LONGEST_DESCRIPTION = 100;
const LONGEST_CHOICE = 100;

/** What is typed with the domains, reports or commands that there are. */
const COMPLETED: Readonly<Record<string, CompletedField>> = {
  domain: 'domain',
  report: 'report',
  command: 'command',
};
const PERIOD = new Set(['from', 'to', 'days']);
/** Pages are turned by buttons. */
const PAGE = new Set(['limit', 'cursor']);
/** Asked seldom, and the same for all questions: they would take the room of the others. */
const FILTERS = new Set(Object.keys(filterFields).filter((name) => name !== 'domain' && !PERIOD.has(name)));
/** Shorter than the schema's words, for they come with nearly every command. */
const WORDS: Readonly<Record<string, string>> = { domain: 'Domain, such as example.com', email: 'Address' };

/** Which of our own things complete an option; null where none do. */
export function completedBy(option: string): CompletedField | null {
  return COMPLETED[option] ?? null;
}

/** The options of one command, from its operation's schema; what is required stands first, as Discord wants it. */
export function optionsOf(command: Command): CommandOption[] {
  if (command.name === 'upload') return fileOptions();
  const schema = command.operation.input;
  const input = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  const output = z.toJSONSchema(schema, { io: 'output', unrepresentable: 'any' }).properties ?? {};
  const names = Object.keys(input.properties ?? {});
  // Questions take all filters; elsewhere a field of such a name is one like others.
  const filtered = names.includes('reporter');
  const isFilter = (name: string) => filtered && FILTERS.has(name);
  const isOwn = (name: string) =>
    !PERIOD.has(name) && !PAGE.has(name) && (!isFilter(name) || command.positional.includes(name));
  const options = names.filter(isOwn).map((name) =>
    fieldOption(name, output[name] ?? {}, {
      required: input.required?.includes(name) ?? false,
      description: descriptionOf(input.properties?.[name]),
    }),
  );
  const ordered = [
    ...options.filter((option) => option.required === true),
    ...options.filter((option) => option.required !== true),
  ];
  if (names.includes('from') && names.includes('to')) ordered.push(periodOption());
  if (names.some((name) => isFilter(name) && !isOwn(name))) ordered.push(filterOption(names));
  return ordered;
}

/** A text within the limits of a description, cut where somebody can see it. */
export function describe(text: string): string {
  return text.length <= LONGEST_DESCRIPTION ? text : `${text.slice(0, LONGEST_DESCRIPTION - 1).trimEnd()}…`;
}

type Schema = z.core.JSONSchema._JSONSchema;

function fieldOption(
  name: string,
  schema: Schema,
  told: { readonly required: boolean; readonly description: string },
): CommandOption {
  const rule = typeof schema === 'boolean' ? {} : schema;
  const head = {
    name: name.toLowerCase(),
    description: describe(WORDS[name] ?? (told.description || name)),
    ...(told.required && { required: true }),
  };
  const choices = (rule.enum ?? []).filter((value) => typeof value === 'string');
  if (
    choices.length > 0 &&
    choices.length <= MOST_CHOICES &&
    choices.every((each) => each.length <= LONGEST_CHOICE)
  )
    return { type: OPTION.text, ...head, choices: choices.map((value) => ({ name: value, value })) };
  if (rule.type === 'boolean') return { type: OPTION.boolean, ...head };
  if (rule.type === 'integer')
    return {
      type: OPTION.whole,
      ...head,
      ...(isDouble(rule.minimum) && { min_value: rule.minimum }),
      ...(isDouble(rule.maximum) && { max_value: rule.maximum }),
    };
  return { type: OPTION.text, ...head, ...(name in COMPLETED && { autocomplete: true }) };
}

/** Discord takes whole numbers between -2^53 and 2^53. */
function isDouble(value: number | undefined): value is number {
  return value !== undefined && Number.isSafeInteger(value);
}

function periodOption(): CommandOption {
  return {
    type: OPTION.text,
    name: PERIOD_OPTION,
    description: '30d, last week, 2026-01..2026-02',
    autocomplete: true,
  };
}

function filterOption(names: readonly string[]): CommandOption {
  const shown = names.includes('dkim') ? 'dkim:fail reporter:google.com' : 'reporter:google.com';
  return { type: OPTION.text, name: FILTER_OPTION, description: `Such as ${shown}` };
}

function fileOptions(): CommandOption[] {
  return FILE_OPTIONS.map((name, at) => ({
    type: OPTION.attachment,
    name,
    description: at === 0 ? 'Report, archive or mail' : 'One more',
    ...(at === 0 && { required: true }),
  }));
}

function descriptionOf(schema: Schema | undefined): string {
  return typeof schema === 'object' ? (schema.description ?? '') : '';
}
