import { addDays } from './calendar.js';
import { LATE_DAYS, RECENT_DAYS, type DomainFacts } from './facts.js';

/** Days on the small chart of a finding. */
const CHART_DAYS = 28;

/** The last `count` days up to and with a day, oldest first. */
export function lastDays(day: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => addDays(day, index + 1 - count));
}

/**
 * The last `count` days that end with the newest one that reports tell of. Reports of the very last days are still on
 * their way: a window that counts them as empty would lose what it saw the day before.
 */
export function toldDays(facts: DomainFacts, day: string, count: number): string[] {
  const earliest = addDays(day, -LATE_DAYS - 1);
  const newest = facts.days.findLast((one) => one.day <= day && one.messages > 0)?.day;
  return lastDays(newest !== undefined && newest > earliest ? newest : day, count);
}

/** Part of a list whose days are among these. */
export function on<Fact extends { readonly day: string }>(
  facts: readonly Fact[],
  days: readonly string[],
): Fact[] {
  const [first = '', last = ''] = [days[0], days.at(-1)];
  return facts.filter(({ day }) => day >= first && day <= last);
}

export function sum<Fact>(facts: readonly Fact[], value: (fact: Fact) => number): number {
  return facts.reduce((total, fact) => total + value(fact), 0);
}

/** A measure by day as evidence: the last days that have one. */
export function charted<Fact extends { readonly day: string }>(
  facts: readonly Fact[],
  day: string,
  value: (fact: Fact) => number,
): { readonly day: string; readonly value: number }[] {
  return on(facts, lastDays(day, CHART_DAYS)).map((fact) => ({ day: fact.day, value: value(fact) }));
}

/** Whether reports told of the domain for so many days before the recent ones: what a history begins with is not new. */
export function isKnownFor(facts: DomainFacts, day: string, days: number): boolean {
  return facts.firstDay !== null && facts.firstDay <= addDays(day, 1 - RECENT_DAYS - days);
}
