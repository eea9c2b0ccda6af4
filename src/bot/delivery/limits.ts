import { createHash } from 'node:crypto';
import type { Budget } from '../../core/operations/delivery/budget.js';
import type { ChannelKind, ChannelRow } from '../../core/operations/delivery/work.js';

/** What is sent: a new message, or the change of one. */
export type Sending = 'messages' | 'changes';

/** A rate that a platform allows: one each so many milliseconds, and so many at once after a pause. */
export interface SendLimit {
  /** Who shares it: a channel, a workspace, or all of the kind. */
  readonly per: 'channel' | 'workspace' | 'kind';
  readonly of: readonly Sending[];
  readonly everyMs: number;
  readonly burst: number;
}

const MESSAGES = ['messages'] as const;
const CHANGES = ['changes'] as const;
const ALL = ['messages', 'changes'] as const;

/**
 * A little below what platforms allow, for their windows begin when they like, and answers to people count too. What is
 * refused all the same says when to come again.
 */
export const SEND_LIMITS: Readonly<Record<ChannelKind, readonly SendLimit[]>> = {
  // docs.slack.dev/apis/web-api/rate-limits: a message a second and channel, several hundred a minute and workspace;
  // chat.update is of tier 3, 50 a minute and workspace.
  slack: [
    { per: 'channel', of: MESSAGES, everyMs: 1_000, burst: 3 },
    { per: 'workspace', of: MESSAGES, everyMs: 150, burst: 30 },
    { per: 'workspace', of: CHANGES, everyMs: 1_500, burst: 10 },
  ],
  // learn.microsoft.com/microsoftteams/platform/bots/how-to/rate-limit: 7 in 1 s, 8 in 2 s, 60 in 30 s, 1,800 an hour;
  // and 50 a second for an app in a tenant.
  teams: [
    { per: 'channel', of: ALL, everyMs: 550, burst: 4 },
    { per: 'channel', of: ALL, everyMs: 2_200, burst: 150 },
    { per: 'workspace', of: ALL, everyMs: 25, burst: 10 },
  ],
  // docs.discord.com/developers/topics/rate-limits: 50 a second in all; a route of a channel takes 5 in 5 s.
  discord: [
    { per: 'channel', of: MESSAGES, everyMs: 1_250, burst: 3 },
    { per: 'channel', of: CHANGES, everyMs: 1_250, burst: 3 },
    { per: 'kind', of: ALL, everyMs: 25, burst: 10 },
  ],
  terminal: [],
  // No mail server wants more of a service than a person can read.
  email: [
    { per: 'channel', of: ALL, everyMs: 2_000, burst: 20 },
    { per: 'kind', of: ALL, everyMs: 100, burst: 20 },
  ],
  webhook: [{ per: 'channel', of: ALL, everyMs: 100, burst: 20 }],
  // A message a second and webhook, as with the bot.
  'slack-webhook': [{ per: 'channel', of: ALL, everyMs: 1_000, burst: 3 }],
  // 30 a minute and webhook, and 5 in 2 s, as its headers say.
  'discord-webhook': [{ per: 'channel', of: ALL, everyMs: 2_200, burst: 4 }],
  // learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using: 4 a second.
  'teams-webhook': [{ per: 'channel', of: ALL, everyMs: 500, burst: 2 }],
};

/** The budgets that sending something to a channel takes from. */
export function budgetsOf(channel: ChannelRow, sending: Sending): readonly Budget[] {
  return SEND_LIMITS[channel.kind].flatMap((limit, at) =>
    limit.of.includes(sending) ? [budgetOf(channel, limit, at)] : [],
  );
}

/**
 * What is closed where a platform says "later" of a channel, or of its workspace: the budget of the shortest period.
 * Nothing is sent without it; an emptied one of five minutes would make the channel slow for so long.
 */
export function budgetsWithin(
  channel: ChannelRow,
  sending: Sending,
  scope: 'channel' | 'workspace',
): readonly Budget[] {
  const wider = scope === 'channel' ? ['channel'] : ['workspace', 'kind'];
  return SEND_LIMITS[channel.kind]
    .flatMap((limit, at) =>
      limit.of.includes(sending) && wider.includes(limit.per) ? [budgetOf(channel, limit, at)] : [],
    )
    .toSorted((a, b) => a.everyMs * a.burst - b.everyMs * b.burst)
    .slice(0, 1);
}

function budgetOf(channel: ChannelRow, { per, everyMs, burst }: SendLimit, at: number): Budget {
  const { kind, workspace, address, destination, secret } = channel;
  const who = {
    kind: [],
    workspace: [workspace],
    channel: workspace === null ? [destination, secret] : [workspace, address],
  }[per];
  const digest = createHash('sha256').update(JSON.stringify([kind, at, ...who]));
  return { key: digest.digest('base64url'), everyMs, burst };
}
