import {
  beginDeliveries,
  releaseDeliveries,
  settleDeliveries,
  takeDeliveries,
  tenantsWithDeliveries,
  type DeliveryNote,
  type SettledDelivery,
  type SubjectKind,
  type TakeDeliveries,
  type TakenDelivery,
} from '../../store/deliveries.js';
import {
  CHANNEL_KINDS,
  channelsById,
  holdParked,
  type ChannelKind,
  type ChannelRow,
} from '../../store/channels.js';
import { personsOf, type PersonOfUser } from '../../store/chat-people.js';
import { addDeliveryNotes } from '../../store/delivery-log.js';
import type { SystemContext } from '../operation.js';

export { CHANNEL_KINDS };
export type {
  ChannelKind,
  ChannelRow,
  DeliveryNote,
  PersonOfUser,
  SettledDelivery,
  SubjectKind,
  TakenDelivery,
};

/** What is known of a delivery when it is taken. */
export interface TakenWork {
  readonly deliveries: readonly TakenDelivery[];
  readonly channels: ReadonlyMap<number, ChannelRow>;
}

/** Tenants with deliveries that are due. */
export function tenantsToTell({ db, now }: SystemContext): Promise<number[]> {
  const at = now();
  return db.across((session) => tenantsWithDeliveries(session, at));
}

/** Takes due deliveries of a tenant, with their channels. */
export function takeDue(
  { db, now }: SystemContext,
  tenant: number,
  take: Omit<TakeDeliveries, 'now' | 'leasedUntil'> & { readonly leaseMs: number },
): Promise<TakenWork> {
  const at = now();
  return db.within(tenant, async (session) => {
    const leasedUntil = new Date(at.getTime() + take.leaseMs);
    const deliveries = await takeDeliveries(session, tenant, { ...take, now: at, leasedUntil });
    const ids = [...new Set(deliveries.map(({ channelId }) => channelId))];
    const channels = ids.length === 0 ? [] : await channelsById(session, tenant, ids);
    return { deliveries, channels: new Map(channels.map((channel) => [channel.id, channel])) };
  });
}

/** Notes that messages begin; gives the ids of deliveries that are still ours. */
export function beginToTell(
  { db, now }: SystemContext,
  tenant: number,
  taken: readonly Pick<TakenDelivery, 'id' | 'takes'>[],
  leaseMs: number,
): Promise<ReadonlySet<number>> {
  const at = now();
  const until = new Date(at.getTime() + leaseMs);
  return db.within(tenant, (session) => beginDeliveries(session, tenant, taken, at, until));
}

/** A delivery that is given back, and what there is to say of it. */
export interface Settled {
  readonly channelId: number;
  readonly delivery: SettledDelivery;
  readonly notes: readonly DeliveryNote[];
}

/** What keeps a delivery of a parked channel asleep; resuming the channel wakes it. */
export const PARKED = 'parked';

/** Gives deliveries back. What somebody else took over meanwhile is theirs, and nothing is noted of it. */
export async function settle(
  { db }: SystemContext,
  tenant: number,
  settled: readonly Settled[],
): Promise<void> {
  await db.within(tenant, async (session) => {
    const asleep = settled.filter(({ delivery }) => delivery.heldCode === PARKED);
    const parked =
      asleep.length === 0
        ? new Set<number>()
        : await holdParked(session, tenant, [...new Set(asleep.map(({ channelId }) => channelId))]);
    // Resumed meanwhile: then it is due now, for nobody else will wake it.
    const rows = settled.map(({ channelId, delivery }) =>
      delivery.heldCode === PARKED && !parked.has(channelId)
        ? { ...delivery, heldCode: null, nextAt: new Date(0) }
        : delivery,
    );
    const ours = await settleDeliveries(session, tenant, rows);
    const notes = settled
      .filter(({ delivery }) => ours.has(delivery.id))
      .flatMap(({ channelId, notes: own }) => own.map((note) => ({ ...note, channelId })));
    await addDeliveryNotes(session, tenant, notes);
  });
}

/** Gives deliveries back untouched. */
export async function giveBack(
  { db }: SystemContext,
  tenant: number,
  taken: readonly Pick<TakenDelivery, 'id' | 'takes'>[],
): Promise<void> {
  if (taken.length === 0) return;
  await db.within(tenant, (session) => releaseDeliveries(session, tenant, taken));
}

/** Who users are on the platforms that they are linked on. */
export function personsOfUsers(
  { db }: SystemContext,
  tenant: number,
  users: readonly number[],
): Promise<PersonOfUser[]> {
  if (users.length === 0) return Promise.resolve([]);
  return db.reading(tenant, (session) => personsOf(session, tenant, users));
}
