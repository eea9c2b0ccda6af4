import type { DiscordSettings } from '../bot/discord/settings.js';
import type { SlackSettings } from '../bot/slack/settings.js';
import type { TeamsSettings } from '../bot/teams/settings.js';
import { DISCORD_VARIABLES, discordSettings } from './discord.js';
import { SLACK_VARIABLES, slackSettings } from './slack.js';
import { TEAMS_VARIABLES, teamsSettings } from './teams.js';

/** The variables of all chat platforms, by name. */
export const CHAT_VARIABLES = { ...SLACK_VARIABLES, ...TEAMS_VARIABLES, ...DISCORD_VARIABLES } as const;

/** Settings of the chat platforms; null for those that are not set up. */
export interface ChatSettings {
  readonly slack: SlackSettings | null;
  readonly teams: TeamsSettings | null;
  readonly discord: DiscordSettings | null;
}

/** Without one of these a platform is off. */
export const NEEDED = {
  slack: ['SLACK_BOT_TOKEN'],
  teams: ['MICROSOFT_APP_ID', 'MICROSOFT_APP_PASSWORD', 'MICROSOFT_APP_TENANT_ID'],
  discord: ['DISCORD_TOKEN'],
} as const satisfies Readonly<Record<keyof ChatSettings, readonly (keyof typeof CHAT_VARIABLES)[]>>;

type Given = Parameters<typeof slackSettings>[0] &
  Parameters<typeof teamsSettings>[0] &
  Parameters<typeof discordSettings>[0];

/** The settings of the chat platforms from the variables, which were read. */
export function chatSettings(given: Given): ChatSettings {
  return {
    slack: slackSettings(given),
    teams: teamsSettings(given),
    discord: discordSettings(given),
  };
}

/** For start-up's lines: what of a platform's variables is not set; empty where it is set up. */
export function missingOf(platform: keyof ChatSettings, isSet: (variable: string) => boolean): string[] {
  return NEEDED[platform].filter((variable) => !isSet(variable));
}
