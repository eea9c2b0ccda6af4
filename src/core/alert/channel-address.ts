import { ipOf } from '../report/aggregate/ip.js';

/** Addresses of channels that no bot speaks in: which may be used, and why not, in words for who adds one. */

/** Incoming webhooks, whose messages are made for one platform. */
export const INCOMING_KINDS = ['slack-webhook', 'discord-webhook', 'teams-webhook'] as const;
export type IncomingKind = (typeof INCOMING_KINDS)[number];
export type WebhookKind = 'webhook' | IncomingKind;

/** What an operator allows beyond what is allowed anyway. */
export interface AllowedAddresses {
  /** Private networks in CIDR notation that webhooks may be in; they may be spoken to over http too. */
  readonly networks: readonly string[];
  /** Hosts of incoming webhooks beside the platforms' own, with a port where it is not the usual one. */
  readonly hosts: readonly string[];
}

export const NOTHING_MORE: AllowedAddresses = { networks: [], hosts: [] };
/** A message goes to all of them, and each sees the others. */
export const MOST_RECIPIENTS = 20;
const LONGEST_URL = 2_000;
/** RFC 5321 §4.5.3.1.3, less the angle brackets. */
const LONGEST_EMAIL = 254;
/** What people have for mail; what RFC 5322 would take beside it, such as quotes and comments, is taken for a slip. */
const EMAIL =
  /^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}$/iu;

interface Incoming {
  readonly platform: string;
  /** A name, or `.example.com` for all below it. */
  readonly hosts: readonly string[];
  readonly path: RegExp;
  readonly example: string;
}

const INCOMING: Readonly<Record<IncomingKind, Incoming>> = {
  // docs.slack.dev/messaging/sending-messages-using-incoming-webhooks
  'slack-webhook': {
    platform: 'Slack',
    hosts: ['hooks.slack.com'],
    path: /^\/services\/./u,
    example: 'https://hooks.slack.com/services/…',
  },
  // docs.discord.com/developers/resources/webhook#execute-webhook
  'discord-webhook': {
    platform: 'Discord',
    hosts: ['discord.com', 'discordapp.com', 'canary.discord.com', 'ptb.discord.com'],
    path: /^\/api\/(?:v\d+\/)?webhooks\/\d+\/[\w-]+\/?$/u,
    example: 'https://discord.com/api/webhooks/…',
  },
  // Workflows moved from logic.azure.com to api.powerplatform.com in 2025.
  'teams-webhook': {
    platform: 'Teams',
    hosts: ['.api.powerplatform.com', '.logic.azure.com', '.logic.azure.us'],
    path: /^\/./u,
    example: 'https://….environment.api.powerplatform.com/powerautomate/automations/direct/workflows/…',
  },
};

/** Why a URL cannot be a channel's, in one sentence that never repeats it; null where it can. */
export function urlProblem(kind: WebhookKind, text: string, allowed: AllowedAddresses): string | null {
  const form = kind === 'webhook' ? 'https://hooks.example.com/alerts' : INCOMING[kind].example;
  if (text.length > LONGEST_URL || !URL.canParse(text)) return `The URL must be an address such as ${form}.`;
  const url = new URL(text);
  const mayBePlain = url.protocol === 'http:' && allowed.networks.length > 0;
  if (url.protocol !== 'https:' && !mayBePlain) return `The URL must begin with https, such as ${form}.`;
  if (url.hostname === '') return `The URL must be an address such as ${form}.`;
  return kind === 'webhook' ? null : incomingProblem(INCOMING[kind], url, allowed);
}

function incomingProblem(
  { platform, hosts, path, example }: Incoming,
  url: URL,
  allowed: AllowedAddresses,
): string | null {
  if (url.username !== '' || url.password !== '')
    return `A webhook of ${platform} has no user name, such as ${example}.`;
  if (allowed.hosts.includes(url.host)) return null;
  if (platform === 'Teams' && /(?:^|\.)(?:webhook\.)?office(?:365)?\.com$/u.test(url.hostname))
    return 'Connectors of Microsoft 365 ended in May 2026; make a workflow in Teams and give its address.';
  const isOwn = hosts.some((host) =>
    host.startsWith('.') ? url.hostname.endsWith(host) : url.hostname === host,
  );
  if (!isOwn || url.port !== '')
    return `That is no host of ${platform}; a webhook of ${platform} is such as ${example}.`;
  return path.test(url.pathname)
    ? null
    : `That is no incoming webhook of ${platform}; they are such as ${example}.`;
}

/** What may be shown of a URL: its host. */
export function hostOf(text: string): string {
  return URL.canParse(text) ? new URL(text).host : 'an address that cannot be read';
}

/** Why mail cannot go to these addresses, in one sentence; null where it can. */
export function recipientsProblem(addresses: readonly string[]): string | null {
  if (addresses.length === 0) return 'Name at least one address, such as ada@example.com.';
  if (addresses.length > MOST_RECIPIENTS)
    return `Name at most ${MOST_RECIPIENTS} addresses; a mailing list takes more.`;
  const wrong = addresses.findIndex((one) => one.length > LONGEST_EMAIL || !EMAIL.test(one));
  return wrong === -1 ? null : `Address ${wrong + 1} must be such as ada@example.com.`;
}

/** Whether the text is a network in CIDR notation. */
export function isNetwork(text: string): boolean {
  const [, address = '', bits = ''] = /^([^/]+)\/(\d{1,3})$/u.exec(text) ?? [];
  const plain = ipOf(address);
  return plain !== null && Number(bits) <= (plain.includes(':') ? 128 : 32);
}
