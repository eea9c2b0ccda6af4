import type { Command } from '../../src/bot/command.js';
import { optionNames } from '../../src/bot/arguments.js';
import { ASK, commandsFor, slugOf } from '../../src/bot/discord/commands.js';
import { type CommandOption, OPTION, optionsOf } from '../../src/bot/discord/fields.js';

const SLACK_COMMANDS = 'https://docs.slack.dev/interactivity/implementing-slash-commands';
const TEAMS_FILES = 'https://learn.microsoft.com/microsoftteams/platform/bots/how-to/bots-filesv4';
const TEAMS_MENU = 'https://learn.microsoft.com/microsoft-365/extensibility/schema/root-bots-command-lists';
const TEAMS_SLASH = 'https://learn.microsoft.com/microsoftteams/platform/agents-in-teams/agent-slash-commands';
const DISCORD_COMMANDS =
  'https://docs.discord.com/developers/interactions/application-commands#application-command-object';

/** Where files come with a command or an answer, which a platform may bound. */
const TAKES_FILES = 'upload';
const GIVES_FILES = 'export';

/** docs/commands.md, before it is formatted: every command on every platform. Made from the registry alone. */
export function commandsPage(commands: readonly Command[]): string {
  const asked = commands.filter((command) => command.operation.local !== true);
  const local = commands.filter((command) => command.operation.local === true);
  const paths = discordPaths(commands);
  const rows = asked.map((command) =>
    row([
      `[${code(command.name)}](#${slugOf(command)})`,
      command.operation.role,
      terminalCell(command),
      slackCell(command),
      teamsCell(command),
      discordCell(command, paths),
    ]),
  );
  return `# Commands

Written by \`npm run manifests\` from the registry of commands; do not edit by hand.

One language on all platforms, with the same figures everywhere: \`/dmarc summary example.com 30d\` in Slack and Discord, \`@dmarc-ops summary example.com 30d\` in a channel of Teams, the words alone in a direct message, in the terminal chat and after \`dmarc-ops\` in a shell. Periods are \`30d\`, \`last week\`, \`2026-01..2026-02\`; options are \`key:value\`; quotes hold words together.

${row(['Command', 'Least role', 'Terminal', 'Slack', 'Teams', 'Discord'])}
${row(Array.from({ length: 6 }, () => '---'))}
${rows.join('\n')}

## What the platforms do not let a bot do

- **Slack** gives slash commands of apps no files, and offers none [inside threads](${SLACK_COMMANDS}): mention the bot there, or write to it.
- **Teams** gives bots [files in personal chats alone](${TEAMS_FILES}). Its [menu shows 12 commands](${TEAMS_MENU}); all others are typed. Slash commands are a [preview](${TEAMS_SLASH}) that \`npm run manifests -- --teams-slash\` switches on.
- **Discord** takes [25 options a level and 8,000 characters](${DISCORD_COMMANDS}) of one command: what admins do stands under \`/dmarc admin\`, what is asked seldom in other groups, and what did not fit is typed after \`/dmarc ${ASK}\`, which takes every command as it is written elsewhere.
${localSection(local)}
${commands.map(section).join('\n\n')}
`;
}

/** Where the bot is not: no platform keeps these from it. */
function localSection(local: readonly Command[]): string {
  if (local.length === 0) return '';
  const names = local.map((command) => `[${code(command.name)}](#${slugOf(command)})`).join(', ');
  return `
## On the machine alone

For whoever has the shell of the machine that runs the service, in its terminal chat and as verbs of \`dmarc-ops\`: ${names}. Files come in from elsewhere by ${code(TAKES_FILES)}.

## Each command
`;
}

function section(command: Command): string {
  const { operation, positional, aliases, examples } = command;
  const options = optionNames(command);
  const facts = [
    `Role: ${operation.role}`,
    operation.effect === 'reads' ? 'changes nothing' : 'changes something, which the audit keeps',
  ];
  const also = aliases.length === 0 ? [] : [`Also: ${aliases.map(code).join(', ')}.`];
  const words = positional.length === 0 ? [] : [`Words: ${positional.map(code).join(' ')}.`];
  const named = options.length === 0 ? [] : [`Options: ${options.map(code).join(', ')}.`];
  return [
    `### ${command.name}`,
    `${operation.summary}.`,
    [`${facts.join('; ')}.`, ...also, ...words, ...named].join(' '),
    ['```text', ...examples, '```'].join('\n'),
  ].join('\n\n');
}

function terminalCell({ name }: Command): string {
  return name === TAKES_FILES ? `yes: ${code(`${name} FILE`)}` : 'yes';
}

function slackCell({ name }: Command): string {
  if (name === TAKES_FILES) return `yes: drop the file on the bot, for a [slash command](${SLACK_COMMANDS}) takes none`;
  return 'yes';
}

function teamsCell({ name }: Command): string {
  if (name === TAKES_FILES) return `yes, in the [personal chat](${TEAMS_FILES})`;
  if (name === GIVES_FILES) return `yes; the file comes in the [personal chat](${TEAMS_FILES})`;
  return 'yes';
}

function discordCell(command: Command, paths: ReadonlyMap<string, Found>): string {
  const found = paths.get(slugOf(command));
  if (found === undefined) return `yes: ${code(`/dmarc ${ASK}`)}, for [there is no room](${DISCORD_COMMANDS}) for its own`;
  const path = code(`/dmarc ${found.path}`);
  const left = optionsOf(command).filter(({ name }) => !found.options.has(name));
  if (left.length === 0) return `yes: ${path}`;
  return `yes: ${path}; with [more options](${DISCORD_COMMANDS}) as ${code(`/dmarc ${ASK}`)}`;
}

interface Found {
  /** The words after `/dmarc`. */
  readonly path: string;
  readonly options: ReadonlySet<string>;
}

/** Where Discord has each command, by its name there. */
function discordPaths(commands: readonly Command[]): ReadonlyMap<string, Found> {
  const found = new Map<string, Found>();
  const visit = (options: readonly CommandOption[], before: string): void => {
    for (const option of options) {
      const path = `${before}${option.name}`;
      if (option.type === OPTION.group) visit(option.options ?? [], `${path} `);
      else
        found.set(option.name, {
          path,
          options: new Set((option.options ?? []).map(({ name }) => name)),
        });
    }
  };
  for (const { options } of commandsFor(commands)) visit(options, '');
  return found;
}

function row(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

function code(text: string): string {
  return `\`${text}\``;
}
