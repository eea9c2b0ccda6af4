import { setTimeout as sleep } from 'node:timers/promises';
import pLimit from 'p-limit';
import type { Log } from '../../core/ingest/context.js';
import { park, resumeHealed } from '../../core/operations/delivery/park.js';
import {
  beginToTell,
  giveBack,
  settle,
  takeDue,
  tenantsToTell,
  type ChannelRow,
  type Settled,
  type TakenDelivery,
} from '../../core/operations/delivery/work.js';
import type { SystemContext } from '../../core/operations/operation.js';
import { openBudgets } from './budget.js';
import { gathered } from './gathered.js';
import { asleep, over } from './given-back.js';
import { mayTry, nextTry, wasSaid, whyParked, type WhyParked } from './healing.js';
import type { Job, Outcome } from './job.js';
import { tell } from './one.js';
import { remembered } from './remembered.js';
import type { Speakers } from './speakers.js';
import type { Subjects } from './subject.js';
import { byChannel, loadTold, mentionedIn, nameOf, sendingOf, type Loaded } from './taken.js';
import { openWaits } from './waits.js';

/** Longer than a platform takes to answer, with all that waits in front of it in one channel. */
const LEASE_MS = 90_000;
/** Of the lease: what is not begun by then is left to whoever comes next. */
const GIVE_UP = 0.6;
/** Deliveries of one tenant that are taken at once, and of one channel. */
const BATCH = 200;
const BATCH_OF_CHANNEL = 16;
/** Deliveries in hand, and of them such as are spoken at this moment. */
const IN_HAND = 800;
const AT_ONCE = 48;
/** Of them those of one tenant: channels that hang keep only its own waiting. */
const IN_HAND_OF_TENANT = IN_HAND / 4;
const AT_ONCE_OF_TENANT = AT_ONCE / 3;
/** A channel that did not answer is left alone for so long at least, with all that waits for it. */
const LEAST_PAUSE_MS = 500;
/** After trouble that was not a channel's, such as a moment without the database. */
const LEFT_PAUSE_MS = 5_000;
/** Noting what was said is tried so often. */
const SETTLE_TRIES = 4;
const SETTLE_PAUSE_MS = 250;

export interface ReconcilerOptions {
  readonly system: SystemContext;
  readonly speakers: Speakers;
  readonly subjects: Subjects;
  /** Told when it is worth while to take another turn. */
  readonly wake: () => void;
  readonly leaseMs?: number;
  /** Serves this tenant alone; all of them when absent. */
  readonly tenant?: number;
}

export interface Reconciler {
  /** Takes what is due, as much as there is room for, and begins to tell it; gives how many were taken. */
  turn(): Promise<number>;
  /** Waits until nothing is in hand. */
  idle(): Promise<void>;
  /** Takes nothing more; what is in hand may end within so many milliseconds. */
  stop(withinMs: number): Promise<void>;
}

interface Batch extends Loaded {
  readonly tenant: number;
  readonly channel: ChannelRow;
  /** After this the lease may end before a platform has answered. */
  readonly giveUpAt: Date;
}

/**
 * Brings deliveries up to date: takes those that are due, loads what they are about, and tells each channel in order,
 * many channels at once. Any number of processes may do so.
 */
export function createReconciler(options: ReconcilerOptions): Reconciler {
  const { system, speakers, subjects, wake, leaseMs = LEASE_MS } = options;
  const budgets = openBudgets(system);
  const waits = openWaits(system.now, wake);
  const speaking = pLimit(AT_ONCE);
  const lanes = new Set<Promise<void>>();
  let inHand = 0;
  /** Who was asked last; the next turn begins with the tenant after it. */
  let last = 0;
  let stopping = false;

  const tenantWork = remembered((tenant: number) => ({
    hands: { inHand: 0 },
    speaking: pLimit(options.tenant === undefined ? AT_ONCE_OF_TENANT : AT_ONCE),
    begin: gathered<TakenDelivery, boolean>(async (all) => {
      const ours = await beginToTell(system, tenant, all, leaseMs);
      return all.map(({ id }) => ours.has(id));
    }),
    settle: gathered<Settled, undefined>(async (all) => {
      await insist(() => settle(system, tenant, all));
      return all.map(() => undefined);
    }),
  }));

  const one = async (batch: Batch, delivery: TakenDelivery): Promise<Outcome> => {
    const { tenant, channel, persons, giveUpAt } = batch;
    const told = batch.told.get(nameOf(delivery));
    const speaker = speakers.get(channel.kind);
    if (told === undefined || speaker === undefined) return { end: 'settled', settled: over(delivery) };
    const job: Job = {
      tenant,
      delivery,
      channel,
      speaker,
      told,
      mentions: mentionedIn(channel, told, persons),
      isStale: () => system.now() >= giveUpAt,
      now: system.now,
      budget: (sending) => budgets.take(channel, sending),
      begin: () => tenantWork(tenant).begin(delivery),
    };
    return tenantWork(tenant).speaking(() => speaking(() => tell(job)));
  };

  /** All that was taken of a channel, one after the other. */
  const lane = async (batch: Batch, deliveries: readonly TakenDelivery[]): Promise<void> => {
    const { tenant, channel } = batch;
    const log = system.log.child({ tenant, channel: channel.id, kind: channel.kind });
    const later: TakenDelivery[] = [];
    let parked: WhyParked | null = channel.parked;
    /** Of what sleeps one comes back, to see whether the channel is healed. */
    let trial = parked === null ? null : await mayTry(system, tenant, channel, parked.code);
    for (const delivery of deliveries) {
      if (parked !== null && trial !== 'now') {
        await tenantWork(tenant).settle(asleep(delivery, channel, parked, system.now(), { until: trial }));
        trial = null;
        continue;
      }
      // What was spoken to a channel that has to wait goes on when its time has come.
      if (stopping || waits.has(tenant, channel.id, sendingOf(delivery))) {
        later.push(delivery);
        continue;
      }
      const outcome = await one(batch, delivery);
      const settled = await after(batch, delivery, outcome, log);
      if (settled === 'later') later.push(delivery);
      if (outcome.end === 'gone') parked = whyParked(outcome);
      else if (parked !== null && wasSaid(outcome)) {
        log.info('a parked channel is there again');
        await resumeHealed(system, tenant, channel.id);
        parked = null;
      }
      // What nothing was said of tried nothing.
      if (outcome.end !== 'settled') trial = null;
    }
    await giveBack(system, tenant, later);
  };

  /** What follows from the end of one delivery. */
  const after = async (
    { tenant, channel }: Batch,
    delivery: TakenDelivery,
    outcome: Outcome,
    log: Log,
  ): Promise<'done' | 'later'> => {
    const work = tenantWork(tenant);
    switch (outcome.end) {
      case 'settled':
        await work.settle(outcome.settled);
        return 'done';
      case 'waits':
        waits.add(tenant, channel.id, [outcome.sending], outcome.until);
        if (outcome.settled === null) return 'later';
        await work.settle(outcome.settled);
        return 'done';
      case 'later': {
        const { error, sending, settled } = outcome;
        // First of all: what was said before is forgotten where the rest fails.
        await work.settle(settled);
        const until = await budgets.close(channel, sending, error.scope, error.afterMs);
        waits.add(tenant, channel.id, [sending], until);
        return 'done';
      }
      case 'trouble': {
        log.warn('a channel did not answer as it should', { delivery: delivery.id, error: outcome.error });
        const until = new Date(system.now().getTime() + Math.max(outcome.afterMs, LEAST_PAUSE_MS));
        waits.add(tenant, channel.id, ['messages', 'changes'], until);
        await work.settle(outcome.settled);
        return 'done';
      }
      case 'unready':
        log.error('a message could not be made', { delivery: delivery.id, error: outcome.error });
        await work.settle(outcome.settled);
        return 'done';
      case 'gone': {
        const why = whyParked(outcome);
        log.warn('a channel was parked', { ...why });
        await park(system, tenant, channel, why);
        const until = await nextTry(system, tenant, channel, why.code);
        await work.settle(asleep(delivery, channel, why, system.now(), { sofar: outcome.settled, until }));
        return 'done';
      }
      case 'lost':
        log.warn('a delivery was taken over by another process', { delivery: delivery.id });
        return 'done';
      default:
        return outcome satisfies never;
    }
  };

  const start = (batch: Batch, deliveries: readonly TakenDelivery[]): void => {
    const { tenant, channel } = batch;
    const { hands } = tenantWork(tenant);
    inHand += deliveries.length;
    hands.inHand += deliveries.length;
    waits.begin(tenant, channel.id);
    const done = lane(batch, deliveries)
      .catch(async (error: unknown) => {
        system.log.error('deliveries were left; they are taken up again', {
          tenant,
          channel: channel.id,
          error,
        });
        const until = new Date(system.now().getTime() + LEFT_PAUSE_MS);
        waits.add(tenant, channel.id, ['messages', 'changes'], until);
        // Where not even that can be noted, their lease ends.
        await giveBack(system, tenant, deliveries).catch(() => {});
      })
      .finally(() => {
        inHand -= deliveries.length;
        hands.inHand -= deliveries.length;
        lanes.delete(done);
        waits.end(tenant, channel.id);
        wake();
      });
    lanes.add(done);
  };

  const turn = async (): Promise<number> => {
    const kinds = [...speakers.keys()];
    if (kinds.length === 0) return 0;
    let taken = 0;
    const own = options.tenant;
    const tenants = own === undefined ? inTurn(last, await tenantsToTell(system)) : [own];
    for (const tenant of tenants) {
      if (stopping || inHand >= IN_HAND) break;
      last = tenant;
      const ofTenant = own === undefined ? IN_HAND_OF_TENANT : IN_HAND;
      const room = Math.min(IN_HAND - inHand, ofTenant - tenantWork(tenant).hands.inHand);
      if (room <= 0) continue;
      const giveUpAt = new Date(system.now().getTime() + leaseMs * GIVE_UP);
      const { deliveries, channels } = await takeDue(system, tenant, {
        kinds,
        leaseMs,
        most: Math.min(BATCH, room),
        mostOfChannel: BATCH_OF_CHANNEL,
        waiting: waits.of(tenant),
      });
      if (deliveries.length === 0) continue;
      taken += deliveries.length;
      const loaded = await loadTold(system, subjects, tenant, deliveries);
      for (const [channelId, some] of byChannel(deliveries)) {
        const channel = channels.get(channelId);
        if (channel !== undefined) start({ tenant, channel, giveUpAt, ...loaded }, some);
      }
    }
    return taken;
  };

  const idle = async (): Promise<void> => {
    while (lanes.size > 0) await Promise.all(lanes);
  };
  return {
    turn,
    idle,
    stop: async (withinMs) => {
      stopping = true;
      waits.close();
      let cut: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => {
        cut = setTimeout(resolve, withinMs);
      });
      await Promise.race([idle(), late]);
      clearTimeout(cut);
    },
  };
}

/** What was said must not be forgotten for a moment's trouble of the database. */
async function insist(work: () => Promise<void>): Promise<void> {
  for (let tries = 1; ; tries += 1)
    try {
      return await work();
    } catch (error) {
      if (tries === SETTLE_TRIES) throw error;
      await sleep(SETTLE_PAUSE_MS * tries);
    }
}

/** Tenants in turn, beginning behind the one that was asked last. */
function inTurn(last: number, tenants: readonly number[]): readonly number[] {
  return [...tenants.filter((id) => id > last), ...tenants.filter((id) => id <= last)];
}
