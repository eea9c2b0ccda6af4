import type { Happened } from './happened.js';
import { CHANNELS } from './plan.js';
import type { HeldMessage, SimulatedPlatform } from './platform.js';

/** After a message somebody who is killed so much later has noted it, however busy the machine is. */
const NOTED_WITHIN_MS = 10_000;
/** Further back in a channel nobody looks for a message. */
const RECENT = 100;
const AROUND_MS = 3_000;

/**
 * Messages that tell a channel again what a message of it tells. What was injected may be the reason: of Teams and
 * webhooks a lost answer or a kill before it was noted; of Slack an answer that was lost before the message was there;
 * of Discord nothing.
 */
export function doubles(
  { messages, calls }: Pick<SimulatedPlatform, 'messages' | 'calls'>,
  { kills, shocks }: Happened,
): { readonly violations: readonly string[]; readonly excused: Readonly<Record<string, number>> } {
  const killed = new Map(kills.map(({ life, realAt }) => [life, realAt]));
  const kinds = new Map(CHANNELS.map(({ name, kind }) => [name, kind]));
  const places = new Map(messages.map((one, at) => [one.id, at]));
  const violations: string[] = [];
  const excused: Record<string, number> = {};

  const isExcused = (earlier: HeldMessage, later: HeldMessage): boolean => {
    // Of two tries the first may be the one that comes late.
    const cameLate = earlier.late || later.late;
    const end = killed.get(earlier.life);
    const wasKilled = end !== undefined && Math.abs(end - earlier.realAt) < NOTED_WITHIN_MS;
    switch (kinds.get(earlier.channel)) {
      case 'slack':
        return cameLate || isFarBack(earlier, later);
      case 'discord':
        return isFarBack(earlier, later);
      default:
        return cameLate || earlier.unanswered || wasKilled;
    }
  };
  const isFarBack = (earlier: HeldMessage, later: HeldMessage): boolean => {
    const between = messages.slice(places.get(earlier.id), places.get(later.id));
    return (
      between.filter(({ channel, thread }) => channel === later.channel && thread === later.thread).length >
      RECENT
    );
  };

  /** What was said of it, and what befell all meanwhile, in milliseconds from the first. */
  const storyOf = (first: HeldMessage, last: HeldMessage): string =>
    [
      ...calls
        .filter(({ about }) =>
          [
            `${first.channel} ${first.key}`,
            `${last.channel} ${last.key}`,
            `${first.channel} ${first.id}`,
          ].includes(about),
        )
        .map(({ how, realAt }) => ({ what: how, realAt })),
      ...shocks,
    ]
      .filter(({ realAt }) => realAt > first.realAt - AROUND_MS && realAt <= last.realAt)
      .toSorted((a, b) => a.realAt - b.realAt)
      .map(({ what, realAt }) => `${realAt - first.realAt} ${what}`)
      .join('; ');

  for (const [name, own] of grouped(messages)) {
    for (const [at, later] of own.entries()) {
      const before = own
        .slice(0, at)
        .filter(({ deletedAt }) => deletedAt === null || deletedAt > later.realAt);
      if (before.length === 0) continue;
      if (before.some((earlier) => isExcused(earlier, later))) {
        const kind = kinds.get(later.channel) ?? '';
        excused[kind] = (excused[kind] ?? 0) + 1;
      } else
        violations.push(
          `${name}: told by ${later.id} after ${before.map(({ id }) => id).join(', ')}: ${storyOf(before[0] ?? later, later)}`,
        );
    }
  }
  return { violations, excused };
}

/** A channel has one card of an alert, and one message of each change that deserves one. */
function grouped(messages: readonly HeldMessage[]): ReadonlyMap<string, readonly HeldMessage[]> {
  const groups = new Map<string, HeldMessage[]>();
  for (const message of messages) {
    const mark = message.posted;
    const isCard = message.thread === null && !message.channel.startsWith('webhook');
    const what =
      mark === null
        ? message.key
        : isCard
          ? `card of ${mark.alert}`
          : `${mark.alert}, version ${mark.notable}`;
    const name = `${message.channel}: ${what}`;
    const own = groups.get(name);
    if (own === undefined) groups.set(name, [message]);
    else own.push(message);
  }
  return groups;
}
