import { rangeSize } from '../../sample/addresses.js';
import { calendar, type Calendar } from '../../sample/calendar.js';
import { Events, policyOn, sendersOf } from '../../sample/events.js';
import { habitsOf } from '../../sample/kinds.js';
import { alignment } from '../../sample/policy.js';
import type { EventPlan, ReporterPlan, Scenario, SenderPlan } from '../../sample/scenario-schema.js';
import type { Truth } from '../../sample/truth.js';
import { kindOf } from '../kinds.js';
import { happenings } from './happenings.js';

/** A scenario as its plan has it, without chance, and the figures that came of it. Days are counted from 1. */
export interface World {
  /** With everything that happens among its events. */
  readonly scenario: Scenario;
  readonly truth: Truth;
  readonly days: Calendar;
  /** With those that forge in bursts. */
  readonly senders: readonly SenderPlan[];
  readonly events: Events;
}

/** Above a threshold is what is above it by so much: chance decides about the rest. */
export const CLEARLY = 1.2;
const NETWORK_HOST_BITS = { 4: 8, 6: 64 } as const;
const GROWTH_DAYS = 30;

export function worldOf(given: Scenario, truth: Truth): World {
  const scenario = { ...given, events: happenings(given) };
  return {
    scenario,
    truth,
    days: calendar(truth.firstDay, given.days),
    senders: sendersOf(scenario),
    events: new Events(scenario.events),
  };
}

/** A default threshold. */
export function limit(rule: string, name: string): number {
  const defaults = kindOf(rule)?.thresholds.parse({}) as Readonly<Record<string, unknown>> | undefined;
  return Number(defaults?.[name]);
}

/** Part of the world's mail about a domain that a reporter tells of on a day. */
export function shareOn(reporter: ReporterPlan, domain: string, day: number, { events }: World): number {
  const { domains, from, until = Infinity } = reporter;
  const isAbout = domains === undefined || domains.includes(domain);
  return !isAbout || day < from || day > until || events.isSilent(reporter.domain, day) ? 0 : reporter.share;
}

/** The same of all reporters together. */
export function coverage(domain: string, day: number, world: World): number {
  return world.scenario.reporters.reduce((sum, one) => sum + shareOn(one, domain, day, world), 0);
}

/** Messages of a sender to the whole world on a day. */
export function sentOn(sender: SenderPlan, day: number, { days, events }: World): number {
  if (day < sender.from || day > (sender.until ?? Infinity)) return 0;
  const weekday = days.isWeekend(day) ? habitsOf(sender).weekend : 1;
  const grown = sender.growth ** ((day - sender.from) / GROWTH_DAYS);
  return sender.perDay * weekday * grown * events.disturbance(sender, day).volume;
}

/** Those that reporters tell of. */
export function seenOn(sender: SenderPlan, day: number, world: World): number {
  return sentOn(sender, day, world) * coverage(sender.domain, day, world);
}

/** Days from one to another, both with them, as far as the scenario goes. */
export function daysFrom(first: number, last: number, { scenario }: World): number[] {
  const end = Math.min(last, scenario.days);
  return Array.from({ length: Math.max(0, end - first + 1) }, (_, index) => first + index);
}

/** Networks that a sender's mail of a day comes from, about. */
export function networksOf({ addresses, ...sender }: SenderPlan): number {
  const { sources } = habitsOf({ addresses, ...sender });
  return addresses.reduce((sum, range) => {
    const networks = rangeSize(range) / 2 ** NETWORK_HOST_BITS[range.version];
    return sum + Math.max(1, Math.min(networks, sources / addresses.length));
  }, 0);
}

/** Parts of a sender's messages that pass by the policy of a day, where nothing is broken. */
export function passingParts(
  sender: SenderPlan,
  day: number,
  { scenario }: World,
): { readonly dkim: number; readonly spf: number; readonly dmarc: number } {
  const policy = policyOn(scenario, sender.domain, day);
  if (policy === undefined) return { dkim: 0, spf: 0, dmarc: 0 };
  const habits = habitsOf(sender);
  const aligned = alignment(policy, sender.headerFrom ?? sender.domain, {
    dkim: habits.dkim.map((one) => ({ ...one, humanResult: null })),
    spf: [{ ...habits.spf, scope: 'mfrom', humanResult: null }],
  });
  const dkim = aligned.dkim ? 1 - habits.failures.dkim : 0;
  const spf = aligned.spf ? 1 - habits.failures.spf : 0;
  return { dkim, spf, dmarc: 1 - (1 - dkim) * (1 - spf) };
}

/** Whether clearly most of a sender's mail fails DMARC. */
export function fails(sender: SenderPlan, day: number, world: World): boolean {
  return 1 - passingParts(sender, day, world).dmarc >= CLEARLY * limit('new-source', 'share');
}

export function senderNamed(name: string | undefined, { senders }: World): SenderPlan | null {
  return senders.find((one) => one.name === name) ?? null;
}

export function reporterNamed(domain: string, { scenario }: World): ReporterPlan | null {
  return scenario.reporters.find((one) => one.domain === domain) ?? null;
}

/** Days that one report of a reporter covers. */
export function spanOf({ hours }: Pick<ReporterPlan, 'hours'>): number {
  return Math.max(1, hours / 24);
}

/** The last day of an event; a lasting change has one day. */
export function lastDayOf(event: EventPlan): number {
  return event.day + ('days' in event ? event.days - 1 : 0);
}
