import {
  PARKED,
  type ChannelRow,
  type Settled,
  type TakenDelivery,
} from '../../core/operations/delivery/work.js';

/** A delivery of a parked channel, asleep until the channel is resumed. */
export function asleep(
  delivery: TakenDelivery,
  channel: Pick<ChannelRow, 'name'>,
  why: { readonly code: string; readonly reason: string },
  at: Date,
  /** How far it came before the channel was found to be gone; and when to look at it all the same, null for never. */
  { sofar = over(delivery), until = null }: { readonly sofar?: Settled; readonly until?: Date | null } = {},
): Settled {
  const { subject, subjectId, wantedVersion: version } = delivery;
  return {
    channelId: delivery.channelId,
    notes: [
      ...sofar.notes,
      {
        subject,
        subjectId,
        channel: channel.name,
        version,
        at,
        what: 'parked',
        code: why.code,
        detail: why.reason,
      },
    ],
    delivery: { ...sofar.delivery, heldCode: PARKED, nextAt: until },
  };
}

/** A delivery whose subject is gone: there is nothing to tell. */
export function over(delivery: TakenDelivery): Settled {
  return { channelId: delivery.channelId, notes: [], delivery: unchanged(delivery) };
}

function unchanged(delivery: TakenDelivery): Settled['delivery'] {
  return {
    id: delivery.id,
    takes: delivery.takes,
    seenVersion: delivery.wantedVersion,
    seenNotable: delivery.wantedNotable,
    seenWoken: delivery.woken,
    shownVersion: delivery.shownVersion,
    toldVersion: delivery.toldVersion,
    ref: delivery.ref,
    begunAt: delivery.begunAt,
    nextAt: null,
    attempts: 0,
    heldCode: null,
    lastError: null,
  };
}
