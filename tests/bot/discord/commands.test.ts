import { SlashCommandBuilder, type SlashCommandSubcommandBuilder } from '@discordjs/builders';
import { describe, expect, it } from 'vitest';
import { readArguments } from '../../../src/bot/arguments.js';
import { type GivenOption, givenOf, wordsOf } from '../../../src/bot/discord/asked.js';
import { charactersOf, commandsFor, MOST_CHARACTERS, slugOf } from '../../../src/bot/discord/commands.js';
import { type CommandOption, OPTION } from '../../../src/bot/discord/fields.js';
import { findCommand } from '../../../src/bot/find.js';
import { COMMANDS } from '../../../src/bot/registry.js';
import { readWords } from '../../../src/bot/words.js';
import { checkCommands } from '../../fakes/discord/limits.js';

const TODAY = '2026-03-18';
const [dmarc] = commandsFor(COMMANDS);
if (dmarc === undefined) throw new Error('no command');

/** Take a whole command line. */
const WORDS = new Set(['ask', 'share']);

/** Every subcommand with the groups around it. */
function subcommands(
  options: readonly CommandOption[],
  path: readonly CommandOption[] = [],
): CommandOption[][] {
  return options.flatMap((option) =>
    option.type === OPTION.subcommand
      ? [[...path, option]]
      : option.type === OPTION.group
        ? subcommands(option.options ?? [], [...path, option])
        : [],
  );
}

function build(sub: SlashCommandSubcommandBuilder, option: CommandOption): SlashCommandSubcommandBuilder {
  sub.setName(option.name).setDescription(option.description);
  for (const { name, description, required = false, choices = [], type } of option.options ?? []) {
    if (type === OPTION.text)
      sub.addStringOption((one) =>
        one
          .setName(name)
          .setDescription(description)
          .setRequired(required)
          .addChoices(...choices),
      );
    if (type === OPTION.whole)
      sub.addIntegerOption((one) => one.setName(name).setDescription(description).setRequired(required));
    if (type === OPTION.boolean)
      sub.addBooleanOption((one) => one.setName(name).setDescription(description).setRequired(required));
    if (type === OPTION.attachment)
      sub.addAttachmentOption((one) => one.setName(name).setDescription(description).setRequired(required));
  }
  return sub;
}

describe('the application command', () => {
  it('is taken by Discord and by its builders', () => {
    expect(() => checkCommands(JSON.parse(JSON.stringify([dmarc])))).not.toThrow();
    expect(charactersOf(dmarc)).toBeLessThanOrEqual(MOST_CHARACTERS);
    const builder = new SlashCommandBuilder().setName(dmarc.name).setDescription(dmarc.description);
    for (const option of dmarc.options)
      if (option.type === OPTION.subcommand) builder.addSubcommand((sub) => build(sub, option));
      else
        builder.addSubcommandGroup((group) => {
          group.setName(option.name).setDescription(option.description);
          for (const inner of option.options ?? []) group.addSubcommand((sub) => build(sub, inner));
          return group;
        });
    expect(builder.toJSON().options).toHaveLength(dmarc.options.length);
  });

  it('has every command that can be asked from afar, once', () => {
    const names = subcommands(dmarc.options).map((path) => path.at(-1)?.name);

    const asked = COMMANDS.filter((command) => command.operation.local !== true).map(slugOf);
    expect(new Set(names)).toEqual(new Set([...asked, 'ask']));
    expect(names).toHaveLength(asked.length + 1);
  });

  it('gives words that the same command reads', () => {
    for (const nest of subcommands(dmarc.options).filter((path) => !WORDS.has(path.at(-1)?.name ?? ''))) {
      const innermost = nest.at(-1);
      const given = (innermost?.options ?? [])
        .filter((option) => option.type !== OPTION.attachment)
        .map((option): GivenOption => ({ type: option.type, name: option.name, value: valueOf(option) }));
      const nested = nest.reduceRight<readonly GivenOption[]>(
        (options, { type, name }) => [{ type, name, options }],
        given,
      );
      const found = givenOf(nested);

      const line = found === null ? '' : wordsOf(found, COMMANDS);

      const words = readWords(line);
      if (words.error !== null) throw new Error(`${line}: ${words.error}`);
      const meant = findCommand(COMMANDS, words.words, words.options, TODAY);
      if (meant.command === null) throw new Error(`${line} is no command`);
      expect(slugOf(meant.command)).toBe(innermost?.name);
      const read = readArguments(meant.command, meant.words, words.options, TODAY);
      if (read.error !== null) throw new Error(`${line}: ${read.error}`);
    }
  });

  it('stays within the limits however many commands there are', () => {
    const many = Array.from({ length: 3 }, (_, at) =>
      COMMANDS.map((command) => ({ ...command, name: at === 0 ? command.name : `${command.name}${at}` })),
    ).flat();

    const [large] = commandsFor(many.filter((command) => command.operation.role !== 'admin').slice(0, 45));

    expect(() => checkCommands(JSON.parse(JSON.stringify([large])))).not.toThrow();
    expect(large?.options.some((option) => option.name === 'ask')).toBe(true);
  });
});

function valueOf(option: CommandOption): string | number | boolean {
  if (option.choices?.[0] !== undefined) return option.choices[0].value;
  if (option.type === OPTION.whole) return option.min_value ?? 1;
  if (option.type === OPTION.boolean) return true;
  if (option.name === 'period') return 'last week';
  if (option.name === 'filter') return 'reporter:google.com';
  return option.name === 'source' ? '192.0.2.1' : 'a "b" c';
}
