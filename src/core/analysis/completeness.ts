/** A reporter is expected on a day when it sent on at least so many … */
const REGULAR_DAYS = 5;
/** … of so many days before. */
export const LOOK_BACK_DAYS = 14;
/** Names listed; the count says how many there are. */
const LISTED = 5;

export interface Completeness {
  /** Reporter-days on which a regular reporter was expected, and those of them on which it sent. */
  readonly expected: number;
  readonly received: number;
  /** received / expected, from 0 to 1; null where nobody was expected. */
  readonly share: number | null;
  /** Regular reporters that sent nothing on the last expected day, the most missed first; at most five. */
  readonly missing: readonly string[];
  readonly missingCount: number;
}

interface SentDays {
  readonly reporter: string;
  /** UTC days with messages, within the period and LOOK_BACK_DAYS before it. */
  readonly days: readonly string[];
}

/**
 * How complete the reports of some days are: who sent regularly before a day is expected on it. Days whose
 * reports are still on their way should be left out of `days` by the caller.
 */
export function completeness(reporters: readonly SentDays[], days: readonly string[]): Completeness {
  const asked = days.map(dayNumber);
  let expected = 0;
  let received = 0;
  const missed: { reporter: string; days: number }[] = [];
  for (const { reporter, days: sent } of reporters) {
    const has = new Set(sent.map(dayNumber));
    let absent = 0;
    let lastAbsent = false;
    for (const day of asked) {
      if (!isRegular(has, day)) continue;
      expected += 1;
      lastAbsent = !has.has(day);
      if (lastAbsent) absent += 1;
      else received += 1;
    }
    if (lastAbsent) missed.push({ reporter, days: absent });
  }
  missed.sort((a, b) => b.days - a.days || (a.reporter < b.reporter ? -1 : 1));
  return {
    expected,
    received,
    share: expected === 0 ? null : received / expected,
    missing: missed.slice(0, LISTED).map(({ reporter }) => reporter),
    missingCount: missed.length,
  };
}

function isRegular(has: ReadonlySet<number>, day: number): boolean {
  let sent = 0;
  for (let back = 1; back <= LOOK_BACK_DAYS; back += 1) if (has.has(day - back)) sent += 1;
  return sent >= REGULAR_DAYS;
}

const DAY_MS = 86_400_000;

function dayNumber(day: string): number {
  return Date.parse(day) / DAY_MS;
}
