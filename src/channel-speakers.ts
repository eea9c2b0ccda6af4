import type { ChannelSpeaker } from './bot/delivery/speakers.js';
import type { OneWayKind } from './bot/one-way.js';
import type { DrawChart } from './bot/platform.js';
import type { Config } from './config.js';
import type { Log } from './core/ingest/context.js';

export interface SpeakerOptions {
  readonly config: Pick<Config, 'email' | 'webhooks'>;
  readonly draw: DrawChart;
  readonly log: Log;
  readonly now: () => Date;
}

/** Speakers of the channels that need no bot, each loaded for itself; e-mail where a mail server is set up. */
export async function oneWaySpeakers({
  config,
  draw,
  log,
  now,
}: SpeakerOptions): Promise<readonly (readonly [OneWayKind, ChannelSpeaker])[]> {
  const { email, webhooks: settings } = config;
  const { createCaller } = await import('./bot/webhook/call.js');
  const { createGate } = await import('./bot/webhook/networks.js');
  const { webhookSpeaker } = await import('./bot/webhook/platform.js');
  const { slackIncoming } = await import('./bot/incoming/slack.js');
  const { discordIncoming } = await import('./bot/incoming/discord.js');
  const { teamsIncoming } = await import('./bot/incoming/teams.js');
  const incoming = { settings, call: createCaller({ gate: createGate(settings.networks), now }), now, draw };
  const mail =
    email === null ? null : (await import('./bot/email/platform.js')).emailSpeaker(email, { draw, log, now });
  return [
    ['webhook', { edits: false, speaker: webhookSpeaker(incoming) }],
    ['slack-webhook', { edits: false, speaker: slackIncoming(incoming) }],
    ['discord-webhook', { edits: false, speaker: discordIncoming(incoming) }],
    ['teams-webhook', { edits: false, speaker: teamsIncoming(incoming) }],
    ...(mail === null ? [] : [['email', { edits: false, speaker: mail }] as const]),
  ];
}
