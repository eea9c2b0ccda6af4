/** What Slack is spoken to with; src/slack-settings.ts fills it from the environment. */
export interface SlackSettings {
  readonly botToken: string;
  /** For Socket Mode; null: Slack calls over HTTP. */
  readonly appToken: string | null;
  /** What requests of Slack are signed with; needed over HTTP. */
  readonly signingSecret: string | null;
  /** Ends with a slash. */
  readonly apiUrl: string;
}

export const DEFAULT_API_URL = 'https://slack.com/api/';
