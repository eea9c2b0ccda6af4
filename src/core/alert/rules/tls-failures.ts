import { z } from 'zod';
import { charted, on, sum, lastDays } from '../days.js';
import { LATE_DAYS } from '../facts.js';
import { evidence, ruleKind } from '../kind.js';
import { count, eased, fraction } from '../threshold.js';
import { counted, percent } from '../words.js';

export const tlsFailures = ruleKind({
  name: 'tls-failures',
  title: 'TLS failures',
  summary: 'Mail servers could not set up TLS with the domain’s own, as SMTP TLS reports tell',
  cause: 'transport',
  severity: 'warning',
  cooldownHours: 24,
  thresholds: z.object({
    share: fraction(0.1, 'Part of the sessions that fails on a day, at least'),
    failed: count('sessions', 10, 'Failed sessions of that day, at least'),
    days: count('days', 3, 'On one of so many days, beside those whose reports are late', 14),
  }),
  relaxed: (given) => ({ ...given, share: given.share * 0.6, failed: eased(given.failed, 0.5) }),
  evaluate: (facts, day, { share, failed, days }) => {
    const found = on(facts.tls, lastDays(day, days + LATE_DAYS)).filter(
      (one) => one.failed >= failed && one.failed >= share * (one.failed + one.successful),
    );
    const newest = found.at(-1);
    if (newest === undefined) return [];
    const sessions = newest.failed + newest.successful;
    const others = facts.tls.filter((one) => one.day < (found[0]?.day ?? day));
    const usual = sum(others, (one) => one.failed + one.successful);
    return [
      {
        key: {},
        day: newest.day,
        says: `${percent(newest.failed / sessions)} of the TLS sessions failed on ${newest.day}: ${counted(newest.failed, 'session')} of ${counted(sessions, 'session')}.`,
        fix: 'See that the certificates of the MX hosts are valid and name them, and that MTA-STS and TLSA records match what the servers have.',
        measure: {
          name: 'failing sessions',
          value: newest.failed / sessions,
          threshold: share,
          unit: 'fraction',
          baseline: usual === 0 ? null : sum(others, (one) => one.failed) / usual,
        },
        evidence: evidence({
          days: charted(facts.tls, day, (one) => one.failed / Math.max(1, one.failed + one.successful)),
          facts: [{ name: 'Failed sessions', value: String(newest.failed) }],
        }),
      },
    ];
  },
});
