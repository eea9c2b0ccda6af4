import { baselineOf, type Baseline } from './baseline.js';
import type { DomainFacts } from './facts.js';
import { addDays } from './calendar.js';

/** A reporter that sent on so large a part of these days is missed when it does not. */
const REGULAR_SHARE = 0.8;
const REGULAR_DAYS = 28;

/** Messages of a day beside what is usual of the reporters that told of it. */
export interface DayVolume {
  readonly day: string;
  readonly messages: number;
  readonly usual: Baseline;
}

/**
 * A day's messages and what is usual. Regular reporters that say nothing of the day are left out of both: they are late,
 * or silent, which is no loss of mail. Null where nothing can be said: no history, or nobody told of the day.
 */
export function volumeOn(facts: DomainFacts, day: string): DayVolume | null {
  const known = volumes.get(facts) ?? new Map<string, DayVolume | null>();
  volumes.set(facts, known);
  const volume = known.get(day);
  if (volume !== undefined) return volume;
  const found = volumeOf(facts, day);
  known.set(day, found);
  return found;
}

/** What was worked out, as long as its facts are there: two rules ask for the same days, each twice. */
const volumes = new WeakMap<DomainFacts, Map<string, DayVolume | null>>();

function volumeOf(facts: DomainFacts, day: string): DayVolume | null {
  const present = facts.reporters.filter((one) => !isMissed(one.days, day));
  const byDay = new Map<string, number>();
  for (const { days } of present)
    for (const one of days) byDay.set(one.day, (byDay.get(one.day) ?? 0) + one.messages);
  const messages = byDay.get(day) ?? 0;
  if (messages === 0) return null;
  const first = facts.firstDay === null || facts.firstDay < facts.from ? facts.from : facts.firstDay;
  const usual = baselineOf(day, first, (earlier) => byDay.get(earlier) ?? 0);
  return usual === null ? null : { day, messages, usual };
}

function isMissed(days: readonly { readonly day: string }[], day: string): boolean {
  if (days.some((one) => one.day === day)) return false;
  const since = addDays(day, -REGULAR_DAYS);
  const sent = days.filter((one) => one.day >= since && one.day < day).length;
  return sent >= REGULAR_SHARE * REGULAR_DAYS;
}
