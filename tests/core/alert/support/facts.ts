import { addDays } from '../../../../src/core/alert/calendar.js';
import { WINDOW_DAYS, type DomainFacts, type NetworkFact } from '../../../../src/core/alert/facts.js';
import { kindOf } from '../../../../src/core/alert/kinds.js';
import type { RuleFinding } from '../../../../src/core/alert/rule.js';

/** The day that tests ask about: a Thursday. */
export const DAY = '2026-03-12';

/** Facts of a domain without anything in them but what is given. */
export function facts(given: Partial<DomainFacts> = {}, day = DAY): DomainFacts {
  return {
    domain: 'example.com',
    from: addDays(day, 1 - WINDOW_DAYS),
    to: day,
    firstDay: '2025-01-01',
    days: [],
    reporters: [],
    tenantDays: [],
    networks: [],
    failingAddresses: [],
    known: [],
    policies: [],
    violations: [],
    names: [],
    tls: [],
    conflicts: [],
    unreadable: [],
    ...given,
  };
}

/** What a kind finds under its default thresholds, with some changed. */
export function found(
  kind: string,
  given: Partial<DomainFacts>,
  thresholds: Readonly<Record<string, unknown>> = {},
  day = DAY,
): readonly RuleFinding[] {
  const one = kindOf(kind);
  if (one === null) throw new Error(`there is no kind ${kind}`);
  return one.evaluate(facts(given, day), day, one.thresholds.parse(thresholds));
}

/** The days of the window with a number of messages each, of which all but `failing` pass. */
export function steady(
  messages: number,
  { failing = 0, days = WINDOW_DAYS, until = DAY }: { failing?: number; days?: number; until?: string } = {},
) {
  return Array.from({ length: days }, (_, index) => ({
    day: addDays(until, index + 1 - days),
    messages,
    passed: messages - failing,
  }));
}

/** The same with other numbers on some days. */
export function but<Fact extends { readonly day: string }>(
  list: readonly Fact[],
  changes: Readonly<Record<string, Partial<Fact> | null>>,
): Fact[] {
  return list.flatMap((fact) => {
    const change = changes[fact.day];
    return change === null ? [] : [{ ...fact, ...change }];
  });
}

/** Days and one reporter that told of them. */
export function told(
  days: readonly { readonly day: string; readonly messages: number; readonly passed: number }[],
) {
  const sent = days.map(({ day, messages }) => ({ day, messages }));
  return {
    days,
    reporters: [{ reporter: 'a.example', span: 1, days: sent, lastAnywhere: days.at(-1)?.day ?? null }],
    tenantDays: days.map(({ day }) => day),
  };
}

/** A network that sent so many messages yesterday, and as it did before. */
export function network(
  given: Partial<NetworkFact> & { readonly today?: Partial<NetworkFact['days'][number]> },
): NetworkFact {
  const { today, ...rest } = given;
  return {
    network: '192.0.2.0/24',
    days: [{ day: DAY, messages: 100, passed: 100, dkim: 100, spf: 100, failing: 0, ...today }],
    before: { messages: 2800, passed: 2800, dkim: 2800, spf: 2800, days: 28 },
    seenBefore: true,
    ...rest,
  };
}

/** What a network is like that was never seen before. */
export const NEVER = { before: { messages: 0, passed: 0, dkim: 0, spf: 0, days: 0 }, seenBefore: false };
