import { z } from 'zod';
import { lastDays, on, sum } from '../days.js';
import { RECENT_DAYS, type NetworkFact, type Passing } from '../facts.js';
import { evidence, ruleKind } from '../kind.js';
import { count, eased, fraction } from '../threshold.js';
import { counted, percent } from '../words.js';

/** What can fall, the worst first, and how it is told. */
const MEASURES = [
  {
    name: 'passed',
    label: 'DMARC',
    fix: 'Mail of this sender fails DMARC now: look at its DKIM signature and at the SPF record first.',
  },
  {
    name: 'dkim',
    label: 'DKIM',
    fix: 'Ask this sender for its DKIM key and signing domain: a key that was changed or removed breaks all its signatures.',
  },
  {
    name: 'spf',
    label: 'SPF',
    fix: 'Look at the SPF record of its envelope domain: this address may have been taken out, or the record has too many look-ups.',
  },
] as const;
type MeasureName = (typeof MEASURES)[number]['name'];
/** Days before on which a sender that is known has sent, at least. */
const LEAST_DAYS = 5;
const MOST_FINDINGS = 10;

interface Fall {
  readonly by: number;
  readonly usual: number;
  readonly seen: Passing;
  readonly day: string;
}

export const senderFalls = ruleKind({
  name: 'sender-falls',
  title: 'Known sender falls',
  summary: 'Mail of a network that used to pass does so much less: DMARC, or DKIM or SPF alone',
  cause: 'sending',
  severity: 'warning',
  cooldownHours: 24,
  thresholds: z.object({
    fall: fraction(0.3, 'Fall of the part that passes, at least'),
    usual: fraction(0.8, 'Part that used to pass, at least'),
    days: count('days', 3, 'On one of so many days', RECENT_DAYS),
    messages: count('messages', 30, 'Messages on that day, at least; also before'),
  }),
  relaxed: (given) => ({
    ...given,
    fall: given.fall * 0.6,
    usual: given.usual * 0.6,
    messages: eased(given.messages, 0.5),
  }),
  evaluate: (facts, day, thresholds) => {
    const window = lastDays(day, thresholds.days);
    const found = facts.networks.flatMap((network) => {
      if (network.before.days < LEAST_DAYS || network.before.messages < thresholds.messages) return [];
      for (const measure of MEASURES) {
        const fall = fallOf(network, window, measure.name, thresholds);
        if (fall !== null) return [{ network, measure, fall }];
      }
      return [];
    });
    return found
      .toSorted((a, b) => b.fall.seen.messages * b.fall.by - a.fall.seen.messages * a.fall.by)
      .slice(0, MOST_FINDINGS)
      .map(({ network: { network, days }, measure, fall }) => {
        const { seen, usual } = fall;
        const rate = seen[measure.name] / seen.messages;
        return {
          key: { sender: network },
          day: fall.day,
          says: `${measure.label} of ${network} passes for ${percent(rate)} of ${counted(seen.messages, 'message')} on ${fall.day}; it was ${percent(usual)}.`,
          fix: measure.fix,
          measure: {
            name: `${measure.label} passing`,
            value: rate,
            threshold: usual - thresholds.fall,
            unit: 'fraction' as const,
            baseline: usual,
          },
          evidence: evidence({
            sender: network,
            messages: seen.messages,
            failing: seen.messages - seen.passed,
            days: days.map((one) => ({ day: one.day, value: one[measure.name] / one.messages })),
            facts: [{ name: 'What fell', value: measure.label }],
          }),
        };
      });
  },
});

/** The newest day on which it fell, with the days of the window together where no day has enough messages. */
function fallOf(
  { days, before }: NetworkFact,
  window: readonly string[],
  name: MeasureName,
  thresholds: { readonly fall: number; readonly usual: number; readonly messages: number },
): Fall | null {
  const usual = before[name] / before.messages;
  if (usual < thresholds.usual) return null;
  const recent = on(days, window);
  const newest = recent.at(-1);
  if (newest === undefined) return null;
  const add = (value: (one: Passing) => number) => sum(recent, value);
  const together = {
    day: newest.day,
    messages: add((one) => one.messages),
    passed: add((one) => one.passed),
    dkim: add((one) => one.dkim),
    spf: add((one) => one.spf),
  };
  for (const one of [...recent.toReversed(), together]) {
    const by = usual - one[name] / one.messages;
    if (one.messages >= thresholds.messages && by >= thresholds.fall)
      return { by, usual, seen: one, day: one.day };
  }
  return null;
}
