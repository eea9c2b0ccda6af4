import type { Log } from '../core/ingest/context.js';
import { emailSpeaker } from './email/platform.js';
import type { EmailSettings } from './email/settings.js';
import { discordIncoming } from './incoming/discord.js';
import { slackIncoming } from './incoming/slack.js';
import { teamsIncoming } from './incoming/teams.js';
import type { OneWayKind, OneWaySpeaker } from './one-way.js';
import type { DrawChart } from './platform.js';
import { createCaller } from './webhook/call.js';
import { createGate } from './webhook/networks.js';
import { webhookSpeaker } from './webhook/platform.js';
import type { WebhookSettings } from './webhook/settings.js';

export interface OneWayOptions {
  /** null: no mail is sent. */
  readonly email: EmailSettings | null;
  readonly webhooks: WebhookSettings;
  readonly draw: DrawChart;
  readonly log: Log;
  readonly now: () => Date;
}

/** Whoever speaks to channels that cannot edit, by kind. They hold no connection, so there is nothing to stop. */
export function oneWaySpeakers({
  email,
  webhooks: settings,
  draw,
  log,
  now,
}: OneWayOptions): ReadonlyMap<OneWayKind, OneWaySpeaker> {
  const call = createCaller({ gate: createGate(settings.networks), now });
  return new Map<OneWayKind, OneWaySpeaker>([
    ['webhook', webhookSpeaker({ settings, call, now })],
    ['slack-webhook', slackIncoming({ settings, call, draw })],
    ['discord-webhook', discordIncoming({ settings, call, draw })],
    ['teams-webhook', teamsIncoming({ settings, call, draw })],
    ...(email === null ? [] : [['email', emailSpeaker(email, { draw, log, now })] as const]),
  ]);
}
