/** Where Discord is, and who we are there. */
export interface DiscordSettings {
  readonly token: string;
  /** Address of the REST API without the version; the gateway's comes from it. */
  readonly api: string;
  /** Address that attachments have. */
  readonly cdn: string;
}

export const DISCORD_API = 'https://discord.com/api';
export const DISCORD_CDN = 'https://cdn.discordapp.com';
