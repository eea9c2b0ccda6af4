import { isIP } from 'node:net';
import { z } from 'zod';
import { nearest } from '../core/analysis/nearest.js';
import { parseRange } from '../core/analysis/range.js';
import type { Command } from './command.js';
import type { Option, Word } from './words.js';

/** Input for an operation, or the sentence that says what is wrong with the words. */
export type Arguments =
  { readonly input: Readonly<Record<string, unknown>>; readonly error: null } | { readonly error: string };

type Kind = 'text' | 'number' | 'boolean' | 'list';

const PERIOD = ['from', 'to', 'days'] as const;

/**
 * Turns words and options into the raw input of a command's operation: a period wherever it stands, bare words
 * in the order of `positional`, the rest by name. Only shape is looked at here; the operation's own schema
 * validates.
 */
export function readArguments(
  command: Command,
  words: readonly Word[],
  options: readonly Option[],
  today: string,
): Arguments {
  const fields = fieldsOf(command.operation.input);
  const input = new Map<string, unknown>();
  const doubled = options.find((option, at) => options.findIndex((other) => other.name === option.name) < at);
  if (doubled) return { error: `${doubled.name} is given twice; give it once.` };

  let bare = words;
  if (fields.has('from') && fields.has('to')) {
    const period = readPeriod(words, options, today);
    if (period.error !== null) return { error: period.error };
    bare = period.rest;
    if (period.range !== null) input.set('from', period.range.from).set('to', period.range.to);
  }
  for (const option of options) {
    if (input.has('from') && PERIOD.some((name) => name === option.name)) continue;
    const field = [...fields.keys()].find((name) => name.toLowerCase() === option.name);
    if (field === undefined) return { error: unknownOption(command, option.name, fields) };
    input.set(field, convert(option.value, fields.get(field) ?? 'text'));
  }
  const tooMany = fillWords(command, bare, fields, input);
  return tooMany === null ? { input: Object.fromEntries(input), error: null } : { error: tooMany };
}

/** Names of the options that a command takes beside its bare words; a period counts as one. */
export function optionNames(command: Command): string[] {
  return [...fieldsOf(command.operation.input).keys()].filter((name) => !command.positional.includes(name));
}

/** Whether a command's operation has a field of this name. */
export function takesField(command: Command, name: string): boolean {
  return fieldsOf(command.operation.input).has(name);
}

/** What zod found, as one sentence in people's words. */
export function explain(command: Command, error: Pick<z.ZodError, 'issues'>): string {
  const issue = error.issues[0];
  if (issue === undefined) return 'The input is not valid.';
  const field = String(issue.path[0] ?? '');
  if (field === '') return sentence(issue.message);
  if (issue.code === 'invalid_type' && issue.input === undefined)
    return `${command.name} needs ${article(field)} ${field}.`;
  if (issue.code === 'invalid_value') return `${field} is one of ${issue.values.map(String).join(', ')}.`;
  if (issue.code === 'invalid_type')
    return `${field} has to be ${article(issue.expected)} ${issue.expected}.`;
  if (issue.code === 'too_big') return `${field} is too large: at most ${issue.maximum}.`;
  if (issue.code === 'too_small') return `${field} is too small: at least ${issue.minimum}.`;
  const message = sentence(issue.message);
  return message.toLowerCase().includes(field.toLowerCase()) ? message : `${field}: ${message}`;
}

interface PeriodReading {
  readonly range: { readonly from: string; readonly to: string } | null;
  readonly rest: readonly Word[];
  readonly error: string | null;
}

/** Quoted words are names; only the bare ones between them can name a period. */
function readPeriod(words: readonly Word[], options: readonly Option[], today: string): PeriodReading {
  const value = (name: string) => options.find((option) => option.name === name)?.value;
  // A quoted word is hidden behind a text that is no period, and comes back by its place.
  const hidden = words.map((word, at) => (word.quoted ? `\u0000${at}` : word.text));
  const reading = parseRange(hidden, today, { from: value('from'), to: value('to'), days: value('days') });
  const rest = reading.rest.map((text) =>
    text.startsWith('\u0000')
      ? (words[Number(text.slice(1))] ?? { text: '', quoted: true })
      : { text, quoted: false },
  );
  return { range: reading.range, rest, error: reading.error };
}

function fillWords(
  command: Command,
  words: readonly Word[],
  fields: ReadonlyMap<string, Kind>,
  input: Map<string, unknown>,
): string | null {
  const open = command.positional.filter((name) => !input.has(name));
  for (const [at, word] of words.entries()) {
    const next = open[0];
    // An address can only be the source, wherever it stands.
    if (next !== 'source' && fields.has('source') && !input.has('source') && isNetwork(word.text)) {
      input.set('source', word.text);
      continue;
    }
    if (next === undefined) return tooManyWords(command, word.text);
    const kind = fields.get(next) ?? 'text';
    if (kind === 'list') {
      input.set(
        next,
        words.slice(at).map((each) => each.text),
      );
      return null;
    }
    input.set(next, convert(word.text, kind));
    open.shift();
  }
  return null;
}

function isNetwork(text: string): boolean {
  return isIP(text.split('/')[0] ?? '') !== 0;
}

function tooManyWords(command: Command, word: string): string {
  const takes = command.positional.length === 0 ? 'no further words' : command.positional.join(' and ');
  return `${command.name} takes ${takes}; “${short(word)}” is one word too many.`;
}

function unknownOption(command: Command, name: string, fields: ReadonlyMap<string, Kind>): string {
  const known = [...fields.keys()];
  const meant = nearest(name, known)[0];
  if (meant !== undefined) return `${command.name} has no option ${short(name)}; did you mean ${meant}?`;
  return known.length === 0
    ? `${command.name} takes no options.`
    : `${command.name} has no option ${short(name)}; it takes ${known.join(', ')}.`;
}

const fieldsOfSchemas = new WeakMap<z.ZodType, ReadonlyMap<string, Kind>>();

/** Names and kinds of an input schema's fields; worked out once, for it takes longer than all else of an answer. */
function fieldsOf(schema: z.ZodType): ReadonlyMap<string, Kind> {
  const known = fieldsOfSchemas.get(schema);
  if (known !== undefined) return known;
  const fields = readFields(schema);
  fieldsOfSchemas.set(schema, fields);
  return fields;
}

/** The kinds are those of its output: what coerces takes anything. */
function readFields(schema: z.ZodType): Map<string, Kind> {
  const names = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }).properties ?? {};
  const kinds = z.toJSONSchema(schema, { io: 'output', unrepresentable: 'any' }).properties ?? {};
  return new Map(Object.keys(names).map((name) => [name, kindOf(kinds[name] ?? {})]));
}

function kindOf(property: z.core.JSONSchema._JSONSchema): Kind {
  if (typeof property === 'boolean') return 'text';
  const types = [property, ...(property.anyOf ?? [])].map((each) =>
    typeof each === 'boolean' ? null : each.type,
  );
  if (types.includes('array')) return 'list';
  if (types.includes('integer') || types.includes('number')) return 'number';
  return types.includes('boolean') ? 'boolean' : 'text';
}

/** Words are text; where the schema wants a number or yes and no, and the text is one, it becomes one. */
function convert(text: string, kind: Kind): unknown {
  if (kind === 'number' && /^-?\d+(\.\d+)?$/.test(text)) return Number(text);
  if (kind === 'boolean' && /^(yes|true|on|y)$/i.test(text)) return true;
  if (kind === 'boolean' && /^(no|false|off|n)$/i.test(text)) return false;
  return kind === 'list' ? text.split(',').map((part) => part.trim()) : text;
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

function article(word: string): string {
  return /^[aeiou]/i.test(word) ? 'an' : 'a';
}

function short(word: string): string {
  return word.length > 40 ? `${word.slice(0, 40)}…` : word;
}
