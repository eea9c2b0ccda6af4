import type { Alert } from '../../core/alert/alert.js';
import type { ChannelRow, SubjectKind } from '../../core/operations/delivery/work.js';
import type { Context } from '../../core/operations/operation.js';
import type { Card } from '../card.js';
import type { Moment } from '../figures.js';
import type { OneWayChange } from '../one-way.js';

/** Whether a new message may be sent now, and why not. What is posted is kept true by edits whatever this says. */
export type Plan =
  | { readonly do: 'send' }
  /** To be looked at again at a time (ISO 8601), or when something else changes. */
  | {
      readonly do: 'hold';
      readonly code: string;
      readonly detail: string;
      readonly until: string | null;
    }
  /** Nothing is sent for this version. */
  | { readonly do: 'skip'; readonly code: string; readonly detail: string };

/** A channel, without its secrets. */
export type ChannelFacts = Omit<ChannelRow, 'secret'>;

/** An alert, digest or notice as it stands now, to be told to any channel. Pure: everything was loaded. */
export interface Told {
  readonly version: number;
  /** The version of the last change that deserves a message of its own. */
  readonly notableVersion: number;
  /** `shown`: whether a message about it was posted there before. */
  plan(channel: ChannelFacts, shown: boolean, now: Date): Plan;
  /** What a channel shows of it. */
  card(channel: ChannelFacts, now: Moment): Card;
  /** The last notable change, in short, for the thread below its card. */
  replyCard(channel: ChannelFacts, now: Moment): Card;
  /** Users to be mentioned by a new message, by id. */
  readonly mentions: readonly number[];
  /** For webhooks, which tell it as data; null where it is about none. */
  readonly alert: Alert | null;
  /** The last notable change; null where there is none. */
  readonly change: OneWayChange | null;
}

/** How subjects of one kind are loaded: many at once, in few statements. One that is gone is left out. */
export type LoadSubjects = (context: Context, ids: readonly number[]) => Promise<ReadonlyMap<number, Told>>;

export type Subjects = Readonly<Record<SubjectKind, LoadSubjects>>;
