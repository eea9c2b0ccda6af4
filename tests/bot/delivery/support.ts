import { createReconciler, type Reconciler } from '../../../src/bot/delivery/reconcile.js';
import { noticeSubjects } from '../../../src/bot/delivery/notice-subject.js';
import type { ChannelSpeaker } from '../../../src/bot/delivery/speakers.js';
import type { LoadSubjects, Plan, Told } from '../../../src/bot/delivery/subject.js';
import type { Card } from '../../../src/bot/card.js';
import type { Context } from '../../../src/core/operations/operation.js';
import { addChannel, type ChannelKind, type NewChannel } from '../../../src/core/store/channels.js';
import { bindWorkspace } from '../../../src/core/store/chat-workspaces.js';
import { deliveriesOf, wantDelivery, type DeliveryRow } from '../../../src/core/store/deliveries.js';
import { deliveryNotes } from '../../../src/core/store/delivery-log.js';
import { openDatabase } from '../../../src/core/store/database.js';
import { NOW, testSystem, type TestSystem } from '../../support/context.js';

/** Something to be told, as a test makes it: its version is on its card. */
interface Thing {
  version: number;
  notable: number;
  plan: (shown: boolean, now: Date) => Plan;
  mentions: readonly number[];
}

export interface Process {
  readonly context: Context;
  readonly reconciler: Reconciler;
  /** Takes turns until nothing is due now. */
  settleAll(): Promise<void>;
}

export interface World {
  readonly system: TestSystem;
  readonly context: Context;
  readonly tenant: number;
  now: Date;
  /** Runs when things were loaded as they stood: for what happens meanwhile. */
  loaded: () => Promise<void>;
  /** The one of a number, made when it is asked for first. */
  thing(id: number): Thing;
  /** A change of it, told to more channels where they are named. */
  change(id: number, options?: { notable?: boolean; channels?: readonly number[] }): Promise<void>;
  channel(name: string, given?: Partial<NewChannel>): Promise<number>;
  /** A process that speaks to some kinds; with connections of its own where it is said so. */
  process(
    speakers: Readonly<Partial<Record<ChannelKind, ChannelSpeaker>>>,
    apart?: boolean,
  ): Promise<Process>;
  delivery(id: number, channel: string): Promise<DeliveryRow>;
  log(id: number, channel: string): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** A database with one bound workspace of Slack, in which a test tells things. */
export async function openWorld(): Promise<World> {
  const system = await testSystem();
  const things = new Map<number, Thing>();
  const ends: (() => Promise<void>)[] = [];
  const world: Pick<World, 'now' | 'loaded'> = { now: NOW, loaded: () => Promise.resolve() };
  const context = await system.context('test', { now: () => world.now });
  const { tenant } = context;
  await system.db.within(tenant, (session) =>
    bindWorkspace(
      session,
      tenant,
      { platform: 'slack', workspace: 'T1' },
      { at: NOW, by: 'test', byName: 'tester' },
    ),
  );
  const thing = (id: number): Thing => {
    const known = things.get(id) ?? { version: 0, notable: 0, plan: () => ({ do: 'send' }), mentions: [] };
    things.set(id, known);
    return known;
  };
  const subjects: LoadSubjects = async (_context, ids) => {
    const told = new Map(ids.map((id) => [id, toldOf(id, thing(id))] as const));
    await world.loaded();
    return told;
  };
  return Object.assign(world, {
    system,
    context,
    tenant,
    thing,
    change: async (
      id: number,
      { notable = true, channels = [] }: { notable?: boolean; channels?: readonly number[] } = {},
    ) => {
      const one = thing(id);
      const version = one.version + 1;
      one.version = version;
      if (notable) one.notable = version;
      await system.db.within(tenant, (session) =>
        wantDelivery(session, tenant, {
          subject: 'alert',
          subjectId: id,
          version,
          notableVersion: one.notable,
          channels,
          at: world.now,
        }),
      );
    },
    channel: async (name: string, given: Partial<NewChannel> = {}) => {
      const id = await system.db.within(tenant, (session) =>
        addChannel(session, tenant, {
          name,
          kind: 'slack',
          workspace: 'T1',
          address: name,
          destination: { channel: name },
          secret: null,
          takesAll: true,
          leastSeverity: 'info',
          quietFrom: null,
          quietUntil: null,
          zone: 'UTC',
          createdAt: world.now,
          createdBy: 'test',
          ...given,
        }),
      );
      if (id === null) throw new Error(`the channel ${name} was not added`);
      return id;
    },
    process: async (
      speakers: Readonly<Partial<Record<ChannelKind, ChannelSpeaker>>>,
      apart = false,
    ): Promise<Process> => {
      const db = apart ? await openDatabase({ connection: system.url }) : system.db;
      const own = { ...context, db };
      const reconciler = createReconciler({
        system: own,
        speakers: new Map(Object.entries(speakers) as [ChannelKind, ChannelSpeaker][]),
        subjects: { alert: subjects, digest: subjects, notice: noticeSubjects },
        wake: () => {},
      });
      ends.push(async () => {
        await reconciler.stop(500);
        if (apart) await db.close();
      });
      return {
        context: own,
        reconciler,
        settleAll: async () => {
          for (let taken = 1; taken > 0;) {
            taken = await reconciler.turn();
            await reconciler.idle();
          }
        },
      };
    },
    delivery: async (id: number, channel: string) => {
      const rows = await system.db.within(tenant, (session) => deliveriesOf(session, tenant, 'alert', [id]));
      const row = rows.find((one) => one.channel === channel);
      if (row === undefined) throw new Error(`${id} is not told to ${channel}`);
      return row;
    },
    log: async (id: number, channel: string) => {
      const notes = await system.db.within(tenant, (session) =>
        deliveryNotes(session, tenant, 'alert', id, 100),
      );
      return notes
        .filter((one) => one.channel === channel)
        .map(({ what, code, version }) => [what, code ?? `v${version}`].join(' '));
    },
    close: async () => {
      for (const end of ends) await end();
      await system.close();
    },
  });
}

/** Moves the clock on. */
export function later(world: { now: Date }, ms: number): void {
  world.now = new Date(world.now.getTime() + ms);
}

function toldOf(id: number, { version, notable, plan, mentions }: Thing): Told {
  return {
    version,
    notableVersion: notable,
    plan: (_channel, shown, now) => plan(shown, now),
    card: () => cardOf(`Thing ${id} v${version}`),
    replyCard: () => cardOf(`Thing ${id} is now v${notable}`),
    mentions,
    alert: null,
    change: null,
  };
}

function cardOf(title: string): Card {
  return {
    title,
    tone: 'neutral',
    verdict: title,
    parts: [],
    advice: null,
    buttons: [],
    form: null,
    footer: null,
  };
}
