import type { ChannelKind, ChannelRow } from '../../core/operations/delivery/work.js';
import type { OneWaySpeaker } from '../one-way.js';
import type { ChatPlace, Speaker } from '../platform.js';

/** How a kind of channel is spoken to. */
export type ChannelSpeaker =
  | { readonly edits: true; readonly speaker: Speaker }
  | { readonly edits: false; readonly speaker: OneWaySpeaker };

/** The kinds that this process speaks to; some are added when their platform has started. */
export type Speakers = ReadonlyMap<ChannelKind, ChannelSpeaker>;

/** A channel of a bot by the platform's ids. Of the terminal, which is in no workspace, the names are empty. */
export function placeOf({ kind, workspace, address }: ChannelRow): ChatPlace {
  return {
    platform: kind as ChatPlace['platform'],
    workspace: workspace ?? '',
    channel: address ?? '',
  };
}
