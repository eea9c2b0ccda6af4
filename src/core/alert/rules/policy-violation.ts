import { z } from 'zod';
import { askedOf } from '../asked.js';
import { addDays } from '../calendar.js';
import { lastDays, sum } from '../days.js';
import { RECENT_DAYS, type ViolationFact } from '../facts.js';
import { evidence, ruleKind } from '../kind.js';
import { count, eased } from '../threshold.js';
import { counted } from '../words.js';

export const policyViolation = ruleKind({
  name: 'policy-violation',
  title: 'Policy not followed',
  summary:
    'Mail that failed was delivered though the policy asks for quarantine or reject, and no reason is given',
  cause: 'policy',
  severity: 'info',
  cooldownHours: 168,
  thresholds: z.object({
    messages: count('messages', 20, 'Such messages of one reporter, at least'),
    days: count('days', 7, 'Within so many days', RECENT_DAYS),
  }),
  relaxed: (given) => ({ ...given, messages: eased(given.messages, 0.5) }),
  evaluate: (facts, day, { messages, days }) => {
    const milder = facts.policies.filter((policy) => askedOf(policy, false) === null);
    // A report of some days names the policy of the last of them, and receivers remember the one before for a while.
    const isExcused = (one: string) =>
      milder.some((policy) => policy.firstDay <= addDays(one, 1) && policy.day >= addDays(one, -7));
    const asking = new Set(lastDays(day, days).filter((one) => !isExcused(one)));
    const recent = facts.violations.filter((one) => asking.has(one.day));
    return byReporter(recent).flatMap(([reporter, theirs]) => {
      const many = sum(theirs, (one) => one.messages);
      if (many < messages) return [];
      const asked = theirs.at(-1)?.asked ?? '';
      return [
        {
          key: { reporter },
          day: theirs.at(-1)?.day ?? day,
          says: `${reporter} delivered ${counted(many, 'message')} that failed DMARC, though the policy asks for ${asked}, and gives no reason.`,
          fix: 'Receivers decide for themselves; look at which senders these are (sources DOMAIN), and tell the receiver when forged mail gets through.',
          measure: {
            name: 'messages',
            value: many,
            threshold: messages,
            unit: 'messages' as const,
            baseline: 0,
          },
          evidence: evidence({
            messages: many,
            failing: many,
            days: theirs.map((one) => ({ day: one.day, value: one.messages })),
            facts: [
              { name: 'Reporter', value: reporter },
              { name: 'Policy', value: asked },
            ],
          }),
        },
      ];
    });
  },
});

/** In the order of their names. */
function byReporter(violations: readonly ViolationFact[]): [string, ViolationFact[]][] {
  const grouped = new Map<string, ViolationFact[]>();
  for (const one of violations) {
    const theirs = grouped.get(one.reporter);
    if (theirs === undefined) grouped.set(one.reporter, [one]);
    else theirs.push(one);
  }
  return [...grouped].toSorted(([a], [b]) => (a < b ? -1 : 1));
}
