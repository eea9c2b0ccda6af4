import { z } from 'zod';
import type { WebhookSettings } from '../bot/webhook/settings.js';
import { isNetwork } from '../core/alert/channel-address.js';

const HOST = /^(?:[a-z0-9-]+(?:\.[a-z0-9-]+)*|\[[0-9a-f:.]+\])(?::\d{1,5})?$/iu;

function list(isRight: (text: string) => boolean, form: string) {
  return z
    .string()
    .transform((written, context): readonly string[] => {
      const given = written
        .split(',')
        .map((one) => one.trim().toLowerCase())
        .filter(Boolean);
      if (given.every(isRight)) return given;
      context.addIssue({ code: 'custom', message: `must be ${form}, with commas between them` });
      return z.NEVER;
    })
    .default([]);
}

/** The variables of webhooks that are called, by name. */
export const WEBHOOK_VARIABLES = {
  WEBHOOK_NETWORKS: {
    field: list(isNetwork, 'networks such as 10.0.0.0/8'),
    meaning: 'Private networks that webhooks may be in, over http too, such as 10.1.2.0/24, fd00::/8',
    otherwise: 'public addresses over https alone',
  },
  INCOMING_WEBHOOK_HOSTS: {
    field: list((text) => HOST.test(text), 'hosts such as hooks.example.com'),
    meaning:
      'Hosts of incoming webhooks of Slack, Discord or Teams beside their own, such as hooks.slack-gov.com',
    otherwise: 'their own alone',
  },
} as const;

/** What the variables gave, by name. */
type Given = {
  readonly [Name in keyof typeof WEBHOOK_VARIABLES]: z.output<(typeof WEBHOOK_VARIABLES)[Name]['field']>;
};

/** Which webhooks may be called, from the variables, which were read. */
export function webhookSettings(given: Given): WebhookSettings {
  return { networks: given.WEBHOOK_NETWORKS, hosts: given.INCOMING_WEBHOOK_HOSTS };
}
