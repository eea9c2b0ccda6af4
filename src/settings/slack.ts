import { z } from 'zod';
import { DEFAULT_API_URL, type SlackSettings } from '../bot/slack/settings.js';

/** One variable of Slack: how it is read, and what the README says of it. */
interface SlackVariable {
  readonly field: z.ZodType;
  readonly meaning: string;
  readonly otherwise: string;
}

function token(start: string, name: string) {
  return z
    .string()
    .refine(
      (text) => text.startsWith(start) && /^[\w-]+$/u.test(text),
      `must be ${name}, which begins with ${start}`,
    )
    .nullable()
    .default(null);
}

const apiUrl = z
  .string()
  .refine(isApiUrl, 'must be an https address such as https://slack.com/api/')
  .transform((text) => (text.endsWith('/') ? text : `${text}/`))
  .default(DEFAULT_API_URL);

/** Without TLS only to this very machine: the token goes there. */
function isApiUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname } = new URL(text);
  return (
    protocol === 'https:' || (protocol === 'http:' && ['127.0.0.1', '[::1]', 'localhost'].includes(hostname))
  );
}

/** The variables of Slack, by name. */
export const SLACK_VARIABLES = {
  SLACK_BOT_TOKEN: {
    field: token('xoxb-', 'the Bot User OAuth Token of the Slack app'),
    meaning: 'Bot User OAuth Token of the Slack app: see docs/install-slack.md',
    otherwise: 'Slack is off',
  },
  SLACK_APP_TOKEN: {
    field: token('xapp-', 'an app-level token of the Slack app'),
    meaning:
      'App-level token with `connections:write`: Slack is spoken to over Socket Mode, without a public address',
    otherwise: 'Slack calls /slack/events',
  },
  SLACK_SIGNING_SECRET: {
    field: z.string().nullable().default(null),
    meaning: 'Signing Secret of the Slack app, needed where Slack calls',
    otherwise: 'Socket Mode only',
  },
  SLACK_API_URL: {
    field: apiUrl,
    meaning: 'Address of the Web API of Slack',
    otherwise: DEFAULT_API_URL,
  },
} as const satisfies Readonly<Record<string, SlackVariable>>;

/** What the variables gave, by name. */
type Given = {
  readonly [Name in keyof typeof SLACK_VARIABLES]: z.output<(typeof SLACK_VARIABLES)[Name]['field']>;
};

/** The settings of Slack from the variables, which were read; null where no bot token is set. */
export function slackSettings(given: Given): SlackSettings | null {
  if (given.SLACK_BOT_TOKEN === null) return null;
  return {
    botToken: given.SLACK_BOT_TOKEN,
    appToken: given.SLACK_APP_TOKEN,
    signingSecret: given.SLACK_SIGNING_SECRET,
    apiUrl: given.SLACK_API_URL,
  };
}
