/** What Microsoft Teams needs to know. */
export interface TeamsSettings {
  /** The application's (client) id in Microsoft Entra ID; the bot's id too. */
  readonly appId: string;
  readonly password: string;
  /** The Microsoft tenant that the bot serves, by its id; no other is listened to. */
  readonly tenantId: string;
  /** Where the keys of Microsoft's tokens are described. */
  readonly openIdUrl: string;
  /** Where tokens for our own calls are given, without the tenant. */
  readonly authority: string;
  /** Bases that the Bot Connector may be at; our token goes nowhere else. */
  readonly serviceUrls: readonly string[];
  /** Hosts that dropped files are fetched from, and files for people put to; `.example.com` stands for all below it. */
  readonly fileHosts: readonly string[];
  /** Whether answers to the asker alone are shown in a channel as messages that only they see. */
  readonly targeted: boolean;
}

/** https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-authentication */
export const TEAMS_OPENID = 'https://login.botframework.com/v1/.well-known/openidconfiguration';
export const TEAMS_AUTHORITY = 'https://login.microsoftonline.com';

/**
 * The Bot Connector of the public cloud and of GCC.
 * https://microsoft.github.io/teams-sdk/typescript/essentials/app-configuration/service-url-validation
 */
export const TEAMS_SERVICE_URLS = [
  'https://smba.trafficmanager.net',
  'https://smba.onyx.prod.teams.trafficmanager.net',
  'https://smba.infra.gcc.teams.microsoft.com',
] as const;

/**
 * Files of a personal chat lie in the sender's OneDrive.
 * https://learn.microsoft.com/microsoftteams/platform/bots/how-to/bots-filesv4
 */
export const TEAMS_FILE_HOSTS = ['.sharepoint.com', '.sharepoint.us'] as const;
