import { z } from 'zod';
import { lastDays, on, sum } from '../days.js';
import { evidence, ruleKind } from '../kind.js';
import { count } from '../threshold.js';
import { counted } from '../words.js';

export const conflictingReports = ruleKind({
  name: 'conflicting-reports',
  title: 'Conflicting reports',
  summary: 'A report came again under the same id with other content',
  cause: 'reporting',
  severity: 'info',
  cooldownHours: 168,
  thresholds: z.object({
    reports: count('reports', 1, 'Such reports of one reporter, at least'),
    days: count('days', 7, 'Came within so many days', 28),
  }),
  relaxed: (given) => given,
  evaluate: (facts, day, { reports, days }) => {
    const recent = on(facts.conflicts, lastDays(day, days));
    return [...new Set(recent.map((one) => one.reporter))].toSorted().flatMap((reporter) => {
      const theirs = recent.filter((one) => one.reporter === reporter);
      const many = sum(theirs, (one) => one.reports);
      if (many < reports) return [];
      return [
        {
          key: { reporter },
          day: theirs.at(-1)?.day ?? day,
          says: `${reporter} sent ${counted(many, 'report')} again with other content; the figures are the union of both.`,
          fix: 'Nothing is lost or counted twice. If it happens again and again, tell the reporter, or look at who else can send reports in its name.',
          measure: {
            name: 'reports',
            value: many,
            threshold: reports,
            unit: 'reports' as const,
            baseline: 0,
          },
          evidence: evidence({
            days: theirs.map((one) => ({ day: one.day, value: one.reports })),
            facts: [{ name: 'Reporter', value: reporter }],
          }),
        },
      ];
    });
  },
});
