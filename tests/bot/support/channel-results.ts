import { testCard } from '../../../src/bot/cards/channel.js';
import { parkedCard } from '../../../src/bot/cards/parked.js';
import type { Card } from '../../../src/bot/card.js';
import type { ChannelAdded } from '../../../src/core/operations/alert/channel-add.js';
import type { ChannelChanged } from '../../../src/core/operations/alert/channel-set.js';
import type { ChannelItem, ChannelsResult } from '../../../src/core/operations/alert/channels.js';
import { CHANNEL_KINDS } from '../../../src/core/operations/delivery/work.js';
import { type Invented, TODAY } from './results.js';

const AT = `${TODAY}T09:30:00.000Z`;
/** As many as a tenant may have. */
const MOST = 200;

/** Invented answers of the operations on channels. */
export function channelAnswers({ size, name }: Invented) {
  const item = (at: number): ChannelItem => ({
    id: at + 1,
    name: name(at),
    kind: CHANNEL_KINDS[at % CHANNEL_KINDS.length] ?? 'slack',
    place: name(at + 1),
    all: at % 2 === 0,
    severity: at % 2 === 0 ? 'info' : 'critical',
    quiet: at % 2 === 0 ? { from: '22:00', until: '07:00' } : null,
    zone: 'Europe/Berlin',
    parked: at % 2 === 0 ? { at: AT, reason: name(at) } : null,
    waiting: size,
    trouble: at % 3 === 0 ? name(at) : null,
    createdAt: AT,
    createdBy: name(2),
  });
  const channels: ChannelsResult = {
    items: Array.from({ length: Math.min(size, MOST) }, (_, at) => item(at)),
  };
  const added: ChannelAdded = { channel: item(0), secret: size === 0 ? null : name(3) };
  const changed: ChannelChanged = { channel: item(1), changed: size > 0 };
  return {
    channels,
    'channel-add': added,
    'channel-set': changed,
    'channel-test': changed,
    'channel-resume': changed,
    'channel-remove': changed,
  };
}

/** Cards that are told to channels about channels. */
export function channelCards(
  { name }: Invented,
  now: Date,
): { readonly name: string; readonly card: Card }[] {
  return [
    { name: 'test of a channel', card: testCard({ channel: name(0), by: name(1), at: AT }, now) },
    ...CHANNEL_KINDS.map((kind) => ({
      name: `parked channel of ${kind}`,
      card: parkedCard({ channel: name(0), kind, reason: name(1), at: AT }, now),
    })),
  ];
}
