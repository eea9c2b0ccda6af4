import { baselineOf, medianOf, type Baseline } from './baseline.js';
import type { DomainFacts, ReporterFact } from './facts.js';
import { addDays, daysBetween } from './calendar.js';

/** A reporter that sent on so large a part of these days before its last one is missed when it does not. */
const REGULAR_SHARE = 0.8;
const REGULAR_DAYS = 28;
/** So is one that told of the same weekday so often: business mail rests on weekends, and so do those who tell of it. */
const REGULAR_WEEKDAYS = 3;
/** Who told of nothing for so many days is silent, and not late. */
const SILENT_DAYS = 5;
/** Who told of nothing for longer was away: what is usual of the time after it is not known yet. */
const ABSENT_DAYS = 14;
/** Where reporters begin within so many days of the first report, the domain is new, and not they. */
const BEGINNING_DAYS = 7;

/** Messages of a day beside what is usual of the reporters that told of it. */
export interface DayVolume {
  readonly day: string;
  readonly messages: number;
  readonly usual: Baseline;
}

/**
 * A day's messages and what is usual. Regular reporters that say nothing of the day are left out of both: they are late,
 * or silent, which is no loss of mail. So are those that are new: what they add is no gain. Null where nothing can be
 * said: no history, or nobody told of the day.
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
  const first = facts.firstDay === null || facts.firstDay < facts.from ? facts.from : facts.firstDay;
  const missed = facts.reporters.filter((one) => isMissed(one, day));
  const present = facts.reporters.filter(
    (one) => !missed.includes(one) && !isNew(one, facts.reporters, first, day),
  );
  const volume = sumOn(day, present, first);
  if (volume.messages > 0) return volume.usual === null ? null : { day, ...volume, usual: volume.usual };
  // Where all of them told of other domains since, and not of this one, there was nothing to tell of it.
  const isQuiet = missed.every(
    ({ lastAnywhere, days }) => (lastAnywhere ?? '') >= day && (days.at(-1)?.day ?? '') < day,
  );
  if (missed.length === 0 || !isQuiet) return null;
  const { usual } = sumOn(day, missed, first);
  return usual === null ? null : { day, messages: 0, usual };
}

function sumOn(
  day: string,
  reporters: readonly ReporterFact[],
  first: string,
): { readonly messages: number; readonly usual: Baseline | null } {
  const byDay = new Map<string, number>();
  for (const { days } of reporters)
    for (const one of days) byDay.set(one.day, (byDay.get(one.day) ?? 0) + one.messages);
  return {
    messages: byDay.get(day) ?? 0,
    usual: baselineOf(day, first, (earlier) => byDay.get(earlier) ?? 0),
  };
}

/** Messages of a day that regular reporters have not told of yet, as many as are usual of the weekday. */
export function awaitedOn({ reporters }: DomainFacts, day: string): number {
  const since = addDays(day, -SILENT_DAYS);
  return reporters
    .filter((one) => isMissed(one, day) && one.days.some((told) => told.day >= since && told.day < day))
    .reduce((sum, { days }) => sum + medianOf(weekdaysBefore(days, day, day).map((one) => one.messages)), 0);
}

function isMissed({ days }: ReporterFact, day: string): boolean {
  if (days.some((one) => one.day === day)) return false;
  const last = days.findLast((one) => one.day < day)?.day;
  if (last === undefined) return false;
  const since = addDays(last, -REGULAR_DAYS);
  const sent = days.filter((one) => one.day > since && one.day <= last).length;
  return sent >= REGULAR_SHARE * REGULAR_DAYS || weekdaysBefore(days, day, last).length >= REGULAR_WEEKDAYS;
}

/** What was told of the same weekday as a day's in the four weeks that end with another day. */
function weekdaysBefore(days: ReporterFact['days'], day: string, last: string): ReporterFact['days'] {
  const since = addDays(last, -REGULAR_DAYS);
  return days.filter((one) => one.day > since && one.day <= last && daysBetween(one.day, day) % 7 === 0);
}

/**
 * Whether a reporter began, or came back after weeks, a short time before a day, while others had told of the domain. Where
 * nobody had, it is the mail that is new.
 */
function isNew({ days }: ReporterFact, others: readonly ReporterFact[], first: string, day: string): boolean {
  const begun = days.findLast(
    (one, index) =>
      one.day <= day && daysBetween(days[index - 1]?.day ?? '2000-01-01', one.day) > ABSENT_DAYS,
  )?.day;
  if (begun === undefined || begun <= addDays(first, BEGINNING_DAYS)) return false;
  if (begun <= addDays(day, -REGULAR_DAYS)) return false;
  const since = addDays(begun, -REGULAR_DAYS);
  return others.some(
    (one) => one.days.filter((told) => told.day >= since && told.day < begun).length >= REGULAR_DAYS / 2,
  );
}
