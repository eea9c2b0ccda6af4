import { z } from 'zod';
import { addDays } from '../calendar.js';
import { charted, lastDays, on, sum, toldDays } from '../days.js';
import { LATE_DAYS, type DomainFacts } from '../facts.js';
import { evidence, ruleKind } from '../kind.js';
import { count, eased, fraction } from '../threshold.js';
import { awaitedOn } from '../volume.js';
import { counted, percent } from '../words.js';

/** Days before that say how much fails usually. */
const USUAL_DAYS = 28;

export const failureRate = ruleKind({
  name: 'failure-rate',
  title: 'Failure rate',
  summary: 'Too large a part of the mail fails DMARC',
  cause: 'sending',
  severity: 'warning',
  cooldownHours: 24,
  thresholds: z.object({
    share: fraction(0.2, 'Part of the messages that fails, at least'),
    days: count('days', 3, 'Over so many days', 28),
    messages: count('messages', 100, 'Messages in these days, at least'),
  }),
  relaxed: (given) => ({ ...given, share: given.share * 0.8, messages: eased(given.messages, 0.5) }),
  evaluate: (facts, day, { share, days, messages }) => {
    const newest = toldDays(facts, day, 1)[0] ?? day;
    // What is late may show only when the day after it is told of: it is found all the same.
    const ends = lastDays(newest, LATE_DAYS + 1).filter((end) => end >= addDays(day, -LATE_DAYS));
    const found = ends
      .map((end) => failingOf(facts, day, lastDays(end, days)))
      .findLast((one) => one.all >= messages && one.failing >= share * one.all && one.likely >= share);
    if (found === undefined) return [];
    const { all, failing, baseline, last } = found;
    return [
      {
        key: {},
        day: last,
        says: `${percent(failing / all)} of the mail failed DMARC: ${counted(failing, 'message')} of ${counted(all, 'message')} in ${counted(days, 'day')}.`,
        fix: 'Look at who fails (failures DOMAIN): set up DKIM and SPF for senders that are yours, and leave the others to the policy.',
        measure: {
          name: 'failing',
          value: failing / all,
          threshold: share,
          unit: 'fraction',
          baseline,
        },
        evidence: evidence({
          messages: all,
          failing,
          days: charted(facts.days, last, (one) => (one.messages - one.passed) / one.messages),
        }),
      },
    ];
  },
});

/** Failing mail of some days, and the part that is likely to fail when those are in who are late. */
function failingOf(facts: DomainFacts, day: string, window: readonly string[]) {
  const seen = on(facts.days, window);
  const all = sum(seen, (one) => one.messages);
  const failing = all - sum(seen, (one) => one.passed);
  const first = window[0] ?? day;
  const before = on(facts.days, lastDays(addDays(first, -1), USUAL_DAYS));
  const usual = sum(before, (one) => one.messages);
  const baseline = usual === 0 ? null : 1 - sum(before, (one) => one.passed) / usual;
  // On a weekend forgers work on. Where a workday is told of by few yet, the rest of it counts as it usually is.
  const late = window.filter((one) => one >= addDays(day, -LATE_DAYS));
  const awaited = sum(late, (one) => awaitedOn(facts, one));
  const likely = all === 0 ? 0 : (failing + awaited * (baseline ?? 0)) / (all + awaited);
  return { all, failing, baseline, likely, last: seen.at(-1)?.day ?? day };
}
