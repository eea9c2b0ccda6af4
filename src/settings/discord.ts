import { z } from 'zod';
import { DISCORD_API, DISCORD_CDN, type DiscordSettings } from '../bot/discord/settings.js';

/** A server's address without a trailing slash. */
function address(otherwise: string) {
  return z
    .string()
    .transform((text, context) => {
      if (URL.canParse(text) && /^https?:$/u.test(new URL(text).protocol)) return text.replace(/\/+$/u, '');
      context.addIssue({ code: 'custom', message: `must be an address such as ${otherwise}, not "${text}"` });
      return z.NEVER;
    })
    .default(otherwise);
}

/** The variables of Discord, by name. */
export const DISCORD_VARIABLES = {
  DISCORD_TOKEN: {
    field: z
      .string()
      // What is pasted with its scheme would be sent with it twice.
      .transform((text) => text.replace(/^Bot\s+/u, ''))
      .pipe(z.string().regex(/^[\w.~+/=-]+$/u, 'must be the token of a bot, which has no blanks in it'))
      .nullable()
      .default(null),
    meaning: 'Token of the Discord bot: see docs/install-discord.md',
    otherwise: 'no Discord',
  },
  DISCORD_API_URL: {
    field: address(DISCORD_API),
    meaning: 'Address of the Discord API',
    otherwise: DISCORD_API,
  },
  DISCORD_CDN_URL: {
    field: address(DISCORD_CDN),
    meaning: 'Where Discord keeps attachments; files are fetched from nowhere else',
    otherwise: DISCORD_CDN,
  },
} as const;

/** What the variables gave, by name. */
type Given = {
  readonly [Name in keyof typeof DISCORD_VARIABLES]: z.output<(typeof DISCORD_VARIABLES)[Name]['field']>;
};

/** The settings of Discord from the variables, which were read; null where it is not set up. */
export function discordSettings(given: Given): DiscordSettings | null {
  if (given.DISCORD_TOKEN === null) return null;
  return { token: given.DISCORD_TOKEN, api: given.DISCORD_API_URL, cdn: given.DISCORD_CDN_URL };
}
