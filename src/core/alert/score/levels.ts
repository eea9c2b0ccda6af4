import { policyOn } from '../../sample/events.js';
import { addressAt, rangeSize } from '../../sample/addresses.js';
import type { EventPlan, Policy, Scenario, SenderPlan } from '../../sample/scenario-schema.js';
import type { DayTruth, Truth } from '../../sample/truth.js';
import { baselineOf } from '../baseline.js';
import { addDays } from '../calendar.js';
import { kindOf } from '../kinds.js';
import { networkOf } from '../network.js';
import { overlaps } from './overlap.js';

/** Whether events of a scenario are clearly above the default thresholds, by its plan and the truth's figures. */
export interface World {
  readonly scenario: Scenario;
  readonly truth: Truth;
}

/** Above a threshold is what is above it by so much: chance decides about the rest. */
export const CLEARLY = 1.2;
const NETWORK_HOST_BITS = 8;

/** A default threshold. */
export function limit(rule: string, name: string): number {
  const defaults = kindOf(rule)?.thresholds.parse({}) as Readonly<Record<string, unknown>> | undefined;
  return Number(defaults?.[name]);
}

function totals(world: World, domain: string | null): Readonly<Record<string, DayTruth>> {
  return world.truth.domains[domain ?? ''] ?? {};
}

function usualOf(world: World, domain: string | null, day: string, value: (day: DayTruth) => number) {
  const days = totals(world, domain);
  return baselineOf(day, world.truth.firstDay, (one) => {
    const found = days[one];
    return found === undefined ? 0 : value(found);
  });
}

function each(firstDay: string, lastDay: string): string[] {
  const days: string[] = [];
  for (let day = firstDay; day <= lastDay; day = addDays(day, 1)) days.push(day);
  return days;
}

export function isSpike(domain: string | null, firstDay: string, lastDay: string, world: World): boolean {
  return each(firstDay, lastDay).some((day) => {
    const usual = usualOf(world, domain, day, ({ messages }) => messages);
    const messages = totals(world, domain)[day]?.messages ?? 0;
    return (
      usual !== null &&
      messages >= CLEARLY * limit('volume-spike', 'factor') * usual.median &&
      messages >= usual.median + CLEARLY * limit('volume-spike', 'deviations') * usual.spread &&
      messages - usual.median >= CLEARLY * limit('volume-spike', 'messages')
    );
  });
}

export function isDrop(domain: string | null, firstDay: string, lastDay: string, world: World): boolean {
  let inARow = 0;
  return each(firstDay, lastDay < world.truth.lastDay ? lastDay : world.truth.lastDay).some((day) => {
    const usual = usualOf(world, domain, day, ({ messages }) => messages);
    const messages = totals(world, domain)[day]?.messages ?? 0;
    if (usual === null || usual.median < CLEARLY * limit('volume-drop', 'messages')) return false;
    const isLow =
      messages * CLEARLY <= limit('volume-drop', 'share') * usual.median &&
      messages <= usual.median - CLEARLY * limit('volume-drop', 'deviations') * usual.spread;
    inARow = isLow ? inARow + 1 : 0;
    return inARow >= limit('volume-drop', 'days');
  });
}

export function isBurst(
  event: EventPlan & { readonly kind: 'spoofing-burst' },
  world: World,
  { firstDay, lastDay }: { readonly firstDay: string; readonly lastDay: string },
): boolean {
  if (event.sources < CLEARLY * limit('spoofing-burst', 'addresses')) return false;
  return each(firstDay, lastDay).some((day) => {
    const usual = usualOf(world, event.domain, day, ({ messages, dmarcPass }) => messages - dmarcPass);
    const forged = event.perDay * shareOf(world, event.domain) * 0.8;
    return (
      usual !== null &&
      forged >= CLEARLY * limit('spoofing-burst', 'messages') &&
      forged >= CLEARLY * limit('spoofing-burst', 'factor') * usual.median &&
      forged >= usual.median + CLEARLY * limit('spoofing-burst', 'deviations') * usual.spread
    );
  });
}

/** Part of the world's mail that reporters tell of. */
function shareOf({ scenario }: World, domain: string): number {
  return scenario.reporters
    .filter(({ domains }) => domains === undefined || domains.includes(domain))
    .reduce((sum, { share }) => sum + share, 0);
}

export function fails(sender: SenderPlan): boolean {
  return sender.kind === 'misconfigured' || sender.kind === 'spoofer' || sender.breaksDkim;
}

/** Messages of a week that one network of a sender sends, as reporters see them. */
export function weekOf(sender: SenderPlan, world: World): number {
  const workdays = 5 + 2 * (sender.weekend ?? 0.3);
  return (sender.perDay * shareOf(world, sender.domain) * workdays) / networksOf(sender);
}

function networksOf(sender: SenderPlan): number {
  return sender.addresses.reduce((sum, range) => {
    if (range.version === 6) return sum + 1;
    return sum + Math.max(1, rangeSize(range) / 2 ** NETWORK_HOST_BITS);
  }, 0);
}

/** Whether nobody used this From name before. */
export function isNewName(sender: SenderPlan, day: number, { scenario }: World): boolean {
  const { headerFrom, domain } = sender;
  if (headerFrom === undefined || headerFrom === domain) return false;
  const others = scenario.senders.filter((one) => one.name !== sender.name && one.headerFrom === headerFrom);
  return others.every((one) => one.from > day);
}

export function isAligned(sender: SenderPlan, mechanism: 'dkim' | 'spf'): boolean {
  if (mechanism === 'spf') return sender.kind === 'own' && sender.spf === undefined;
  return (
    (sender.kind === 'own' ||
      sender.kind === 'newsletter' ||
      (sender.kind === 'forwarder' && !sender.breaksDkim)) &&
    sender.dkim === undefined
  );
}

/** Messages of one network of a sender on its largest day of these. */
export function seenMost(sender: SenderPlan, firstDay: string, lastDay: string, world: World): number {
  if (isGone(sender, firstDay, world)) return 0;
  const isWeekend = (day: string) => [0, 6].includes(new Date(day).getUTCDay());
  const workday = each(firstDay, lastDay).some((day) => !isWeekend(day));
  const part = workday ? 1 : (sender.weekend ?? 0.3);
  return (sender.perDay * part * shareOf(world, sender.domain)) / networksOf(sender);
}

export function isSilence(event: EventPlan & { readonly kind: 'reporter-silent' }, world: World): boolean {
  const reporter = world.scenario.reporters.find(({ domain }) => domain === event.reporter);
  // Of who covers a week with one report, silence shows later than these scenarios last.
  if (reporter === undefined || reporter.hours > 24) return false;
  const daily =
    Object.entries(world.truth.domains)
      .filter(([domain]) => reporter.domains === undefined || reporter.domains.includes(domain))
      .flatMap(([, days]) => Object.values(days))
      .reduce((sum, { messages }) => sum + messages, 0) / world.scenario.days;
  const theirs = world.scenario.reporters.reduce((sum, { share }) => sum + share, 0);
  return (
    event.days >= limit('reporter-silence', 'days') + 1 &&
    (daily * reporter.share) / theirs >= CLEARLY * limit('reporter-silence', 'messages')
  );
}

const STRENGTH: readonly string[] = ['none', 'quarantine', 'reject'];

export function isWeaker(before: Policy | undefined, now: Policy): boolean {
  if (before === undefined) return false;
  const [p, earlier] = [STRENGTH.indexOf(now.p), STRENGTH.indexOf(before.p)];
  const sp = STRENGTH.indexOf(now.sp ?? now.p) < STRENGTH.indexOf(before.sp ?? before.p);
  return p < earlier || sp || (p === earlier && p > 0 && now.pct < before.pct);
}

export function isViolated(event: EventPlan & { readonly kind: 'policy-violation' }, world: World): boolean {
  const { scenario } = world;
  const policy = policyOn(scenario, event.domain, event.day);
  if (policy === undefined || policy.p === 'none' || policy.pct < 100) return false;
  const failing = scenario.senders
    .filter((sender) => sender.domain === event.domain && fails(sender) && sender.headerFrom === undefined)
    .filter((sender) => startOf(sender, scenario) <= event.day)
    .reduce((sum, { perDay }) => sum + perDay, 0);
  const share = scenario.reporters.find(({ domain }) => domain === event.reporter)?.share ?? 0;
  const days = Math.min(event.days, limit('policy-violation', 'days'));
  return failing * share * event.share * days >= CLEARLY * limit('policy-violation', 'messages');
}

function startOf(sender: SenderPlan, scenario: Scenario): number {
  const starts = scenario.events.find((event) => event.kind === 'new-sender' && event.sender === sender.name);
  return starts?.day ?? sender.from;
}

export function isTls(event: EventPlan & { readonly kind: 'tls-failures' }, { scenario }: World): boolean {
  const sessions = scenario.tls
    .filter(({ domain }) => domain === event.domain)
    .reduce((sum, { perDay }) => sum + perDay, 0);
  return (
    event.share >= CLEARLY * limit('tls-failures', 'share') &&
    sessions * event.share >= CLEARLY * limit('tls-failures', 'failed')
  );
}

function isGone(sender: SenderPlan, day: string, { scenario, truth }: World): boolean {
  const gone = scenario.events.find((event) => event.kind === 'sender-gone' && event.sender === sender.name);
  return gone !== undefined && addDays(truth.firstDay, gone.day - 1) <= day;
}

/** Whether nobody else sends in the name of the domain from a sender's networks: else these are not new. */
export function isAlone(sender: SenderPlan, { scenario }: World): boolean {
  const others = scenario.senders.filter((one) => one.domain === sender.domain && one.name !== sender.name);
  const networks = sender.addresses.flatMap((range) => networkOf(addressAt(range, 0)) ?? []);
  return !networks.some((network) => others.some((one) => overlaps(network, one.addresses)));
}
