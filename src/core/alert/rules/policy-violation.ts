import { z } from 'zod';
import { askedOf } from '../asked.js';
import { addDays } from '../calendar.js';
import { lastDays, on, sum } from '../days.js';
import { RECENT_DAYS } from '../facts.js';
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
    const recent = on(facts.violations, lastDays(day, days)).filter(
      // A report of some days names the policy of the last of them, and receivers remember the one before for a while.
      (one) =>
        !milder.some(
          (policy) => policy.firstDay <= addDays(one.day, 1) && policy.day >= addDays(one.day, -7),
        ),
    );
    return [...new Set(recent.map((one) => one.reporter))].toSorted().flatMap((reporter) => {
      const theirs = recent.filter((one) => one.reporter === reporter);
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
