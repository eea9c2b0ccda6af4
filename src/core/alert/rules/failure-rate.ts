import { z } from 'zod';
import { charted, on, sum, toldDays } from '../days.js';
import { evidence, ruleKind } from '../kind.js';
import { count, eased, fraction } from '../threshold.js';
import { counted, percent } from '../words.js';

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
    const window = on(facts.days, toldDays(facts, day, days));
    const all = sum(window, (one) => one.messages);
    const failing = all - sum(window, (one) => one.passed);
    if (all < messages || failing < share * all) return [];
    const last = window.at(-1)?.day ?? day;
    const before = on(facts.days, toldDays(facts, day, 28 + days)).filter(
      (one) => one.day < (window[0]?.day ?? day),
    );
    const usual = sum(before, (one) => one.messages);
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
          baseline: usual === 0 ? null : 1 - sum(before, (one) => one.passed) / usual,
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
