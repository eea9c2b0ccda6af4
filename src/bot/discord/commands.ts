import type { Command } from '../command.js';
import { type CommandOption, describe, OPTION, optionsOf } from './fields.js';

/** An application command as Discord takes it. */
export interface ApplicationCommand {
  readonly name: string;
  readonly description: string;
  readonly type: 1;
  /** Where it can be used: servers alone (0), for a tenant is bound to a server. */
  readonly contexts: readonly [0];
  /** Who installs it: servers (0), not people. */
  readonly integration_types: readonly [0];
  readonly options: readonly CommandOption[];
}

/** Limits of https://docs.discord.com/developers/interactions/application-commands#application-command-object */
export const MOST_OPTIONS = 25;
export const MOST_CHARACTERS = 8_000;

/** The subcommand that takes any command as it is typed elsewhere. */
export const ASK = 'ask';
const DESCRIPTION = 'Answers about DMARC reports';
const ADMIN_GROUP = 'admin';
const REST_GROUP = 'more';
/** Commands of one kind stand together, for everybody and for admins: `digest-add` and `digests` in `digest`. */
const KINDS: ReadonlySet<string> = new Set(['digest', 'rule', 'channel', 'key', 'alert']);
/** What is done about alerts is named by what it does. */
const OF_ALERTS: ReadonlySet<string> = new Set([
  'acknowledge',
  'unacknowledge',
  'resolve',
  'reopen',
  'snooze',
  'assign',
  'note',
  'ours',
  'suppress',
  'suppressions',
  'unsuppress',
  'why',
]);
/** Stay at hand however many commands there are. */
const AT_HAND: ReadonlySet<string> = new Set([
  'summary',
  'status',
  'upload',
  'export',
  'chart',
  'link',
  'whoami',
  'settings',
  'about',
  'help',
]);

/**
 * `/dmarc` with a subcommand for every command that can be asked from afar. Discord takes 25 options a level and 8,000
 * characters in all: names of one kind (key-create, key-revoke) stand in a group, what else admins do in another, what is
 * left over in a third; and options that would pass the characters are left to `ask`. Pure.
 */
export function commandsFor(commands: readonly Command[]): ApplicationCommand[] {
  const asked = commands.filter((command) => command.operation.local !== true);
  const groups = arrange(asked);
  const options = [
    ...(groups.get(null) ?? []).map((command) => subcommand(command)),
    askOption(),
    ...[...groups].flatMap(([group, members]) =>
      group === null
        ? []
        : [
            {
              type: OPTION.group,
              name: group,
              description: describe(titleOf(group)),
              options: members.map(subcommand),
            },
          ],
    ),
  ];
  return [
    {
      name: 'dmarc',
      description: DESCRIPTION,
      type: 1,
      contexts: [0],
      integration_types: [0],
      options: fitting(options),
    },
  ];
}

/** The name under which Discord knows a command: the same, in one word. */
export function slugOf(command: Pick<Command, 'name'>): string {
  return command.name.toLowerCase().replaceAll(' ', '-');
}

/** Characters that count: names, descriptions and values, of everything within. */
export function charactersOf({
  name,
  description,
  options = [],
}: Pick<CommandOption, 'name' | 'description' | 'options'>): number {
  return options.reduce(
    (sum, option) =>
      sum +
      charactersOf(option) +
      (option.choices ?? []).reduce((total, choice) => total + choice.name.length + choice.value.length, 0),
    name.length + description.length,
  );
}

/** Commands by group; null for those that stand by themselves. */
function arrange(commands: readonly Command[]): Map<string | null, Command[]> {
  const groups = new Map<string | null, Command[]>([[null, []]]);
  for (const command of commands) {
    const group = groupOf(command, commands);
    groups.set(group, [...(groups.get(group) ?? []), command]);
  }
  const own = groups.get(null) ?? [];
  const room = MOST_OPTIONS - 1 - (groups.size - 1);
  if (own.length <= room) return groups;
  const rest: Command[] = [];
  for (const command of own.toReversed()) {
    if (own.length - rest.length <= room - 1 || rest.length === MOST_OPTIONS) break;
    if (!AT_HAND.has(command.name)) rest.unshift(command);
  }
  groups.set(null, own.filter((command) => !rest.includes(command)).slice(0, room - 1));
  return groups.set(REST_GROUP, rest);
}

function groupOf(command: Command, commands: readonly Command[]): string | null {
  const slug = slugOf(command);
  const [kind = ''] = slug.split('-');
  const own = OF_ALERTS.has(slug) ? 'alert' : kind.replace(/s$/u, '');
  if (KINDS.has(own)) return own;
  if (command.operation.role === 'admin') return ADMIN_GROUP;
  const kin = commands.filter(
    (other) => other.operation.role !== 'admin' && slugOf(other).startsWith(`${kind}-`),
  );
  return slug.startsWith(`${kind}-`) && kin.length > 1 && kind !== ADMIN_GROUP ? kind : null;
}

function titleOf(group: string): string {
  if (group === ADMIN_GROUP) return 'For admins';
  return group === REST_GROUP ? 'Further commands' : `All about ${group}s`;
}

function subcommand(command: Command): CommandOption {
  const options = optionsOf(command).slice(0, MOST_OPTIONS);
  return {
    type: OPTION.subcommand,
    name: slugOf(command),
    description: describe(command.operation.summary),
    ...(options.length > 0 && { options }),
  };
}

function askOption(): CommandOption {
  return {
    type: OPTION.subcommand,
    name: ASK,
    description: 'Ask in words, such as summary example.com 30d',
    options: [
      { type: OPTION.text, name: 'text', description: 'The question', required: true, autocomplete: true },
    ],
  };
}

/** Commands up to this are asked often, and keep their options as long as those of others can go. */
const OFTEN = 1;
/** Characters of a description that was shortened. */
const BRIEF = 36;

/**
 * Makes commands shorter until all fits, one after the other: those that set something up and what admins do first, the
 * largest of them at the head; then what is done about alerts; and then the others from the last one on. Optional options
 * are told by their names alone; where that does not do, they go, and what is seldom asked is described in a few words.
 */
function fitting(options: readonly CommandOption[]): CommandOption[] {
  const seldom = (group: string) =>
    group === 'alert' ? OFTEN : group === ADMIN_GROUP ? 2 : KINDS.has(group) ? 3 : 0;
  const order = options
    .flatMap((option) =>
      option.type === OPTION.group
        ? (option.options ?? []).map((command) => ({ command, seldom: seldom(option.name) }))
        : [{ command: option, seldom: 0 }],
    )
    .map((one, place) => ({ ...one, size: one.seldom === 0 ? place : charactersOf(one.command) }))
    .toSorted((a, b) => b.seldom - a.seldom || b.size - a.size);
  let left = [...options];
  let size = charactersOf({ name: 'dmarc', description: DESCRIPTION, options: left });
  const often = order.filter((one) => one.seldom <= OFTEN);
  const others = order.filter((one) => one.seldom > OFTEN);
  const steps = [
    ...[terse, bare, brief].flatMap((shorten) => others.map(({ command }) => ({ command, shorten }))),
    ...[terse, bare].flatMap((shorten) => often.map(({ command }) => ({ command, shorten }))),
  ];
  for (const { command, shorten } of steps) {
    if (size <= MOST_CHARACTERS) return left;
    left = left.map((option) => replaced(option, command.name, shorten));
    size = charactersOf({ name: 'dmarc', description: DESCRIPTION, options: left });
  }
  return left;
}

/** The command of a name, shorter, wherever it stands. */
function replaced(
  option: CommandOption,
  name: string,
  shorten: (command: CommandOption) => CommandOption,
): CommandOption {
  if (option.type === OPTION.group)
    return { ...option, options: (option.options ?? []).map((each) => replaced(each, name, shorten)) };
  return option.name === name ? shorten(option) : option;
}

/** What it does, in a few words. */
function brief(command: CommandOption): CommandOption {
  const { description } = command;
  const words = description.slice(0, BRIEF).split(' ');
  return description.length <= BRIEF
    ? command
    : { ...command, description: `${words.slice(0, -1).join(' ')} …` };
}

function terse({ options = [], ...head }: CommandOption): CommandOption {
  const named = options.map((each) =>
    each.required === true ? each : { ...each, description: capital(each.name) },
  );
  return named.length === 0 ? head : { ...head, options: named };
}

function capital(word: string): string {
  return `${word.slice(0, 1).toUpperCase()}${word.slice(1)}`;
}

function bare(option: CommandOption): CommandOption {
  const { options = [], ...head } = option;
  const kept = options.filter((each) => each.required === true);
  return kept.length === 0 ? head : { ...head, options: kept };
}
