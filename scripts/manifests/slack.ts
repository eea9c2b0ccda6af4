import type { Command } from '../../src/bot/command.js';
import { ASK } from '../../src/bot/slack/forms.js';
import { APP, type ManifestOptions } from './options.js';

/** Limits of https://docs.slack.dev/reference/app-manifest */
export const SLACK_LIMITS = {
  name: 35,
  description: 140,
  longDescription: 4_000,
  /** A shorter one is refused. */
  shortestLongDescription: 175,
  botName: 80,
  command: 32,
  commandDescription: 2_000,
  usageHint: 1_000,
  shortcutName: 24,
  shortcutDescription: 150,
} as const;

/** Where the service takes everything that Slack sends, over HTTP. */
export const SLACK_PATH = '/slack/events';

/** The hint is one line above the field that people type in: as many commands as it shows. */
const LONGEST_HINT = 100;

/** What the bot may, each for what it does: https://docs.slack.dev/reference/scopes */
const SCOPES = [
  'commands',
  // Mentions in channels, and direct messages.
  'app_mentions:read',
  'im:history',
  // Answers, those to the whole of a public channel too.
  'chat:write',
  'chat:write.public',
  'im:write',
  // Reports that people drop on the bot; charts and CSV that it sends.
  'files:read',
  'files:write',
  // Whether Slack has confirmed somebody's address.
  'users:read',
  'users:read.email',
  // Whether a message that it posted by itself came through, when the word about it was lost.
  'channels:history',
  'groups:history',
  // That it was added to a channel, where it says how to begin.
  'channels:read',
  'groups:read',
] as const;

/** What each method of the Web API needs, by https://docs.slack.dev/reference/methods; none for what is not named. */
export const METHOD_SCOPES: Readonly<Record<string, readonly (typeof SCOPES)[number][]>> = {
  'chat.postMessage': ['chat:write'],
  'chat.postEphemeral': ['chat:write'],
  'chat.update': ['chat:write'],
  'conversations.history': ['im:history', 'channels:history', 'groups:history'],
  'conversations.open': ['im:write'],
  'conversations.replies': ['im:history', 'channels:history', 'groups:history'],
  'files.info': ['files:read'],
  'files.uploadV2': ['files:write'],
  'users.info': ['users:read', 'users:read.email'],
};
/** Methods that need no scope. */
export const FREE_METHODS: readonly string[] = ['auth.test', 'views.open', 'views.publish'];

/** What is heard of, and the scopes that it needs: https://docs.slack.dev/reference/events */
export const EVENTS: Readonly<Record<string, readonly (typeof SCOPES)[number][]>> = {
  app_home_opened: [],
  app_mention: ['app_mentions:read'],
  'message.im': ['im:history'],
  member_joined_channel: ['channels:read', 'groups:read'],
};

/** The modal to ask with. */
const SHORTCUT = {
  name: 'Ask about DMARC',
  type: 'global',
  callback_id: ASK,
  description: 'Choose a question, a domain and a period',
} as const;

/** The manifest of the Slack app: one slash command, whose hint names what is asked most. */
export function slackManifest(commands: readonly Command[], { slackUrl }: ManifestOptions) {
  const url = slackUrl === null ? {} : { request_url: `${slackUrl}${SLACK_PATH}` };
  return {
    display_information: {
      name: APP.name,
      description: APP.description,
      long_description: APP.long,
      background_color: APP.colour,
    },
    features: {
      app_home: {
        home_tab_enabled: true,
        messages_tab_enabled: true,
        messages_tab_read_only_enabled: false,
      },
      shortcuts: [SHORTCUT],
      bot_user: { display_name: APP.name, always_online: true },
      slash_commands: [
        {
          command: '/dmarc',
          ...(slackUrl !== null && { url: `${slackUrl}${SLACK_PATH}` }),
          description: APP.description,
          usage_hint: hint(commands),
          should_escape: false,
        },
      ],
    },
    oauth_config: { scopes: { bot: [...SCOPES] } },
    settings: {
      event_subscriptions: { ...url, bot_events: Object.keys(EVENTS) },
      interactivity: {
        is_enabled: true,
        ...url,
        ...(slackUrl !== null && { message_menu_options_url: `${slackUrl}${SLACK_PATH}` }),
      },
      org_deploy_enabled: false,
      socket_mode_enabled: slackUrl === null,
      token_rotation_enabled: false,
    },
  };
}

function hint(commands: readonly Command[]): string {
  const asked = commands.filter((command) => command.operation.local !== true);
  const [first] = asked;
  const names = asked.slice(1).map((command) => command.name);
  let text = `[${first?.examples[0] ?? ''}`;
  for (const name of names) {
    if (text.length + name.length > LONGEST_HINT - ' | … | help]'.length) break;
    if (name !== 'help') text += ` | ${name}`;
  }
  return `${text} | … | help]`;
}
