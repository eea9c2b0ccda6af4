import { z } from 'zod';
import { isKnownFor, lastDays, on, sum } from '../days.js';
import { evidence, ruleKind } from '../kind.js';
import { holdsNetwork } from '../network.js';
import { RECENT_DAYS } from '../facts.js';
import { count, eased, fraction } from '../threshold.js';
import { counted, percent } from '../words.js';

/** Found at once; more are one attack, which spoofing-burst tells of, or forgers who move on every day. */
const MOST_FINDINGS = 10;
/** More than these, with at least so large a part of the messages, are a crowd: */
const CROWD_SHARE = 0.5;
/** among them those that stay so many days are sources of which somebody can be asked. */
const STAYING_DAYS = 3;

export const newSource = ruleKind({
  name: 'new-source',
  title: 'New source',
  summary: 'A network that did not send before sends in the name of the domain',
  cause: 'sending',
  severity: 'warning',
  cooldownHours: 168,
  thresholds: z.object({
    when: z
      .enum(['failing', 'always'])
      .default('failing')
      .meta({ description: 'Only when its mail fails DMARC, or always', unit: 'choice' }),
    share: fraction(0.5, 'When failing: part of its messages that fails, at least'),
    messages: count('messages', 50, 'Messages in these days, at least'),
    days: count('days', 7, 'Within so many days', RECENT_DAYS),
    history: count('days', 14, 'Nothing is new to a domain that is not known for so long', 56),
  }),
  relaxed: (given) => ({ ...given, share: given.share * 0.8, messages: eased(given.messages, 0.6) }),
  evaluate: (facts, day, thresholds) => {
    if (!isKnownFor(facts, day, thresholds.history)) return [];
    const window = lastDays(day, thresholds.days);
    const strangers = facts.networks
      .filter(
        ({ network, seenBefore }) =>
          !seenBefore && !facts.known.some((known) => holdsNetwork(known, network)),
      )
      .map(({ network, days }) => {
        const seen = on(days, window);
        return {
          network,
          seen,
          messages: sum(seen, (one) => one.messages),
          passed: sum(seen, (one) => one.passed),
        };
      })
      .filter(
        ({ messages, passed }) =>
          thresholds.when === 'always' || messages - passed >= thresholds.share * messages,
      );
    // Whoever asks for all of them gets the largest.
    const isCrowd =
      thresholds.when === 'failing' &&
      strangers.filter(({ messages }) => messages >= CROWD_SHARE * thresholds.messages).length >
        MOST_FINDINGS;
    return strangers
      .filter(({ messages }) => messages >= thresholds.messages)
      .filter(({ seen }) => !isCrowd || seen.length >= STAYING_DAYS)
      .toSorted((a, b) => b.messages - a.messages || (a.network < b.network ? -1 : 1))
      .slice(0, MOST_FINDINGS)
      .map(({ network, seen, messages, passed }) => ({
        key: { sender: network },
        day: seen.at(-1)?.day ?? day,
        says: `${network} began to send: ${counted(messages, 'message')} since ${seen[0]?.day ?? day}, ${messages === passed ? 'all of which pass' : `${percent(1 - passed / messages)} of which fail`} DMARC.`,
        fix: 'If it is yours, set up DKIM for it and say so ("This is ours"); if not, a policy of quarantine or reject turns it away.',
        measure: {
          name: 'messages',
          value: messages,
          threshold: thresholds.messages,
          unit: 'messages' as const,
          baseline: 0,
        },
        evidence: evidence({
          sender: network,
          firstSeen: seen[0]?.day ?? null,
          messages,
          failing: messages - passed,
          days: seen.map((one) => ({ day: one.day, value: one.messages })),
        }),
      }));
  },
});
