import { z } from 'zod';
import { medianOf } from '../baseline.js';
import { charted, lastDays, on, sum } from '../days.js';
import { evidence, ruleKind } from '../kind.js';
import { count, eased, factor } from '../threshold.js';
import { counted } from '../words.js';

/** Days before that say how many are usual: mailboxes for reports get other mail too. */
const USUAL_DAYS = 28;

export const unreadableReports = ruleKind({
  name: 'unreadable-reports',
  title: 'Unreadable reports',
  summary: 'Documents came in that cannot be read, more than usual',
  cause: 'reading',
  about: 'tenant',
  severity: 'warning',
  cooldownHours: 24,
  thresholds: z.object({
    documents: count('documents', 5, 'Unreadable documents in these days, at least'),
    days: count('days', 3, 'Within so many days', 14),
    factor: factor(3, 'So many times what is usual in so many days, at least'),
  }),
  relaxed: (given) => ({
    ...given,
    documents: eased(given.documents, 0.5),
    factor: Math.max(1.1, given.factor * 0.6),
  }),
  evaluate: (facts, day, { documents, days, factor: many }) => {
    const window = lastDays(day, days);
    const found = on(facts.unreadable, window);
    const unread = sum(found, (one) => one.documents);
    const byDay = new Map(facts.unreadable.map((one) => [one.day, one.documents]));
    const earlier = lastDays(day, days + USUAL_DAYS).slice(0, USUAL_DAYS);
    const usual = days * medianOf(earlier.map((one) => byDay.get(one) ?? 0));
    if (unread < documents || unread < many * usual) return [];
    return [
      {
        key: {},
        day: found.at(-1)?.day ?? day,
        says: `${counted(unread, 'document')} that came in within ${counted(days, 'day')} could not be read.`,
        fix: 'See what they are (problems): other mail in the folder of reports, or a reporter whose files are damaged on the way.',
        measure: {
          name: 'unreadable documents',
          value: unread,
          threshold: documents,
          unit: 'reports',
          baseline: usual,
        },
        evidence: evidence({ days: charted(facts.unreadable, day, (one) => one.documents) }),
      },
    ];
  },
});
