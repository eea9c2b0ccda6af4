import type { Command } from '../../src/bot/command.js';
import { version } from '../../src/version.js';
import { APP, type ManifestOptions } from './options.js';

/**
 * Limits of https://learn.microsoft.com/microsoft-365/extensibility/schema/root-bots-command-lists and of
 * https://learn.microsoft.com/microsoftteams/platform/resources/schema/manifest-schema; what its schema allows is more
 * than what Teams shows.
 */
export const TEAMS_LIMITS = {
  lists: 3,
  commands: 12,
  commandTitle: 32,
  commandDescription: 128,
  name: 30,
  shortDescription: 80,
  fullDescription: 4_000,
  developer: 32,
} as const;

/** 1.29 is the first that knows slash commands. */
const VERSION = '1.30';
const SHORT = 'Answers about DMARC reports: who sends as you, and what fails';

/**
 * What the menu of commands shows, where there is room for twelve; all others are typed. Those about files stand in the
 * personal chat alone, for Teams gives bots no files elsewhere:
 * https://learn.microsoft.com/microsoftteams/platform/bots/how-to/bots-filesv4
 */
export const PERSONAL_MENU = [
  'summary',
  'domains',
  'sources',
  'timeline',
  'chart',
  'reports',
  'problems',
  'upload',
  'export',
  'link',
  'settings',
  'help',
] as const;
export const SHARED_MENU = [
  'summary',
  'domains',
  'sources',
  'source',
  'timeline',
  'chart',
  'reports',
  'reporters',
  'problems',
  'link',
  'settings',
  'help',
] as const;

/** The manifest of the Teams app. */
export function teamsManifest(commands: readonly Command[], options: ManifestOptions) {
  const { teamsAppId, teamsSlash, site } = options;
  const shared = ['team', 'groupChat'];
  return {
    $schema: `https://developer.microsoft.com/json-schemas/teams/v${VERSION}/MicrosoftTeams.schema.json`,
    manifestVersion: VERSION,
    version: version(),
    id: teamsAppId,
    developer: { name: APP.name, websiteUrl: site, privacyUrl: site, termsOfUseUrl: site },
    name: { short: APP.name, full: `${APP.name}: DMARC reports, answered` },
    description: { short: SHORT, full: APP.long },
    icons: { color: 'color.png', outline: 'outline.png' },
    accentColor: APP.colour,
    bots: [
      {
        botId: teamsAppId,
        scopes: ['personal', ...shared],
        isNotificationOnly: false,
        supportsFiles: true,
        ...(teamsSlash && { supportsTargetedMessages: true }),
        commandLists: [
          { scopes: ['personal'], commands: menu(commands, PERSONAL_MENU) },
          {
            scopes: shared,
            // Behind `/` Teams lists commands where there is somebody to hide them from:
            // https://learn.microsoft.com/microsoftteams/platform/agents-in-teams/agent-slash-commands
            ...(teamsSlash && { triggers: ['mention', 'slash'] }),
            commands: menu(commands, SHARED_MENU),
          },
        ],
      },
    ],
    defaultInstallScope: 'personal',
    validDomains: [],
  };
}

function menu(commands: readonly Command[], names: readonly string[]) {
  return names.flatMap((name) => {
    const command = commands.find((one) => one.name === name);
    if (command === undefined) return [];
    return [{ title: command.name, description: described(command) }];
  });
}

/** What it does, with an example where there is room. */
function described({ operation, examples }: Command): string {
  const [example] = examples;
  const long = example === undefined ? operation.summary : `${operation.summary}: ${example}`;
  return long.length <= TEAMS_LIMITS.commandDescription ? long : operation.summary;
}
