/** What differs from one installation to the next. */
export interface ManifestOptions {
  /** Id of the Microsoft application whose bot Teams speaks to. */
  readonly teamsAppId: string;
  /** Whether Teams shows the commands behind `/` too, as messages that only the asker and the bot see. */
  readonly teamsSlash: boolean;
  /** Page about the app, for those who decide whether it may be installed. */
  readonly site: string;
  /** Address at which Slack reaches the service, without a path; null: Socket Mode, which needs none. */
  readonly slackUrl: string | null;
}

/** The manifests as they are kept in manifests/: for nobody in particular. */
export const PLAIN: ManifestOptions = {
  teamsAppId: '00000000-0000-0000-0000-000000000000',
  teamsSlash: false,
  site: 'https://example.com/dmarc-ops',
  slackUrl: null,
};

/** What every platform is told about the app. */
export const APP = {
  name: 'dmarc-ops',
  description: 'Answers about DMARC reports: who sends in the name of your domains, and what fails',
  long: 'Receivers of mail report who sends in the name of your domains. dmarc-ops takes these reports in and answers questions about them: the verdict first, then the figures and a chart, then the one step that helps most. Ask “summary example.com 30d”, drop a report on the bot to have it read, and share an answer with the channel when it is worth it. Answers come to you alone until you share them.',
  /** Of the icon, and of what frames it. */
  colour: '#14866a',
} as const;
