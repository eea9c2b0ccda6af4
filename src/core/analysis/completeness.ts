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
  const asked = new Set(days.map(dayNumber));
  let expected = 0;
  let received = 0;
  const missed: { reporter: string; days: number }[] = [];
  for (const { reporter, days: sent } of reporters) {
    // Most reporters send so seldom that nothing is ever expected of them.
    if (sent.length < REGULAR_DAYS) continue;
    const has = new Set(sent.map(dayNumber));
    let absent = 0;
    let last = -Infinity;
    for (const day of regularDays(has)) {
      if (!asked.has(day)) continue;
      expected += 1;
      last = Math.max(last, day);
      if (has.has(day)) received += 1;
      else absent += 1;
    }
    if (last !== -Infinity && !has.has(last)) missed.push({ reporter, days: absent });
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

/** Days on which a reporter that sent on these is expected. The work grows with what it sent, not with the days asked for. */
function regularDays(has: ReadonlySet<number>): number[] {
  const sent = new Map<number, number>();
  for (const day of has)
    for (let later = 1; later <= LOOK_BACK_DAYS; later += 1)
      sent.set(day + later, (sent.get(day + later) ?? 0) + 1);
  return [...sent].filter(([, times]) => times >= REGULAR_DAYS).map(([day]) => day);
}

const DAY_MS = 86_400_000;

function dayNumber(day: string): number {
  return Date.parse(day) / DAY_MS;
}
