import { z } from 'zod';
import { isKnownFor, lastDays } from '../days.js';
import { RECENT_DAYS } from '../facts.js';
import { evidence, ruleKind } from '../kind.js';
import { count, eased } from '../threshold.js';
import { counted, percent } from '../words.js';

/** Found at once, the largest first: forgers make names up. */
const MOST_FINDINGS = 10;

export const newSubdomain = ruleKind({
  name: 'new-subdomain',
  title: 'New subdomain',
  summary: 'Mail with a From name under the domain that no report told of before',
  cause: 'sending',
  severity: 'info',
  cooldownHours: 168,
  thresholds: z.object({
    messages: count('messages', 20, 'Messages with this name, at least'),
    days: count('days', 7, 'Within so many days of the first', RECENT_DAYS),
    history: count('days', 14, 'Nothing is new to a domain that is not known for so long', 56),
  }),
  relaxed: (given) => ({ ...given, messages: eased(given.messages, 0.5) }),
  evaluate: (facts, day, { messages, days, history }) => {
    if (!isKnownFor(facts, day, history)) return [];
    const since = lastDays(day, days)[0] ?? day;
    return facts.names
      .filter((one) => one.firstSeen >= since && one.firstSeen <= day && one.messages >= messages)
      .toSorted((a, b) => b.messages - a.messages || (a.name < b.name ? -1 : 1))
      .slice(0, MOST_FINDINGS)
      .map((one) => ({
        key: { name: one.name },
        day,
        says: `${one.name} sends mail since ${one.firstSeen}: ${counted(one.messages, 'message')}, of which ${percent(one.passed / one.messages)} pass DMARC.`,
        fix: 'If it is yours, see that it signs with DKIM; if not, a subdomain policy (sp, np) of reject turns it away.',
        measure: {
          name: 'messages',
          value: one.messages,
          threshold: messages,
          unit: 'messages' as const,
          baseline: 0,
        },
        evidence: evidence({
          firstSeen: one.firstSeen,
          messages: one.messages,
          failing: one.messages - one.passed,
          facts: [{ name: 'Name', value: one.name }],
        }),
      }));
  },
});
