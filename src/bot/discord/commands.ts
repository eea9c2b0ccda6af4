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
const ADMIN_GROUP = 'admin';
const REST_GROUP = 'more';
/** Of many commands each, for everybody and for admins: `digest-add` and `digests` stand in `digest`. */
const KINDS: ReadonlySet<string> = new Set(['digest', 'rule', 'channel']);
/** Stay at hand however many commands there are. */
const AT_HAND: ReadonlySet<string> = new Set([
  'summary',
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
 * characters in all: what admins do stands in a group, names of one kind (key-create, key-revoke) in another, what is
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
      description: 'Answers about DMARC reports',
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
  const [word = ''] = slugOf(command).split('-');
  const own = word.replace(/s$/u, '');
  if (KINDS.has(own)) return own;
  if (command.operation.role === 'admin') return ADMIN_GROUP;
  const [kind = ''] = slugOf(command).split('-');
  const kin = commands.filter(
    (other) => other.operation.role !== 'admin' && slugOf(other).startsWith(`${kind}-`),
  );
  return slugOf(command).startsWith(`${kind}-`) && kin.length > 1 && kind !== ADMIN_GROUP ? kind : null;
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

/**
 * Takes optional options away until all fits: first from what is set up once in a while, then from what admins do, then
 * from the last command on.
 */
function fitting(options: readonly CommandOption[]): CommandOption[] {
  let left = [...options];
  const size = () =>
    charactersOf({ name: 'dmarc', description: 'Answers about DMARC reports', options: left });
  const seldom = ({ type, name }: CommandOption) =>
    type !== OPTION.group ? 0 : KINDS.has(name) ? 2 : name === ADMIN_GROUP ? 1 : 0;
  const order = left
    .map((option, place) => ({ place, seldom: seldom(option) }))
    .toSorted((a, b) => b.seldom - a.seldom || b.place - a.place);
  for (const { place } of order) {
    if (size() <= MOST_CHARACTERS) break;
    left = left.map((option, at) => (at === place ? bare(option) : option));
  }
  return left;
}

function bare(option: CommandOption): CommandOption {
  if (option.type === OPTION.group) return { ...option, options: (option.options ?? []).map(bare) };
  const { options = [], ...head } = option;
  const kept = options.filter((each) => each.required === true);
  return kept.length === 0 ? head : { ...head, options: kept };
}
