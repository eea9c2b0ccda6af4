/** Whether what happens to mail is clearly above the default thresholds, by the plan and the truth's figures. */
import { addressAt, rangeSize } from '../../sample/addresses.js';
import type { EventPlan, SenderPlan } from '../../sample/scenario-schema.js';
import type { DayTruth } from '../../sample/truth.js';
import { baselineOf, type Baseline } from '../baseline.js';
import { daysBetween } from '../calendar.js';
import { BEFORE_DAYS, RECENT_DAYS } from '../facts.js';
import { networkOf } from '../network.js';
import { overlaps } from './overlap.js';
import {
  CLEARLY,
  coverage,
  daysFrom,
  lastDayOf,
  limit,
  networksOf,
  passingParts,
  seenOn,
  type World,
} from './world.js';

/** The first day on which reports tell of a domain; null where none does. */
export function firstDayOf(domain: string | null, world: World): number | null {
  const [first] = Object.keys(world.truth.domains[domain ?? ''] ?? {});
  return first === undefined ? null : daysBetween(world.truth.firstDay, first) + 1;
}

interface Volume {
  readonly value: number;
  readonly usual: Baseline;
}

/** A day's figure beside what is usual, both as they would be if always the same reporters had told of them. */
function volumeOf(
  domain: string,
  day: number,
  world: World,
  value: (day: DayTruth) => number,
): Volume | null {
  const first = firstDayOf(domain, world);
  const now = coverage(domain, day, world);
  if (first === null || now === 0) return null;
  const on = (date: string) => {
    const found = world.truth.domains[domain]?.[date];
    const then = coverage(domain, daysBetween(world.truth.firstDay, date) + 1, world);
    return found === undefined || then === 0 ? 0 : (value(found) * now) / then;
  };
  const usual = baselineOf(world.days.date(day), world.days.date(first), on);
  return usual === null ? null : { value: on(world.days.date(day)), usual };
}

const allMail = ({ messages }: DayTruth) => messages;
const failingMail = ({ messages, dmarcPass }: DayTruth) => messages - dmarcPass;

export function isSpike(domain: string, firstDay: number, lastDay: number, world: World): boolean {
  return daysFrom(firstDay, lastDay, world).some((day) => {
    const volume = volumeOf(domain, day, world, allMail);
    if (volume === null) return false;
    const { value, usual } = volume;
    return (
      value >= CLEARLY * limit('volume-spike', 'factor') * usual.median &&
      value >= usual.median + CLEARLY * limit('volume-spike', 'deviations') * usual.spread &&
      value - usual.median >= CLEARLY * limit('volume-spike', 'messages')
    );
  });
}

export function isDrop(domain: string, firstDay: number, lastDay: number, world: World): boolean {
  let inARow = 0;
  return daysFrom(firstDay, lastDay, world).some((day) => {
    const volume = volumeOf(domain, day, world, allMail);
    if (volume === null || volume.usual.median < CLEARLY * limit('volume-drop', 'messages')) return false;
    const { value, usual } = volume;
    const isLow =
      value * CLEARLY <= limit('volume-drop', 'share') * usual.median &&
      (value <= usual.median - CLEARLY * limit('volume-drop', 'deviations') * usual.spread ||
        (usual.least > 0 && value * CLEARLY <= limit('volume-drop', 'share') * usual.least));
    inARow = isLow ? inARow + 1 : 0;
    return inARow >= limit('volume-drop', 'days');
  });
}

export function isBurst(event: EventPlan & { readonly kind: 'spoofing-burst' }, world: World): boolean {
  const { domain, addresses } = event;
  const sources = Math.min(
    event.sources,
    addresses.reduce((sum, range) => sum + rangeSize(range), 0),
  );
  if (sources < CLEARLY * limit('spoofing-burst', 'addresses')) return false;
  return daysFrom(event.day, lastDayOf(event), world).some((day) => {
    const volume = volumeOf(domain, day, world, failingMail);
    if (volume === null) return false;
    const { usual } = volume;
    const forged = event.perDay * coverage(domain, day, world) * 0.8 - hiddenIn(event, day, world);
    return (
      forged >= CLEARLY * limit('spoofing-burst', 'messages') &&
      forged >= CLEARLY * limit('spoofing-burst', 'factor') * usual.median &&
      forged >= usual.median + CLEARLY * limit('spoofing-burst', 'deviations') * usual.spread
    );
  });
}

/** What fails of the very networks of senders that pass counts as theirs, up to some times their mail. */
function hiddenIn(
  { domain, addresses }: EventPlan & { readonly kind: 'spoofing-burst' },
  day: number,
  world: World,
): number {
  return world.scenario.senders
    .filter((sender) => sender.domain === domain && passingParts(sender, day, world).dmarc > 0.5)
    .filter((sender) => networksUsed(sender).some((network) => overlaps(network, addresses)))
    .reduce((sum, sender) => sum + limit('spoofing-burst', 'factor') * seenOn(sender, day, world), 0);
}

/** Messages of the first days of a sender that reporters see. */
export function firstWeekOf(sender: SenderPlan, day: number, world: World): number {
  return daysFrom(day, day + RECENT_DAYS - 1, world).reduce(
    (sum, one) => sum + seenOn(sender, one, world),
    0,
  );
}

/** Whether nobody used this From name before. */
export function isNewName(sender: SenderPlan, day: number, { senders }: World): boolean {
  const { headerFrom, domain } = sender;
  if (headerFrom === undefined || headerFrom === domain) return false;
  return !senders.some((one) => one.name !== sender.name && one.headerFrom === headerFrom && one.from < day);
}

/** Whether nobody else sends in the name of the domain from a sender's networks: else these are not new. */
export function isAlone(sender: SenderPlan, world: World): boolean {
  return neighbours(sender, world).length === 0;
}

function networksUsed({ addresses }: SenderPlan): string[] {
  return addresses.flatMap((range) => networkOf(addressAt(range, 0)) ?? []);
}

function neighbours(sender: SenderPlan, { senders }: World): SenderPlan[] {
  const networks = networksUsed(sender);
  return senders.filter(
    (one) =>
      one.domain === sender.domain &&
      one.name !== sender.name &&
      networks.some((network) => overlaps(network, one.addresses)),
  );
}

/** Whether the network that a sender shares with others falls clearly when a part of the sender's mail breaks. */
export function isFall(
  event: EventPlan & { readonly kind: 'dkim-break' | 'spf-break' },
  sender: SenderPlan,
  world: World,
): boolean {
  const { day, share } = event;
  if (day - sender.from < RECENT_DAYS + BEFORE_DAYS / 2) return false;
  const mechanism = event.kind === 'dkim-break' ? 'dkim' : 'spf';
  const sharing = neighbours(sender, world);
  const usual = (broken: number) => {
    const [all, passing] = [sender, ...sharing].reduce(
      ([messages, passed], one) => {
        const theirs = averageOf(one, day, world);
        const part = passingParts(one, day, world)[mechanism] * (one === sender ? 1 - broken : 1);
        return [messages + theirs, passed + theirs * part];
      },
      [0, 0],
    );
    return all === 0 ? 0 : passing / all;
  };
  const before = usual(brokenBefore(event, world));
  return (
    before >= limit('sender-falls', 'usual') * 1.05 &&
    before - usual(share) >= CLEARLY * limit('sender-falls', 'fall') &&
    mostOf(sender, day, lastDayOf(event), world) >= CLEARLY * limit('sender-falls', 'messages')
  );
}

/** Messages of one network of a sender on the most of these days that are looked at together. */
function mostOf(sender: SenderPlan, first: number, last: number, world: World): number {
  const together = daysFrom(first, last, world).map((day) =>
    daysFrom(day, Math.min(last, day + limit('sender-falls', 'days') - 1), world).reduce(
      (sum, one) => sum + seenOn(sender, one, world),
      0,
    ),
  );
  return Math.max(0, ...together) / networksOf(sender);
}

/** Messages of one network of a sender on a usual day of the four weeks before. */
function averageOf(sender: SenderPlan, day: number, world: World): number {
  const days = daysFrom(day - BEFORE_DAYS, day - 1, world).filter((one) => one >= 1);
  const seen = days.reduce((sum, one) => sum + seenOn(sender, one, world), 0);
  return days.length === 0 ? 0 : seen / days.length / networksOf(sender);
}

/** Part of a sender's mail of the weeks before that the same was broken of. */
function brokenBefore(
  event: EventPlan & { readonly kind: 'dkim-break' | 'spf-break' },
  { scenario }: World,
): number {
  const first = event.day - RECENT_DAYS - BEFORE_DAYS;
  return scenario.events.reduce((sum, one) => {
    if (one === event || one.kind !== event.kind || one.sender !== event.sender) return sum;
    const days = Math.min(lastDayOf(one), event.day - RECENT_DAYS) - Math.max(one.day, first) + 1;
    return sum + (Math.max(0, days) * one.share) / BEFORE_DAYS;
  }, 0);
}
