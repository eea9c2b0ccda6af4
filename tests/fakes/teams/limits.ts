/** What the stand-in of Teams holds its bots to, each with its source. */

/** https://learn.microsoft.com/microsoftteams/platform/bots/how-to/rate-limit: per bot and thread, in so many seconds. */
export const RATES = [
  { within: 1, most: 7 },
  { within: 2, most: 8 },
  { within: 30, most: 60 },
  { within: 3_600, most: 1_800 },
] as const;

/** About 100 KB in UTF-16, with everything: https://learn.microsoft.com/microsoftteams/platform/bots/how-to/format-your-bot-messages */
export const MOST_BYTES = 100 * 1_024;

/** https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/cards-reference */
export const CARD_VERSIONS: readonly string[] = ['1.0', '1.1', '1.2', '1.3', '1.4', '1.5'];

/** https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/cards-format: pictures below 1 MB. */
export const MOST_PICTURE_BYTES = 1_024 * 1_024;

/** Tokens of the token endpoint live so long. */
export const TOKEN_SECONDS = 3_599;
