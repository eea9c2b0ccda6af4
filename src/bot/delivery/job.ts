import type { ChannelRow, Settled, TakenDelivery } from '../../core/operations/delivery/work.js';
import type { TryLater } from '../platform.js';
import type { Sending } from './limits.js';
import type { ChannelSpeaker } from './speakers.js';
import type { Told } from './subject.js';

/** One delivery, with all that is needed to bring it up to date. */
export interface Job {
  readonly tenant: number;
  readonly delivery: TakenDelivery;
  readonly channel: ChannelRow;
  readonly speaker: ChannelSpeaker;
  readonly told: Told;
  /** Who is to be mentioned by a new message, by the platform's ids. */
  readonly mentions: readonly string[];
  readonly now: () => Date;
  /** Whether somebody else may take it over before it is done. */
  isStale(): boolean;
  /** Until when to wait with sending; null where it may be done now. */
  budget(sending: Sending): Promise<Date | null>;
  /** Notes that a message begins; false where the delivery is no longer ours. */
  begin(): Promise<boolean>;
}

/** What became of it. */
export type Outcome =
  | { readonly end: 'settled'; readonly settled: Settled }
  /** The rate is used up: the rest waits until then. Settled where something was done. */
  | {
      readonly end: 'waits';
      readonly sending: Sending;
      readonly until: Date;
      readonly settled: Settled | null;
    }
  /** The platform said when to come again. */
  | {
      readonly end: 'later';
      readonly sending: Sending;
      readonly error: TryLater;
      readonly settled: Settled;
    }
  /** The platform did not answer as it should. */
  | {
      readonly end: 'trouble';
      readonly error: unknown;
      readonly afterMs: number;
      readonly settled: Settled;
    }
  /** It could not be made; the channel has nothing to do with it. */
  | { readonly end: 'unready'; readonly error: unknown; readonly settled: Settled }
  /** The channel is not there; what was said before that is in `settled`. */
  | { readonly end: 'gone'; readonly reason: string; readonly heals: boolean; readonly settled: Settled }
  /** Somebody else took it over. */
  | { readonly end: 'lost' };

/** How far it has come. */
export interface State {
  readonly shown: number;
  readonly toldUpTo: number;
  readonly ref: TakenDelivery['ref'];
  readonly begunAt: Date | null;
}
