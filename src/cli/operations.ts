import type { Writable } from 'node:stream';
import { z } from 'zod';
import { dayOf, parseRange } from '../core/analysis/range.js';
import type { Context } from '../core/operations/operation.js';
import { checkInput, InputError, performWithInput, type Asker } from '../core/operations/perform.js';
import { explain, optionNames, readArguments } from '../bot/arguments.js';
import type { Command } from '../bot/command.js';
import { withDefaultDomain } from '../bot/default-domain.js';
import { settingsOf } from '../bot/dispatch.js';
import { sentFiles, TAKES_FILES } from '../bot/terminal/files.js';
import { atTerminal } from '../bot/terminal/here.js';
import { renderCard } from '../bot/terminal/render.js';
import { saveFile } from '../bot/terminal/save.js';
import { wantsColour } from '../bot/characters/style.js';
import { type Option as WordOption, readWords, type Word } from '../bot/words.js';
import type { Option, OptionTable } from './arguments.js';
import { EXIT, UsageError } from './failure.js';
import { print } from './output.js';
import type { Io, LazyVerb, Verb } from './verb.js';

/** Opens what operations need, as the local operator. */
export type OpenContext = (
  errors: Writable,
) => Promise<{ readonly context: Context; close(): Promise<void> }>;

const JSON_OPTION = 'json';
/** Whoever has the shell. */
const LOCAL: Asker = { local: true };

/** Every chat command as a verb of the command line: the same words, the same operation, the same card. */
export function operationVerbs(
  commands: readonly Command[],
  open: OpenContext,
  noColour: () => boolean,
): LazyVerb[] {
  return commands.map((command) => ({
    name: command.name,
    summary: command.operation.summary.replace(/\.$/u, ''),
    load: () => Promise.resolve(operationVerb(command, open, noColour)),
  }));
}

function operationVerb(command: Command, open: OpenContext, noColour: () => boolean): Verb {
  const words =
    command.name === TAKES_FILES ? ['FILE…'] : command.positional.map((name) => `[${name.toUpperCase()}]`);
  return {
    help: {
      usage: [command.name, ...words, '[--OPTION VALUE | OPTION:VALUE]…', `[--${JSON_OPTION}]`].join(' '),
      options: {
        ...optionTable(command),
        [JSON_OPTION]: { value: null, summary: 'Print the plain result instead of a card' },
      },
      examples: command.examples,
    },
    run: (given, io) => runOperation(command, given, io, open, noColour()),
  };
}

/** The options as the operation's own schema describes them. */
function optionTable(command: Command): OptionTable {
  const { properties } = z.toJSONSchema(command.operation.input, { io: 'input', unrepresentable: 'any' });
  const option = (name: string): Option => {
    const property = properties?.[name];
    if (typeof property !== 'object') return { value: 'VALUE', summary: '' };
    const words = property.enum?.map(String);
    const value = words?.join('|') ?? (property.type === 'boolean' ? 'yes|no' : 'VALUE');
    return { value, summary: property.description ?? '' };
  };
  return Object.fromEntries(optionNames(command).map((name) => [name.toLowerCase(), option(name)]));
}

async function runOperation(
  command: Command,
  given: readonly string[],
  io: Io,
  open: OpenContext,
  noColour: boolean,
): Promise<number> {
  const today = dayOf(new Date());
  const { words, options, json } = splitWords(command.name, given, today);
  const sent = sentFiles(command.name, words, options);
  const read = readArguments(command, sent.words, sent.options, today);
  if (read.error !== null) throw usage(command, read.error);
  // Looked at before the database is opened, which takes time.
  refuseBadInput(command, withDefaultDomain(command, read.input, null));

  const opened = await open(io.errors);
  const context = atTerminal(opened.context, sent.files);
  try {
    const { domain, now } = await settingsOf(context, context.now());
    const meant = withDefaultDomain(command, read.input, domain);
    const { result, input } = await performWithInput(command.operation, context, meant, LOCAL);
    const { isTTY, columns } = io.output as Partial<NodeJS.WriteStream>;
    const colour = wantsColour(isTTY === true, { noColour });
    const card = (): string => renderCard(command.card(result, input, now), { columns, colour });
    await print(io.output, json ? `${JSON.stringify(result, null, 2)}\n` : card());
    const file = json ? null : (command.file?.(result, input) ?? null);
    if (file !== null) await print(io.output, `${await saveFile(file)}\n`);
    return command.isPartial?.(result) === true ? EXIT.trouble : EXIT.ok;
  } finally {
    await opened.close();
  }
}

function refuseBadInput(command: Command, given: unknown): void {
  try {
    checkInput(command.operation, given);
  } catch (error) {
    throw error instanceof InputError ? usage(command, explain(command, error)) : error;
  }
}

interface Split {
  readonly words: readonly Word[];
  readonly options: readonly WordOption[];
  readonly json: boolean;
}

/**
 * Words of a shell as words of a chat: `--name value`, `--name=value` and `name:value` are the same option. A word
 * with spaces was quoted in the shell, and is a name unless it is a period (`"last week"`).
 */
export function splitWords(name: string, given: readonly string[], today: string): Split {
  const words: Word[] = [];
  const options: WordOption[] = [];
  let json = false;
  for (let at = 0; at < given.length; at += 1) {
    const word = given[at] ?? '';
    if (word === '--') {
      words.push(...given.slice(at + 1).map((text) => ({ text, quoted: true })));
      break;
    }
    if (word === `--${JSON_OPTION}`) {
      json = true;
    } else if (word.startsWith('--')) {
      const { option, used } = longOption(word.slice(2), given[at + 1]);
      options.push(option);
      at += used;
    } else if (word.length > 1 && word.startsWith('-')) {
      throw new UsageError(`${name} has no option ${word}. See: dmarc-ops help ${name}`);
    } else {
      const read = readShellWord(word, today);
      words.push(...read.words);
      options.push(...read.options);
    }
  }
  return { words, options, json };
}

/** An option without a value says yes. */
function longOption(
  text: string,
  next: string | undefined,
): { readonly option: WordOption; readonly used: number } {
  const [name = '', ...value] = text.split('=');
  if (value.length > 0) return { option: { name: name.toLowerCase(), value: value.join('=') }, used: 0 };
  if (next === undefined || next.startsWith('--'))
    return { option: { name: name.toLowerCase(), value: 'yes' }, used: 0 };
  return { option: { name: name.toLowerCase(), value: next }, used: 1 };
}

function readShellWord(word: string, today: string): Pick<Split, 'words' | 'options'> {
  if (!/\s/u.test(word)) {
    const read = readWords(word);
    return read.error === null ? read : { words: [{ text: word, quoted: true }], options: [] };
  }
  const [, name, value] = /^([a-z]{2,}):(.*)$/isu.exec(word) ?? [];
  if (name !== undefined && value !== undefined)
    return { words: [], options: [{ name: name.toLowerCase(), value: value.trim() }] };
  const parts = word.trim().split(/\s+/u);
  const { range, rest } = parseRange(parts, today);
  if (range !== null && rest.length === 0)
    return { words: parts.map((text) => ({ text, quoted: false })), options: [] };
  return { words: [{ text: word, quoted: true }], options: [] };
}

function usage(command: Command, sentence: string): UsageError {
  return new UsageError(`${sentence} See: dmarc-ops help ${command.name}`);
}
