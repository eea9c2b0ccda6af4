import { setTimeout as sleep } from 'node:timers/promises';
import { createReconciler } from '../../../src/bot/delivery/reconcile.js';
import { SUBJECTS } from '../../../src/bot/delivery/subjects.js';
import type { Post } from '../../../src/bot/platform.js';
import { acknowledge, unacknowledge } from '../../../src/core/operations/alert/transitions.js';
import type { Context } from '../../../src/core/operations/operation.js';
import { perform } from '../../../src/core/operations/perform.js';
import { randomFor } from '../../../src/core/sample/random.js';
import { runDeliveries } from '../../../src/jobs/deliveries.js';
import { createWake } from '../../../src/jobs/wake.js';
import { startPlatforms } from './platforms.js';
import type { PlatformSizes, Shown } from './platforms-child.js';
import { realSpeakers } from './speakers.js';
import { buildTown, type Clickable } from './town.js';

export interface ClickSizes {
  readonly platforms: PlatformSizes;
  readonly organisations: number;
  readonly alerts: number;
  readonly seconds: number;
  readonly perSecond: number;
}

export interface Clicked {
  /** Milliseconds from each click until every copy showed what it made of the alert. */
  readonly ms: readonly number[];
  /** Until the one who clicked had an answer. */
  readonly answeredMs: readonly number[];
  readonly channels: number;
  readonly workspaces: number;
  /** Calls that each platform refused because there were too many. */
  readonly limited: Shown['limited'];
}

/** A click whose copies are not all true yet. */
interface Open {
  readonly since: number;
  readonly version: number;
  readonly left: Set<string>;
}

const POSTED_WITHIN_MS = 120_000;
const TRUE_WITHIN_MS = 60_000;

/** Clicks at a steady rate on alerts in turn, and sees when the platforms have taken every copy. */
export async function measureClicks(context: Context, sizes: ClickSizes): Promise<Clicked> {
  const platforms = await startPlatforms(sizes.platforms);
  const wake = createWake();
  const shown = new Map<string, number>();
  const open = new Map<string, Open[]>();
  const ms: number[] = [];
  const hear = ({ card, place }: Post): void => {
    const { alert, version } = readCard(card.buttons.map(({ command }) => command));
    const copy = `${place.channel} ${alert}`;
    shown.set(copy, Math.max(version, shown.get(copy) ?? 0));
    const of = open.get(copy) ?? [];
    for (const click of of.filter((one) => one.version <= version)) {
      click.left.delete(copy);
      if (click.left.size === 0) ms.push(performance.now() - click.since);
    }
    open.set(
      copy,
      of.filter((one) => one.version > version),
    );
  };
  const speaking = await realSpeakers(platforms.placed, context, hear);
  const reconciler = createReconciler({
    system: context,
    speakers: speaking.speakers,
    subjects: SUBJECTS,
    wake: wake.wake,
  });
  const running = runDeliveries(reconciler, wake, context.log);
  try {
    const alerts = await buildTown({ ...context, changed: wake.wake }, platforms.placed.channels, sizes);
    const copies = alerts.flatMap(({ id, addresses }) => addresses.map((address) => `${address} ${id}`));
    await when(() => copies.every((copy) => shown.has(copy)), POSTED_WITHIN_MS, 'all alerts are posted');
    // Thread and burst of the posts are over.
    await sleep(sizes.seconds * 200);
    const answeredMs: number[] = [];
    const click = async (one: Clickable, at: number): Promise<void> => {
      const since = performance.now();
      const operation = at % 2 === 0 ? acknowledge : unacknowledge;
      const actor = { id: 'chat:bench', name: 'Bench', role: 'analyst' } as const;
      const { alert } = await perform(operation, { ...one.context, actor }, { id: one.id });
      answeredMs.push(performance.now() - since);
      const left = new Set(one.addresses.map((address) => `${address} ${one.id}`));
      const pending: Open = { since, version: alert.version, left };
      for (const copy of left) {
        if ((shown.get(copy) ?? 0) >= alert.version) left.delete(copy);
        else open.set(copy, [...(open.get(copy) ?? []), pending]);
      }
      if (left.size === 0) ms.push(performance.now() - since);
    };
    const total = sizes.seconds * sizes.perSecond;
    const order = rounds(alerts, total);
    const begun = performance.now();
    const clicks: Promise<void>[] = [];
    for (const [at, { one, round }] of order.entries()) {
      await sleep(Math.max(0, begun + (at * 1_000) / sizes.perSecond - performance.now()));
      clicks.push(click(one, round));
    }
    await Promise.all(clicks);
    await when(() => ms.length === total, TRUE_WITHIN_MS, 'every copy is true');
    const { messages, limited } = await platforms.shown();
    const wrong = alerts.filter(({ id, addresses }) => {
      const acknowledged = order.findLast(({ one }) => one.id === id && one.addresses === addresses)?.round;
      const expected = acknowledged === undefined || acknowledged % 2 === 1 ? 'Open, ' : 'Acknowledged by ';
      return addresses.some(
        (address) =>
          !messages.some(
            (one) => one.address === address && holds(one.text, id) && one.text.includes(expected),
          ),
      );
    });
    if (wrong.length > 0) throw new Error(`${wrong.length} alerts are shown otherwise than they are`);
    const { channels } = platforms.placed;
    return {
      ms,
      answeredMs,
      channels: channels.length,
      workspaces: new Set(channels.map(({ workspace }) => workspace)).size,
      limited,
    };
  } finally {
    await running.stop(2_000);
    await speaking.stop();
    await platforms.stop();
  }
}

function holds(text: string, id: number): boolean {
  return new RegExp(`Alert ${id}\\b`, 'u').test(text);
}

/** All alerts in turn, each round in another order, until there are so many. */
function rounds(
  alerts: readonly Clickable[],
  total: number,
): readonly { readonly one: Clickable; readonly round: number }[] {
  const random = randomFor('clicks');
  return Array.from({ length: Math.ceil(total / alerts.length) }, (_, round) =>
    alerts.map((one) => ({ one, round, place: random.next() })).toSorted((a, b) => a.place - b.place),
  )
    .flat()
    .slice(0, total);
}

/** The alert and the version that a card shows, as its buttons say them. */
function readCard(commands: readonly string[]): { readonly alert: number; readonly version: number } {
  const [, alert, version] =
    commands.map((command) => /^\S+ (\d+) .*seen[:=](\d+)/u.exec(command)).find((read) => read !== null) ??
    [];
  if (alert === undefined) throw new Error(`no version is on a card: ${commands.join(', ')}`);
  return { alert: Number(alert), version: Number(version) };
}

async function when(is: () => boolean, withinMs: number, what: string): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!is()) {
    if (performance.now() > deadline) throw new Error(`waited too long until ${what}`);
    await sleep(10);
  }
}
