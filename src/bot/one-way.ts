import type { Alert } from '../core/alert/alert.js';
import type { Card } from './card.js';
import type { Destination, MessageRef } from './platform.js';

/**
 * Speaking where nothing can be changed afterwards: e-mail, webhooks, and incoming webhooks of chat platforms. Each
 * notable change is a message of its own.
 */
export interface OneWaySpeaker {
  readonly edits: false;
  /**
   * Sends one message. The same post again is the same message to whoever can tell by its key. Waits for nothing: budgets
   * are kept by who calls. Throws Gone (of the channel), TryLater, Refused, or any other error where a later try may do
   * and nobody knows whether it came through.
   */
  post(to: OneWayDestination, post: OneWayPost): Promise<MessageRef>;
}

/** The kinds of channels that such speakers serve. */
export const ONE_WAY_KINDS = [
  'email',
  'webhook',
  'slack-webhook',
  'discord-webhook',
  'teams-webhook',
] as const;
export type OneWayKind = (typeof ONE_WAY_KINDS)[number];

/** A channel as it is stored: plain data, and what nobody is shown again. */
export interface OneWayDestination {
  /** `{ to: ['a@example.com'] }` of e-mail; nothing is read of the others. */
  readonly destination: Destination;
  /** `{ url, secret }` of a webhook, `{ url }` of incoming ones; null of e-mail. */
  readonly secret: Readonly<Record<string, unknown>> | null;
}

/** What is told by one message. */
export interface OneWayPost {
  /** `test` for a card that shows that a channel works. */
  readonly subject: 'alert' | 'digest' | 'notice' | 'test';
  readonly subjectId: number;
  /** The subject's version that the card shows. */
  readonly version: number;
  /** Names this very message over all tries, such as the delivery and the version: letters, digits, `-` and `.`. */
  readonly key: string;
  /** Whole; of a change that follows in an incoming webhook, what changed alone. */
  readonly card: Card;
  /** The alert that it is about; null for what is about none. */
  readonly alert: Alert | null;
  /** The last change that is told, such as who acknowledged; null where it is not known or there is none. */
  readonly change: OneWayChange | null;
  /** What the last message about the same subject gave in this channel; null for the first. */
  readonly before: MessageRef | null;
}

export interface OneWayChange {
  /** Such as `opened`, `acknowledged` or `resolved`. */
  readonly kind: string;
  /** ISO 8601 in UTC. */
  readonly at: string;
  /** Name of a person, or `dmarc-ops` for the system. */
  readonly by: string;
  readonly note: string | null;
}
